"""Amazon CloudFront."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.model import Gap, Reason, Resource, Unknown, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Item, Join, Listing, Reader, Reply
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags
from bartizan.resources.wafv2 import DECLARED_BESIDE


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a distribution gets its content.

    ``access`` is how it proves itself to a bucket: ``control`` (OAC), the older ``identity`` (OAI), or empty.
    ``protocol_policy`` is empty for buckets; ``domain`` is empty where code does not know it yet.
    """

    id: str
    domain: str
    access: str = ""
    protocol_policy: str = ""
    ssl_protocols: tuple[str, ...] = ()

    @property
    def is_bucket(self) -> bool:
        """Whether it is a bucket by its own API, not by its website."""
        return not self.protocol_policy


@dataclass(frozen=True, slots=True)
class Behavior:
    """What a distribution does with the requests for some paths."""

    path: str
    origin: str
    viewer_protocol_policy: str = "redirect-to-https"
    field_level_encryption: bool = False


@resource("AWS::CloudFront::Distribution", name="label")
class Distribution(Resource):
    """A CloudFront distribution."""

    label: str = field("Its first alias, else its domain name.")
    domain_name: str = field("The name that CloudFront gave it.", default="d1.cloudfront.net")
    aliases: tuple[str, ...] = field("Its own domain names.", default=())
    origins: tuple[Origin, ...] = field("Where it gets its content.", default=())
    behaviors: tuple[Behavior, ...] = field("What it does by path, the default (`*`) first.", default=())
    default_certificate: bool = field("Whether it shows CloudFront's own certificate.", default=False)
    minimum_protocol_version: str = field("The oldest TLS version, by name.", default="TLSv1.2_2021")
    default_root_object: str | None = field("What it answers a request for its root with.", default="index.html")
    standard_logging: bool = field("Whether it logs requests to a bucket, in the older way.", default=True)
    other_logging: bool = field("Whether it logs requests by log delivery or in real time.", default=False)
    web_acl_id: str | None = field("The web ACL that protects it.", default="arn:aws:wafv2:acl")
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


_BUCKET = re.compile(r"^(.+)\.s3(?:-website)?(?:[.-](?:dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?\.?$")


def bucket_of(domain: str) -> str | None:
    """The name of the bucket that a domain name of S3 stands for, if it is one; not those of access points."""
    found = _BUCKET.match(domain.lower())
    return found[1] if found and not found[1].endswith(("-s3alias", "--ol-s3")) else None


def _origin(item: Mapping[str, Any]) -> Origin:
    custom = item.get("CustomOriginConfig") or {}
    # AWS answers with a list in a mapping, and CloudFormation has the list alone, in another spelling.
    protocols = _items(custom.get("OriginSslProtocols")) or custom.get("OriginSSLProtocols") or ()
    identity = (item.get("S3OriginConfig") or {}).get("OriginAccessIdentity")
    # One in a VPC is reached by a private address alone, in whatever protocol it has.
    default = "vpc" if item.get("VpcOriginConfig") else ""
    return Origin(
        id=item["Id"],
        domain=item["DomainName"].lower(),
        access="control" if item.get("OriginAccessControlId") else "identity" if identity else "",
        protocol_policy=custom.get("OriginProtocolPolicy") or default,
        ssl_protocols=tuple(sorted(protocols)),
    )


def _behavior(item: Mapping[str, Any]) -> Behavior:
    return Behavior(
        path=item.get("PathPattern") or "*",
        origin=item["TargetOriginId"],
        viewer_protocol_policy=item["ViewerProtocolPolicy"],
        field_level_encryption=bool(item.get("FieldLevelEncryptionId")),
    )


def _items(part: Mapping[str, Any] | None) -> list[Any]:
    return list((part or {}).get("Items") or ())


def _all_behaviors(item: Item) -> list[Item]:
    return [item["DefaultCacheBehavior"], *_items(item.get("CacheBehaviors"))]


def _sources(items: list[Item]) -> frozenset[str]:
    return frozenset(arn for each in items for arn in each.get("resourceArns") or ())


