"""Rails: what the policies of an organization leave possible in an account, whatever its own policies allow.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bartizan.model import Gap, Reason, Unknown
from bartizan.policy.compiled import Layer, Policy
from bartizan.policy.document import PolicyDocument
from bartizan.policy.patterns import Attributes
from bartizan.policy.symbolic import EVERYTHING, RequestSet, Undecided, allowed_by, both, denied_by, opposite

Rails = tuple[tuple[PolicyDocument, ...], ...]
"""The documents of one kind of policy, from the organization's root down to the account: each level must allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What somebody in an account tries: one of the actions.

    ``exempt`` are patterns of ARNs of principals that may. ``resource`` is the ARN that it is about, where it matters
    which; ``lacking`` are condition keys that the request does not have.
    """

    actions: tuple[str, ...]
    exempt: tuple[str, ...] = ()
    resource: str = ""
    lacking: tuple[str, ...] = ()


_REMEMBERED = 4_096
_SOME_ACCOUNT = "111122223333"
_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
_SERVICE_LINKED = "arn:aws:iam::*:role/aws-service-role/*"


def deny_nothing(rails: Rails) -> bool:
    """Whether they let every request through, as those of AWS do that allow everything. Raises ``Unknown``."""
    try:
        return _deny_nothing(rails)
    except Undecided as undecided:
        raise _unknown(undecided) from None


def gets_through(rails: Rails, account: str, attempt: Attempt) -> tuple[str, str] | None:
    """A principal of the account and one of the actions that the rails let through; ``None`` is the proof of none.

    Service-linked roles always may. Raises ``Unknown`` where neither can be told.
    """
    # One answer serves all accounts that the policies do not tell apart.
    stand_in = account if any(account in _numbers(each) for level in rails for each in level) else _SOME_ACCOUNT
    spared = tuple(each.replace(account, stand_in) for each in attempt.exempt)
    try:
        found = _gets_through(rails, stand_in, replace(attempt, exempt=spared))
    except Undecided as undecided:
        raise _unknown(undecided) from None
    return (found[0].replace(stand_in, account), found[1]) if found else None


@lru_cache(maxsize=_REMEMBERED)
def _numbers(document: PolicyDocument) -> frozenset[str]:
    return frozenset(_ACCOUNT.findall(repr(document.statements)))


def _unknown(undecided: Undecided) -> Unknown:
    return Unknown("what the organization's policies deny", Gap(Reason.FAILED, detail=str(undecided)))


@lru_cache(maxsize=_REMEMBERED)
def _let_through(rails: Rails) -> RequestSet:
    levels = [[Policy(each, Layer.SCP) for each in level] for level in rails]
    denied = denied_by(policy for level in levels for policy in level)
    return RequestSet(both(*map(allowed_by, levels), opposite(denied)))


@lru_cache(maxsize=_REMEMBERED)
def _deny_nothing(rails: Rails) -> bool:
    return EVERYTHING.within(_let_through(rails))


@lru_cache(maxsize=_REMEMBERED)
def _gets_through(rails: Rails, account: str, attempt: Attempt) -> tuple[str, str] | None:
    kinds = (f"arn:aws:iam::{account}:{each}" for each in ("role/*", "user/*", "root"))
    spared = RequestSet.where("aws:principalarn", _SERVICE_LINKED, *attempt.exempt)
    asked = RequestSet.where("action", *attempt.actions) & RequestSet.where("aws:principalarn", *kinds) - spared
    known: Attributes = {"aws:principalaccount": (account,), **{each.lower(): () for each in attempt.lacking}}
    if attempt.resource:
        known = {**known, "resource": (attempt.resource,)}
    witness = (_let_through(rails) & asked).given(known).witness(preferred=_preferred(account, attempt.actions))
    return (witness["aws:principalarn"][0], witness["action"][0]) if witness else None


def _preferred(account: str, actions: Sequence[str]) -> dict[str, Sequence[str]]:
    """What a person would take for an example."""
    return {
        "action": [each for each in actions if "*" not in each],
        "aws:principalarn": [f"arn:aws:iam::{account}:role/admin"],
    }
