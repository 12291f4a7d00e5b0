"""Whether what an alarm or a rule sends somewhere reaches a person."""

from __future__ import annotations

from bartizan.model import World
from bartizan.resources.sns import Topic

_TELLING = frozenset({"sns", "lambda", "ssm", "ssm-incidents"})


def tells(action: str) -> bool:
    """Whether an action tells people: a topic, a function, an incident; machines are stopped and scaled without it."""
    return action.split(":")[2] in _TELLING if action.count(":") > 2 else True


def deaf(world: World, account: str, sender: str, action: str) -> str:
    """Why nobody hears of it; empty if somebody does, as far as can be seen from the account."""
    parts = action.split(":")
    if len(parts) < 6 or parts[2] != "sns" or parts[4] != account:
        return ""  # another account's topic, whose subscribers cannot be seen, and what is no topic
    for topic in world.find(Topic, arn=action):
        return "" if topic.subscriptions_confirmed else f"nobody has subscribed to topic {topic.name}"
    return f"topic {parts[5]} of {sender} does not exist"
