"""The recorder of AWS Config: changing it."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, Refused
from bartizan.resources.config import ConfigurationRecorder
from bartizan.resources.reading import Call, Reply

_SENT = ("name", "roleARN", "recordingGroup", "recordingMode")


def _kept(reply: Reply) -> dict[str, Any]:
    recorder = reply["ConfigurationRecorders"][0]
    return {name: recorder[name] for name in _SENT if name in recorder}


_RECORDER = Look(
    Call("config:DescribeConfigurationRecorders"),
    lambda recorder: {"ConfigurationRecorderNames": [recorder.recorder_name]},
    _kept,
)


def _start(edit: Edit) -> Params | None:
    if not edit.after.recording:
        return None
    if edit.before.recorder_name is None:
        raise Refused("there is no recorder, and one that is made needs a role, and a bucket for its history")
    if edit.after.delivery_bucket is None:
        raise Refused("the recorder has no delivery channel; give it one, to a bucket of the logging account")
    return {"ConfigurationRecorderName": edit.after.recorder_name}


def _stop(edit: Edit) -> Params | None:
    return None if edit.after.recording else {"ConfigurationRecorderName": edit.after.recorder_name}


def _group(edit: Edit) -> dict[str, Any]:
    if not edit.undoing:
        return {
            "allSupported": True,
            "includeGlobalResourceTypes": edit.after.records_global_types,
            "recordingStrategy": {"useOnly": "ALL_SUPPORTED_RESOURCE_TYPES"},
        }
    # AWS tells empty lists for what a strategy does not use, and takes none of them.
    group = {name: value for name, value in edit.was.get("recordingGroup", {}).items() if value != []}
    if not group.get("exclusionByResourceTypes", {}).get("resourceTypes"):
        group.pop("exclusionByResourceTypes", None)
    return group


RECORDER = ApiWriter(
    ConfigurationRecorder,
    puts=(
        Put(
            Call("config:PutConfigurationRecorder", ("config:PutConfigurationRecorder", "iam:PassRole")),
            lambda edit: {"ConfigurationRecorder": {**edit.now, "recordingGroup": _group(edit)}},
            ("all_supported", "excluded_types", "included_types", "records_global_types"),
            look=_RECORDER,
        ),
        Put(Call("config:StartConfigurationRecorder"), _start, ("recording", "recorder_name")),
        Put(Call("config:StopConfigurationRecorder"), _stop, ("recording",)),
    ),
)
