"""Vocabulary: requests that AWS could really receive, an action that it has on a resource that the action takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from bartizan.policy.conditions import Constraint, texts
from bartizan.policy.patterns import Attributes
from bartizan.policy.reference import Action, Reference, ResourceType, Service
from bartizan.policy.reference.values import PLACEHOLDER
from bartizan.policy.symbolic.formula import Formula, both, either, holds
from bartizan.policy.symbolic.language import Undecided
from bartizan.policy.symbolic.solver import solve
from bartizan.policy.values import Texts

MOST_KINDS = 400
"""After so many kinds of actions that found no resource the question is given up."""


@dataclass(frozen=True, slots=True)
class Use:
    """Actions that take the same resources: ``resource`` says which, ``examples`` are some, plain ones."""

    actions: Texts
    resource: Formula
    examples: tuple[str, ...] = ()


class Vocabulary(Protocol):
    """What actions there are, and what resources each takes; names in lower case."""

    @property
    def actions(self) -> Texts:
        """All actions."""

    def use_of(self, action: str) -> Use:
        """The actions that are used as this one is, itself among them."""


def solve_real(
    formula: Formula,
    known: Attributes,
    vocabulary: Vocabulary,
    *,
    preferred: Mapping[str, Sequence[str]] | None = None,
    kinds: int = MOST_KINDS,
) -> dict[str, tuple[str, ...]] | None:
    """A request in a vocabulary for which the formula holds, or ``None``: proven, none of its actions has one.

    The other arguments are those of ``solve``. Raises ``Undecided``, also after so many kinds of actions without one.
    """
    wanted = preferred or {}
    if solve(formula, known, preferred=wanted) is None:
        return None
    narrowed = both(formula, Constraint("action", vocabulary.actions))
    for _ in range(kinds):
        found = solve(narrowed, known, preferred=wanted)
        if found is None:
            return None
        use = vocabulary.use_of(found["action"][0])
        plain = {**wanted, "resource": (*wanted.get("resource", ()), *use.examples)}
        meant = both(formula, use.resource)
        real = solve(meant, {**known, "action": found["action"]}, preferred=plain)
        if real is not None:
            return real
        # What fails for one of them may hold for another of its kind, but only on such a resource.
        narrowed = both(narrowed, either(Constraint("action", use.actions).negate(), use.resource))
        if holds(use.resource, found):
            raise Undecided(f"{found['action'][0]} is decided differently on its own")
    raise Undecided(f"{kinds} kinds of actions were tried")


@dataclass(frozen=True)
class ReferenceVocabulary:
    """The vocabulary of AWS's service authorization reference."""

    reference: Reference
    _uses: dict[tuple[str, tuple[str, ...]], Use] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def actions(self) -> Texts:
        """All actions of all services; to read them takes half a second."""
        services = (self.reference.service(prefix) for prefix in self.reference.services())
        return _named(action for service in services if service for action in service.actions.values())

    def use_of(self, action: str) -> Use:
        """The actions of the service that take the same types of resources; raises ``KeyError`` for no action."""
        found, service = self.reference.find(action), self.reference.service(action.partition(":")[0])
        if found is None or service is None:
            raise KeyError(action)
        types = _types(found)
        key = (service.prefix, types)
        if key not in self._uses:
            alike = [each for each in service.actions.values() if _types(each) == types]
            self._uses[key] = _use(service, alike, types)
        return self._uses[key]


def _named(actions: Iterable[Action]) -> Texts:
    return texts((str(each).lower() for each in actions), wildcards=False, variables=False, nocase=True)


def _types(action: Action) -> tuple[str, ...]:
    return tuple(sorted(use.type.lower() for use in action.resources))


def _use(service: Service, actions: Sequence[Action], names: Sequence[str]) -> Use:
    types = [service.resource_types[each] for each in names if each in service.resource_types]
    if not types:
        return Use(_named(actions), _one_of("*", wildcards=False), ("*",))
    return Use(_named(actions), either(*map(_shape, types)), tuple(sorted(map(_example, types), key=len)))


def _shape(kind: ResourceType) -> Formula:
    """The ARNs of a type; where the name stands alone in its part, it has neither slashes nor colons."""
    shape = _one_of(kind.wildcard)
    if PLACEHOLDER.fullmatch(kind.arn.split(":", 5)[-1]):
        return both(shape, *(_one_of(f"{kind.wildcard}{mark}*").negate() for mark in "/:"))
    return shape


def _one_of(pattern: str, *, wildcards: bool = True) -> Constraint:
    return Constraint("resource", texts((pattern,), wildcards=wildcards, variables=False, arn=wildcards))


_EXAMPLES = {"${Partition}": "aws", "${Region}": "eu-west-1", "${Account}": "111122223333"}


def _example(kind: ResourceType) -> str:
    return PLACEHOLDER.sub(lambda found: _EXAMPLES.get(found[0], "example"), kind.arn)
