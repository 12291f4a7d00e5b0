"""Which statements of a resource policy let in callers that the owner did not name."""

from __future__ import annotations

from collections.abc import Iterator

from bartizan.policy.document import PolicyDocument, Statement

_NARROWING = frozenset(
    f"aws:{name}"
    for name in [
        "principalaccount",
        "principalarn",
        "principalorgid",
        "principalorgpaths",
        "sourceaccount",
        "sourcearn",
        "sourceip",
        "sourceorgid",
        "sourceorgpaths",
        "sourceowner",
        "sourcevpc",
        "sourcevpce",
        "userid",
        "vpcsourceip",
    ]
) | {"kms:calleraccount", "lambda:eventsourcetoken"}
"""Condition keys, in lower case, that say who calls or from where."""

_ANY_VALUE = frozenset({"*", "0.0.0.0/0", "::/0"})


def open_to_anyone(policy: PolicyDocument | None) -> Iterator[Statement]:
    """The statements that allow something to everyone, with no condition that says who calls or from where.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    for statement in policy.allowing if policy else ():
        if _names_everyone(statement) and not _narrowed(statement):
            yield statement


def described(statement: Statement) -> str:
    """The statement in a few words, for the sentence of a problem."""
    actions = ", ".join(statement.actions)
    return f"statement {statement.sid or 'without Sid'} allows {f'all but {actions}' if statement.not_actions else actions}"


def _names_everyone(statement: Statement) -> bool:
    # An Allow for everyone but some is an Allow for everyone else.
    return statement.principals is not None and (statement.principals.anyone or statement.not_principals)


def _narrowed(statement: Statement) -> bool:
    for operator, key, values in statement.conditions:
        test = operator.lower()
        # These hold for requests that lack the key, or that have any other value.
        loose = "not" in test or test == "null" or test.endswith("ifexists") or test.startswith("forallvalues")
        if key.lower() in _NARROWING and not loose and not _ANY_VALUE.intersection(values):
            return True
    return False
