"""Load balancers and their listeners as code."""

from __future__ import annotations

from typing import Any

from bartizan.resources.elbv2 import Listener, LoadBalancer
from bartizan.resources.writing import CodeWriter, nested, tags_map, tags_pairs

TERRAFORM_BALANCER = CodeWriter(
    "aws_lb",
    LoadBalancer,
    names={"load_balancer_name": "name", "type": "load_balancer_type"},
    fields={
        "deletion_protection": "enable_deletion_protection",
        "drop_invalid_headers": "drop_invalid_header_fields",
        "desync_mitigation_mode": "desync_mitigation_mode",
        "waf_fail_open": "enable_waf_fail_open",
        "tags": tags_map,
    },
    import_id=lambda balancer: balancer.arn,
)


def _attributes(balancer: LoadBalancer) -> dict[str, Any]:
    """All that is known at once, since they stand in one list."""
    values = {
        "deletion_protection.enabled": balancer.deletion_protection,
        "routing.http.drop_invalid_header_fields.enabled": balancer.drop_invalid_headers,
        "routing.http.desync_mitigation_mode": balancer.desync_mitigation_mode,
        "waf.fail_open.enabled": balancer.waf_fail_open,
    }
    own = values if balancer.type == "application" else {"deletion_protection.enabled": balancer.deletion_protection}
    return {
        "LoadBalancerAttributes": [
            {"Key": key, "Value": value if isinstance(value, str) else str(value).lower()} for key, value in own.items()
        ]
    }


CLOUDFORMATION_BALANCER = CodeWriter(
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    LoadBalancer,
    names={"load_balancer_name": "Name", "type": "Type"},
    fields={
        "deletion_protection": _attributes,
        "drop_invalid_headers": _attributes,
        "desync_mitigation_mode": _attributes,
        "waf_fail_open": _attributes,
        "tags": tags_pairs,
    },
)


def _port(listener: Listener) -> int | None:
    port = listener.endpoint.rpartition(":")[2]
    return int(port) if port.isdecimal() else None


def _redirects(listener: Listener) -> bool:
    return listener.default_action == "redirect"


def _tf_action(listener: Listener) -> dict[str, Any]:
    redirect = nested(port="443", protocol=listener.redirect_protocol, status_code="HTTP_301")
    return {"default_action": nested(type=listener.default_action, redirect=redirect if _redirects(listener) else None)}


TERRAFORM_LISTENER = CodeWriter(
    "aws_lb_listener",
    Listener,
    names={
        "load_balancer_arn": "load_balancer_arn",
        "protocol": "protocol",
        "endpoint": lambda listener: {"port": _port(listener)},
    },
    fields={
        "ssl_policy": "ssl_policy",
        "default_action": _tf_action,
        "redirect_protocol": _tf_action,
        "mutual_authentication": "mutual_authentication.mode",
    },
    import_id=lambda listener: listener.arn,
)


def _cfn_action(listener: Listener) -> dict[str, Any]:
    redirect = {"Port": "443", "Protocol": listener.redirect_protocol, "StatusCode": "HTTP_301"}
    return {
        "DefaultActions": [
            {"Type": listener.default_action, "RedirectConfig": redirect if _redirects(listener) else None}
        ]
    }


CLOUDFORMATION_LISTENER = CodeWriter(
    "AWS::ElasticLoadBalancingV2::Listener",
    Listener,
    names={
        "load_balancer_arn": "LoadBalancerArn",
        "protocol": "Protocol",
        "endpoint": lambda listener: {"Port": _port(listener)},
    },
    fields={
        "ssl_policy": "SslPolicy",
        "default_action": _cfn_action,
        "redirect_protocol": _cfn_action,
        "mutual_authentication": "MutualAuthentication.Mode",
    },
)
