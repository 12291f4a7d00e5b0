"""Checks of who reaches an S3 bucket, and how."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.policy import parse_policy, reach
from bartizan.policy.deputy import SENDERS
from bartizan.policy.https import with_https_only
from bartizan.resources.s3 import ALL_BLOCKED, Bucket, PublicAccessBlock
from bartizan.rules.outsiders import shared_with_other_organization

_READ = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop/*"}
_ANY_AGENT = {**_READ, "Condition": {"StringLike": {"aws:UserAgent": "our-app/*"}}}
_ELSEWHERE_DENIED = {
    **_READ,
    "Effect": "Deny",
    "Action": "*",
    "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1234567890"}},
}
_FROM_VPC = {**_READ, "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}
_FROM_NETWORK = {**_READ, "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}
_PARTNER = {**_READ, "Principal": {"AWS": "arn:aws:iam::444455556666:root"}}
_SERVICE = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudtrail.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": "*",
}
_SERVICE_HERE = {
    **_SERVICE,
    "Condition": {"StringEquals": {"aws:SourceArn": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/all"}},
}
_MOST = {"AWS": ["111122223333", "444455556666"]}
_TLS_ONLY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::shop", "arn:aws:s3:::shop/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


@rule(
    "high",
    passes=[Bucket(public_access_block=ALL_BLOCKED)],
    fails=[
        Bucket(public_access_block=PublicAccessBlock()),
        Bucket(public_access_block=PublicAccessBlock(block_public_acls=True, ignore_public_acls=True)),
    ],
)
def public_access_not_blocked(bucket: Bucket) -> Problems:
    """S3 bucket does not block public access.

    ## Why it matters
    One wrong policy or ACL, written by anyone who may write one, puts the bucket's content on the internet.

    ## How to fix
    Turn on all four switches of the bucket's public access block. Serve public content through CloudFront with origin
    access control instead.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    if bucket.public_access_block.missing:
        yield f"off: {', '.join(bucket.public_access_block.missing)}"


@public_access_not_blocked.risky_fix("callers that rely on a public policy or ACL, such as a website, lose access")
def block_public_access(bucket: Bucket) -> Bucket:
    """Turn on all four switches of the public access block."""
    return replace(bucket, public_access_block=ALL_BLOCKED)


@rule(
    "critical",
    passes=[
        Bucket(policy=None),
        Bucket(policy=parse_policy({"Statement": _FROM_VPC}), public_access_block=PublicAccessBlock()),
        Bucket(policy=parse_policy({"Statement": _READ}), public_access_block=ALL_BLOCKED),
        Bucket(policy=parse_policy({"Statement": [_READ, _ELSEWHERE_DENIED]}), public_access_block=PublicAccessBlock()),
    ],
    fails=[
        Bucket(policy=parse_policy({"Statement": _READ}), public_access_block=PublicAccessBlock()),
        Bucket(policy=parse_policy({"Statement": [_READ, _TLS_ONLY]}), public_access_block=PublicAccessBlock()),
        Bucket(policy=parse_policy({"Statement": _ANY_AGENT}), public_access_block=PublicAccessBlock()),
    ],
)
def public_policy(bucket: Bucket) -> Problems:
    """S3 bucket policy opens the bucket to everyone.

    ## Why it matters
    Anyone on the internet can do what the statement allows: read customer data, or write content that
    others then trust.

    ## How to fix
    Name the principals that need access, or narrow the statement by `aws:PrincipalOrgID`, a VPC endpoint or a source
    ARN. Turn on `RestrictPublicBuckets` so that the next such policy has no effect.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    found = list(reach.public(bucket.policy, bucket.arn, bucket.account))
    if found and not bucket.public_access_block.restrict_public_buckets:
        yield from found


@rule(
    "medium",
    passes=[
        Bucket(policy=None),
        Bucket(policy=parse_policy({"Statement": _READ}), public_access_block=PublicAccessBlock()),
        Bucket(policy=parse_policy({"Statement": [_FROM_NETWORK, _ELSEWHERE_DENIED]})),
    ],
    fails=[
        Bucket(policy=parse_policy({"Statement": _FROM_VPC})),
        Bucket(policy=parse_policy({"Statement": _FROM_NETWORK})),
    ],
)
def open_to_a_network(bucket: Bucket) -> Problems:
    """S3 bucket policy lets in whoever comes from a certain place.

    ## Why it matters
    An address or an endpoint is shared by all that is behind it: any program there, signed in or not, reaches the data.

    ## How to fix
    Ask for an identity besides the place: name principals, or add a condition on `aws:PrincipalOrgID`.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    yield from reach.confined(bucket.policy, bucket.arn, bucket.account)


