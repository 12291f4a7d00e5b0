"""The permissions that a scan, or a plan, needs: generated from the calls that readers and writers declare."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bartizan.app.scan import wanted_by
from bartizan.aws.regions import DESCRIBE_REGIONS
from bartizan.engine.hardening import Plan
from bartizan.model import InputError, Rule
from bartizan.resources.applying import Edit, api_writer_for
from bartizan.resources.code import service_of
from bartizan.resources.index import ResourceIndex, api_writers
from bartizan.resources.reading import CustomReader, Reader

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


def actions_to_apply(plan: Plan) -> list[str]:
    """The IAM actions that applying a plan and undoing it need, in order; those that read are among them."""
    actions = set(DESCRIBE_REGIONS.actions)
    writers = api_writers({service_of(type(each.before)) for each in plan.changes})
    for change in plan.changes:
        writer = api_writer_for(writers, change.before)
        if writer is None:
            raise InputError(f"this version of Bartizan cannot change a {type(change.before).__name__}")
        forth, back = Edit(change.before, change.after), Edit(change.after, change.before, undoing=True)
        for put in (*writer.steps(forth), *writer.steps(back)):
            actions.update(put.call.actions, put.look.call.actions if put.look else ())
    for reader in ResourceIndex.load().readers_of(frozenset(type(each.before) for each in plan.changes)):
        also = reader.also if isinstance(reader, CustomReader) else ()
        actions.update(action for call in (*reader.calls(), *also) for action in call.actions)
    return sorted(actions)


def policies(
    actions: Iterable[str], limit: int = POLICY_LIMIT, *, purpose: str = "BartizanScan"
) -> Iterator[Mapping[str, Any]]:
    """As few managed policies as hold the actions, each within AWS's size limit; ``purpose`` is the statements' id."""
    held: list[str] = []
    for action in actions:
        if held and _size([*held, action], purpose) > limit:
            yield _policy(held, purpose)
            held = []
        held.append(action)
    if held:
        yield _policy(held, purpose)


def _policy(actions: list[str], purpose: str) -> Mapping[str, Any]:
    statement = {"Sid": purpose, "Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _size(actions: list[str], purpose: str) -> int:
    return len(json.dumps(_policy(actions, purpose), separators=(",", ":")))
