"""Checks of Amazon CloudFront."""

from __future__ import annotations

import dataclasses

from bartizan.model import Gap, Problems, Reason, Unknown, World, replace, rule
from bartizan.resources.cloudfront import Behavior, Distribution, Origin, bucket_of
from bartizan.resources.s3 import Bucket

_OLD = frozenset({"SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016"})
_OLD_ORIGIN = frozenset({"SSLv3", "TLSv1", "TLSv1.1"})
_NOT_IN_CODE = Gap(Reason.NOT_READ, detail="code does not tell which buckets there are")
_BUCKET = Origin("files", "files.s3.eu-west-1.amazonaws.com", access="control")
_WEBSITE = Origin("site", "site.s3-website-eu-west-1.amazonaws.com", protocol_policy="http-only")
_SERVER = Origin("app", "app.example.com", protocol_policy="https-only", ssl_protocols=("TLSv1.2",))
_SITE = Distribution(
    label="www.example.com",
    arn="arn:aws:cloudfront::111122223333:distribution/E1",
    origins=(_BUCKET,),
    behaviors=(Behavior("*", "files"),),
)
_APP = replace(_SITE, origins=(_SERVER,), behaviors=(Behavior("*", "app"),))


@rule(
    "medium",
    passes=[_SITE, replace(_SITE, behaviors=(Behavior("*", "files", "https-only"),))],
    fails=[replace(_SITE, behaviors=(Behavior("*", "files"), Behavior("/api/*", "files", "allow-all")))],
)
def plain_http(distribution: Distribution) -> Problems:
    """CloudFront distribution serves plain HTTP.

    ## Why it matters
    Everyone on the way reads and changes requests and answers, session cookies and passwords included.

    ## How to fix
    Redirect HTTP to HTTPS, or take HTTPS only, in every cache behavior.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-viewers-to-cloudfront.html
    """
    for each in distribution.behaviors:
        if each.viewer_protocol_policy == "allow-all":
            yield f"plain HTTP is served for {each.path}"


@plain_http.risky_fix("clients that do not follow redirects fail")
def redirect_to_https(distribution: Distribution) -> Distribution:
    """Redirect HTTP to HTTPS."""
    return replace(
        distribution,
        behaviors=tuple(
            dataclasses.replace(each, viewer_protocol_policy="redirect-to-https")
            if each.viewer_protocol_policy == "allow-all"
            else each
            for each in distribution.behaviors
        ),
    )


@rule(
    "medium",
    passes=[_SITE, replace(_SITE, default_certificate=True, minimum_protocol_version="TLSv1")],
    fails=[
        replace(_SITE, minimum_protocol_version="TLSv1.1_2016"),
        replace(_SITE, minimum_protocol_version="TLSv1"),
    ],
)
def old_tls(distribution: Distribution) -> Problems:
    """CloudFront distribution accepts TLS 1.0 or 1.1.

    ## Why it matters
    Both versions are known to be weak and are deprecated; an attacker on the way can make clients fall back to them.

    ## How to fix
    Set the security policy to `TLSv1.2_2021` or newer.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html
    """
    if not distribution.default_certificate and distribution.minimum_protocol_version in _OLD:
        yield f"its security policy is {distribution.minimum_protocol_version}"


@old_tls.risky_fix("clients that do not know TLS 1.2 cannot connect any more")
def newer_tls(distribution: Distribution) -> Distribution:
    """Set the security policy to `TLSv1.2_2021`."""
    return replace(distribution, minimum_protocol_version="TLSv1.2_2021")


@rule("low", passes=[_SITE], fails=[replace(_SITE, default_certificate=True)])
def default_certificate(distribution: Distribution) -> Problems:
    """CloudFront distribution shows CloudFront's own certificate.

    ## Why it matters
    With that certificate CloudFront accepts TLS 1.0 and 1.1, whatever security policy is set.

    ## How to fix
    Serve it under a domain name of yours, with a certificate of ACM and a security policy of TLS 1.2 or newer.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html
    """
    if distribution.default_certificate:
        yield "TLS 1.0 and 1.1 are accepted, and no other policy can be chosen"


