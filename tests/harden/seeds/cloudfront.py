"""Distributions that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import ACCOUNT, Aws, AwsError
from harden.seeded import SECRET, State, seeds

_ARN = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"
_CHANGED = {
    "OriginProtocolPolicy",
    "OriginSslProtocols",
    "ViewerProtocolPolicy",
    "DefaultRootObject",
    "MinimumProtocolVersion",
}


def _rest(value: Any) -> Any:
    """A configuration without what the fixes change."""
    if isinstance(value, dict):
        return {name: _rest(each) for name, each in value.items() if name not in _CHANGED}
    return [_rest(each) for each in value] if isinstance(value, list) else value


def _distribution(aws: Aws, config: dict[str, Any]) -> State:
    state = {"config": config, "version": 1}

    def get(_: dict[str, Any]) -> Any:
        return {"ETag": f"v{state['version']}", "DistributionConfig": state["config"]}

    def update(params: dict[str, Any]) -> Any:
        if params["Id"] != "E1" or params.get("IfMatch") != f"v{state['version']}":
            raise AwsError("PreconditionFailed", "it is of another version")
        if _rest(params["DistributionConfig"]) != _rest(config):
            raise AwsError("InvalidArgument", "what stays was not sent back")
        state.update(config=params["DistributionConfig"], version=state["version"] + 1)
        return {"ETag": f"v{state['version']}"}

    def listed(_: dict[str, Any]) -> Any:
        names = ("Aliases", "Origins", "DefaultCacheBehavior", "CacheBehaviors", "ViewerCertificate", "WebACLId")
        item = {name: value for name, value in state["config"].items() if name in names}
        return {"DistributionList": {"Items": [{"Id": "E1", "ARN": _ARN, "DomainName": "d1.cloudfront.net", **item}]}}

    aws.answers("cloudfront:ListDistributions", listed)
    aws.answers("cloudfront:GetDistributionConfig", get)
    aws.answers("cloudfront:UpdateDistribution", update)
    aws.answers("cloudfront:ListTagsForResource", {"Tags": {"Items": [{"Key": "team", "Value": "web"}]}})
    aws.answers("logs:DescribeDeliverySources", {"deliverySources": []})
    return lambda: state["config"]


def _server(name: str, policy: str, *protocols: str) -> dict[str, Any]:
    return {
        "Id": name,
        "DomainName": f"{name}.example.com",
        "OriginPath": "/live",
        "CustomHeaders": {"Quantity": 1, "Items": [{"HeaderName": "X-Token", "HeaderValue": SECRET}]},
        "CustomOriginConfig": {
            "HTTPPort": 80,
            "HTTPSPort": 8443,
            "OriginProtocolPolicy": policy,
            "OriginSslProtocols": {"Quantity": len(protocols), "Items": list(protocols)},
            "OriginReadTimeout": 45,
        },
    }


def _behavior(origin: str, policy: str, **more: Any) -> dict[str, Any]:
    return {"TargetOriginId": origin, "ViewerProtocolPolicy": policy, "Compress": True, "CachePolicyId": "p1", **more}


def _config(*origins: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "CallerReference": "first",
        "Comment": "the shop",
        "Enabled": True,
        "Aliases": {"Quantity": 1, "Items": ["shop.example.com"]},
        "Origins": {"Quantity": len(origins), "Items": list(origins)},
        "DefaultRootObject": "home.html",
        "ViewerCertificate": {
            "ACMCertificateArn": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/c1",
            "SSLSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1.2_2021",
        },
        "CustomErrorResponses": {"Quantity": 1, "Items": [{"ErrorCode": 404, "ErrorCachingMinTTL": 60}]},
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
        "HttpVersion": "http2and3",
        "WebACLId": f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/shop/1",
        **more,
    }


@seeds("cloudfront.old-tls", "cloudfront.origin-by-old-tls", "cloudfront.origin-by-plain-http", "cloudfront.plain-http")
def distribution_of_servers(aws: Aws) -> State:
    config = _config(
        _server("app", "match-viewer", "SSLv3", "TLSv1", "TLSv1.2"),
        _server("images", "http-only", "TLSv1.2"),
        _server("safe", "https-only", "TLSv1.2"),
        DefaultCacheBehavior=_behavior("app", "allow-all"),
        CacheBehaviors={
            "Quantity": 2,
            "Items": [
                _behavior("images", "allow-all", PathPattern="/images/*"),
                _behavior("safe", "https-only", PathPattern="/pay/*"),
            ],
        },
    )
    config["ViewerCertificate"]["MinimumProtocolVersion"] = "TLSv1.1_2016"
    return _distribution(aws, config)


@seeds("cloudfront.no-default-root-object", "cloudfront.plain-http")
def distribution_of_bucket(aws: Aws) -> State:
    bucket = {
        "Id": "files",
        "DomainName": "files.s3.eu-west-1.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
        "OriginAccessControlId": "oac1",
    }
    config = _config(bucket, DefaultCacheBehavior=_behavior("files", "allow-all"), DefaultRootObject="")
    return _distribution(aws, config)