@public_policy.risky_fix("anonymous callers, such as visitors of a website, lose access")
def restrict_public_bucket(bucket: Bucket) -> Bucket:
    """Turn on the whole public access block, which takes the public statements' effect away."""
    return replace(bucket, public_access_block=ALL_BLOCKED)


@rule(
    "low",
    passes=[
        Bucket(policy=None, account="111122223333"),
        Bucket(
            policy=parse_policy({"Statement": {**_PARTNER, "Principal": {"AWS": "111122223333"}}}),
            account="111122223333",
        ),
    ],
    fails=[Bucket(policy=parse_policy({"Statement": _PARTNER}), account="111122223333")],
)
def shared_with_other_account(bucket: Bucket, *, trusted_accounts: tuple[str, ...] = ()) -> Problems:
    """S3 bucket policy grants access to another AWS account.

    ## Why it matters
    The other account decides alone which of its people and machines use the access, and yours only sees
    it in data events.

    ## How to fix
    Check that each account is known and still needs the access; remove the others from the policy.

    ## Parameters
    - `trusted_accounts`: accounts of yours, 12 digits each. The scan of an organization adds its own.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-walkthroughs-managing-access-example2.html
    """
    for each in reach.other_accounts(bucket.policy, bucket.arn, bucket.account, trusted=trusted_accounts):
        yield f"{each} has access"


@rule(
    "critical",
    passes=[
        Bucket(foreign_grants=("444455556666abc:READ", "S3 log delivery:WRITE")),
        Bucket(foreign_grants=("everyone:READ",), public_access_block=PublicAccessBlock(ignore_public_acls=True)),
        Bucket(
            foreign_grants=("everyone:READ",),
            public_access_block=PublicAccessBlock(),
            object_ownership="BucketOwnerEnforced",
        ),
    ],
    fails=[
        Bucket(
            foreign_grants=("everyone:READ", "every AWS account:WRITE"),
            public_access_block=PublicAccessBlock(),
            object_ownership="ObjectWriter",
        )
    ],
)
def public_acl(bucket: Bucket) -> Problems:
    """S3 bucket ACL opens the bucket to everyone.

    ## Why it matters
    Anyone, or anyone with any AWS account, can list or write the bucket. ACLs are easily overlooked beside the policy.

    ## How to fix
    Set object ownership to `BucketOwnerEnforced`, which turns ACLs off, and grant access by policy.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
    """
    public = [each for each in bucket.foreign_grants if each.startswith(("everyone:", "every AWS account:"))]
    if not public or bucket.object_ownership == "BucketOwnerEnforced":
        return
    if not bucket.public_access_block.ignore_public_acls:
        for grant in public:
            who, _, permission = grant.partition(":")
            yield f"the ACL grants {permission} to {who}"


@public_acl.risky_fix("anonymous callers lose access, and writers that send an ACL with their objects are refused")
def ignore_acl(bucket: Bucket) -> Bucket:
    """Turn ACLs off (`BucketOwnerEnforced`)."""
    return replace(bucket, object_ownership="BucketOwnerEnforced")


