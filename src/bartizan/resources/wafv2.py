"""AWS WAF (version 2)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.model import Gap, Reason, Resource, Unknown, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Item, Join, Listing, Reader, Reply

DECLARED_BESIDE = "a web ACL that the same code declares"
"""Stands for the ARN of a web ACL that is associated in code, where the ARN is not known yet."""

_LONGEST_WINDOW = 300
_SUSPENSIVE = frozenset({"Block", "Captcha", "Challenge"})


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many requests of one origin pass within a window of seconds; ``narrowed`` to those of a statement."""

    limit: int
    window: int = _LONGEST_WINDOW
    narrowed: bool = False


@dataclass(frozen=True, slots=True)
class AclRule:
    """A rule of a web ACL: ``stops`` requests or only counts or allows them.

    ``managed`` is vendor and name of a managed rule group (``AWS/AWSManagedRulesCommonRuleSet``), empty for others.
    """

    name: str
    stops: bool = True
    managed: str = ""
    rate: RateLimit | None = None


@resource("AWS::WAFv2::WebACL", name="web_acl_name")
class WebAcl(Resource):
    """A web ACL: the rules by which WAF lets requests through to what it is associated with."""

    web_acl_name: str = field("Its name.")
    scope: str = field("`REGIONAL`, or `CLOUDFRONT` for distributions.", default="REGIONAL")
    default_action: str = field("What becomes of a request that no rule stops: `Allow` or `Block`.", default="Allow")
    rules: tuple[AclRule, ...] = field("Its rules, with those of Firewall Manager.", default=())
    log_destinations: tuple[str, ...] = field("What its logs are written to, by ARN.", default=())
    app_runner_services: tuple[str, ...] = field("The App Runner services that it protects, by ARN.", default=())
    verified_access_instances: tuple[str, ...] = field(
        "The instances of Verified Access that it protects, by ARN.", default=()
    )


def associated(block: Block, code_type: str, attribute: str) -> str | None:
    """The web ACL that code associates with a resource by a part of ``code_type``, if it does."""
    part = block.part(code_type)
    if part is None:
        return None
    try:
        arn: str = part[attribute]
    except Unknown:
        return DECLARED_BESIDE
    return arn


def _rate(statement: Mapping[str, Any]) -> RateLimit | None:
    found = statement.get("RateBasedStatement")
    if not found:
        return None
    window = int(found.get("EvaluationWindowSec") or _LONGEST_WINDOW)
    return RateLimit(int(found["Limit"]), window, bool(found.get("ScopeDownStatement")))


def _rule(item: Mapping[str, Any]) -> AclRule:
    statement = item.get("Statement") or item.get("FirewallManagerStatement") or {}
    managed = statement.get("ManagedRuleGroupStatement")
    override, action = item.get("OverrideAction"), item.get("Action") or {}
    return AclRule(
        name=item["Name"],
        stops="Count" not in override if override is not None else any(name in action for name in _SUSPENSIVE),
        managed=f"{managed['VendorName']}/{managed['Name']}" if managed else "",
        rate=_rate(statement),
    )


def rules_in(*lists: Iterable[Mapping[str, Any]] | None) -> tuple[AclRule, ...]:
    """The rules in lists of the API's shape, in order."""
    return tuple(_rule(each) for some in lists for each in some or ())


def _all_rules(acl: Item) -> tuple[AclRule, ...]:
    return rules_in(
        acl.get("PreProcessFirewallManagerRuleGroups"),
        acl.get("Rules"),
        acl.get("PostProcessFirewallManagerRuleGroups"),
    )


def _destinations(items: list[Item]) -> Mapping[str, tuple[str, ...]]:
    return {each["ResourceArn"]: tuple(each["LogDestinationConfigs"]) for each in items}


def _regional(acl: Any) -> bool:
    return bool(acl.scope == "REGIONAL")


def _resources(field_name: str, kind: str, needs: str) -> Detail:
    return Detail(
        Call("wafv2:ListResourcesForWebACL", permissions=("wafv2:ListResourcesForWebACL", needs)),
        params=lambda item: {"WebACLArn": item["ARN"], "ResourceType": kind},
        fields={field_name: lambda reply: tuple(sorted(reply.get("ResourceArns") or ()))},
        # So WAF answers where the Region does not have that kind of resource.
        absent={"WAFInvalidParameterException": {field_name: ()}},
        when=_regional,
        otherwise={field_name: ()},
    )


def _acl(reply: Reply) -> Item:
    return reply["WebACL"]


