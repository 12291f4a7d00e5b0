"""Decisions that AWS documents, as tables: ``cases/*.yaml``.

A file lists groups; a group has the ``source`` that says so, what its cases share, and the ``cases``. Layers are lists
of statements (``identity``, ``resource``, ``boundary``, ``session``, ``endpoint``) or lists of such lists (``scps``,
``rcps``). ``as`` names a caller below, ``do`` the action, ``at`` the resource, ``owner`` its account, ``when`` the
context. ``expect`` is ``allowed``, ``denied by LAYER`` or ``missing LAYER, LAYER``.

A group with an ``operator`` is a table of conditions: ``key`` against ``wanted``, which ``holds`` for values and
``fails`` for others; ``null`` is a missing key, a list a key with several values.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bartizan.policy import (
    Authorization,
    Decision,
    Layer,
    Outcome,
    Policy,
    Principal,
    PrincipalKind,
    Request,
    decide,
    parse_policy,
)

CASES = Path(__file__).parent / "cases"
OWN, OTHER = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{OWN}:role/app"
SESSION = f"arn:aws:sts::{OWN}:assumed-role/app/s1"
ORGANIZATION = {"organization": "o-a1", "organization_path": "o-a1/r-1/ou-1/"}
TAGS = {"team": "red"}
USER = f"arn:aws:iam::{OWN}:user/team/ann"
CALLERS: dict[str, str | dict[str, Any]] = {
    "user": {
        "kind": PrincipalKind.USER, "arn": USER, "account": OWN, "unique_id": "AIDAANN", "tags": TAGS, **ORGANIZATION,
    },
    "untagged user": f"arn:aws:iam::{OWN}:user/bob",
    "role": {
        "kind": PrincipalKind.ROLE, "arn": ROLE, "account": OWN, "session": SESSION, "unique_id": "AROAAPP",
        "tags": TAGS, **ORGANIZATION,
    },
    "linked role": f"arn:aws:iam::{OWN}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
    "root": {
        "kind": PrincipalKind.ROOT, "arn": f"arn:aws:iam::{OWN}:root", "account": OWN, "canonical_id": "79a5",
        **ORGANIZATION,
    },
    "federated user": {
        "kind": PrincipalKind.FEDERATED_USER, "arn": f"arn:aws:sts::{OWN}:federated-user/carl", "account": OWN,
        "federated_by": USER,
    },
    "saml": f"arn:aws:iam::{OWN}:saml-provider/corp",
    "oidc": f"arn:aws:iam::{OWN}:oidc-provider/token.actions.githubusercontent.com",
    "web identity": {"kind": PrincipalKind.FEDERATED, "arn": "cognito-identity.amazonaws.com"},
    "service": "s3.amazonaws.com",
    "anonymous": {"kind": PrincipalKind.ANONYMOUS},
    "other user": f"arn:aws:iam::{OTHER}:user/eve",
    "other role": f"arn:aws:sts::{OTHER}:assumed-role/job/run",
    "other root": OTHER,
}  # fmt: skip
LAYERS = {
    "identity": Layer.IDENTITY,
    "resource": Layer.RESOURCE,
    "boundary": Layer.BOUNDARY,
    "session": Layer.SESSION,
    "endpoint": Layer.ENDPOINT,
}


def _expanded(group: dict[str, Any]) -> Iterator[dict[str, Any]]:
    shared = {key: value for key, value in group.items() if key not in {"cases", "holds", "fails"}}
    for each in group.get("cases", ()):
        yield {**shared, **each}
    if "operator" in group:
        wanted = {group["operator"]: {group["key"]: group["wanted"]}}
        statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": wanted}
        for values, expected in (("holds", "allowed"), ("fails", "missing identity-based policy")):
            for value in group.get(values, ()):
                when = {} if value is None else {group["key"]: value}
                yield {**shared, "identity": [statement], "when": when, "expect": expected, "about": f"{value!r}"}


def _all() -> Iterator[Any]:
    for path in sorted(CASES.glob("*.yaml")):
        for group in yaml.safe_load(path.read_text())["groups"]:
            for case in _expanded(group):
                name = f"{path.stem}: {group['about']}: {case['about'] if case['about'] != group['about'] else ''}"
                yield pytest.param(case, id=name.rstrip(": "))


ALL = list(_all())


def _policy(statements: list[dict[str, Any]], layer: Layer, version: str) -> Policy:
    return Policy(parse_policy({"Version": version, "Statement": statements}), layer, "p")


def _authorization(case: dict[str, Any]) -> Authorization:
    version = case.get("version", "2012-10-17")
    given: dict[str, Any] = {
        name: (_policy(case[name], layer, version),) if case[name] else ()
        for name, layer in LAYERS.items()
        if name in case
    }
    for name, layer in (("scps", Layer.SCP), ("rcps", Layer.RCP)):
        given[name] = tuple((_policy(level, layer, version),) for level in case.get(name, ()))
    return Authorization(**given, management_account=case.get("management", ""))


def _caller(name: str) -> Principal:
    given = CALLERS[name]
    return Principal.parse(given) if isinstance(given, str) else Principal(**given)


def _request(case: dict[str, Any]) -> Request:
    when = case.get("when", {})
    return Request(
        principal=_caller(case.get("as", "user")),
        action=case.get("do", "s3:GetObject"),
        resource=case.get("at", "arn:aws:s3:::bucket/key"),
        context={key: tuple(value) if isinstance(value, list) else (value,) for key, value in when.items()},
        resource_account=case.get("owner", ""),
        resource_tags=case.get("tags", {}),
        resource_organization=case.get("organization", ""),
        resource_organization_path=case.get("organization_path", ""),
    )


def _said(decision: Decision) -> str:
    if decision.outcome is Outcome.EXPLICITLY_DENIED:
        return f"denied by {decision.layer}"
    if decision.outcome is Outcome.IMPLICITLY_DENIED:
        return f"missing {', '.join(decision.missing)}"
    return str(decision.outcome)


@pytest.mark.parametrize("case", ALL)
def test_as_documented(case: dict[str, Any]) -> None:
    decision = decide(_request(case), _authorization(case))
    reasons = "; ".join(map(str, decision.statements)) or "no statement"
    assert _said(decision) == case["expect"], f"{_said(decision)} because of {reasons}; see {case['source']}"


def test_the_tables_are_large_and_say_where_they_come_from() -> None:
    assert len(ALL) >= 300
    assert all(each.values[0]["source"].startswith("https://docs.aws.amazon.com/") for each in ALL)
    assert len({each.id for each in ALL}) == len(ALL)