@rule(
    "medium",
    passes=[_SITE, _APP],
    fails=[
        replace(_SITE, origins=(dataclasses.replace(_BUCKET, access="identity"),)),
        replace(_SITE, origins=(dataclasses.replace(_BUCKET, access=""),)),
        replace(_SITE, origins=(_WEBSITE,)),
    ],
)
def bucket_without_access_control(distribution: Distribution) -> Problems:
    """CloudFront distribution reads a bucket without origin access control.

    ## Why it matters
    The bucket must be public, or open to an identity that cannot be tied to one distribution and knows no KMS keys.
    Whoever goes to the bucket directly passes by WAF, logs and signed addresses.

    ## How to fix
    Make an origin access control, let the bucket's policy allow `cloudfront.amazonaws.com` for this distribution alone,
    and block public access to the bucket.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
    """
    for each in distribution.origins:
        if each.is_bucket and each.access == "identity":
            yield f"origin {each.id} uses an origin access identity, which origin access control replaces"
        elif each.is_bucket and not each.access:
            yield f"origin {each.id} can only be read if the bucket is public"
        elif not each.is_bucket and ".s3-website" in each.domain:
            yield f"origin {each.id} is the website of a bucket, which has to be public"


@rule(
    "medium",
    passes=[_APP, _SITE, replace(_SITE, origins=(_WEBSITE,))],
    fails=[
        replace(_APP, origins=(dataclasses.replace(_SERVER, protocol_policy="http-only"),)),
        replace(_APP, origins=(dataclasses.replace(_SERVER, protocol_policy="match-viewer"),)),
    ],
)
def origin_by_plain_http(distribution: Distribution) -> Problems:
    """CloudFront distribution reaches an origin by plain HTTP.

    ## Why it matters
    What came encrypted from the viewer goes on over the internet for everyone on the way to read and change.

    ## How to fix
    Serve HTTPS on the origin, and set its protocol policy to HTTPS only.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-cloudfront-to-custom-origin.html
    """
    for each in distribution.origins:
        # Websites of S3 know no HTTPS; that one is used is a finding of its own.
        if each.protocol_policy in {"http-only", "match-viewer"} and ".s3-website" not in each.domain:
            yield f"the protocol policy of origin {each.id} is {each.protocol_policy}"


@origin_by_plain_http.risky_fix("nothing is served from an origin that has no HTTPS with a valid certificate")
def origin_by_https(distribution: Distribution) -> Distribution:
    """Reach those origins by HTTPS only."""
    return replace(
        distribution,
        origins=tuple(
            dataclasses.replace(each, protocol_policy="https-only")
            if each.protocol_policy in {"http-only", "match-viewer"} and ".s3-website" not in each.domain
            else each
            for each in distribution.origins
        ),
    )


@rule(
    "low",
    passes=[_APP, _SITE, replace(_APP, origins=(dataclasses.replace(_SERVER, ssl_protocols=()),))],
    fails=[replace(_APP, origins=(dataclasses.replace(_SERVER, ssl_protocols=("SSLv3", "TLSv1", "TLSv1.2")),))],
)
def origin_by_old_tls(distribution: Distribution) -> Problems:
    """CloudFront distribution may reach an origin by SSL 3 or TLS 1.0 or 1.1.

    ## Why it matters
    An attacker between CloudFront and the origin can make them fall back to a version that is known to be weak.

    ## How to fix
    Leave only TLS 1.2 among the origin's protocols.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html
    """
    for each in distribution.origins:
        old = sorted(_OLD_ORIGIN.intersection(each.ssl_protocols))
        # It matters where HTTPS is spoken at all.
        if old and each.protocol_policy != "http-only":
            yield f"origin {each.id} may be reached by {', '.join(old)}"


