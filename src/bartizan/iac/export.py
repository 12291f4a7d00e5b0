"""Exports of IAM as files: what ``aws iam get-account-authorization-details`` answers, and what stands around it.

An organization and the policies of resources are in no such answer. They come in files of a form of our own, which
docs/access.md shows. Files come from elsewhere: whatever is in them, the worst that they bring about is an
``InputError`` with the file and the JSON path.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bartizan.iac.files import read_text
from bartizan.model import InputError, Resource
from bartizan.policy import GuardedResource, Layer, Organization, Policy, PolicyDocument, parse_policy
from bartizan.policy.requests import account_in
from bartizan.resources.iam import InlinePolicy
from bartizan.resources.iam.reader import authorized
from bartizan.resources.reading import Scope

_LARGEST = 500_000_000
_LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
_NEEDED = frozenset(
    {
        "assume_role_policy_document", "groups", "managed_policy_arns", "permissions_boundary", "policies",
        "policy_document", "tags",
    }
)  # fmt: skip
_COUNTS = frozenset({"attachment_count", "boundary_count"})
_MAY_BE_NULL = frozenset({"create_date", "last_used", "permissions_boundary", "place"})
_ALLOW_ALL = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
_BUILT_IN: Mapping[Layer, frozenset[str]] = {
    Layer.SCP: frozenset({"FullAWSAccess", "p-FullAWSAccess"}),
    Layer.RCP: frozenset({"RCPFullAWSAccess", "p-RCPFullAWSAccess"}),
}
_ACCOUNT = re.compile(r"\d{12}")


@dataclass(frozen=True, slots=True)
class Export:
    """What the files of accounts hold; ``cut`` names those that end before the answer does."""

    resources: tuple[Resource, ...]
    cut: tuple[str, ...] = ()


def read_export(paths: Iterable[Path], now: dt.datetime) -> Export:
    """The users, groups, roles and policies of accounts, a file each; of a folder, its JSON files."""
    resources: list[Resource] = []
    cut: list[str] = []
    for path in _files(paths):
        value = _object(_json(path), str(path), "$")
        if not any(name in value for name in _LISTS):
            named = ", ".join(_LISTS)
            raise InputError(
                f"{path} is no answer of `aws iam get-account-authorization-details`: it has none of {named}"
            )
        if value.get("IsTruncated") is True:
            cut.append(str(path))
        resources += _account(value, str(path), now)
    return Export(tuple(resources), tuple(cut))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(path.glob("*.json"))
        if not found:
            raise InputError(
                f"{path} holds no JSON file; put there what `aws iam get-account-authorization-details` says"
            )
        yield from found


def _account(value: Mapping[str, Any], path: str, now: dt.datetime) -> Iterator[Resource]:
    for name in _LISTS:
        for number, item in enumerate(_list(value.get(name, []), path, f"$.{name}")):
            at = f"$.{name}[{number}]"
            arn = _object(item, path, at).get("Arn")
            if not isinstance(arn, str) or not arn.startswith("arn:"):
                raise InputError(f"{path}: {at}.Arn must be an ARN")
    for at, resource in authorized(value, Scope("aws", "", "", now)):
        for name, gap in resource.gaps.items():
            if name in _NEEDED:
                raise InputError(f"{path}: {at} ({resource.arn}): {name.replace('_', ' ')}: {gap.detail}")
        wrong = next((name for name, each in resource.known().items() if not _sound(name, each)), None)
        if wrong:
            raise InputError(f"{path}: {at} ({resource.arn}): {wrong.replace('_', ' ')} must be text")
        yield resource


def _sound(name: str, value: Any) -> bool:
    if name == "tags":
        return _all_text(value)
    return name in _COUNTS or (value is None and name in _MAY_BE_NULL) or _plain(value)


def _all_text(tags: Mapping[str, Any]) -> bool:
    return all(isinstance(each, str) for pair in tags.items() for each in pair)


def _plain(value: Any) -> bool:
    """Whether all that should be text is text."""
    if isinstance(value, InlinePolicy):
        return isinstance(value.policy_name, str)
    if isinstance(value, tuple):
        return all(map(_plain, value))
    return isinstance(value, (str, dt.datetime, PolicyDocument))


def read_organization(path: Path) -> Organization:
    """The organization with the policies of each account, from its root down."""
    value = _object(_json(path), str(path), "$")
    about = value.get("Organization", value)
    about = _object(about, str(path), "$.Organization")
    library = _object(value.get("Policies", {}), str(path), "$.Policies")
    scps: dict[str, tuple[tuple[Policy, ...], ...]] = {}
    rcps: dict[str, tuple[tuple[Policy, ...], ...]] = {}
    paths: dict[str, str] = {}
    for number, each in enumerate(_list(value.get("Accounts", []), str(path), "$.Accounts")):
        at = f"$.Accounts[{number}]"
        account = _text(_object(each, str(path), at).get("Id"), str(path), f"{at}.Id")
        if not _ACCOUNT.fullmatch(account):
            raise InputError(f"{path}: {at}.Id must be the 12 digits of an account")
        place = _Place(str(path), library)
        scps[account] = place.levels(each, "ServiceControlPolicies", at, Layer.SCP)
        rcps[account] = place.levels(each, "ResourceControlPolicies", at, Layer.RCP)
        paths[account] = _text(each.get("Path", ""), str(path), f"{at}.Path")
    return Organization(
        id=_text(about.get("Id", ""), str(path), "$.Id"),
        management_account=_text(about.get("MasterAccountId", ""), str(path), "$.MasterAccountId"),
        scps=scps,
        rcps=rcps,
        paths=paths,
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A file and the policies that it holds by name."""

    path: str
    library: Mapping[str, Any]

    def levels(self, account: Mapping[str, Any], name: str, at: str, layer: Layer) -> tuple[tuple[Policy, ...], ...]:
        """The policies of one account, a tuple for each level."""
        levels = _list(account.get(name, []), self.path, f"{at}.{name}")
        return tuple(
            tuple(
                self._policy(each, f"{at}.{name}[{number}][{index}]", layer)
                for index, each in enumerate(_list(level, self.path, f"{at}.{name}[{number}]"))
            )
            for number, level in enumerate(levels)
        )

    def _policy(self, value: Any, at: str, layer: Layer) -> Policy:
        name = ""
        if isinstance(value, str):
            name = value
            if name not in self.library and name in _BUILT_IN[layer]:
                return Policy(parse_policy(_ALLOW_ALL), layer, name)
            if name not in self.library:
                raise InputError(f"{self.path}: {at} names the policy {name!r}, which $.Policies does not have")
            value, at = self.library[name], f"$.Policies.{name}"
        if isinstance(value, Mapping) and "Content" in value:
            name = str(value.get("Name") or name)
            value, at = value["Content"], f"{at}.Content"
        return Policy(_policy(value, self.path, at), layer, name)


