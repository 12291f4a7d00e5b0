"""Documents and settings of Systems Manager that fail."""

from __future__ import annotations

import json
from typing import Any

from harden.aws import Aws
from harden.seeded import State, seeds

_CONTENT = json.dumps(
    {
        "schemaVersion": "2.2",
        "description": "restarts the shop",
        "mainSteps": [{"action": "aws:runShellScript", "name": "restart", "inputs": {"runCommand": ["reboot"]}}],
    }
)
_SETTING = "/ssm/documents/console/public-sharing-permission"


def _setting(aws: Aws, **state: Any) -> State:
    """The setting of a region, which moto lacks."""
    state["SettingId"] = _SETTING

    def update(params: dict[str, Any]) -> None:
        assert params["SettingId"] == _SETTING
        state.update(SettingValue=params["SettingValue"], Status="Customized")

    def reset(params: dict[str, Any]) -> dict[str, Any]:
        assert params["SettingId"] == _SETTING
        state.update(SettingValue="Enable", Status="Default")
        return {"ServiceSetting": state}

    aws.answers("ssm:GetServiceSetting", lambda _: {"ServiceSetting": state})
    aws.answers("ssm:UpdateServiceSetting", update)
    aws.answers("ssm:ResetServiceSetting", reset)
    return lambda: state


@seeds("ssm.public-documents-possible")
def setting_that_nobody_touched(aws: Aws) -> State:
    return _setting(aws, SettingValue="Enable", Status="Default")


@seeds("ssm.public-documents-possible")
def setting_that_somebody_chose(aws: Aws) -> State:
    return _setting(aws, SettingValue="Enable", Status="Customized")


@seeds("ssm.public-document", "ssm.shared-document")
def document_for_everyone_and_a_partner(aws: Aws) -> State:
    _setting(aws, SettingValue="Disable", Status="Customized")
    aws.client("ssm").create_document(Content=_CONTENT, Name="restart", DocumentType="Command")
    shared = {"all": "$LATEST", "444455556666": "$DEFAULT"}

    def modify(params: dict[str, Any]) -> None:
        added, removed = params.get("AccountIdsToAdd", []), params.get("AccountIdsToRemove", [])
        assert "all" not in added or len(added) == 1
        for each in removed:
            del shared[each]
        shared.update(dict.fromkeys(added, params.get("SharedDocumentVersion", "$DEFAULT")))

    def describe(_: dict[str, Any]) -> dict[str, Any]:
        infos = [{"AccountId": each, "SharedDocumentVersion": version} for each, version in shared.items()]
        return {"AccountIds": list(shared), "AccountSharingInfoList": infos}

    aws.answers("ssm:ModifyDocumentPermission", modify)
    aws.answers("ssm:DescribeDocumentPermission", describe)
    return lambda: shared
