"""Brokers of Amazon MQ: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Params, Put
from bartizan.resources.mq import Broker
from bartizan.resources.reading import Call


def _update(edit: Edit) -> Params:
    """What changes; the switches of logs go together, and RabbitMQ has one of them."""
    given: dict[str, Any] = {"BrokerId": edit.after.arn.rpartition(":")[2]}
    if edit.changes("auto_minor_version_upgrade"):
        given["AutoMinorVersionUpgrade"] = edit.after.auto_minor_version_upgrade
    if edit.changes("general_log", "audit_log"):
        audit = {"Audit": edit.after.audit_log} if edit.after.engine_type == "ACTIVEMQ" else {}
        given["Logs"] = {"General": edit.after.general_log, **audit}
    return given


BROKER = ApiWriter(
    Broker,
    puts=(
        Put(
            Call("mq:UpdateBroker"),
            _update,
            ("auto_minor_version_upgrade", "general_log", "audit_log"),
            busy=("ConflictException",),
        ),
    ),
)
