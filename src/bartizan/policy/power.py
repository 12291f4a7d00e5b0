"""How much an identity's policy gives, decided by the reasoner rather than read off its text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from bartizan.model import Gap, Reason, Unknown
from bartizan.policy.compiled import Layer, Policy
from bartizan.policy.document import PolicyDocument
from bartizan.policy.reference import Reference
from bartizan.policy.symbolic import EVERYTHING, RequestSet, Undecided

_REMEMBERED = 16_384


def allows_everything(document: PolicyDocument) -> bool:
    """Whether it allows every action on every resource, whatever the circumstances. Raises ``Unknown``."""
    return _decided(_allows_everything, document)


def allow_everything_together(documents: Iterable[PolicyDocument]) -> bool:
    """Whether these together allow every action on every resource, whatever the circumstances. Raises ``Unknown``."""
    try:
        return _allow_everything_together(tuple(documents))
    except Undecided as undecided:
        raise Unknown("what the policies allow", Gap(Reason.FAILED, detail=str(undecided))) from None


def passes_any_role(document: PolicyDocument) -> bool:
    """Whether it allows to pass a role that it does not name, to a service that it does not. Raises ``Unknown``."""
    return _decided(_passes_any_role, document)


def assumes_any_role(document: PolicyDocument) -> bool:
    """Whether it allows to assume a role that it does not name, whatever the circumstances. Raises ``Unknown``."""
    return _decided(_assumes_any_role, document)


@lru_cache(maxsize=_REMEMBERED)
def without_effect(document: PolicyDocument) -> tuple[str, ...]:
    """What is wrong with the statements that bring nothing about, a sentence for each."""
    # The checks take a while to load, which commands that judge no policies need not wait for.
    from bartizan.policy.lint import Kind, effect  # noqa: PLC0415 - as the comment says
    from bartizan.policy.lint.check import Subject, remarks  # noqa: PLC0415 - as above

    subject = Subject(document, Kind.IDENTITY, Reference.load())
    checks = (effect.never_applies, effect.adds_nothing, effect.denied_anyway)
    return tuple(each.message for each in sorted(remarks(subject, checks)))


def _decided(question: Callable[[PolicyDocument], bool], document: PolicyDocument) -> bool:
    try:
        return question(document)
    except Undecided as undecided:
        raise Unknown("what the policy allows", Gap(Reason.FAILED, detail=str(undecided))) from None


def _granted(document: PolicyDocument) -> RequestSet:
    return RequestSet.granted([Policy(document, Layer.IDENTITY)])


@lru_cache(maxsize=_REMEMBERED)
def _allows_everything(document: PolicyDocument) -> bool:
    return any(each.allows for each in document) and EVERYTHING.within(_granted(document))


@lru_cache(maxsize=_REMEMBERED)
def _allow_everything_together(documents: tuple[PolicyDocument, ...]) -> bool:
    policies = [Policy(each, Layer.IDENTITY) for each in documents]
    return any(each.allows for document in documents for each in document) and EVERYTHING.within(
        RequestSet.granted(policies)
    )


@lru_cache(maxsize=_REMEMBERED)
def _passes_any_role(document: PolicyDocument) -> bool:
    passing = {
        "action": ("iam:passrole",),
        "resource": ("arn:aws:iam::111122223333:role/any-role-there-is",),
        "iam:passedtoservice": ("any-service.amazonaws.com",),
    }
    return any(each.allows for each in document) and not _granted(document).given(passing).empty


@lru_cache(maxsize=_REMEMBERED)
def _assumes_any_role(document: PolicyDocument) -> bool:
    assuming = {"action": ("sts:assumerole",), "resource": ("arn:aws:iam::444455556666:role/any-role-there-is",)}
    return any(each.allows for each in document) and EVERYTHING.given(assuming).within(_granted(document))
