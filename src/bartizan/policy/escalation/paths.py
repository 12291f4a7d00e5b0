"""Paths through the graph: the shortest from everybody, all from somebody, and what to change so that they end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from bartizan.model import InputError
from bartizan.policy.compiled import Clause
from bartizan.policy.escalation.admin import Admin
from bartizan.policy.escalation.caller import Fixed
from bartizan.policy.escalation.graph import Graph, Hop, everything_in
from bartizan.policy.requests import account_in

Alive = Callable[[Hop], bool]
"""Whether a hop is to be taken."""

_MOST_CUTS = 5
_TRIED = 4
"""How many of the most used sets of statements are tried for each cut."""


@dataclass(frozen=True, slots=True)
class Path:
    """A way from a node to another: the hops in order."""

    source: str
    hops: tuple[Hop, ...]

    @property
    def target(self) -> str:
        """The node where it ends."""
        return self.hops[-1].target

    @property
    def nodes(self) -> tuple[str, ...]:
        """All nodes that it passes, both ends counted."""
        return (self.source, *(hop.target for hop in self.hops))

    @property
    def conditions(self) -> Fixed:
        """What the calls on the way need beyond what is known, each once."""
        return tuple(dict.fromkeys(pair for hop in self.hops for pair in hop.conditions))

    @property
    def unknown(self) -> str:
        """Why it is not certain; empty where it is."""
        return next((hop.unknown for hop in self.hops if hop.unknown), "")


@dataclass(frozen=True, slots=True)
class Cut:
    """Statements that, taken away together, leave ``ends`` of ``of`` nodes without a way.

    ``holders`` are the ARNs of the identities that have them, in a policy or in their trust.
    """

    statements: tuple[Clause, ...]
    ends: int
    of: int
    holders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The paths of a question.

    ``paths`` are certain; ``possible`` those of which something on the way is unknown, of nodes that have no certain
    one. ``cuts`` are what to change, the most effective first: each counts what the ones before have left.
    """

    target: str
    paths: tuple[Path, ...] = ()
    possible: tuple[Path, ...] = ()
    cuts: tuple[Cut, ...] = ()
    admins: Mapping[str, Admin] = field(default_factory=dict)
    unread: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


ADMIN = "admin"
"""The target that stands for the administrators of all accounts."""


@dataclass(frozen=True, slots=True)
class _Aim:
    """How far each node is from the targets, by hops that are to be taken; those without a way are left out."""

    distances: Mapping[str, int]
    alive: Alive


@dataclass(frozen=True, slots=True)
class _Ways:
    """Who leads where: for each node the classes and the single nodes with a hop to it."""

    graph: Graph
    classes: Mapping[str, list[tuple[int, Hop]]]
    nodes: Mapping[str, list[tuple[str, Hop]]]
    members: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, graph: Graph) -> _Ways:
        classes: dict[str, list[tuple[int, Hop]]] = {}
        nodes: dict[str, list[tuple[str, Hop]]] = {}
        members: list[list[str]] = [[] for _ in graph.common]
        for node, number in graph.classes.items():
            members[number].append(node)
        for number, hops in enumerate(graph.common):
            for hop in hops:
                classes.setdefault(hop.target, []).append((number, hop))
        for node in (*graph.own, *graph.admins, *map(everything_in, graph.members)):
            for hop in graph.beyond_class(node):
                nodes.setdefault(hop.target, []).append((node, hop))
        return cls(graph, classes, nodes, tuple(map(tuple, members)))

    def aim(self, targets: Collection[str], alive: Alive) -> _Aim:
        """The number of hops from each node to the nearest target, by the hops that are to be taken."""
        found = dict.fromkeys(targets, 0)
        frontier = list(found)
        while frontier:
            following: list[str] = []
            for target in frontier:
                for node in self._before(target, alive):
                    if node not in found:
                        found[node] = found[target] + 1
                        following.append(node)
            frontier = following
        return _Aim(found, alive)

    def _before(self, target: str, alive: Alive) -> Iterator[str]:
        seen: set[int] = set()
        for number, hop in self.classes.get(target, ()):
            if number not in seen and alive(hop):
                seen.add(number)
                yield from (each for each in self.members[number] if each != target)
        for node, hop in self.nodes.get(target, ()):
            if alive(hop):
                yield node

    def shortest(self, source: str, aim: _Aim) -> Path | None:
        """A shortest path, the one that needs the least where there are several."""
        if aim.distances.get(source, 0) == 0:
            return None
        hops: list[Hop] = []
        node = source
        while aim.distances[node]:
            hop = min(self._nearer(node, aim), key=_burden)
            hops.append(hop)
            node = hop.target
        return Path(source, tuple(hops))

    def _nearer(self, node: str, aim: _Aim) -> Iterator[Hop]:
        left = aim.distances[node] - 1
        return (hop for hop in self.graph.hops(node) if aim.distances.get(hop.target) == left and aim.alive(hop))

    def simple(self, source: str, aim: _Aim, longest: int) -> Iterator[Path]:
        """All paths of at most so many hops that pass no node twice, the shortest first."""
        for length in range(max(1, aim.distances.get(source, longest + 1)), longest + 1):
            yield from self._of_length(Path(source, ()), aim, length)

    def _of_length(self, begun: Path, aim: _Aim, length: int) -> Iterator[Path]:
        """The paths of exactly so many hops that go on from one that was begun."""
        nodes = begun.nodes
        left = length - len(begun.hops)
        if not aim.distances[nodes[-1]]:
            if not left:
                yield begun
            return
        for hop in self.graph.hops(nodes[-1]):
            if hop.target not in nodes and aim.distances.get(hop.target, left) < left and aim.alive(hop):
                yield from self._of_length(Path(begun.source, (*begun.hops, hop)), aim, length)


