"""Amazon EventBridge."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Item, Join, Listing, Reader, Reply, Within
from bartizan.resources.secrets import in_variables
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags


@resource("AWS::Events::EventBus", name="event_bus_name")
class EventBus(Resource):
    """An event bus."""

    event_bus_name: str = field("Its name; `default` is the one that AWS's services write to.", default="default")
    policy: PolicyDocument | None = field("Its resource policy.", default=None)
    kms_key_identifier: str | None = field("The KMS key that encrypts its events, beside AWS's own.", default=None)
    archived: bool = field("Whether an archive keeps its events.", default=False)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)

    @property
    def own(self) -> bool:
        """Whether somebody made it here: neither the default one nor that of a partner."""
        return self.event_bus_name != "default" and not self.event_bus_name.startswith("aws.")


@dataclass(frozen=True, slots=True)
class Target:
    """What a rule sends events to, and the queue that takes those which do not get there."""

    target_arn: str
    dead_letter_arn: str | None = None


@resource("AWS::Events::Rule", name="rule_name")
class EventRule(Resource):
    """A rule of an event bus: which events, or at what times, and where to."""

    rule_name: str = field("Its name.")
    event_bus_name: str = field("The bus whose events it looks at.", default="default")
    enabled: bool = field("Whether it does anything.", default=True)
    all_management_events: bool = field("Whether it also gets read-only calls that CloudTrail records.", default=False)
    event_pattern: str | None = field("Which events it looks for, as JSON; null for a schedule.", default=None)
    scheduled: bool = field("Whether it goes by the clock rather than by events.", default=False)
    managed_by: str | None = field("The AWS service that made it for itself, if one did.", default=None)
    targets: tuple[Target, ...] = field("What it sends events to.", default=())
    input_secrets: tuple[str, ...] = field("The secrets in texts that it sends: kind and place.", default=())


def _buses() -> Listing:
    return Listing(
        Call("events:ListEventBuses"),
        items="EventBuses",
        params={"Limit": 100},
        fields={
            "event_bus_name": lambda item: item["Name"],
            "policy": lambda item: parse_policy(item["Policy"]) if item.get("Policy") else None,
        },
    )


BUSES = Reader(
    EventBus,
    listing=_buses(),
    arn=lambda item, _: item["Arn"],
    joins=(
        Join(
            Listing(Call("events:ListArchives"), items="Archives", params={"Limit": 100}),
            index=lambda items: {each["EventSourceArn"] for each in items if each["State"] == "ENABLED"},
            fields={"archived": lambda item, sources: item["Arn"] in sources},
        ),
    ),
    details=(
        Detail(
            Call("events:DescribeEventBus"),
            params=lambda item: {"Name": item["Name"]},
            fields={"kms_key_identifier": lambda reply: reply.get("KmsKeyIdentifier") or None},
        ),
        Detail(
            Call("events:ListTagsForResource"),
            params=lambda item: {"ResourceARN": item["Arn"]},
            fields={"tags": lambda reply: tags_in(reply.get("Tags") or ())},
        ),
    ),
)


def _pattern(value: str | Mapping[str, Any] | None) -> str | None:
    """A pattern as JSON that is written in one way."""
    if not value:
        return None
    return json.dumps(json.loads(value) if isinstance(value, str) else value, sort_keys=True)


_WITH_READS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


def _target(item: Mapping[str, Any]) -> Target:
    return Target(item["Arn"], (item.get("DeadLetterConfig") or {}).get("Arn"))


def _targets(items: Iterable[Mapping[str, Any]]) -> tuple[Target, ...]:
    return tuple(sorted((_target(each) for each in items), key=lambda each: each.target_arn))


def _leaves(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _leaves(each, str(key))
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, name)
    elif isinstance(value, str):
        yield name, value


def secrets_in(inputs: Iterable[str]) -> tuple[str, ...]:
    """The secrets in the texts that a rule sends, which mostly are JSON, each as name and kind."""
    found: set[str] = set()
    for text in inputs:
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        for name, leaf in _leaves(value, "input"):
            found.update(in_variables({name: leaf}))
    return tuple(sorted(found))


def _inputs(targets: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for each in targets:
        if each.get("Input"):
            yield each["Input"]
        for part in ("HeaderParameters", "QueryStringParameters"):
            yield json.dumps((each.get("HttpParameters") or {}).get(part) or {})


def _rule_arn(item: Item, _: object) -> str:
    arn: str = item["Arn"]
    return arn


def _whole(reply: Reply) -> list[Mapping[str, Any]]:
    targets: list[Mapping[str, Any]] = reply["Targets"]
    return targets


RULES = Reader(
    EventRule,
    listing=Listing(
        Call("events:ListRules"),
        items="Rules",
        params={"Limit": 100},
        fields={
            "rule_name": lambda item: item["Name"],
            "event_bus_name": lambda item: item["EventBusName"],
            "enabled": lambda item: item["State"] != "DISABLED",
            "all_management_events": lambda item: item["State"] == _WITH_READS,
            "event_pattern": lambda item: _pattern(item.get("EventPattern")),
            "scheduled": lambda item: "ScheduleExpression" in item and "EventPattern" not in item,
            "managed_by": lambda item: item.get("ManagedBy"),
        },
        within=Within(_buses(), params=lambda item: {"EventBusName": item["Name"]}),
    ),
    arn=_rule_arn,
    details=(
        Detail(
            Call("events:ListTargetsByRule"),
            # A rule has five targets unless AWS raised the quota, so that one page holds them.
            params=lambda item: {"Rule": item["Name"], "EventBusName": item["EventBusName"], "Limit": 100},
            fields={
                "targets": lambda reply: _targets(_whole(reply)),
                "input_secrets": lambda reply: secrets_in(_inputs(_whole(reply))),
            },
        ),
    ),
)


def _cfn_policy(block: Block) -> PolicyDocument | None:
    apart = [each.plain("Statement") for each in block.parts("AWS::Events::EventBusPolicy")]
    own = block.plain("Policy")
    if own is None:
        return parse_policy({"Version": "2012-10-17", "Statement": apart}) if apart else None
    return parse_policy(own)


CLOUDFORMATION_BUS = CodeReader(
    "AWS::Events::EventBus",
    EventBus,
    parts={"AWS::Events::EventBusPolicy": "EventBusName", "AWS::Events::Archive": "SourceArn"},
    fields={
        "event_bus_name": lambda block: block["Name"],
        "policy": _cfn_policy,
        "kms_key_identifier": lambda block: block.id_if_given("KmsKeyIdentifier"),
        "archived": lambda block: bool(list(block.parts("AWS::Events::Archive"))),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)


def _terraform_policy(block: Block) -> PolicyDocument | None:
    apart = block.part("aws_cloudwatch_event_bus_policy")
    return parse_policy(apart.plain("policy")) if apart else None


TERRAFORM_BUS = CodeReader(
    "aws_cloudwatch_event_bus",
    EventBus,
    parts={"aws_cloudwatch_event_bus_policy": "event_bus_name", "aws_cloudwatch_event_archive": "event_source_arn"},
    defaulted={"aws_cloudwatch_event_bus": ("tags_all",)},
    fields={
        "event_bus_name": lambda block: block["name"],
        "policy": _terraform_policy,
        "kms_key_identifier": lambda block: block.id_if_given("kms_key_identifier"),
        "archived": lambda block: bool(list(block.parts("aws_cloudwatch_event_archive"))),
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_RULE = CodeReader(
    "AWS::Events::Rule",
    EventRule,
    fields={
        "rule_name": lambda block: block.get("Name") or block.what,
        "event_bus_name": lambda block: block.get("EventBusName", "default"),
        "enabled": lambda block: block.get("State", "ENABLED") != "DISABLED",
        "all_management_events": lambda block: block.get("State") == _WITH_READS,
        "event_pattern": lambda block: _pattern(block.plain("EventPattern")),
        "scheduled": lambda block: "ScheduleExpression" in block and "EventPattern" not in block,
        "managed_by": lambda _: None,
        "targets": lambda block: _targets(block.plain("Targets", [])),
        "input_secrets": lambda block: secrets_in(_inputs(block.plain("Targets", []))),
    },
)


def _terraform_target(block: Block) -> Mapping[str, Any]:
    dead = block.get("dead_letter_config") or [{}]
    return {"Arn": block["arn"], "DeadLetterConfig": {"Arn": dead[0].get("arn")}, "Input": block.get("input")}


TERRAFORM_RULE = CodeReader(
    "aws_cloudwatch_event_rule",
    EventRule,
    parts={"aws_cloudwatch_event_target": "rule"},
    defaulted={"aws_cloudwatch_event_rule": ("name", "name_prefix", "state", "is_enabled")},
    fields={
        "rule_name": lambda block: block.get("name") or block.what,
        "event_bus_name": lambda block: block.get("event_bus_name") or "default",
        "enabled": lambda block: block.get("state", "ENABLED") != "DISABLED" and block.get("is_enabled", True),
        "all_management_events": lambda block: block.get("state") == _WITH_READS,
        "event_pattern": lambda block: _pattern(block.get("event_pattern")),
        "scheduled": lambda block: bool(block.get("schedule_expression")) and not block.get("event_pattern"),
        "managed_by": lambda _: None,
        "targets": lambda block: _targets(
            _terraform_target(each) for each in block.parts("aws_cloudwatch_event_target")
        ),
        "input_secrets": lambda block: secrets_in(
            _inputs({"Input": each.get("input")} for each in block.parts("aws_cloudwatch_event_target"))
        ),
    },
)
