"""GuardDuty: changing it."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put
from bartizan.resources.guardduty import Detector
from bartizan.resources.reading import Call

_ROLE = "iam:CreateServiceLinkedRole"


def _settings(edit: Edit) -> Params | None:
    """What changes of a detector that is there; the call leaves all else as it is."""
    if edit.after.detector_id is None or _made_by_us(edit):
        return None
    given: dict[str, Any] = {"DetectorId": edit.after.detector_id}
    if edit.changes("enabled"):
        given["Enable"] = edit.after.enabled
    if edit.changes("finding_publishing_frequency"):
        given["FindingPublishingFrequency"] = edit.after.finding_publishing_frequency
    if edit.changes("disabled_features"):
        was, will = set(edit.before.disabled_features), set(edit.after.disabled_features)
        given["Features"] = [
            {"Name": name, "Status": "DISABLED" if name in will else "ENABLED"} for name in sorted(was ^ will)
        ]
    return given


def _made_by_us(edit: Edit) -> bool:
    """Whether the change that is undone made the detector."""
    return edit.undoing and edit.was == []


def _created(edit: Edit) -> Params | None:
    return {"Enable": True} if edit.after.enabled and edit.after.detector_id is None else None


def _deleted(edit: Edit) -> Params | None:
    # What it found since it was turned on goes with it.
    return {"DetectorId": (edit.now or [""])[0]} if _made_by_us(edit) else None


_DETECTORS = Look(Call("guardduty:ListDetectors"), lambda _: {}, lambda reply: reply["DetectorIds"])

DETECTOR = ApiWriter(
    Detector,
    puts=(
        Put(
            Call("guardduty:CreateDetector", ("guardduty:CreateDetector", _ROLE)),
            _created,
            ("enabled",),
            look=_DETECTORS,
        ),
        Put(
            Call("guardduty:UpdateDetector", ("guardduty:UpdateDetector", _ROLE)),
            _settings,
            ("enabled", "finding_publishing_frequency", "disabled_features"),
            look=_DETECTORS,
        ),
        Put(Call("guardduty:DeleteDetector"), _deleted, ("enabled",), look=_DETECTORS, unshown=("DetectorId",)),
    ),
    # The administrator's account decides for its members, and AWS refuses them:
    # https://docs.aws.amazon.com/guardduty/latest/ug/administrator_member_relationships.html
    when=lambda detector: detector.known().get("administrator") is None,
)