def _burden(hop: Hop) -> tuple[bool, int, int]:
    return bool(hop.unknown), len(hop.conditions), len(hop.steps)


class Paths:
    """Answers questions about a graph; what it needs for them is worked out once."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._ways = _Ways.of(graph)

    def ask(self, source: str = "", target: str = ADMIN, *, most: int = 0, longest: int = 5) -> Answer:
        """The paths from a node, or from all that are no administrators, to a node or to the administrators.

        All are the users and roles and the outsiders that roles trust, but not the accounts' own SAML providers, whose
        people are known to them alone, nor service-linked roles.
        Each node has its shortest path in the answer, or with ``most`` up to so many of at most ``longest`` hops.
        Raises ``InputError`` for a node that there is not.
        """
        targets = self._targets(target)
        sources = self._sources(source, targets)
        certain, anyhow = self._ways.aim(targets, _certain), self._ways.aim(targets, _any)
        unsure = [each for each in sources if each not in certain.distances]
        paths = [path for each in sources for path in self._of(each, certain, most, longest)]
        possible = [path for each in unsure for path in self._of(each, anyhow, most, longest)]
        return Answer(
            target=target,
            paths=tuple(sorted(paths, key=_order)),
            possible=tuple(sorted(possible, key=_order)),
            cuts=tuple(self._cuts([each for each in sources if each in certain.distances], targets)),
            admins=self.graph.admins,
            unread=self.graph.unread,
        )

    def into(self, account: str) -> Iterator[Path]:
        """The shortest path of each user and role of another account to the administrators of this one.

        Those that are certain come first, and the shorter ones of them. Service-linked roles are left out, since AWS
        alone uses them.
        """
        admins = (each for each in self.graph.admins if account_in(each) == account)
        targets = frozenset((everything_in(account), *admins))
        certain, anyhow = self._ways.aim(targets, _certain), self._ways.aim(targets, _any)
        unsure = anyhow.distances.keys() - certain.distances.keys()
        for sources, aim in ((certain.distances.keys(), certain), (unsure, anyhow)):
            found = (path for each in self._abroad(sources, account) for path in self._of(each, aim, 0, 0))
            yield from sorted(found, key=_order)

    def _abroad(self, nodes: Collection[str], account: str) -> Iterator[str]:
        """Of the nodes, the users and roles of other accounts."""
        for each in nodes:
            identity = self.graph.estate.identities.get(each)
            if identity and identity.principal.account != account and not identity.principal.service_linked:
                yield each

    def _of(self, source: str, aim: _Aim, most: int, longest: int) -> Iterator[Path]:
        if most:
            yield from islice(self._ways.simple(source, aim, longest), most)
            return
        path = self._ways.shortest(source, aim)
        if path is not None:
            yield path

    def _targets(self, target: str) -> frozenset[str]:
        if target == ADMIN:
            return frozenset((*self.graph.admins, *map(everything_in, self.graph.members)))
        return frozenset({self._known(target)})

    def _sources(self, source: str, targets: frozenset[str]) -> list[str]:
        if source:
            return [self._known(source)]
        identities = self.graph.estate.identities
        return [
            node
            for node in (*self.graph.classes, *self.graph.outsiders)
            if node not in targets
            and node not in self.graph.admins
            and not (node in identities and identities[node].principal.service_linked)
            and ":saml-provider/" not in node
        ]

    def _known(self, node: str) -> str:
        if node not in self.graph.nodes:
            raise InputError(f"{node!r} is no user, role or trusted outsider that was read; give an ARN")
        return node

    def _cuts(self, sources: list[str], targets: Collection[str]) -> Iterator[Cut]:
        """Greedy: of the sets of statements that most shortest paths need, the one that ends most."""
        removed: frozenset[Clause] = frozenset()
        left = sources
        for _ in range(_MOST_CUTS):
            aim = self._ways.aim(targets, _without(removed))
            left = [each for each in left if each in aim.distances]
            if not left:
                return
            best, remaining = removed, left
            for side in self._used(left, aim):
                tried = self._ways.aim(targets, _without(removed | side)).distances
                still = [each for each in left if each in tried]
                if len(still) < len(remaining):
                    best, remaining = side, still
            if remaining is left:
                return
            ended = len(left) - len(remaining)
            yield Cut(tuple(sorted(best, key=str)), ended, len(sources), self._holders(best))
            removed, left = removed | best, remaining

    def _holders(self, statements: frozenset[Clause]) -> tuple[str, ...]:
        return tuple(
            arn
            for arn, identity in self.graph.estate.identities.items()
            for policies in ((*identity.policies, *((identity.trust,) if identity.trust else ())),)
            if any(not statements.isdisjoint(policy.clauses) for policy in policies)
        )

    def _used(self, sources: Iterable[str], aim: _Aim) -> list[frozenset[Clause]]:
        """The sets of statements that most of the shortest paths need."""
        uses: Counter[frozenset[Clause]] = Counter()
        for source in sources:
            path = self._ways.shortest(source, aim)
            if path is not None:
                uses.update({side for hop in path.hops for side in hop.sides})
        return [side for side, _ in uses.most_common(_TRIED)]


def _certain(hop: Hop) -> bool:
    return not hop.unknown


def _any(_: Hop) -> bool:
    return True


def _without(removed: frozenset[Clause]) -> Alive:
    """The certain hops that remain once some statements are gone."""
    if not removed:
        return _certain
    return lambda hop: not hop.unknown and not any(side <= removed for side in hop.sides)


def _order(path: Path) -> tuple[int, str]:
    return len(path.hops), path.source
