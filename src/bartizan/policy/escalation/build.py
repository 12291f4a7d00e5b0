"""Builds the graph: identities that no policy tells apart are asked once, and only for what a policy could allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bartizan.policy.compiled import Layer, Policy
from bartizan.policy.document import PolicyDocument, Principals, Statement
from bartizan.policy.escalation.admin import Admin, administrator, unlimited
from bartizan.policy.escalation.alike import alike
from bartizan.policy.escalation.caller import Asked, Caller, Fixed, Step
from bartizan.policy.escalation.graph import OWN_MAKING, UNREAD, Graph, Hop, everything_in
from bartizan.policy.escalation.method import Method, Need, On, Result, Target
from bartizan.policy.escalation.methods import METHODS
from bartizan.policy.escalation.shapes import Shapes
from bartizan.policy.escalation.trust import Trusts
from bartizan.policy.escalation.uses import Use, Uses
from bartizan.policy.estate import Estate, Identity
from bartizan.policy.requests import PrincipalKind, account_in
from bartizan.policy.symbolic import Undecided

_CHANGING = frozenset({Target.OTHER_GROUP, Target.OLDER_VERSION})
_BOUNDARY = "iam:permissionsboundary"
_UNREAD = "policies of it could not be read"


def build_graph(estate: Estate, methods: Sequence[Method] = METHODS, shapes: Shapes | None = None) -> Graph:
    """The graph of an estate: every hop of every identity and outsider, by these methods."""
    return _Building(estate, methods, shapes or Shapes()).graph()


class _Building:
    def __init__(self, estate: Estate, methods: Sequence[Method], shapes: Shapes) -> None:
        self.estate = estate
        self.methods = methods
        self.shapes = shapes
        self.trusts = Trusts(estate)
        self.uses = Uses.of(estate, self.trusts)
        self.limits: dict[tuple[str, bool], bool] = {}

    def graph(self) -> Graph:
        graph = Graph(estate=self.estate)
        named: dict[str, list[tuple[str, str]]] = {}
        for arn, name, role in self.trusts.by_name():
            named.setdefault(arn, []).append((name, role))
        for members in alike(self.estate):
            caller = Caller(self.estate, members[0])
            admin = self.administrator(caller)
            hops: list[Hop] = [] if admin else list(self.shared(caller))
            for arn, hop in self.trusts.of_class(caller, members, admin=admin is not None):
                (graph.own.setdefault(arn, []) if arn else hops).append(hop)
            graph.common.append(hops)
            for member in members:
                graph.classes[member.arn] = len(graph.common) - 1
                if admin:
                    graph.admins[member.arn] = admin
                own = list(self.personal(caller, member, named.get(member.arn, ()), admin=admin is not None))
                if own:
                    graph.own.setdefault(member.arn, []).extend(own)
        for outsider, hop in self.trusts.outsiders():
            graph.own.setdefault(outsider, []).append(hop)
        for arn, identity in self.estate.identities.items():
            graph.members.setdefault(identity.principal.account, []).append(arn)
            if identity.unread:
                graph.unread[arn] = identity.unread
        return graph

    def administrator(self, caller: Caller) -> Admin | None:
        """Whether it is one; what cannot be decided is not taken for one, and is found by its methods."""
        try:
            return administrator(caller, self.shapes)
        except Undecided:
            return None

    def personal(
        self, caller: Caller, member: Identity, roles: Sequence[tuple[str, str]], *, admin: bool
    ) -> Iterator[Hop]:
        """The hops of one member of a class: on itself, and to roles that name it."""
        for name, role in roles:
            if not admin or account_in(role) != caller.account:
                yield from self.trusts.hop_by_name(caller, member, role, name)
        if not admin:
            yield from self.on_itself(caller, member)
            if member.unread:
                yield Hop(everything_in(caller.account), UNREAD, unknown=_UNREAD)

    def on_itself(self, caller: Caller, member: Identity) -> Iterator[Hop]:
        """The hops by methods that are used on the caller itself."""
        for method in self.methods:
            if method.target is Target.SELF and self.possible(caller, method):
                use = Use(member.arn, {On.TARGET: member.arn})
                yield from self.used(caller, method, use, (), member)

    def shared(self, caller: Caller, without: frozenset[Target] = frozenset()) -> Iterator[Hop]:
        """The hops that all of a class have."""
        for method in self.methods:
            if method.target is not Target.SELF and method.target not in without and self.possible(caller, method):
                yield from self.by(caller, method)

    def possible(self, caller: Caller, method: Method) -> bool:
        """Whether a statement of the caller allows each action of the method on something."""
        user = caller.principal.kind is PrincipalKind.USER
        if not (method.of_user if user else method.of_role):
            return False
        return all(need.trusted or caller.allowing(need.action) for need in method.needs)

    def by(self, caller: Caller, method: Method) -> Iterator[Hop]:
        """The hops by a method: what needs nothing that is there is asked first, and once."""
        free: list[Step] = []
        # What the method could be used on is any, where it is not known.
        anything = {On.ANY, On.WORKLOAD} if self.uses.not_read(method) else {On.ANY}
        for need in method.needs:
            if need.on in anything:
                step = self.on_any(caller, need, _given(need, caller.principal.arn))
                if step is None:
                    return
                free.append(step)
        for use in self.uses(caller, method):
            yield from self.used(caller, method, use, tuple(free), caller.identity)

    def used(
        self, caller: Caller, method: Method, use: Use, free: tuple[Step, ...], identity: Identity
    ) -> Iterator[Hop]:
        """The hop of a use, if all that it needs is permitted and the result is worth something."""
        steps = list(free)
        for need in method.needs:
            if need.on is not On.ANY and not (use.unknown and need.on is On.WORKLOAD):
                step = self.on(caller, need, use)
                if step is None:
                    return
                steps.append(step)
        unknown = use.unknown or next((each.unknown for each in steps if each.unknown), "")
        via = next((arn for arn in use.bound.values() if arn != use.target), "")
        made = Hop(use.target, method.id, tuple(steps), via, unknown)
        if use.changed is not None:
            yield from self.after(use.changed, method, made)
        elif method.result is Result.ANYTHING:
            gaining = self.estate.identities.get(use.target, identity)
            if method.target is Target.NOTHING or self.unlimited(gaining, lifted=method.lifts_boundary):
                through = via or (use.target if method.target in {Target.USER, Target.ROLE} else "")
                yield replace(made, target=everything_in(caller.account), via=through)
        else:
            yield made

    def after(self, changed: Identity, method: Method, made: Hop) -> Iterator[Hop]:
        """What the caller can do once its policies are changed, each hop after the change."""
        caller = Caller(self.estate, changed)
        if self.administrator(caller) is not None:
            yield replace(made, target=everything_in(caller.account))
            return
        found = (
            *self.shared(caller, without=_CHANGING),
            *self.on_itself(caller, changed),
            *self.trusts.of_identity(caller, changed),
        )
        for hop in found:
            steps = (*made.steps, *hop.steps)
            if hop.target != changed.arn:
                yield Hop(hop.target, method.id, steps, made.via, made.unknown or hop.unknown)

    def unlimited(self, identity: Identity, *, lifted: bool) -> bool:
        """Whether an identity that may write its own policies may so give itself everything."""
        key = (identity.arn, lifted)
        if key not in self.limits:
            self.limits[key] = unlimited(self.estate, identity, self.shapes, lifted=lifted) is not None
        return self.limits[key]

    def on_any(self, caller: Caller, need: Need, context: Fixed, but: str = "") -> Step | None:
        """A call on resources of the caller's choice; those of which ``but`` is one are not asked for."""
        partition = _partition(caller.principal.arn)
        found = self.shapes.of(need.action, caller.account, partition)
        if need.on is On.WORKLOAD and not but:
            found = (*self.shapes.of_instance(need.action, caller.account, partition), *found)
        left = [each for each in found if not but or not each.constraint.holds({"resource": (but,)})]
        return caller.may_on_any(need.action, left, context) if left else Step(need.action, "*")

    def on(self, caller: Caller, need: Need, use: Use) -> Step | None:
        """A call on what a method is used on."""
        target = self.estate.identities.get(use.target)
        context = _given(need, use.target, target)
        if need.on is On.TARGET_POLICY:
            own = (arn for arn in (target.attached if target else ()) if account_in(arn) == caller.account)
            asked = (Asked(action=need.action, resource=arn, context=context) for arn in own)
            return next((step for step in map(caller.may, asked) if step is not None), None)
        arn = use.bound[need.on]
        tags = target.principal.tags if target and need.on is On.TARGET else {}
        guards = self.guards(caller, need, target)
        step = caller.may(Asked(action=need.action, resource=arn, context=context, tags=tags, guards=guards))
        if step is None or need.on is not On.WORKLOAD:
            return step
        rest = self.on_any(caller, need, context, but=arn)
        return None if rest is None else replace(step, unknown=step.unknown or rest.unknown)

    def guards(self, caller: Caller, need: Need, target: Identity | None) -> tuple[Policy, ...]:
        """The trust policy that has a say where a role is assumed: as the caller has written it, or as it is."""
        if need.trusted:
            return (_trusting(caller.principal.arn),)
        return (target.trust,) if target and target.trust and need.action == "sts:AssumeRole" else ()


def _given(need: Need, arn: str, target: Identity | None = None) -> Fixed:
    """What is certain of the context of a call: what the method says, and the boundary of whom it is about."""
    admin = f"arn:{_partition(arn)}:iam::aws:policy/AdministratorAccess"
    given = tuple((key, tuple(each.replace("{admin}", admin) for each in values)) for key, values in need.context)
    about = need.on is On.TARGET and need.action.startswith("iam:")
    if target is None or not about or any(key == _BOUNDARY for key, _ in given):
        return given
    if target.boundary is None:
        return (*given, (_BOUNDARY, ()))
    named = tuple(each.name for each in target.boundary if each.name.startswith("arn:"))
    return (*given, (_BOUNDARY, named)) if named else given


def _partition(arn: str) -> str:
    return arn.split(":", 2)[1] if arn.startswith("arn:") else "aws"


def _trusting(arn: str) -> Policy:
    """A trust policy that names the caller, as it would be after the caller has written it."""
    statement = Statement("Allow", ("sts:AssumeRole",), principals=Principals(aws=(arn,)), sid="Written")
    document = PolicyDocument((statement,), version="2012-10-17")
    return Policy(document, Layer.RESOURCE, OWN_MAKING)
