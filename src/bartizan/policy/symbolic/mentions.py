"""What policies mention: the accounts, organizations, principals and services that may be told apart from others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bartizan.policy.compiled import Clause, Policy
from bartizan.policy.requests import CANONICAL, FEDERATED, SERVICE

ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
"""An account's number within a text."""

ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
"""An organization's id within a text."""

_PART_OF_NUMBER = re.compile(r"\d[*?]|[*?]\d")
_UNIQUE_ID = re.compile(r"A[A-Z]{2}A[A-Z0-9]{12,}")
_ACCOUNT_KEYS = frozenset({"aws:principalaccount", "kms:calleraccount", "aws:sourceowner"})
ORGANIZATION_KEYS = frozenset({"aws:principalorgid", "aws:principalorgpaths"})
"""The keys by which conditions tell one organization's callers from others."""


@dataclass(frozen=True, slots=True)
class Mentions:
    """Names in policies, by kind. ``arns`` are those of users, roles and sessions; ``unique_ids`` AWS's ids of them."""

    accounts: frozenset[str] = frozenset()
    organizations: frozenset[str] = frozenset()
    arns: frozenset[str] = frozenset()
    unique_ids: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    providers: frozenset[str] = frozenset()
    canonical_ids: frozenset[str] = frozenset()
    values: tuple[tuple[str, str], ...] = ()
    """Every condition's key in lower case with each of its values."""
    told_apart: frozenset[str] | None = frozenset()
    """The accounts that may be told from one that nothing mentions; ``None`` where it may be any.

    So it is where part of a number, its size, or a policy variable decides.
    """

    @classmethod
    def of(cls, policies: Iterable[Policy]) -> Mentions:
        """What these policies mention."""
        clauses = [clause for policy in policies for clause in policy.clauses]
        names = {name for clause in clauses for name in clause.names}
        values = tuple(
            dict.fromkeys(
                (key.lower(), value)
                for clause in clauses
                for _, key, listed in clause.statement.conditions
                for value in listed
            )
        )
        arns = {name for name in names if name.startswith("arn:") and not name.endswith(":root")}
        arns |= {value for key, value in values if key == "aws:principalarn" and "*" not in value and "?" not in value}
        accounts = {account for name in names for account in ACCOUNT.findall(name) if not _typed(name)}
        accounts |= {
            account
            for key, value in values
            if key in _ACCOUNT_KEYS or key == "aws:principalarn"
            for account in ACCOUNT.findall(value)
        }
        return cls(
            accounts=frozenset(accounts),
            organizations=frozenset(
                found for key, value in values if key in ORGANIZATION_KEYS for found in ORGANIZATION.findall(value)
            ),
            arns=frozenset(arns),
            unique_ids=frozenset(
                found for key, value in values if key == "aws:userid" for found in _UNIQUE_ID.findall(value)
            ),
            services=_after(SERVICE, names),
            providers=_after(FEDERATED, names),
            canonical_ids=_after(CANONICAL, names),
            values=values,
            told_apart=_told_apart(names, values, clauses),
        )

    @property
    def claims(self) -> frozenset[str]:
        """The keys of conditions that speak of an identity provider's tokens, which begin with its host or ``saml``."""
        keys = {key for key, _ in self.values}
        return frozenset(key for key in keys if "." in key.partition(":")[0] or key.startswith("saml:"))

    def of_key(self, *keys: str) -> tuple[str, ...]:
        """The values that conditions on these keys name."""
        return tuple(value for key, value in self.values if key in keys)


def _told_apart(
    names: Iterable[str], values: Iterable[tuple[str, str]], clauses: Iterable[Clause]
) -> frozenset[str] | None:
    texts = [*names, *(value for _, value in values)]
    statements = [clause.statement for clause in clauses]
    variables = any("${" in text for text in (*texts, *(name for each in statements for name in each.resources)))
    sizes = any("numeric" in operator.lower() for each in statements for operator, _, _ in each.conditions)
    if variables or sizes or any(map(_PART_OF_NUMBER.search, texts)):
        return None
    return frozenset(number for text in texts for number in ACCOUNT.findall(text))


def _typed(name: str) -> bool:
    return name.startswith((SERVICE, FEDERATED, CANONICAL))


def _after(prefix: str, names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.removeprefix(prefix) for name in names if name.startswith(prefix))
