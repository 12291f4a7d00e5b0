"""Distributions as code."""

from __future__ import annotations

from typing import Any

from bartizan.resources.cloudfront import Behavior, Distribution, Origin
from bartizan.resources.writing import CodeWriter, Nested, nested, tags_map, tags_pairs


def _reached_by(origin: Origin) -> bool:
    """Whether it says by which protocol it is reached, as a server of one's own does."""
    return origin.protocol_policy not in {"", "vpc"}


def _tf_origin(origin: Origin) -> Nested:
    return nested(
        origin_id=origin.id,
        domain_name=origin.domain or None,
        custom_origin_config=nested(
            origin_protocol_policy=origin.protocol_policy, origin_ssl_protocols=list(origin.ssl_protocols)
        )
        if _reached_by(origin)
        else None,
    )


def _tf_behavior(behavior: Behavior) -> Nested:
    return nested(
        path_pattern=None if behavior.path == "*" else behavior.path,
        target_origin_id=behavior.origin,
        viewer_protocol_policy=behavior.viewer_protocol_policy,
    )


TERRAFORM_DISTRIBUTION = CodeWriter(
    "aws_cloudfront_distribution",
    Distribution,
    names={"aliases": "aliases"},
    fields={
        "default_root_object": "default_root_object",
        "origins": lambda distribution: {"origin": [_tf_origin(each) for each in distribution.origins]},
        "behaviors": lambda distribution: {
            "default_cache_behavior": [_tf_behavior(each) for each in distribution.behaviors[:1]],
            "ordered_cache_behavior": [_tf_behavior(each) for each in distribution.behaviors[1:]] or None,
        },
        "default_certificate": "viewer_certificate.cloudfront_default_certificate",
        "minimum_protocol_version": "viewer_certificate.minimum_protocol_version",
        "tags": tags_map,
    },
    import_id=lambda distribution: distribution.arn.rpartition("/")[2],
)


def _cfn_origin(origin: Origin) -> dict[str, Any]:
    return {
        "Id": origin.id,
        "DomainName": origin.domain or None,
        "CustomOriginConfig": {
            "OriginProtocolPolicy": origin.protocol_policy,
            "OriginSSLProtocols": list(origin.ssl_protocols),
        }
        if _reached_by(origin)
        else None,
    }


def _cfn_behavior(behavior: Behavior) -> dict[str, Any]:
    return {
        "PathPattern": None if behavior.path == "*" else behavior.path,
        "TargetOriginId": behavior.origin,
        "ViewerProtocolPolicy": behavior.viewer_protocol_policy,
    }


CLOUDFORMATION_DISTRIBUTION = CodeWriter(
    "AWS::CloudFront::Distribution",
    Distribution,
    names={"aliases": "DistributionConfig.Aliases"},
    fields={
        "default_root_object": "DistributionConfig.DefaultRootObject",
        "origins": lambda distribution: {
            "DistributionConfig": Nested({"Origins": [_cfn_origin(each) for each in distribution.origins]})
        },
        "behaviors": lambda distribution: {
            "DistributionConfig": Nested(
                {
                    "DefaultCacheBehavior": _cfn_behavior(distribution.behaviors[0]),
                    "CacheBehaviors": [_cfn_behavior(each) for each in distribution.behaviors[1:]] or None,
                }
            )
        },
        "default_certificate": "DistributionConfig.ViewerCertificate.CloudFrontDefaultCertificate",
        "minimum_protocol_version": "DistributionConfig.ViewerCertificate.MinimumProtocolVersion",
        "tags": tags_pairs,
    },
)
