"""Checks of the elements of a policy: which there are, which must be, and how long all of it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bartizan.policy.compiled import Layer
from bartizan.policy.lint.check import Level, Problem, Subject, check
from bartizan.policy.lint.kinds import Kind
from bartizan.policy.places import shown

VERSIONS = ("2012-10-17", "2008-10-17")
_SID = re.compile(r"[A-Za-z0-9]*")
_LETTERS = re.compile(r"[^\t\n\r\x20-\xff]")
_NAMES = ("Version", "Id", "Statement")


@check(Level.ERROR)
def unknown_version(subject: Subject) -> Iterator[Problem]:
    """The version is that of the policy language, not one of your own: AWS knows 2012-10-17 and 2008-10-17."""
    if subject.document.version not in VERSIONS:
        yield Problem(("Version",), f"AWS knows no version {shown(subject.document.version)}", "write 2012-10-17")


@check(Level.SUGGESTION)
def old_version(subject: Subject) -> Iterator[Problem]:
    """A policy without version, or of 2008, takes variables such as `${aws:username}` for plain text."""
    if subject.document.version == "2008-10-17":
        stated = any(str(name).lower() == "version" for name in subject.document.source)
        said = "its version is 2008-10-17" if stated else "it has no version, which makes it one of 2008"
        yield Problem(("Version",), said, 'write "Version": "2012-10-17"')


@check(Level.ERROR)
def no_statement(subject: Subject) -> Iterator[Problem]:
    """AWS refuses a policy without a statement."""
    if not subject.document.statements:
        yield Problem(("Statement",), "it has no statement", "add one, or delete the policy")


@check(Level.SUGGESTION)
def unusual_case(subject: Subject) -> Iterator[Problem]:
    """Not every service takes the names of elements in another case than the grammar's."""
    proper = {each.lower(): each for each in (*_NAMES, *_STATEMENT)}
    places = [((), subject.document.source), *((each.path, each.raw) for each in subject.statements)]
    for path, raw in places:
        for name in raw:
            usual = proper[name.lower()]
            if name != usual:
                yield Problem((*path, name), f"{name} is not written as in the grammar", f"write {usual}")


_STATEMENT = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"
)  # fmt: skip


@check(Level.ERROR)
def sid_letters(subject: Subject) -> Iterator[Problem]:
    """IAM and Organizations take letters and digits in a Sid, and nothing else."""
    if subject.facts.stored_by_iam or subject.facts.layer in {Layer.SCP, Layer.RCP}:
        for each in subject.statements:
            if not _SID.fullmatch(each.statement.sid):
                yield Problem(each.at("Sid"), f"the Sid {shown(each.statement.sid)} has more than letters and digits",
                              "leave out what is neither a letter nor a digit")  # fmt: skip


@check(Level.ERROR)
def sid_twice(subject: Subject) -> Iterator[Problem]:
    """AWS refuses a policy in which two statements have the same Sid."""
    seen: set[str] = set()
    for each in subject.statements:
        sid = each.statement.sid
        if sid and sid in seen:
            yield Problem(each.at("Sid"), f"another statement has the Sid {shown(sid)}", "give each its own, or none")
        seen.add(sid)


@check(Level.ERROR)
def empty_list(subject: Subject) -> Iterator[Problem]:
    """An empty list names nothing, so that the statement never applies, or, in a `Not` form, always."""
    for each in subject.statements:
        for name, value in each.raw.items():
            if value in ([], {}):
                yield Problem(each.at(name), f"{name} is empty", "name something, or remove it")
        for operator, key, values in each.statement.conditions:
            if not values:
                yield Problem(each.at("Condition", operator, key), f"{key} is compared with nothing", "name a value")


@check(Level.ERROR)
def missing_resource(subject: Subject) -> Iterator[Problem]:
    """A policy that does not hang on a resource must say which resources each statement is about."""
    if subject.facts.layer is not Layer.RESOURCE:
        for each in subject.statements:
            if each.at("Resource") == each.path and each.at("NotResource") == each.path:
                yield Problem(each.path, f"{each.name} has neither Resource nor NotResource", 'add "Resource"')


