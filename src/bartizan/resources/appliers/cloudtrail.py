"""Trails: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put
from bartizan.resources.cloudtrail import Trail
from bartizan.resources.reading import Call

_TRAIL = Look(
    Call("cloudtrail:GetTrail"),
    lambda trail: {"Name": trail.arn},
    lambda reply: {"IncludeGlobalServiceEvents": bool(reply["Trail"].get("IncludeGlobalServiceEvents"))},
)


def _settings(edit: Edit) -> Params:
    given: dict[str, Any] = {"Name": edit.after.arn}
    if edit.changes("enable_log_file_validation"):
        given["EnableLogFileValidation"] = edit.after.enable_log_file_validation
    if edit.changes("is_multi_region_trail"):
        given["IsMultiRegionTrail"] = edit.after.is_multi_region_trail
        # A trail of all Regions must record the events of global services too:
        # https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html
        if edit.undoing:
            given["IncludeGlobalServiceEvents"] = edit.was["IncludeGlobalServiceEvents"]
        elif not edit.now["IncludeGlobalServiceEvents"]:
            given["IncludeGlobalServiceEvents"] = True
    return given


TRAIL = ApiWriter(
    Trail,
    puts=(
        Put(
            Call("cloudtrail:UpdateTrail"),
            _settings,
            ("enable_log_file_validation", "is_multi_region_trail"),
            look=_TRAIL,
            busy=("ConflictException", "ThrottlingException"),
        ),
        Put(
            Call("cloudtrail:StartLogging"),
            lambda edit: {"Name": edit.after.arn} if edit.after.is_logging else None,
            ("is_logging",),
        ),
        Put(
            Call("cloudtrail:StopLogging"),
            lambda edit: None if edit.after.is_logging else {"Name": edit.after.arn},
            ("is_logging",),
        ),
    ),
)
