"""Comparison: what one policy allows or denies that another does not, each answer with a request that proves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bartizan.policy.compiled import Layer, Policy
from bartizan.policy.document import PolicyDocument
from bartizan.policy.reference import Reference
from bartizan.policy.symbolic import ReferenceVocabulary, RequestSet, Undecided

_FAMILIAR = ("s3:GetObject", "ec2:RunInstances", "iam:CreateUser", "sts:AssumeRole")
_TRIED = 200
_KINDS = 6
"""After so many kinds of actions whose resources do not fit, any request that differs serves as proof."""

Preferred = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """What is in one set of requests and not in another.

    ``request`` holds the attributes of one, by name; ``None`` is the proof that there is none, unless ``undecided``
    says why neither could be shown. It is of an action that AWS has, on a resource that the action takes, unless
    ``hypothetical``: then it is proven that no such request is in it, and that only the patterns differ.
    """

    request: Mapping[str, tuple[str, ...]] | None = None
    undecided: str = ""
    hypothetical: bool = False

    @property
    def proven_empty(self) -> bool:
        """Whether there is no difference, proven."""
        return self.request is None and not self.undecided


@dataclass(frozen=True, slots=True)
class Comparison:
    """A policy against the one before it: what it allows more and less, and what it denies more and less."""

    allows_more: Difference
    allows_less: Difference
    denies_more: Difference
    denies_less: Difference

    @property
    def differences(self) -> tuple[Difference, ...]:
        """All four."""
        return (self.allows_more, self.allows_less, self.denies_more, self.denies_less)

    @property
    def equal(self) -> bool:
        """Whether the two are proven to do the same."""
        return all(each.proven_empty for each in self.differences)

    @property
    def wider(self) -> bool:
        """Whether it lets something through that the one before did not: allows more, or denies less."""
        return self.allows_more.request is not None or self.denies_less.request is not None


def compare(before: PolicyDocument, after: PolicyDocument, layer: Layer, reference: Reference) -> Comparison:
    """Compare two policies of one layer; a difference is proven by an action that AWS has, where one is in it."""
    old, new = Policy(before, layer), Policy(after, layer)
    preferred = {"action": tuple(dict.fromkeys(_likely([before, after], reference)))}
    vocabulary = ReferenceVocabulary(reference)

    def difference(one: RequestSet, other: RequestSet) -> Difference:
        return _difference(one - other, preferred, vocabulary)

    allowed = [RequestSet.granted([each]) for each in (old, new)]
    denied = [RequestSet.denied([each]) for each in (old, new)]
    return Comparison(
        allows_more=difference(allowed[1], allowed[0]),
        allows_less=difference(allowed[0], allowed[1]),
        denies_more=difference(denied[1], denied[0]),
        denies_less=difference(denied[0], denied[1]),
    )


def _difference(more: RequestSet, preferred: Preferred, vocabulary: ReferenceVocabulary) -> Difference:
    try:
        request = more.witness(preferred=preferred)
    except Undecided as undecided:
        return Difference(undecided=str(undecided))
    if request is None:
        return Difference()
    try:
        real = more.witness(preferred=preferred, vocabulary=vocabulary, kinds=_KINDS)
    except Undecided:
        # The difference is proven all the same; only a likelier request was not found.
        return Difference(_ordered(request, vocabulary.reference))
    return Difference(_ordered(real or request, vocabulary.reference), hypothetical=real is None)


def _likely(documents: Sequence[PolicyDocument], reference: Reference) -> Iterator[str]:
    """Actions that AWS has, in lower case as requests have them, for the patterns of the policies."""
    for document in documents:
        for statement in document:
            for pattern in statement.actions:
                prefix = pattern.partition(":")[0]
                if not {"*", "?"} & set(prefix):
                    yield from (str(each).lower() for each in reference.expand(pattern)[:_TRIED])
    yield from map(str.lower, _FAMILIAR)


def _ordered(request: Mapping[str, tuple[str, ...]], reference: Reference) -> dict[str, tuple[str, ...]]:
    """Caller, action and resource first, the action in AWS's own spelling."""
    first = [name for name in ("principal", "action", "resource") if name in request]
    made = {name: request[name] for name in (*first, *sorted(request.keys() - set(first)))}
    if "action" in made:
        made["action"] = tuple(str(reference.find(each) or each) for each in made["action"])
    return made