def _logged(item: Item, sources: frozenset[str]) -> bool:
    """Whether it logs in the newer way or in real time; the older way takes a call of its own."""
    return item["ARN"] in sources or any(each.get("RealtimeLogConfigArn") for each in _all_behaviors(item))


def _config(reply: Reply) -> Item:
    return reply["DistributionConfig"]


DISTRIBUTIONS = Reader(
    Distribution,
    listing=Listing(
        Call("cloudfront:ListDistributions"),
        items=lambda reply: reply["DistributionList"].get("Items") or (),
        fields={
            "label": lambda item: next(iter(_items(item.get("Aliases"))), item["DomainName"]),
            "domain_name": lambda item: item["DomainName"].lower(),
            "aliases": lambda item: tuple(each.lower() for each in _items(item.get("Aliases"))),
            "origins": lambda item: tuple(map(_origin, _items(item["Origins"]))),
            "behaviors": lambda item: tuple(map(_behavior, _all_behaviors(item))),
            "default_certificate": lambda item: bool(item["ViewerCertificate"].get("CloudFrontDefaultCertificate")),
            "minimum_protocol_version": lambda item: item["ViewerCertificate"].get("MinimumProtocolVersion", "TLSv1"),
            "web_acl_id": lambda item: item.get("WebACLId") or None,
        },
    ),
    arn=lambda item, _: item["ARN"],
    where="account",
    joins=(
        Join(
            Listing(Call("logs:DescribeDeliverySources"), items="deliverySources"),
            index=_sources,
            fields={"other_logging": _logged},
        ),
    ),
    details=(
        Detail(
            Call("cloudfront:GetDistributionConfig"),
            params=lambda item: {"Id": item["Id"]},
            fields={
                "default_root_object": lambda reply: _config(reply).get("DefaultRootObject") or None,
                "standard_logging": lambda reply: bool((_config(reply).get("Logging") or {}).get("Enabled")),
            },
        ),
        Detail(
            Call("cloudfront:ListTagsForResource"),
            params=lambda item: {"Resource": item["ARN"]},
            fields={"tags": lambda reply: tags_in(_items(reply["Tags"]))},
        ),
    ),
)


def _known(block: Block, name: str) -> str:
    """An attribute, empty where it is only known later."""
    try:
        return str(block.get(name) or "")
    except Unknown:
        return ""


def _given(block: Block, name: str) -> bool:
    try:
        return bool(block.get(name))
    except Unknown:
        return True


def _only(block: Block, name: str) -> Block:
    nested = block.get(name)
    return nested[0] if nested else Block({})


def _tf_origin(block: Block) -> Origin:
    custom = _only(block, "custom_origin_config")
    control = _given(block, "origin_access_control_id")
    identity = _given(_only(block, "s3_origin_config"), "origin_access_identity")
    return Origin(
        id=block["origin_id"],
        domain=_known(block, "domain_name").lower(),
        access="control" if control else "identity" if identity else "",
        protocol_policy=custom.get("origin_protocol_policy") or ("vpc" if block.get("vpc_origin_config") else ""),
        ssl_protocols=tuple(sorted(custom.get("origin_ssl_protocols", ()))),
    )


def _tf_behavior(block: Block) -> Behavior:
    return Behavior(
        path=block.get("path_pattern") or "*",
        origin=block["target_origin_id"],
        viewer_protocol_policy=block["viewer_protocol_policy"],
        field_level_encryption=_given(block, "field_level_encryption_id"),
    )


def _tf_behaviors(block: Block) -> list[Block]:
    return [*block["default_cache_behavior"], *block.get("ordered_cache_behavior", ())]


def _acl(block: Block, name: str) -> str | None:
    if not _given(block, name):
        return None
    return _known(block, name) or DECLARED_BESIDE


def _label(block: Block, name: str) -> str:
    for alias in block.get(name, ()):
        return str(alias)
    raise Unknown(block.what, Gap(Reason.COMPUTED, detail="it is called as CloudFront will name it"))


