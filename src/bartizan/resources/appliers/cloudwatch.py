"""Alarms: changing them."""

from __future__ import annotations

from bartizan.resources.applying import ApiWriter, Edit, Params, Put
from bartizan.resources.cloudwatch import Alarm
from bartizan.resources.reading import Call


def _if(edit: Edit, *, enabled: bool) -> Params | None:
    return {"AlarmNames": [edit.after.alarm_name]} if edit.after.actions_enabled is enabled else None


ALARM = ApiWriter(
    Alarm,
    puts=(
        Put(Call("cloudwatch:EnableAlarmActions"), lambda edit: _if(edit, enabled=True), ("actions_enabled",)),
        Put(Call("cloudwatch:DisableAlarmActions"), lambda edit: _if(edit, enabled=False), ("actions_enabled",)),
    ),
)
