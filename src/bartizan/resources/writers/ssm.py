"""Documents of Systems Manager as code."""

from __future__ import annotations

from bartizan.resources.ssm import Document, RegionSettings
from bartizan.resources.writing import CodeWriter, tags_map

_PUBLIC_SHARING = "/ssm/documents/console/public-sharing-permission"

TERRAFORM_DOCUMENT = CodeWriter(
    "aws_ssm_document",
    Document,
    names={"document_name": "name"},
    fields={
        "document_type": "document_type",
        "shared_with": lambda document: {
            "permissions": {"type": "Share", "account_ids": ",".join(document.shared_with)}
            if document.shared_with
            else None
        },
        "tags": tags_map,
    },
    import_id=lambda document: document.document_name,
)


def _sharing(settings: RegionSettings) -> str:
    return "Disable" if settings.public_sharing_blocked else "Enable"


TERRAFORM_SETTING = CodeWriter(
    "aws_ssm_service_setting",
    RegionSettings,
    fields={
        "public_sharing_blocked": lambda settings: {
            "setting_id": _PUBLIC_SHARING,
            "setting_value": _sharing(settings),
        }
    },
)

CLOUDFORMATION_SETTING = CodeWriter(
    "AWS::SSM::ServiceSetting",
    RegionSettings,
    fields={
        "public_sharing_blocked": lambda settings: {
            "SettingId": _PUBLIC_SHARING,
            "SettingValue": _sharing(settings),
        }
    },
)