_TF_SOURCE, _CFN_SOURCE = "aws_cloudwatch_log_delivery_source", "AWS::Logs::DeliverySource"

TERRAFORM_DISTRIBUTION = CodeReader(
    "aws_cloudfront_distribution",
    Distribution,
    parts={_TF_SOURCE: "resource_arn"},
    defaulted={"aws_cloudfront_distribution": ("tags_all",)},
    fields={
        "label": lambda block: _label(block, "aliases"),
        "aliases": lambda block: tuple(each.lower() for each in block.get("aliases", ())),
        "origins": lambda block: tuple(map(_tf_origin, block["origin"])),
        "behaviors": lambda block: tuple(map(_tf_behavior, _tf_behaviors(block))),
        "default_certificate": lambda block: bool(
            _only(block, "viewer_certificate").get("cloudfront_default_certificate", False)
        ),
        "minimum_protocol_version": lambda block: _only(block, "viewer_certificate").get(
            "minimum_protocol_version", "TLSv1"
        ),
        "default_root_object": lambda block: block.get("default_root_object") or None,
        "standard_logging": lambda block: bool(block.get("logging_config")),
        "other_logging": lambda block: (
            any(_given(each, "realtime_log_config_arn") for each in _tf_behaviors(block))
            or bool(block.parts(_TF_SOURCE))
        ),
        "web_acl_id": lambda block: _acl(block, "web_acl_id"),
        "tags": terraform_tags,
    },
)


def _cfn_origin(block: Block) -> Origin:
    known = {name: block[name] for name in ("Id", "S3OriginConfig", "CustomOriginConfig") if name in block}
    given = {name: True for name in ("OriginAccessControlId", "VpcOriginConfig") if _given(block, name)}
    if "S3OriginConfig" in known:
        known["S3OriginConfig"] = {"OriginAccessIdentity": _given(known["S3OriginConfig"], "OriginAccessIdentity")}
    return _origin({"DomainName": _known(block, "DomainName"), **known, **given})


def _cfn_behaviors(block: Block) -> list[Block]:
    config = block["DistributionConfig"]
    return [config["DefaultCacheBehavior"], *config.get("CacheBehaviors", ())]


def _cfn_behavior(block: Block) -> Behavior:
    return Behavior(
        path=block.get("PathPattern") or "*",
        origin=block["TargetOriginId"],
        viewer_protocol_policy=block["ViewerProtocolPolicy"],
        field_level_encryption=_given(block, "FieldLevelEncryptionId"),
    )


def _certificate(block: Block) -> Mapping[str, Any]:
    certificate: Mapping[str, Any] = block["DistributionConfig"].get(
        "ViewerCertificate", {"CloudFrontDefaultCertificate": True}
    )
    return certificate


CLOUDFORMATION_DISTRIBUTION = CodeReader(
    "AWS::CloudFront::Distribution",
    Distribution,
    parts={_CFN_SOURCE: "ResourceArn"},
    fields={
        "label": lambda block: _label(block["DistributionConfig"], "Aliases"),
        "aliases": lambda block: tuple(each.lower() for each in block["DistributionConfig"].get("Aliases", ())),
        "origins": lambda block: tuple(map(_cfn_origin, block["DistributionConfig"]["Origins"])),
        "behaviors": lambda block: tuple(map(_cfn_behavior, _cfn_behaviors(block))),
        "default_certificate": lambda block: bool(_certificate(block).get("CloudFrontDefaultCertificate")),
        "minimum_protocol_version": lambda block: _certificate(block).get("MinimumProtocolVersion", "TLSv1"),
        "default_root_object": lambda block: block["DistributionConfig"].get("DefaultRootObject") or None,
        "standard_logging": lambda block: "Logging" in block["DistributionConfig"],
        "other_logging": lambda block: (
            any(_given(each, "RealtimeLogConfigArn") for each in _cfn_behaviors(block))
            or bool(block.parts(_CFN_SOURCE))
        ),
        "web_acl_id": lambda block: _acl(block["DistributionConfig"], "WebACLId"),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
