"""Checks of alarms by themselves."""

from __future__ import annotations

from bartizan.model import Problems, World, replace, rule
from bartizan.resources.cloudwatch import Alarm, CompositeAlarm
from bartizan.resources.sns import Topic
from bartizan.rules.cloudwatch.watch import reason_for_silence

_TOPIC = "arn:aws:sns:eu-west-1:111122223333:security"
_ELSEWHERE = "arn:aws:sns:eu-west-1:444455556666:security"


@rule(
    "low",
    passes=[Alarm(), Alarm(actions_enabled=False), Alarm(alarm_actions=(_TOPIC,))],
    fails=[Alarm(alarm_actions=(_TOPIC,), actions_enabled=False)],
)
def actions_disabled(alarm: Alarm) -> Problems:
    """CloudWatch alarm has actions that are turned off.

    ## Why it matters
    It goes off and nothing happens. Whoever turned its actions off for an hour of work forgot it, or does not want to
    be noticed.

    ## How to fix
    Enable the alarm's actions.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-17
    """
    if alarm.alarm_actions and not alarm.actions_enabled:
        yield f"{len(alarm.alarm_actions)} actions are set, and none is carried out"


@actions_disabled.fix
def enable_actions(alarm: Alarm) -> Alarm:
    """Enable the alarm's actions."""
    return replace(alarm, actions_enabled=True)


@rule(
    "low",
    passes=[
        Alarm(alarm_actions=(_TOPIC,)),
        Alarm(alarm_actions=(_TOPIC,), actions_enabled=False),
        (Alarm(alarm_name="part"), CompositeAlarm(children=("part",), alarm_actions=(_TOPIC,))),
    ],
    fails=[
        Alarm(),
        (Alarm(alarm_name="part"), CompositeAlarm(children=("part",))),
        (Alarm(alarm_name="part"), CompositeAlarm(children=("other",), alarm_actions=(_TOPIC,))),
    ],
    reads=[CompositeAlarm],
)
def no_action(alarm: Alarm, world: World) -> Problems:
    """CloudWatch alarm does nothing when it goes off.

    ## Why it matters
    Nobody is told and nothing is started, so that it only helps whoever happens to look at the console.

    ## How to fix
    Name a topic that people read as its action, or delete the alarm.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-15
    """
    if alarm.alarm_actions:
        return
    parents = (each for each in world.all(CompositeAlarm, near=alarm) if alarm.name in each.children)
    if not any(each.alarm_actions for each in parents):
        yield "it has no action"


@rule(
    "medium",
    passes=[
        Alarm(account="111122223333"),
        Alarm(account="111122223333", alarm_actions=(_TOPIC,), actions_enabled=False),
        Alarm(account="111122223333", alarm_actions=(_ELSEWHERE,)),
        Alarm(account="111122223333", alarm_actions=("arn:aws:swf:eu-west-1:111122223333:action/actions/x",)),
        (
            Alarm(account="111122223333", alarm_actions=(_TOPIC,)),
            Topic(arn=_TOPIC, account="111122223333", subscriptions_confirmed=2),
        ),
    ],
    fails=[
        Alarm(account="111122223333", alarm_actions=(_TOPIC,)),
        (
            Alarm(account="111122223333", alarm_actions=(_TOPIC,)),
            Topic(topic_name="security", arn=_TOPIC, account="111122223333", subscriptions_confirmed=0),
        ),
    ],
    reads=[Topic, CompositeAlarm],
)
def nobody_hears(alarm: Alarm, world: World) -> Problems:
    """CloudWatch alarm writes to a topic that nobody reads.

    ## Why it matters
    Somebody thinks that he will be told. The topic is gone, or its subscriber never confirmed.

    ## How to fix
    Subscribe somebody to the topic and confirm, or name a topic that is read.

    ## References
    - https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    """
    topics = [each for each in alarm.alarm_actions if ":sns:" in each]
    if topics and alarm.actions_enabled:
        reason = reason_for_silence(world, alarm)
        if reason:
            yield reason
