"""Environments of Elastic Beanstalk: changing them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put
from bartizan.resources.elasticbeanstalk import HEALTH, IMDSV1, LOGS, UPDATES, Environment, Option, deployed
from bartizan.resources.reading import Call, Reply

_FIELDS: dict[str, Option] = {
    "system_type": HEALTH,
    "managed_actions_enabled": UPDATES,
    "stream_logs": LOGS,
    "disable_imdsv1": IMDSV1,
}
_NEEDED: dict[Option, str] = {
    ("aws:elasticbeanstalk:managedactions", "PreferredStartTime"): "Sun:03:00",
    ("aws:elasticbeanstalk:managedactions:platformupdate", "UpdateLevel"): "minor",
}
"""What AWS asks for with managed updates, and what it is given where nothing is set.

Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environment-platform-update-managed.html
"""
_OPTIONS = frozenset({*_FIELDS.values(), *_NEEDED})


def _kept(reply: Reply) -> list[dict[str, str]]:
    """The settings in force of the options that are changed here; others may hold secrets."""
    names = ("Namespace", "OptionName", "Value")
    return [
        {name: each[name] for name in names}
        for each in deployed(reply)
        if (each["Namespace"], each["OptionName"]) in _OPTIONS and each.get("Value")
    ]


def _by_option(settings: list[dict[str, str]]) -> dict[Option, str]:
    return {(each["Namespace"], each["OptionName"]): each["Value"] for each in settings}


def _wanted(edit: Edit) -> Iterator[tuple[Option, str]]:
    for name, option in _FIELDS.items():
        if edit.changes(name):
            value = getattr(edit.after, name)
            yield option, str(value).lower()
    if edit.changes("managed_actions_enabled") and edit.after.managed_actions_enabled:
        there = _by_option(edit.now)
        yield from ((option, value) for option, value in _NEEDED.items() if option not in there)


def _options(edit: Edit) -> Params:
    """Only these options change; one that had no value before loses it again in an undo."""
    there = _by_option(edit.now)
    if edit.undoing:
        was = _by_option(edit.was)
        chosen = {option for name, option in _FIELDS.items() if edit.changes(name)}
        if UPDATES in chosen:
            chosen |= {option for option in _NEEDED if there.get(option) == _NEEDED[option]}
        wanted = {option: was.get(option) for option in sorted(chosen)}
    else:
        wanted = dict(_wanted(edit))
    given: dict[str, Any] = {"EnvironmentName": edit.after.environment_name}
    settings = [_named(option, Value=value) for option, value in wanted.items() if value is not None]
    gone = [_named(option) for option, value in wanted.items() if value is None]
    return given | ({"OptionSettings": settings} if settings else {}) | ({"OptionsToRemove": gone} if gone else {})


def _named(option: Option, **more: str) -> dict[str, str]:
    return {"Namespace": option[0], "OptionName": option[1], **more}


ENVIRONMENT = ApiWriter(
    Environment,
    puts=(
        Put(
            Call("elasticbeanstalk:UpdateEnvironment"),
            _options,
            tuple(_FIELDS),
            look=Look(
                Call("elasticbeanstalk:DescribeConfigurationSettings"),
                lambda environment: {
                    "ApplicationName": environment.arn.split("/")[1],
                    "EnvironmentName": environment.environment_name,
                },
                _kept,
            ),
            busy=("InvalidParameterValue: is in an invalid state for this operation",),
            minutes=15,
        ),
    ),
)
