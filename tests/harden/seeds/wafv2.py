"""Web ACLs that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import SECRET, State, seeds

_ARN = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/1"
_SEEN = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": True, "MetricName": "shop"}


def _acl(aws: Aws, *rules: dict[str, Any], **more: Any) -> State:
    """A web ACL that an update replaces as a whole, and only with the token of the last one."""
    numbered = [{"Priority": number * 10, "VisibilityConfig": _SEEN, **each} for number, each in enumerate(rules)]
    state: dict[str, Any] = {
        "DefaultAction": {"Allow": {}},
        "VisibilityConfig": _SEEN,
        "Rules": numbered,
        **more,
    }
    told = {"Name": "shop", "Id": "1", "ARN": _ARN, "Capacity": 100, "Description": ""}
    token = ["t0"]

    def update(params: dict[str, Any]) -> dict[str, Any]:
        if params.pop("LockToken") != token[0]:
            raise AwsError("WAFOptimisticLockException", "the token is not that of the last change")
        assert [params.pop(name) for name in ("Name", "Scope", "Id")] == ["shop", "REGIONAL", "1"]
        names = [each["Name"] for each in params["Rules"]]
        priorities = [each["Priority"] for each in params["Rules"]]
        if len({*names}) < len(names) or len({*priorities}) < len(names):
            raise AwsError("WAFInvalidParameterException", "names and priorities must differ")
        state.clear()
        state.update(params)
        token[0] += "0"
        return {"NextLockToken": token[0]}

    listed = {"Name": "shop", "Id": "1", "ARN": _ARN, "LockToken": "t"}
    aws.answers("wafv2:ListWebACLs", lambda params: {"WebACLs": [listed] if params["Scope"] == "REGIONAL" else []})
    aws.answers("wafv2:GetWebACL", lambda _: {"WebACL": _told({**told, **state}), "LockToken": token[0]})
    aws.answers("wafv2:ListLoggingConfigurations", {"LoggingConfigurations": []})
    aws.answers("wafv2:ListResourcesForWebACL", {"ResourceArns": []})
    aws.answers("wafv2:UpdateWebACL", update)
    return lambda: state


def _told(value: Any) -> Any:
    """What AWS tells: what a rule searches for comes as bytes."""
    if isinstance(value, dict):
        return {name: each.encode() if name == "SearchString" else _told(each) for name, each in value.items()}
    return [_told(each) for each in value] if isinstance(value, list) else value


def _group(name: str, does: str = "None", **more: Any) -> dict[str, Any]:
    statement = {"VendorName": "AWS", "Name": name, **more}
    return {
        "Name": name,
        "Statement": {"ManagedRuleGroupStatement": statement},
        "OverrideAction": {does: {}},
    }


_HEADER = {
    "Name": "only-from-the-cdn",
    "Statement": {
        "NotStatement": {
            "Statement": {
                "ByteMatchStatement": {
                    "SearchString": SECRET,
                    "FieldToMatch": {"SingleHeader": {"Name": "x-origin"}},
                    "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
                    "PositionalConstraint": "EXACTLY",
                }
            }
        }
    },
    "Action": {"Block": {"CustomResponse": {"ResponseCode": 403, "CustomResponseBodyKey": "no"}}},
}
_COUNTED_FLOOD = {
    "Name": "flood",
    "Statement": {"RateBasedStatement": {"Limit": 500, "AggregateKeyType": "IP"}},
    "Action": {"Count": {}},
}
_SETTINGS = {
    "Description": "of the shop",
    "CustomResponseBodies": {"no": {"ContentType": "TEXT_PLAIN", "Content": "no"}},
    "CaptchaConfig": {"ImmunityTimeProperty": {"ImmunityTime": 600}},
    "ChallengeConfig": {"ImmunityTimeProperty": {"ImmunityTime": 600}},
    "TokenDomains": ["shop.example"],
    "AssociationConfig": {"RequestBody": {"API_GATEWAY": {"DefaultSizeInspectionLimit": "KB_64"}}},
}


@seeds("wafv2.floods-not-limited", "wafv2.owasp-not-covered", "wafv2.group-only-counts")
def acl_with_everything_wrong(aws: Aws) -> State:
    version = {"Version": "Version_1.9", "ExcludedRules": [{"Name": "SizeRestrictions_BODY"}]}
    groups = (
        _group("AWSManagedRulesCommonRuleSet", "Count", **version),
        _group("AWSManagedRulesAmazonIpReputationList"),
    )
    return _acl(aws, _HEADER, *groups, _COUNTED_FLOOD, **_SETTINGS)


@seeds("wafv2.floods-not-limited", "wafv2.owasp-not-covered")
def acl_without_rules(aws: Aws) -> State:
    return _acl(aws)


@seeds("wafv2.group-only-counts")
def acl_whose_groups_count(aws: Aws) -> State:
    names = ("AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesSQLiRuleSet")
    return _acl(aws, {**_COUNTED_FLOOD, "Action": {"Block": {}}}, *(_group(each, "Count") for each in names))