def _reader(scope: str) -> Reader:
    # AWS allows a hundred web ACLs in a Region, which is also the longest page.
    params = {"Scope": scope, "Limit": 100}
    return Reader(
        WebAcl,
        listing=Listing(
            Call("wafv2:ListWebACLs"),
            items="WebACLs",
            params=params,
            fields={"web_acl_name": lambda item: item["Name"], "scope": lambda _: scope},
        ),
        arn=lambda item, _: item["ARN"],
        where="region" if scope == "REGIONAL" else "account",
        joins=(
            Join(
                Listing(Call("wafv2:ListLoggingConfigurations"), items="LoggingConfigurations", params=params),
                index=_destinations,
                fields={"log_destinations": lambda item, found: found.get(item["ARN"], ())},
            ),
        ),
        details=(
            Detail(
                Call("wafv2:GetWebACL"),
                params=lambda item: {"Name": item["Name"], "Id": item["Id"], "Scope": scope},
                fields={
                    "default_action": lambda reply: next(iter(_acl(reply)["DefaultAction"])),
                    "rules": lambda reply: _all_rules(_acl(reply)),
                },
            ),
            _resources("app_runner_services", "APP_RUNNER_SERVICE", "apprunner:ListAssociatedServicesForWebAcl"),
            _resources(
                "verified_access_instances",
                "VERIFIED_ACCESS_INSTANCE",
                "ec2:DescribeVerifiedAccessInstanceWebAclAssociations",
            ),
        ),
    )


REGIONAL_ACLS = _reader("REGIONAL")
CLOUDFRONT_ACLS = _reader("CLOUDFRONT")


def _only(blocks: Any) -> Any:
    """The only nested block of a list, as Terraform writes them."""
    return blocks[0] if blocks else None


def _tf_rule(block: Block) -> AclRule:
    statement = _only(block.get("statement")) or Block({})
    managed = _only(statement.get("managed_rule_group_statement"))
    rate = _only(statement.get("rate_based_statement"))
    override, action = _only(block.get("override_action")), _only(block.get("action")) or Block({})
    return AclRule(
        name=block["name"],
        stops=not override.get("count")
        if override is not None
        else any(action.get(each.lower()) for each in _SUSPENSIVE),
        managed=f"{managed['vendor_name']}/{managed['name']}" if managed else "",
        rate=RateLimit(
            int(rate["limit"]),
            int(rate.get("evaluation_window_sec", _LONGEST_WINDOW)),
            bool(rate.get("scope_down_statement")),
        )
        if rate
        else None,
    )


def _tf_rules(block: Block) -> tuple[AclRule, ...]:
    if block.parts("aws_wafv2_web_acl_rule_group_association"):
        raise Unknown(block.what, Gap(Reason.NOT_READ, detail="rule groups are associated with it apart"))
    if text := block.get("rule_json"):
        return rules_in(json.loads(text))
    return tuple(_tf_rule(each) for each in sorted(block.get("rule", ()), key=lambda each: int(each["priority"])))


TERRAFORM_ACL = CodeReader(
    "aws_wafv2_web_acl",
    WebAcl,
    parts={
        "aws_wafv2_web_acl_logging_configuration": "resource_arn",
        "aws_wafv2_web_acl_rule_group_association": "web_acl_arn",
    },
    fields={
        "web_acl_name": lambda block: block["name"],
        "scope": lambda block: block["scope"],
        "default_action": lambda block: "Block" if block["default_action"][0].get("block") else "Allow",
        "rules": _tf_rules,
        "log_destinations": lambda block: _logged(block, "aws_wafv2_web_acl_logging_configuration"),
    },
)


def _logged(block: Block, code_type: str) -> tuple[str, ...]:
    part = block.part(code_type)
    if part is None:
        return ()
    name = "log_destination_configs" if code_type.startswith("aws_") else "LogDestinationConfigs"
    return tuple(part[name])


def _order(rule: Mapping[str, Any]) -> int:
    return int(rule["Priority"])


CLOUDFORMATION_ACL = CodeReader(
    "AWS::WAFv2::WebACL",
    WebAcl,
    parts={"AWS::WAFv2::LoggingConfiguration": "ResourceArn"},
    fields={
        "web_acl_name": lambda block: block["Name"],
        "scope": lambda block: block["Scope"],
        "default_action": lambda block: next(iter(block["DefaultAction"])),
        "rules": lambda block: rules_in(sorted(block.get("Rules", ()), key=_order)),
        "log_destinations": lambda block: _logged(block, "AWS::WAFv2::LoggingConfiguration"),
    },
)
