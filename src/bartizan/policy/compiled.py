"""Policies made ready to decide: each statement as a conjunction of constraints, found by action."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bartizan.policy.conditions import Constraint, Operator, compile_condition, resolvable, texts
from bartizan.policy.document import PolicyDocument, Principals, Statement
from bartizan.policy.patterns import Attributes
from bartizan.policy.requests import CANONICAL, FEDERATED, SERVICE

_VARIABLE = re.compile(r"\$\{[^{}]*\}")


class Layer(StrEnum):
    """The kinds of policy that have a say, as AWS calls them."""

    IDENTITY = "identity-based policy"
    RESOURCE = "resource-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    SCP = "service control policy"
    RCP = "resource control policy"
    ENDPOINT = "VPC endpoint policy"


@dataclass(frozen=True, slots=True, eq=False)
class Clause:
    """A statement as constraints that must all hold, and where it stands.

    ``principal`` is ``None`` where the statement names none; ``names`` are those that it names; ``rest`` holds resource
    and conditions.
    """

    statement: Statement
    policy: str
    layer: Layer
    index: int
    action: Constraint
    principal: Constraint | None
    rest: tuple[Constraint, ...]
    names: frozenset[str] = frozenset()

    @property
    def allows(self) -> bool:
        """Whether its effect is Allow."""
        return self.statement.effect == "Allow"

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """All of them."""
        return (self.action, *self.rest, *((self.principal,) if self.principal else ()))

    @property
    def excepts(self) -> bool:
        """Whether it denies to all but some principals, an exception that AWS makes for nobody with a boundary.

        Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
        """
        return not self.allows and self.statement.not_principals

    def applies(self, attributes: Attributes, *, bounded: bool = False) -> bool:
        """Whether principal, resource and conditions hold; the action is the caller's affair.

        ``bounded``: whether the caller has a permissions boundary; see ``excepts``.
        """
        if self.principal is not None:
            # What the constraint says, at once for all names of the caller: they are plain texts.
            named = not self.names.isdisjoint(attributes["principal"])
            if named is self.principal.negated and not (bounded and self.excepts):
                return False
        for each in self.rest:  # noqa: SIM110 - a generator costs more than the answer here
            if not each.holds(attributes):
                return False
        return True

    def __str__(self) -> str:
        name = self.statement.sid or f"statement {self.index + 1}"
        return f"{name} of {self.policy or 'a policy'} ({self.layer})"


class _ByAction(dict[str, tuple[Clause, ...]]):
    """The clauses that concern an action, given in lower case; found once, then remembered."""

    __slots__ = ("_clauses",)

    def __init__(self, clauses: Iterable[Clause]) -> None:
        super().__init__()
        self._clauses = tuple(clauses)

    def __missing__(self, action: str) -> tuple[Clause, ...]:
        if len(self) >= _REMEMBERED:
            self.clear()
        attributes = {"action": (action,)}
        found = self[action] = tuple(each for each in self._clauses if each.action.holds(attributes))
        return found


_REMEMBERED = 20_000
"""More than AWS has actions; only hostile input asks for more."""


class Policy:
    """One policy in one layer, compiled.

    ``denying`` and ``allowing`` give the statements of each effect that concern an action, by its name in lower case.
    """

    __slots__ = ("allowing", "clauses", "denies", "denying", "document", "layer", "name")

    def __init__(self, document: PolicyDocument, layer: Layer, name: str = "") -> None:
        self.document = document
        self.layer = layer
        self.name = name
        self.clauses = tuple(
            compile_statement(statement, document.version, layer, name, index)
            for index, statement in enumerate(document.statements)
        )
        self.denies = not all(each.allows for each in self.clauses)
        self.denying: Mapping[str, tuple[Clause, ...]] = _ByAction(each for each in self.clauses if not each.allows)
        self.allowing: Mapping[str, tuple[Clause, ...]] = _ByAction(each for each in self.clauses if each.allows)

    def concerning(self, action: str) -> tuple[tuple[Clause, ...], tuple[Clause, ...]]:
        """The denying and the allowing statements whose action matches one, given in lower case."""
        return self.denying[action], self.allowing[action]

    def __repr__(self) -> str:
        return f"Policy({self.name!r}, {self.layer}, {len(self.clauses)} statements)"


def compile_statement(statement: Statement, version: str, layer: Layer, policy: str, index: int) -> Clause:
    """The clause of a statement; raises ``MalformedPolicy`` for a condition operator that IAM does not have."""
    variables = version >= "2012-10-17"
    action = Constraint(
        "action",
        texts((each if each != "*:*" else "*" for each in statement.actions), variables=False, nocase=True),
        *_polarity(statement.not_actions),
    )
    names = tuple(principal_names(statement.principals)) if statement.principals else ()
    principal = None
    if statement.principals is not None or layer is Layer.RESOURCE:
        # A resource's policy that names nobody gives nothing to anybody.
        named = texts(names, wildcards=False, variables=False)
        principal = Constraint("principal", named, *_polarity(statement.not_principals))
    rest = tuple(_rest(statement, layer, variables=variables))
    return Clause(statement, policy, layer, index, action, principal, rest, frozenset(names))


def _polarity(negated: bool) -> tuple[bool, bool, bool]:
    """``negated``, ``some`` and ``absent`` of an element: some value belongs, or none does."""
    return (True, False, True) if negated else (False, True, False)


def _rest(statement: Statement, layer: Layer, *, variables: bool) -> Iterator[Constraint]:
    if statement.resources and not _any_resource(statement):
        named = statement.resources
        if layer in {Layer.IDENTITY, Layer.BOUNDARY}:
            named = tuple(map(_completed, named))
        resources = texts(named, variables=variables)
        yield Constraint("resource", resources, *_polarity(statement.not_resources))
        if statement.not_resources:
            yield from resolvable(resources)
    elif not statement.resources and layer not in {Layer.RESOURCE, Layer.ENDPOINT}:
        # Only where the policy hangs on its resource may a statement leave it out.
        yield Constraint("resource", texts(()))
    for operator, key, values in statement.conditions:
        made = compile_condition(operator, key, values, variables=variables)
        yield made
        if made.negated and not Operator.parse(operator).if_exists:
            yield from resolvable(made.values)


def _completed(resource: str) -> str:
    """An ARN with all its parts: in policies of identities AWS takes missing ones for stars.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
    """
    colons = _VARIABLE.sub("", resource).count(":")
    # A star at the end covers what is missing already.
    if not resource.startswith("arn:") or resource.endswith("*") or colons >= 5:
        return resource
    return resource + ":*" * (5 - colons)


def _any_resource(statement: Statement) -> bool:
    return "*" in statement.resources and not statement.not_resources


def principal_names(principals: Principals) -> Iterable[str]:
    """The names in an element ``Principal`` as the attribute ``principal`` of a request has them."""
    yield from principals.aws
    for prefix, names in ((SERVICE, principals.service), (FEDERATED, principals.federated)):
        yield from ("*" if each == "*" else prefix + each for each in names)
    yield from (CANONICAL + each for each in principals.canonical)


def compile_policies(documents: Iterable[tuple[str, PolicyDocument]], layer: Layer) -> tuple[Policy, ...]:
    """Named documents as policies of one layer."""
    return tuple(Policy(document, layer, name) for name, document in documents)