@check(Level.ERROR)
def resource_in_trust_policy(subject: Subject) -> Iterator[Problem]:
    """A trust policy is about the role that it hangs on; IAM refuses the elements Resource and NotResource in it."""
    if subject.kind is Kind.TRUST:
        for each in subject.statements:
            if each.statement.resources:
                yield Problem(each.resource_at(0), "a trust policy takes no Resource", "remove it")


@check(Level.ERROR)
def missing_principal(subject: Subject) -> Iterator[Problem]:
    """A policy of a resource must say for whom each statement is; without, it is for nobody."""
    if subject.facts.names_principals:
        for each in subject.statements:
            if each.statement.principals is None:
                said = f"{each.name} names no principal, as {subject.facts.what} must"
                yield Problem(each.path, said, 'add "Principal"; "*" is everybody')


@check(Level.ERROR)
def principal_not_allowed(subject: Subject) -> Iterator[Problem]:
    """A policy of an identity is about that identity, one of an organization about all; neither names principals."""
    if not subject.facts.names_principals:
        for each in subject.statements:
            if each.statement.principals is not None:
                element = "NotPrincipal" if each.statement.not_principals else "Principal"
                cure = "remove it; exceptions are made by a condition on aws:PrincipalArn"
                yield Problem(each.at(element), f"{subject.facts.what} takes no {element}", cure)


@check(Level.ERROR)
def not_allowed_in_rcp(subject: Subject) -> Iterator[Problem]:
    """A resource control policy of yours denies only, names everybody, and neither knows NotPrincipal nor NotAction.

    Its Action may not be a star alone. AWS's own policy RCPFullAWSAccess is the only one that allows.
    """
    for each in subject.statements if subject.kind is Kind.RCP else ():
        statement = each.statement
        if statement.allows:
            yield Problem(each.at("Effect"), "a resource control policy cannot allow", "deny what is not wanted")
        if statement.not_principals or (statement.principals and statement.principals.aws != ("*",)):
            name = "NotPrincipal" if statement.not_principals else "Principal"
            yield Problem(each.at(name), 'a resource control policy takes only "Principal": "*"',
                          "make exceptions by a condition on aws:PrincipalArn")  # fmt: skip
        if statement.not_actions:
            yield Problem(each.at("NotAction"), "a resource control policy takes no NotAction", "name the actions")
        elif "*" in statement.actions:
            position = statement.actions.index("*")
            yield Problem(each.action_at(position), "a resource control policy takes no * alone as Action",
                          "name the services, as in s3:*")  # fmt: skip


@check(Level.ERROR)
def letter_not_allowed(subject: Subject) -> Iterator[Problem]:
    """IAM takes only characters up to U+00FF in a policy."""
    if subject.facts.stored_by_iam:
        found = sorted(set(_LETTERS.findall(subject.compact())))
        if found:
            names = ", ".join(f"U+{ord(each):04X}" for each in found[:5])
            yield Problem((), f"IAM does not take the characters {names}", "write it with characters up to U+00FF")


@check(Level.ERROR)
def too_long(subject: Subject) -> Iterator[Problem]:
    """AWS refuses a policy that is longer than its kind may be. For IAM, white space does not count."""
    size, limit = size_of(subject), subject.facts.limit
    if limit and size > limit:
        spare = "" if not subject.facts.spaced else " as it is written"
        yield Problem((), f"it has {size:,} characters{spare}; {subject.facts.what} may have {limit:,}",
                      "split it, or try bartizan policy minimize")  # fmt: skip


@check(Level.SUGGESTION)
def nearly_too_long(subject: Subject) -> Iterator[Problem]:
    """A policy that has used up nine tenths of its length leaves little room for the next change."""
    size, limit = size_of(subject), subject.facts.limit
    if limit and limit >= size > 0.9 * limit:
        yield Problem((), f"it has {size:,} characters of the {limit:,} that {subject.facts.what} may have",
                      "try bartizan policy minimize")  # fmt: skip


def size_of(subject: Subject) -> int:
    """How long it is, as AWS counts: with white space for kinds that are stored as they are written."""
    return len(subject.text) if subject.text and subject.facts.spaced else len(subject.compact())
