"""Checks of Amazon EventBridge. Rules that AWS's services made for themselves are left in peace."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.policy import parse_policy, reach
from bartizan.policy.removal import without_statements
from bartizan.resources.events import EventBus, EventRule, Target
from bartizan.rules.outsiders import shared_with_other_organization

_ANYONE = {"Effect": "Allow", "Principal": "*", "Action": "events:PutEvents", "Resource": "*"}
_ORGANIZATION = {**_ANYONE, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}}
_PARTNER = {**_ANYONE, "Principal": {"AWS": "arn:aws:iam::444455556666:root"}}
_BUS = EventBus(arn="arn:aws:events:eu-west-1:111122223333:event-bus/orders", account="111122223333")
_FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:pay"
_QUEUE = "arn:aws:sqs:eu-west-1:111122223333:failed"
_SERVICE = "autoscaling.amazonaws.com"


@rule(
    "high",
    passes=[EventBus(), EventBus(policy=parse_policy({"Statement": _ORGANIZATION}))],
    fails=[EventBus(policy=parse_policy({"Statement": _ANYONE}))],
)
def public_bus(bus: EventBus) -> Problems:
    """EventBridge bus lets anyone in.

    ## Why it matters
    Anyone can send forged events, and what follows from them is done with your permissions.

    ## How to fix
    Name the accounts as principals, or restrict the statement with `aws:PrincipalOrgID`.

    ## References
    - https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html
    """
    yield from reach.public(bus.policy, bus.arn, bus.account)


@public_bus.risky_fix("senders that rely on the open statement are refused")
def close_bus(bus: EventBus) -> EventBus:
    """Remove the statements that let anyone in from the bus's policy."""
    return replace(bus, policy=without_statements(bus.policy, reach.opening(bus.policy, bus.arn, bus.account)))


@rule(
    "low",
    advice=True,
    passes=[_BUS, replace(_BUS, policy=parse_policy({"Statement": _ORGANIZATION}))],
    fails=[replace(_BUS, policy=parse_policy({"Statement": _PARTNER}))],
)
def shared_bus(bus: EventBus, *, trusted_accounts: tuple[str, ...] = ()) -> Problems:
    """EventBridge bus is shared with another account.

    ## Why it matters
    That account sends events which your rules take for real, or makes rules that see yours. Both are as safe as its
    people and roles, whom you do not see.

    ## How to fix
    Allow the least of actions, to single roles where you can, and write down what it is for.

    ## Parameters
    - `trusted_accounts`: accounts of yours, 12 digits each. The scan of an organization adds its own.

    ## References
    - https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
    """
    for each in reach.other_accounts(bus.policy, bus.arn, bus.account, trusted=trusted_accounts):
        yield f"{each} has access"


@rule(
    "info",
    advice=True,
    passes=[EventBus(event_bus_name="default"), EventBus(event_bus_name="orders", archived=True)],
    fails=[EventBus(event_bus_name="orders")],
)
def no_archive(bus: EventBus) -> Problems:
    """Events of a bus are kept in no archive.

    ## Why it matters
    What a broken consumer lost cannot be sent again, and nobody can look up later what was sent.

    ## How to fix
    Consider an archive where events cannot be made again, with a retention.

    ## References
    - https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html
    """
    if bus.own and not bus.archived:
        yield "no archive is enabled"


@rule(
    "info",
    advice=True,
    passes=[EventBus(event_bus_name="default"), EventBus(event_bus_name="orders", kms_key_identifier="alias/orders")],
    fails=[EventBus(event_bus_name="orders")],
)
def no_kms_key(bus: EventBus) -> Problems:
    """Events of a bus are under no KMS key of yours.

    ## Why it matters
    AWS encrypts them under a key of its own, whose use you neither control nor see.

    ## How to fix
    Consider a customer managed key where events hold data of people.

    ## References
    - https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-at-rest-key-options.html
    """
    if bus.own and not bus.kms_key_identifier:
        yield "AWS's own key encrypts it"


@rule(
    "low",
    passes=[
        EventRule(rule_name="r"),
        EventRule(rule_name="r", enabled=False, scheduled=True),
        EventRule(rule_name="r", enabled=False, managed_by=_SERVICE),
    ],
    fails=[EventRule(rule_name="r", enabled=False)],
)
def rule_disabled(rule: EventRule) -> Problems:
    """EventBridge rule looks for events, and is turned off.

    ## Why it matters
    What it should tell or mend happens unnoticed. Intruders turn off such rules.

    ## How to fix
    Turn it on, or delete it if nobody needs it.

    ## References
    - https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-delete-rule.html
    """
    if not rule.enabled and not rule.scheduled and rule.managed_by is None:
        yield f"it is disabled on bus {rule.event_bus_name}"


@rule_disabled.risky_fix("what the rule does starts again")
def enable_rule(rule: EventRule) -> EventRule:
    """Turn the rule on."""
    return replace(rule, enabled=True)


@rule(
    "low",
    passes=[
        EventRule(rule_name="r", targets=(Target(_FUNCTION, _QUEUE),)),
        EventRule(rule_name="r"),
        EventRule(rule_name="r", targets=(Target(_FUNCTION),), managed_by=_SERVICE),
    ],
    fails=[EventRule(rule_name="r", targets=(Target(_FUNCTION), Target(_QUEUE, _QUEUE)))],
)
def no_dead_letter_queue(rule: EventRule) -> Problems:
    """EventBridge rule loses events that do not reach a target.

    ## Why it matters
    After a day of trying, or at once if the target refuses, the event is gone, and nobody knows.

    ## How to fix
    Name a dead-letter queue for each target, and set an alarm on its length.

    ## References
    - https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    """
    if rule.managed_by is None:
        for target in rule.targets:
            if not target.dead_letter_arn:
                yield f"{target.target_arn} has no dead-letter queue"


@rule(
    "low",
    passes=[
        EventRule(rule_name="r", targets=(Target(_FUNCTION),)),
        EventRule(rule_name="r", enabled=False),
        EventRule(rule_name="r", managed_by=_SERVICE),
    ],
    fails=[EventRule(rule_name="r")],
)
def no_target(rule: EventRule) -> Problems:
    """EventBridge rule finds events and does nothing with them.

    ## Why it matters
    Somebody thinks that he will be told. The target was deleted, or removed by an intruder.

    ## How to fix
    Add the target again, or delete the rule.

    ## References
    - https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
    """
    if rule.enabled and rule.managed_by is None and not rule.targets:
        yield "it has no target"


@rule(
    "high",
    passes=[EventRule(rule_name="r")],
    fails=[EventRule(rule_name="r", input_secrets=("password (value of a secret's name)",))],
)
def secret_in_input(rule: EventRule) -> Problems:
    """EventBridge rule sends a secret that stands in its settings.

    ## Why it matters
    Everybody who may list the rule's targets reads it, and so does each log on the way.

    ## How to fix
    Let the target fetch the secret from Secrets Manager, and change the secret.

    ## References
    - https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    - https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html
    """
    for secret in rule.input_secrets:
        yield f"a target's input holds {secret}"


event_bus_shared_with_other_organization = shared_with_other_organization.of(EventBus, "Event bus")
