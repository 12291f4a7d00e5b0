"""Documents of Systems Manager, and a region's settings: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put
from bartizan.resources.reading import Call, Reply
from bartizan.resources.ssm import SHARING_SETTING, Document, RegionSettings


def _versions(reply: Reply) -> dict[str, str]:
    """Which version of a document is shared, by account."""
    found = reply.get("AccountSharingInfoList") or ()
    return {each["AccountId"].lower(): each.get("SharedDocumentVersion") or "" for each in found}


def _share(edit: Edit) -> list[Params]:
    was, will = set(edit.before.shared_with), set(edit.after.shared_with)
    # Each on its own: the call takes everybody or a list of accounts, and one version for all that it names.
    removed = [{"AccountIdsToRemove": [each]} for each in sorted(was - will)]
    added = [{"AccountIdsToAdd": [each], **_version(edit, each)} for each in sorted(will - was)]
    return [{"Name": edit.after.document_name, "PermissionType": "Share", **each} for each in (*removed, *added)]


def _version(edit: Edit, account: str) -> dict[str, Any]:
    version = (edit.was or {}).get(account)
    return {"SharedDocumentVersion": version} if version else {}


DOCUMENT = ApiWriter(
    Document,
    puts=(
        Put(
            Call("ssm:ModifyDocumentPermission"),
            _share,
            ("shared_with",),
            look=Look(
                Call("ssm:DescribeDocumentPermission"),
                lambda document: {"Name": document.document_name, "PermissionType": "Share"},
                _versions,
            ),
        ),
    ),
)

_SETTING = Look(
    Call("ssm:GetServiceSetting"),
    lambda _: {"SettingId": SHARING_SETTING},
    lambda reply: reply["ServiceSetting"]["Status"],
)


def _back_to_default(edit: Edit) -> bool:
    return edit.undoing and edit.was == "Default"


def _setting(edit: Edit) -> Params | None:
    if _back_to_default(edit):
        return None
    value = "Disable" if edit.after.public_sharing_blocked else "Enable"
    return {"SettingId": SHARING_SETTING, "SettingValue": value}


def _reset(edit: Edit) -> Params | None:
    return {"SettingId": SHARING_SETTING} if _back_to_default(edit) else None


_FIELDS = ("public_sharing_blocked",)

REGION_SETTINGS = ApiWriter(
    RegionSettings,
    puts=(
        Put(Call("ssm:UpdateServiceSetting"), _setting, _FIELDS, look=_SETTING, busy=("TooManyUpdates",)),
        Put(Call("ssm:ResetServiceSetting"), _reset, _FIELDS, look=_SETTING, busy=("TooManyUpdates",)),
    ),
)
