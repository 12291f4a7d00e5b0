"""The recorder of AWS Config as code."""

from __future__ import annotations

from typing import Any

from bartizan.resources.config import ConfigurationRecorder
from bartizan.resources.writing import CodeWriter, Nested, Own, Part, nested


def _listed(types: tuple[str, ...], name: str, excluded: str) -> dict[str, Any]:
    return {excluded: Nested({name: list(types)}) if types else None}


def _globals(recorder: ConfigurationRecorder) -> bool | None:
    """Only where all types are recorded is this said apart."""
    return True if recorder.all_supported and recorder.records_global_types else None


TERRAFORM_RECORDER = CodeWriter(
    "aws_config_configuration_recorder",
    ConfigurationRecorder,
    names={"recorder_name": "name"},
    fields={
        "recorder_name": "name",
        "all_supported": "recording_group.all_supported",
        "included_types": lambda recorder: {"recording_group": nested(resource_types=list(recorder.included_types))},
        "excluded_types": lambda recorder: {
            "recording_group": Nested(_listed(recorder.excluded_types, "resource_types", "exclusion_by_resource_types"))
        },
        "records_global_types": lambda recorder: {
            "recording_group": Nested({"include_global_resource_types": _globals(recorder)})
        },
    },
    parts=(Part("aws_config_configuration_recorder_status", {"recording": "is_enabled"}, {"name": Own("name")}),),
    import_id=lambda recorder: recorder.recorder_name or "",
)

# A recorder that CloudFormation makes begins to record by itself, so that there is nothing to say of it.
CLOUDFORMATION_RECORDER = CodeWriter(
    "AWS::Config::ConfigurationRecorder",
    ConfigurationRecorder,
    names={"recorder_name": "Name"},
    fields={
        "recorder_name": "Name",
        "recording": lambda _: {},
        "all_supported": "RecordingGroup.AllSupported",
        "included_types": lambda recorder: {
            "RecordingGroup": Nested({"ResourceTypes": list(recorder.included_types) or None})
        },
        "excluded_types": lambda recorder: {
            "RecordingGroup": Nested(_listed(recorder.excluded_types, "ResourceTypes", "ExclusionByResourceTypes"))
        },
        "records_global_types": lambda recorder: {
            "RecordingGroup": Nested({"IncludeGlobalResourceTypes": _globals(recorder)})
        },
    },
)
