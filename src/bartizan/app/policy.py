"""Work on policies in files: what ``bartizan policy`` does."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from bartizan.model import InputError
from bartizan.policy import MalformedPolicy, PolicyDocument, parse_policy
from bartizan.policy.comparison import Comparison, compare
from bartizan.policy.explain import explain
from bartizan.policy.lint import FACTS, Kind, Remark, guess_kind, lint_policy
from bartizan.policy.minimize import Minimized, minimize
from bartizan.policy.reference import Reference

_LARGEST = 20_000_000
_HOLDERS: Mapping[str, Kind | None] = MappingProxyType(
    {
        "PolicyDocument": None, "Policy": None, "Document": None, "AssumeRolePolicyDocument": Kind.TRUST,
        "ResourcePolicy": Kind.SECRET, "policyText": Kind.ECR, "Content": None, "policy": None,
    }
)  # fmt: skip
"""The keys under which AWS answers with a policy, and the kind that this tells."""
_ORGANIZATION = {"SERVICE_CONTROL_POLICY": Kind.SCP, "RESOURCE_CONTROL_POLICY": Kind.RCP}
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A policy and where it came from; ``text`` is set only where the file is the policy itself."""

    name: str
    document: PolicyDocument
    kind: Kind
    text: str = ""


def read_policies(paths: Iterable[str], kind: Kind | None = None) -> list[PolicyFile]:
    """The policies in these files, ``-`` being the standard input; ``kind`` overrides what they look like.

    A file is a policy, or an answer of AWS that holds some, such as that of ``aws iam get-role-policy``. Raises
    ``InputError`` for what cannot be read, is no policy, or holds none.
    """
    found = [each for path in paths for each in _policies(path)]
    return [replace(each, kind=kind) for each in found] if kind else found


def lint(files: Iterable[PolicyFile]) -> list[tuple[PolicyFile, tuple[Remark, ...]]]:
    """Each policy with the remarks about it."""
    reference = Reference.load()
    return [(each, lint_policy(each.document, each.kind, reference, text=each.text)) for each in files]


def explained(files: Iterable[PolicyFile]) -> list[tuple[PolicyFile, list[str]]]:
    """Each policy with its sentences."""
    reference = Reference.load()
    return [(each, explain(each.document, reference)) for each in files]


def compared(before: str, after: str, kind: Kind | None) -> Comparison:
    """Compare the policies of two files, one in each.

    Raises ``InputError`` where a file holds several, or where the two look like policies of different kinds.
    """
    old, new = _only(before, kind), _only(after, kind)
    if FACTS[old.kind].layer is not FACTS[new.kind].layer:
        raise InputError(f"{old.name} looks like {FACTS[old.kind].what}, {new.name} like {FACTS[new.kind].what}; "
                         "say with --kind what both are")  # fmt: skip
    return compare(old.document, new.document, FACTS[new.kind].layer, Reference.load())


def minimized(path: str, kind: Kind | None, *, drop_sids: bool, vocabulary: bool) -> Minimized:
    """The policy of a file in fewer characters; raises ``InputError`` where the file holds several."""
    policy = _only(path, kind)
    known = Reference.load() if vocabulary else None
    return minimize(policy.document, FACTS[policy.kind].layer, drop_sids=drop_sids, vocabulary=known)


def _only(path: str, kind: Kind | None) -> PolicyFile:
    found = read_policies([path], kind)
    if len(found) > 1:
        raise InputError(f"{path} holds {len(found)} policies; give a file with one")
    return found[0]


def _policies(path: str) -> Iterator[PolicyFile]:
    name, text = ("standard input" if path == "-" else path), _read(path)
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        whole = None  # the parser of policies says best what is wrong
    held = list(_held(whole, name, 0)) if isinstance(whole, dict) and not _is_policy(whole) else []
    if held:
        yield from held
        return
    if isinstance(whole, dict) and not any(each.lower() in {"version", "id", "statement"} for each in whole):
        raise InputError(f"{name} holds no policy: it has no Statement, and no PolicyDocument or the like")
    document = _parsed(text, name)
    yield PolicyFile(name, document, guess_kind(document), text)


def _read(path: str) -> str:
    try:
        text = sys.stdin.read(_LARGEST + 1) if path == "-" else Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path} is no text in UTF-8") from None
    except OSError as failed:
        raise InputError(f"{path} cannot be read: {failed.strerror or failed}") from None
    if len(text) > _LARGEST:
        raise InputError(f"{path} is larger than {_LARGEST // 1_000_000} MB, which no policy is")
    return text


def _is_policy(value: Mapping[str, Any]) -> bool:
    return any(name.lower() == "statement" for name in value)


def _held(value: Any, name: str, depth: int, told: Kind | None = None) -> Iterator[PolicyFile]:
    """The policies in an answer of AWS, each named by the file and its path in it."""
    if depth > _DEEPEST or not isinstance(value, (dict, list)):
        return
    if isinstance(value, list):
        for position, each in enumerate(value):
            yield from _held(each, f"{name}[{position}]", depth + 1, told)
        return
    summary = value.get("PolicySummary")
    told = _ORGANIZATION.get(str(summary.get("Type"))) if isinstance(summary, dict) else told
    told = Kind.ENDPOINT if "VpcEndpointId" in value else told
    for key, inner in value.items():
        where = f"{name}:{key}"
        policy = _as_policy(inner) if key in _HOLDERS else None
        if policy is None:
            yield from _held(inner, where, depth + 1, told)
        else:
            document = _parsed(policy, where)
            yield PolicyFile(where, document, _HOLDERS[key] or told or guess_kind(document))


def _as_policy(value: Any) -> Mapping[str, Any] | str | None:
    """A policy as an object or as text, which IAM's API encodes as in a URL; ``None`` for anything else."""
    if isinstance(value, dict):
        return value if _is_policy(value) else None
    if isinstance(value, str):
        text = unquote(value) if value.startswith("%7B") else value
        return text if text.lstrip().startswith("{") else None
    return None


def _parsed(policy: Mapping[str, Any] | str, name: str) -> PolicyDocument:
    try:
        return parse_policy(policy)
    except MalformedPolicy as wrong:
        raise InputError(f"{name}: {wrong}") from None