@origin_by_old_tls.risky_fix("nothing is served from an origin that does not know TLS 1.2")
def origin_by_newer_tls(distribution: Distribution) -> Distribution:
    """Leave only TLS 1.2 among the protocols of those origins."""
    return replace(
        distribution,
        origins=tuple(
            dataclasses.replace(each, ssl_protocols=("TLSv1.2",))
            if _OLD_ORIGIN.intersection(each.ssl_protocols)
            else each
            for each in distribution.origins
        ),
    )


@rule(
    "medium",
    passes=[_SITE, replace(_SITE, standard_logging=False, other_logging=True)],
    fails=[replace(_SITE, standard_logging=False)],
)
def no_log(distribution: Distribution) -> Problems:
    """CloudFront distribution does not log requests.

    ## Why it matters
    After an incident nobody can tell who asked for what.

    ## How to fix
    Turn on standard logging to a bucket or log group.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/AccessLogs.html
    """
    if not distribution.standard_logging and not distribution.other_logging:
        yield "it has neither standard nor real-time logs"


@rule(
    "low",
    passes=[_SITE, replace(_APP, default_root_object=None), replace(_SITE, default_root_object=None, behaviors=())],
    fails=[replace(_SITE, default_root_object=None)],
)
def no_default_root_object(distribution: Distribution) -> Problems:
    """CloudFront distribution of a bucket has no default root object.

    ## Why it matters
    A request for the root may show the list of what is in the bucket.

    ## How to fix
    Set the object to answer with, such as `index.html`.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DefaultRootObject.html
    """
    if distribution.default_root_object:
        return
    buckets = {each.id for each in distribution.origins if each.is_bucket}
    if any(each.path == "*" and each.origin in buckets for each in distribution.behaviors):
        yield "a request for its root goes to the bucket as it is"


@no_default_root_object.risky_fix("the root answers with `index.html`, or an error where there is none")
def set_root_object(distribution: Distribution) -> Distribution:
    """Answer a request for the root with `index.html`."""
    return replace(distribution, default_root_object="index.html")


@rule("medium", passes=[_SITE], fails=[replace(_SITE, web_acl_id=None)])
def no_web_acl(distribution: Distribution) -> Problems:
    """CloudFront distribution has no web ACL.

    ## Why it matters
    Injections, exploits of known holes and floods reach the origins as they come.

    ## How to fix
    Associate a web ACL of the scope CLOUDFRONT with it.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-web-awswaf.html
    """
    if distribution.web_acl_id is None:
        yield "it faces the internet without WAF"


@rule(
    "high",
    passes=[(_SITE, Bucket(bucket_name="files")), _APP, replace(_SITE, origins=(Origin("later", ""),))],
    fails=[_SITE, (_SITE, Bucket(bucket_name="other"))],
    reads=[Bucket],
)
def dangling_bucket_origin(distribution: Distribution, world: World) -> Problems:
    """CloudFront distribution reads a bucket that you do not have.

    ## Why it matters
    If the bucket is gone, anyone can make one of that name and serve what they like under your domain name.

    ## How to fix
    Remove the origin, or make the bucket again. If the bucket is that of another account, scan that account too.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistS3AndCustomOrigins.html
    """
    for each in distribution.origins:
        bucket = bucket_of(each.domain)
        if bucket and not distribution.arn:
            raise Unknown("the buckets", _NOT_IN_CODE)
        if bucket and not world.find(Bucket, bucket_name=bucket):
            yield f"bucket {bucket} of origin {each.id} is in none of the scanned accounts"


@rule(
    "info",
    advice=True,
    passes=[replace(_APP, behaviors=(Behavior("*", "app", field_level_encryption=True),)), _SITE],
    fails=[_APP],
)
def no_field_level_encryption(distribution: Distribution) -> Problems:
    """Field-level encryption: the distribution hands what people enter in forms to a server as it is.

    ## Why it matters
    Card numbers and the like are readable in each system on their way to the one that needs them.

    ## How to fix
    Encrypt such fields at the edge with a public key of the system that is to read them.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/field-level-encryption.html
    """
    servers = {each.id for each in distribution.origins if not each.is_bucket}
    for each in distribution.behaviors:
        if each.origin in servers and not each.field_level_encryption:
            yield f"no field is encrypted for {each.path}"
