"""Distributions: changing them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put
from bartizan.resources.cloudfront import Distribution
from bartizan.resources.reading import Call

_SECRET = ("HeaderValue",)
"""By headers that it adds, a distribution may prove itself to an origin."""


def _id(distribution: Distribution) -> str:
    return distribution.arn.rpartition("/")[2]


_CONFIG = Look(
    Call("cloudfront:GetDistributionConfig"),
    lambda distribution: {"Id": _id(distribution)},
    lambda reply: {"ETag": reply["ETag"], "DistributionConfig": reply["DistributionConfig"]},
    hidden=_SECRET,
)


def _whole(edit: Edit) -> Params:
    """The whole configuration, since an update replaces it.

    Source: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateDistribution.html
    """
    config = dict(edit.now["DistributionConfig"])
    if edit.changes("default_root_object"):
        config["DefaultRootObject"] = edit.after.default_root_object or ""
    if edit.changes("minimum_protocol_version"):
        oldest = edit.after.minimum_protocol_version
        config["ViewerCertificate"] = {**config["ViewerCertificate"], "MinimumProtocolVersion": oldest}
    if edit.changes("origins"):
        config["Origins"] = _each(config["Origins"], lambda item: _origin(item, edit))
    if edit.changes("behaviors"):
        config["DefaultCacheBehavior"] = _behavior(config["DefaultCacheBehavior"], edit)
        if "CacheBehaviors" in config:
            config["CacheBehaviors"] = _each(config["CacheBehaviors"], lambda item: _behavior(item, edit))
    return {"Id": _id(edit.after), "IfMatch": edit.now["ETag"], "DistributionConfig": config}


def _each(part: Mapping[str, Any], change: Any) -> dict[str, Any]:
    return {**part, "Items": [change(item) for item in part["Items"]]} if part.get("Items") else dict(part)


def _origin(item: Mapping[str, Any], edit: Edit) -> Mapping[str, Any]:
    before = next((each for each in edit.before.origins if each.id == item["Id"]), None)
    after = next((each for each in edit.after.origins if each.id == item["Id"]), None)
    if before is None or after is None or before == after:
        return item
    protocols = {"Quantity": len(after.ssl_protocols), "Items": list(after.ssl_protocols)}
    custom = {**item["CustomOriginConfig"], "OriginProtocolPolicy": after.protocol_policy}
    if before.ssl_protocols != after.ssl_protocols:
        custom["OriginSslProtocols"] = protocols
    return {**item, "CustomOriginConfig": custom}


def _behavior(item: Mapping[str, Any], edit: Edit) -> Mapping[str, Any]:
    path = item.get("PathPattern") or "*"
    after = next((each for each in edit.after.behaviors if each.path == path), None)
    return {**item, "ViewerProtocolPolicy": after.viewer_protocol_policy} if after else item


DISTRIBUTION = ApiWriter(
    Distribution,
    puts=(
        Put(
            Call("cloudfront:UpdateDistribution"),
            _whole,
            ("default_root_object", "minimum_protocol_version", "origins", "behaviors"),
            look=_CONFIG,
            unshown=("IfMatch",),
            hidden=_SECRET,
        ),
    ),
)