def read_resource_policies(path: Path, account: str) -> tuple[GuardedResource, ...]:
    """Resources with their policies; ``account`` owns those whose ARN and entry do not say who does."""
    value = _object(_json(path), str(path), "$")
    return tuple(_guarded(arn, each, str(path), account) for arn, each in value.items())


def _guarded(arn: str, value: Any, path: str, account: str) -> GuardedResource:
    at = f"$[{json.dumps(arn)}]"
    if not arn.startswith("arn:") or arn.count(":") < 5:
        raise InputError(f"{path}: {at}: the key must be the ARN of a resource")
    entry = value if isinstance(value, Mapping) and "Policy" in value else {"Policy": value}
    owner = entry.get("Account") or account_in(arn) or account
    if not isinstance(owner, str) or not _ACCOUNT.fullmatch(owner):
        raise InputError(
            f"{path}: {at}: which account owns it? Its ARN does not tell; write "
            '{"Account": "111122223333", "Policy": {...}}'
        )
    tags = _object(entry.get("Tags") or {}, path, f"{at}.Tags")
    if not _all_text(tags):
        raise InputError(f"{path}: {at}.Tags must be texts by key")
    raw = entry["Policy"]
    policies = () if raw is None else (Policy(_policy(raw, path, at), Layer.RESOURCE, "resource policy"),)
    return GuardedResource(
        arn=arn,
        account=owner,
        policies=policies,
        type=_text(entry.get("Type", ""), path, f"{at}.Type"),
        tags=dict(tags),
    )


def _policy(value: Any, path: str, at: str) -> PolicyDocument:
    if not isinstance(value, (str, Mapping)):
        raise InputError(f"{path}: {at} must be a policy, as an object or as text")
    try:
        return parse_policy(value)
    except InputError as wrong:
        raise InputError(f"{path}: {at}: {wrong}") from None


def _json(path: Path) -> Any:
    try:
        return json.loads(read_text(path, _LARGEST))
    except json.JSONDecodeError as broken:
        raise InputError(f"{path}:{broken.lineno}:{broken.colno}: {broken.msg}") from None
    except RecursionError:
        raise InputError(f"{path} is nested too deeply") from None
    except ValueError as wrong:  # such as a number of many thousand digits
        raise InputError(f"{path} cannot be read: {wrong}") from None


def _object(value: Any, path: str, at: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(f"{path}: {at} must be an object")
    return value


def _list(value: Any, path: str, at: str) -> list[Any]:
    if not isinstance(value, list):
        raise InputError(f"{path}: {at} must be a list")
    return value


def _text(value: Any, path: str, at: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"{path}: {at} must be a text")
    return value
