"""The permissions that a scan needs, generated from the calls that the readers declare."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bartizan.app.scan import wanted_by
from bartizan.aws.regions import DESCRIBE_REGIONS
from bartizan.model import Rule
from bartizan.resources.index import ResourceIndex
from bartizan.resources.reading import Reader

POLICY_LIMIT = 6144
"""Characters that a managed policy may have, white space not counted.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""


def actions_for(rules: Iterable[Rule]) -> list[str]:
    """The IAM actions that a scan with these rules needs, in order; all of them only read."""
    wanted = wanted_by(rules)
    actions = set(DESCRIBE_REGIONS.actions)
    for reader in ResourceIndex.load().readers_of(frozenset(wanted)):
        for call in reader.calls(wanted.get(reader.kind) if isinstance(reader, Reader) else None):
            actions.update(call.actions)
    return sorted(actions)


def policies(actions: Iterable[str], limit: int = POLICY_LIMIT) -> Iterator[Mapping[str, Any]]:
    """As few managed policies as hold the actions, each within AWS's size limit."""
    held: list[str] = []
    for action in actions:
        if held and _size([*held, action]) > limit:
            yield _policy(held)
            held = []
        held.append(action)
    if held:
        yield _policy(held)


def _policy(actions: list[str]) -> Mapping[str, Any]:
    statement = {"Sid": "BartizanScan", "Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _size(actions: list[str]) -> int:
    return len(json.dumps(_policy(actions), separators=(",", ":")))
