"""The graph of escalation: who can become whom, by which method, under which conditions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bartizan.policy.compiled import Clause
from bartizan.policy.escalation.admin import Admin
from bartizan.policy.escalation.caller import Fixed, Step
from bartizan.policy.estate import Estate
from bartizan.policy.requests import account_in

_EVERYTHING = "administrator of "

ADMINISTRATOR = "administrator"
"""The method of hops that an administrator needs no method for."""

OWN_MAKING = "a trust policy of the caller's own making"
"""The name of the trust policy that a caller writes on its way."""

UNREAD = "unread-policies"
"""The method of hops of which nothing is known but that a policy could not be read."""

ASSUME = "assume-role"
"""The method of assuming a role that trusts the caller."""


@dataclass(frozen=True, slots=True, eq=False)
class Hop:
    """One way on from a node: where to, by which method (its id) and on what, and the calls to make.

    ``via`` is the ARN of what the method is used on, where that is not the target. ``unknown`` says why it is not
    certain that it works.
    """

    target: str
    method: str
    steps: tuple[Step, ...] = ()
    via: str = ""
    unknown: str = ""

    @property
    def conditions(self) -> Fixed:
        """What the calls need beyond what is known, each once."""
        return tuple(dict.fromkeys(pair for step in self.steps for pair in step.conditions))

    @property
    def statements(self) -> tuple[Clause, ...]:
        """The statements that let the calls through, each once."""
        return tuple(dict.fromkeys(clause for step in self.steps for clause in step.statements))

    @property
    def sides(self) -> tuple[frozenset[Clause], ...]:
        """Sets of statements; to take all of one away stops the hop. What the caller wrote itself is none."""
        found = (side for step in self.steps for side in step.sides)
        return tuple(dict.fromkeys(side for side in found if all(each.policy != OWN_MAKING for each in side)))


def everything_in(account: str) -> str:
    """The node that stands for being an administrator of an account."""
    return _EVERYTHING + account


@dataclass(slots=True, kw_only=True)
class Graph:
    """All nodes (ARNs of identities, names of outsiders) with their hops.

    ``common`` are hops that members of a class share, ``own`` those of one node. ``admins`` are the administrators by
    ARN. ``unread`` names, by ARN, the policies that could not be read: what these identities can do besides is unknown.
    """

    estate: Estate
    admins: dict[str, Admin] = field(default_factory=dict)
    classes: dict[str, int] = field(default_factory=dict)
    common: list[list[Hop]] = field(default_factory=list)
    own: dict[str, list[Hop]] = field(default_factory=dict)
    unread: dict[str, tuple[str, ...]] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)

    @property
    def nodes(self) -> tuple[str, ...]:
        """All of them: identities, outsiders, and the administrator of each account."""
        return (*self.classes, *self.outsiders, *map(everything_in, self.members))

    @property
    def outsiders(self) -> tuple[str, ...]:
        """The nodes from outside the estate that roles trust."""
        return tuple(each for each in self.own if each not in self.classes)

    def hops(self, node: str) -> Iterator[Hop]:
        """The ways on from a node."""
        number = self.classes.get(node)
        if number is not None:
            for hop in self.common[number]:
                if node not in {hop.target, hop.via}:
                    yield hop
        yield from self.beyond_class(node)

    def beyond_class(self, node: str) -> Iterator[Hop]:
        """The ways on from a node that are its own, and those of administrators."""
        yield from self.own.get(node, ())
        if node in self.admins:
            yield Hop(everything_in(account_in(node)), ADMINISTRATOR)
        if node.startswith(_EVERYTHING):
            for member in self.members.get(node.removeprefix(_EVERYTHING), ()):
                yield Hop(member, ADMINISTRATOR)

    def count(self) -> int:
        """How many hops there are, but for those of administrators."""
        shared = sum(len(self.common[number]) for number in self.classes.values())
        return shared + sum(len(each) for each in self.own.values())
