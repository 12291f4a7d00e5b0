"""GuardDuty as code."""

from __future__ import annotations

from bartizan.resources.guardduty import Detector
from bartizan.resources.writing import CodeWriter, Own, Part, tags_map, tags_pairs

_FEATURES = (
    "S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS",
    "RUNTIME_MONITORING",
)  # fmt: skip


def _features(detector: Detector, name: str, status: str) -> list[dict[str, str]]:
    off = detector.disabled_features
    return [{name: each, status: "DISABLED" if each in off else "ENABLED"} for each in _FEATURES]


TERRAFORM_DETECTOR = CodeWriter(
    "aws_guardduty_detector",
    Detector,
    fields={
        "enabled": "enable",
        "finding_publishing_frequency": "finding_publishing_frequency",
        "tags": tags_map,
    },
    parts=(
        Part(
            "aws_guardduty_detector_feature",
            {"disabled_features": lambda detector: _features(detector, "name", "status")},
            {"detector_id": Own("id")},
        ),
    ),
    import_id=lambda detector: detector.detector_id or "",
)

CLOUDFORMATION_DETECTOR = CodeWriter(
    "AWS::GuardDuty::Detector",
    Detector,
    fields={
        "enabled": "Enable",
        "finding_publishing_frequency": "FindingPublishingFrequency",
        "disabled_features": lambda detector: {"Features": _features(detector, "Name", "Status")},
        "tags": tags_pairs,
    },
)
