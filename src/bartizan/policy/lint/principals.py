"""Checks of principals: the forms that AWS takes, and those that it takes but that do not mean what they seem to.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bartizan.policy.lint.check import Level, Located, Problem, Subject, check
from bartizan.policy.places import Path, shown

_AWS = re.compile(
    r"\*|\d{12}|arn:aws[a-z-]*:iam::(\d{12}:(root|(user|role)/[^*?]+)|cloudfront:user/.+)"
    r"|arn:aws[a-z-]*:sts::\d{12}:(assumed-role/[^/*?]+/[^*?]+|federated-user/[^*?]+|self)"
)
_DELETED = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")
_SERVICE = re.compile(r"\*|[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal|api\.aws|aws\.dev)")
_FEDERATED = re.compile(
    r"\*|arn:aws[a-z-]*:iam::\d{12}:(saml-provider|oidc-provider)/.+|[a-z0-9-]+(\.[a-z0-9-]+)+(/.*)?"
)
_CANONICAL = re.compile(r"[0-9a-f]{64}")


def _named(subject: Subject, kind: str, field: str) -> Iterator[tuple[Located, Path, str]]:
    for each in subject.statements:
        if each.statement.principals is not None:
            element = "NotPrincipal" if each.statement.not_principals else "Principal"
            for position, name in enumerate(getattr(each.statement.principals, field)):
                yield each, each.at(element, kind, position), name


@check(Level.ERROR)
def malformed_principal(subject: Subject) -> Iterator[Problem]:
    """AWS takes accounts, users, roles, sessions, services and identity providers as principals, each in its form.

    Groups are none, and a star is only taken alone: for some roles out of many, name everybody and add a condition on
    `aws:PrincipalArn`.
    """
    for _, path, name in _named(subject, "AWS", "aws"):
        if not _AWS.fullmatch(name) and not _DELETED.fullmatch(name) and "${" not in name:
            yield Problem(path, *_wrong_identity(name))
    for _, path, name in _named(subject, "Service", "service"):
        if not _SERVICE.fullmatch(name.lower()) and "${" not in name:
            yield Problem(path, f"{shown(name)} is no service principal", "write it as in lambda.amazonaws.com")
    for _, path, name in _named(subject, "Federated", "federated"):
        if not _FEDERATED.fullmatch(name) and "${" not in name:
            yield Problem(path, f"{shown(name)} is no identity provider",
                          "write the ARN of a SAML or OIDC provider, or the domain of a public one")  # fmt: skip
    for _, path, name in _named(subject, "CanonicalUser", "canonical"):
        if not _CANONICAL.fullmatch(name):
            yield Problem(path, f"{shown(name)} is no canonical user id", "write its 64 hexadecimal digits")


def _wrong_identity(name: str) -> tuple[str, str]:
    if name.isdigit():
        return f"{shown(name)} is no account: it has {len(name)} digits, not 12", "write the 12 digits of the account"
    if ":group/" in name:
        return f"{shown(name)} is a group, which AWS takes for no principal", "name its users, or a role they assume"
    if "*" in name or "?" in name:
        return (
            f"{shown(name)} has a wildcard, which AWS takes only alone in a principal",
            'write "AWS": "*" with a condition ArnLike on aws:PrincipalArn',
        )
    if name.endswith("amazonaws.com"):
        return f"{shown(name)} is a service, not an AWS identity", 'name it under "Service"'
    return f"{shown(name)} is no principal", "write an account's 12 digits, or the ARN of a user, role or session"


@check(Level.WARNING)
def deleted_principal(subject: Subject) -> Iterator[Problem]:
    """An id in place of an ARN is what AWS leaves of a user or role that was deleted; nobody can be that any more."""
    for _, path, name in _named(subject, "AWS", "aws"):
        if _DELETED.fullmatch(name):
            yield Problem(path, f"{name} was a user or role that has been deleted", "remove it, or name its successor")


@check(Level.WARNING)
def excepts_without_account(subject: Subject) -> Iterator[Problem]:
    """A denial to all but a role also denies its sessions and its account, unless these are named too.

    AWS advises against NotPrincipal: name everybody, and make the exception by a condition on `aws:PrincipalArn`.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    for each in subject.statements:
        statement = each.statement
        if statement.not_principals and not statement.allows and statement.principals is not None:
            yield Problem(each.at("NotPrincipal"), f"{each.name} denies to all but some principals",
                          'write "Principal": "*" with a condition ArnNotEquals on aws:PrincipalArn')  # fmt: skip