@rule(
    "medium",
    passes=[Bucket(object_ownership="BucketOwnerEnforced")],
    fails=[Bucket(object_ownership="ObjectWriter"), Bucket(object_ownership="BucketOwnerPreferred")],
)
def acls_enabled(bucket: Bucket) -> Problems:
    """S3 bucket still uses access control lists.

    ## Why it matters
    Each object can carry its own permissions, which no policy shows, and objects written by others belong to them.

    ## How to fix
    Set object ownership to `BucketOwnerEnforced`, after moving the grants that are still needed into the bucket policy.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
    """
    if bucket.object_ownership != "BucketOwnerEnforced":
        yield f"object ownership is {bucket.object_ownership}"


@acls_enabled.risky_fix("whoever has access by ACL alone loses it, and uploads that send an ACL are refused")
def turn_acls_off(bucket: Bucket) -> Bucket:
    """Turn ACLs off (`BucketOwnerEnforced`)."""
    return replace(bucket, object_ownership="BucketOwnerEnforced")


@rule(
    "medium",
    passes=[Bucket(policy=parse_policy({"Statement": [_PARTNER, _TLS_ONLY]}))],
    fails=[
        Bucket(policy=None),
        Bucket(arn="arn:aws:s3:::shop", policy=parse_policy({"Statement": _PARTNER})),
        Bucket(arn="arn:aws:s3:::shop", policy=parse_policy({"Statement": {**_TLS_ONLY, "Action": "s3:GetObject"}})),
        Bucket(arn="arn:aws:s3:::shop", policy=parse_policy({"Statement": {**_TLS_ONLY, "Principal": _MOST}})),
    ],
)
def plain_http_allowed(bucket: Bucket) -> Problems:
    """S3 bucket answers requests over plain HTTP.

    ## Why it matters
    Whoever sits on the path reads and changes what is transferred.

    ## How to fix
    Add a statement to the bucket policy that denies `s3:*` to `*` on the bucket and its objects where
    `aws:SecureTransport` is `false`.

    ## References
    - https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """
    request = reach.over_plain_http(bucket.policy, bucket.arn, bucket.account, ["s3:*"])
    if request is not None:
        yield f"{request.action} without TLS is not denied to {reach.caller(request)}"


@plain_http_allowed.risky_fix("clients that still use plain HTTP are refused")
def require_tls(bucket: Bucket) -> Bucket:
    """Add a statement to the bucket policy that denies requests without TLS."""
    if reach.over_plain_http(bucket.policy, bucket.arn, bucket.account, ["s3:*"]) is None:
        return bucket
    partition = bucket.arn.split(":")[1] if bucket.arn else "aws"
    arn = f"arn:{partition}:s3:::{bucket.name}"
    return replace(bucket, policy=with_https_only(bucket.policy, "s3:*", [arn, f"{arn}/*"]))


@rule("medium", passes=[Bucket(is_website=False)], fails=[Bucket(is_website=True)])
def website_hosting(bucket: Bucket) -> Problems:
    """S3 bucket serves a website itself.

    ## Why it matters
    Website endpoints know no HTTPS, no firewall and no origin access control, and need the bucket to be public.

    ## How to fix
    Put CloudFront with origin access control in front, and turn website hosting and public access off.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
    """
    if bucket.is_website:
        yield "static website hosting is on"


@website_hosting.risky_fix("the website's address stops answering")
def stop_website(bucket: Bucket) -> Bucket:
    """Turn website hosting off."""
    return replace(bucket, is_website=False)


@rule(
    "medium",
    passes=[Bucket(), Bucket(policy=parse_policy({"Statement": _SERVICE_HERE}))],
    fails=[Bucket(policy=parse_policy({"Statement": _SERVICE}))],
)
def service_allowed_for_anyone(bucket: Bucket) -> Problems:
    """S3 bucket policy lets a service in on anybody's behalf.

    ## Why it matters
    Anyone can tell the service to read from or write to the bucket for resources of their own, such as a forged log.

    ## How to fix
    Add a condition on `aws:SourceArn`, `aws:SourceAccount` or `aws:SourceOrgID` that names what the service acts for.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """
    yield from reach.deputies(bucket.policy, bucket.arn, bucket.account, SENDERS)


bucket_shared_with_other_organization = shared_with_other_organization.of(Bucket, "S3 bucket")
