"""Build projects: changing them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put
from bartizan.resources.codebuild import Project
from bartizan.resources.reading import Call

_KEPT = ("environment", "logsConfig", "artifacts", "secondaryArtifacts", "resourceAccessRole")
_BY_EVERYBODY = "PUBLIC_READ"

_PROJECT = Look(
    Call("codebuild:BatchGetProjects"),
    lambda project: {"names": [project.project_name]},
    lambda reply: {name: reply["projects"][0][name] for name in _KEPT if name in reply["projects"][0]},
    hidden=("value",),
)


def _update(edit: Edit) -> Params:
    """What of the project changes; an update replaces each of these as a whole, and leaves the others.

    Source: https://docs.aws.amazon.com/codebuild/latest/APIReference/API_UpdateProject.html
    """
    given: dict[str, Any] = {"name": edit.after.project_name}
    if edit.changes("privileged_mode"):
        given["environment"] = {**edit.now["environment"], "privilegedMode": edit.after.privileged_mode}
    if edit.changes("logs", "unencrypted"):
        given["logsConfig"] = edit.was.get("logsConfig", {}) if edit.undoing else _logs(edit)
    if edit.changes("unencrypted"):
        source = edit.was if edit.undoing else edit.now
        if "artifacts" in source:
            given["artifacts"] = source["artifacts"] if edit.undoing else _encrypted(source["artifacts"])
        if source.get("secondaryArtifacts"):
            others = source["secondaryArtifacts"]
            given["secondaryArtifacts"] = others if edit.undoing else [_encrypted(each) for each in others]
    return given


def _logs(edit: Edit) -> dict[str, Any]:
    settings = dict(edit.now.get("logsConfig") or {})
    if edit.changes("logs"):
        settings["cloudWatchLogs"] = {**settings.get("cloudWatchLogs", {}), "status": "ENABLED"}
    if edit.changes("unencrypted") and "s3Logs" in settings:
        settings["s3Logs"] = {**settings["s3Logs"], "encryptionDisabled": False}
    return settings


def _encrypted(artifacts: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**artifacts, "encryptionDisabled": False} if artifacts["type"] == "S3" else artifacts


def _visibility(edit: Edit) -> Params:
    given = {
        "projectArn": edit.after.arn,
        "projectVisibility": _BY_EVERYBODY if edit.after.public else "PRIVATE",
    }
    # By that role everybody reads the logs and artifacts.
    role = (edit.was or {}).get("resourceAccessRole") if edit.after.public else None
    return given | ({"resourceAccessRole": role} if role else {})


PROJECT = ApiWriter(
    Project,
    puts=(
        Put(
            Call("codebuild:UpdateProject"),
            _update,
            ("privileged_mode", "logs", "unencrypted"),
            look=_PROJECT,
            hidden=("value",),
        ),
        Put(
            Call("codebuild:UpdateProjectVisibility", ("codebuild:UpdateProjectVisibility", "iam:PassRole")),
            _visibility,
            ("public",),
            look=_PROJECT,
        ),
    ),
)
