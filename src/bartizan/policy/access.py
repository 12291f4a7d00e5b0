"""What the text of a resource policy says at first sight: open to anyone, other accounts, HTTPS only.

These answers read statements one by one. They do not weigh denials against allowances; that is for the reasoner.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from bartizan.policy.document import Condition, PolicyDocument, Statement

_NARROWING_KEYS = frozenset(
    {
        "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:sourceaccount",
        "aws:sourcearn", "aws:sourceip", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner", "aws:sourcevpc",
        "aws:sourcevpce", "aws:userid", "aws:vpcsourceip", "kms:calleraccount", "lambda:eventsourcetoken",
        "s3:dataaccesspointaccount", "sns:endpoint", "aws:principaltype",
    }
)  # fmt: skip
_NARROWING_OPERATORS = ("stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress")
_ACCOUNT = re.compile(r"(?:^|:)(\d{12})(?::|$)")


def narrows(condition: Condition) -> bool:
    """Whether the condition lets through only some callers: a positive test of where or who, on a real value."""
    operator, key, values = condition
    name = operator.lower()
    if name.startswith("forallvalues:") or name.endswith("ifexists"):
        return False  # both hold where the key is missing
    if name.removeprefix("foranyvalue:") not in _NARROWING_OPERATORS or key.lower() not in _NARROWING_KEYS:
        return False
    return bool(values) and not any(_matches_all(value) for value in values)


def _matches_all(value: str) -> bool:
    if set(value) <= {"*", ":"} or value.replace("*", "").replace("?", "").strip(":") in {"", "arn:aws", "arn"}:
        return True
    try:
        return ipaddress.ip_network(value, strict=False).prefixlen == 0
    except ValueError:
        return False


def open_statements(document: PolicyDocument | None) -> Iterator[Statement]:
    """The statements that allow something to anyone on the internet, without a condition that narrows it."""
    for statement in document.allowing if document else ():
        anyone = statement.principals is not None and statement.principals.anyone
        # "Everyone but" is nearly everyone, the anonymous caller included.
        if (anyone or statement.not_principals) and not any(map(narrows, statement.conditions)):
            yield statement


def other_accounts(document: PolicyDocument | None, own: str) -> frozenset[str]:
    """The accounts other than ``own`` that are named as principals of allowing statements."""
    found: set[str] = set()
    for statement in document.allowing if document else ():
        if statement.principals is not None and not statement.not_principals:
            for principal in statement.principals.aws:
                found.update(_ACCOUNT.findall(principal))
    return frozenset(found - {own})


def denies_plain_http(document: PolicyDocument | None, action: str = "") -> bool:
    """Whether a statement denies everyone every action (or the one that is given) over plain HTTP."""
    for statement in document.statements if document else ():
        everyone = statement.principals is not None and statement.principals.anyone and not statement.not_principals
        everything = not statement.not_actions and any(
            each.endswith("*") or each.lower() == action.lower() for each in statement.actions
        )
        if statement.allows or not everyone or not everything or len(statement.conditions) != 1:
            continue
        operator, key, values = statement.conditions[0]
        if key.lower() == "aws:securetransport" and operator.lower().startswith("bool") and values == ("false",):
            return True
    return False


def described(statement: Statement) -> str:
    """A statement in a few words, for messages."""
    name = f"statement {statement.sid}" if statement.sid else "a statement"
    actions = ", ".join(statement.actions[:3]) + (", ..." if len(statement.actions) > 3 else "")
    return f"{name} allows {'all but ' if statement.not_actions else ''}{actions}"
