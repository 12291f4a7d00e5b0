"""Workgroups of Athena: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Params, Put
from bartizan.resources.athena import WorkGroup
from bartizan.resources.reading import Call


def _encryption(option: str | None) -> dict[str, Any]:
    if option is None:
        return {"RemoveEncryptionConfiguration": True}
    return {"EncryptionConfiguration": {"EncryptionOption": option}}


def _updates(edit: Edit) -> Params:
    """The settings that change; Athena keeps those that are not named."""
    given: dict[str, Any] = {}
    if edit.changes("enforced"):
        given["EnforceWorkGroupConfiguration"] = edit.after.enforced
    if edit.changes("publishes_metrics"):
        given["PublishCloudWatchMetricsEnabled"] = edit.after.publishes_metrics
    if edit.changes("engine_version"):
        given["EngineVersion"] = {"SelectedEngineVersion": edit.after.engine_version}
    if edit.changes("result_encryption"):
        given["ResultConfigurationUpdates"] = _encryption(edit.after.result_encryption)
    return {"WorkGroup": edit.after.work_group_name, "ConfigurationUpdates": given}


WORK_GROUP = ApiWriter(
    WorkGroup,
    puts=(
        Put(
            Call("athena:UpdateWorkGroup"),
            _updates,
            ("enforced", "publishes_metrics", "engine_version", "result_encryption"),
        ),
    ),
)
