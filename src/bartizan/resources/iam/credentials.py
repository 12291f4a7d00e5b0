"""A user's credentials as they are now: the credential report may be four hours old.

A change is checked against what is so, and seen only there. What the calls do not tell stays as the report says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from typing import Any

from bartizan.model import Gap
from bartizan.resources.iam.types import AccessKey, User
from bartizan.resources.reading import Api, Call, Failed, Scope

KEYS = Call("iam:ListAccessKeys")
_KEY_USE = Call("iam:GetAccessKeyLastUsed")
_PASSWORD = Call("iam:GetLoginProfile")
_USER = Call("iam:GetUser")

CALLS = (KEYS, _KEY_USE, _PASSWORD, _USER)
"""The calls that ``as_they_are`` makes."""

_PASSWORD_FIELDS = ("password_enabled", "password_last_used", "password_last_changed")


def by_age(keys: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The keys of a reply of ListAccessKeys in the order in which ``AccessKey.number`` counts them."""
    return sorted(keys, key=lambda each: (each["CreateDate"], each["AccessKeyId"]))


async def as_they_are(api: Api, scope: Scope, user: User) -> User:
    """The user with its keys and its password as they are now; what could not be asked is a gap."""
    keys, password = await asyncio.gather(
        _or_gaps(_keys(api, scope, user), ("access_keys",)),
        _or_gaps(_password(api, scope, user), _PASSWORD_FIELDS),
    )
    asked = {"access_keys", *_PASSWORD_FIELDS}
    values = {name: value for name, value in user.known().items() if name not in asked}
    gaps = {name: gap for name, gap in user.gaps.items() if name not in asked}
    return User.of(values | keys[0] | password[0], gaps | keys[1] | password[1])


async def _or_gaps(
    asking: Coroutine[Any, Any, dict[str, Any]], fields: tuple[str, ...]
) -> tuple[dict[str, Any], dict[str, Gap]]:
    try:
        return await asking, {}
    except Failed as failed:
        return {}, dict.fromkeys(fields, failed.gap)


async def _keys(api: Api, scope: Scope, user: User) -> dict[str, Any]:
    reply = await api.call(KEYS, scope, {"UserName": user.user_name})
    keys = by_age(reply["AccessKeyMetadata"])
    used = await asyncio.gather(*(api.call(_KEY_USE, scope, {"AccessKeyId": each["AccessKeyId"]}) for each in keys))
    return {
        "access_keys": tuple(
            AccessKey(
                number, key["Status"] == "Active", key["CreateDate"], use["AccessKeyLastUsed"].get("LastUsedDate")
            )
            for number, (key, use) in enumerate(zip(keys, used, strict=True), 1)
        )
    }


async def _password(api: Api, scope: Scope, user: User) -> dict[str, Any]:
    try:
        profile = (await api.call(_PASSWORD, scope, {"UserName": user.user_name}))["LoginProfile"]
    except Failed as failed:
        if failed.among(("NoSuchEntity",)):
            return {"password_enabled": False, "password_last_used": None, "password_last_changed": None}
        raise
    described = (await api.call(_USER, scope, {"UserName": user.user_name}))["User"]
    return {
        "password_enabled": True,
        "password_last_used": described.get("PasswordLastUsed"),
        # When it was last changed is told by the report alone, which does not know of a password of today.
        "password_last_changed": user.known().get("password_last_changed") or profile["CreateDate"],
    }
