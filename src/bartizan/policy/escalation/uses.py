"""What a method can be used on in an estate: for each kind of target, its candidates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from bartizan.policy.escalation.caller import Caller
from bartizan.policy.escalation.method import Method, On, Target
from bartizan.policy.escalation.trust import Trusts
from bartizan.policy.estate import Estate, Identity
from bartizan.policy.requests import PrincipalKind, account_in


@dataclass(frozen=True, slots=True)
class Use:
    """A use of a method: the identity that it leads to, and the ARN that each kind of need is for.

    ``changed`` is the caller as it is afterwards, where its policies change. ``unknown`` says what is not known of it.
    """

    target: str
    bound: Mapping[On, str] = field(default_factory=dict)
    changed: Identity | None = None
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Uses:
    """Finds the candidates of an estate."""

    estate: Estate
    trusts: Trusts
    users: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, estate: Estate, trusts: Trusts) -> Uses:
        """Sorts the identities of an estate by account and kind; service-linked roles are nobody's to use."""
        users: dict[str, list[str]] = {}
        roles: dict[str, list[str]] = {}
        for arn, identity in estate.identities.items():
            principal = identity.principal
            if not principal.service_linked:
                kinds = users if principal.kind is PrincipalKind.USER else roles
                kinds.setdefault(principal.account, []).append(arn)
        frozen = [{account: tuple(arns) for account, arns in kinds.items()} for kinds in (users, roles)]
        return cls(estate, trusts, frozen[0], frozen[1])

    def __call__(self, caller: Caller, method: Method) -> Iterator[Use]:
        """The uses that a method has for a caller; whether they are permitted is not asked here."""
        account, target = caller.account, method.target
        if target is Target.NOTHING:
            yield Use("")
        elif target is Target.PASSED_ROLE:
            served = self.trusts.of_service(method.service, account)
            yield from (_on(arn) for arn in served if not (method.profiled and self._profiles(arn) == ()))
        elif target is Target.USER:
            yield from map(_on, self.users.get(account, ()))
        elif target is Target.ROLE:
            yield from map(_on, self.roles.get(account, ()))
        elif target is Target.PROVIDED_ROLE:
            for role, provider in self.trusts.providers(account):
                yield Use(role, {On.TARGET: role, On.PROVIDER: provider})
        elif target is Target.WORKLOAD:
            yield from self._workloads(account, method)
        else:
            yield from self._own(caller.identity, target)

    def _profiles(self, arn: str) -> tuple[str, ...] | None:
        return self.estate.identities[arn].profiles

    def not_read(self, method: Method) -> str:
        """Why it is not known what the method could be used on, where it is used on workloads that were not read."""
        types = self.estate.workload_types
        read = self.estate.workloads is not None and (types is None or method.workload in types)
        if read or method.target is not Target.WORKLOAD:
            return ""
        return f"which {method.workload} runs under which role is not known"

    def _workloads(self, account: str, method: Method) -> Iterator[Use]:
        unread = self.not_read(method)
        if unread:
            for role in self.trusts.of_service(method.service, account):
                yield Use(role, unknown=unread)
            return
        for each in self.estate.workloads or ():
            if each.type == method.workload and account_in(each.role_arn) == account:
                yield Use(each.role_arn, {On.WORKLOAD: each.arn})

    def _own(self, identity: Identity, target: Target) -> Iterator[Use]:
        """Uses on what belongs to the caller, or would belong to it."""
        account = identity.principal.account
        if target is Target.OWN_GROUP:
            yield from (Use(identity.arn, {On.GROUP: arn}) for arn in identity.groups)
        elif target is Target.OWN_POLICY:
            own = (arn for arn in identity.attached if account_in(arn) == account)
            yield from (Use(identity.arn, {On.POLICY: arn}) for arn in own)
        elif target is Target.OTHER_GROUP:
            for arn, group in self.estate.groups.items():
                if account_in(arn) == account and arn not in identity.groups:
                    joined = replace(
                        identity,
                        policies=(*identity.policies, *group.policies),
                        groups=(*identity.groups, arn),
                        attached=(*identity.attached, *group.attached),
                    )
                    yield Use(identity.arn, {On.GROUP: arn}, joined)
        elif target is Target.OLDER_VERSION:
            for arn in identity.attached:
                for version in self.estate.versions.get(arn, ()):
                    kept = tuple(each for each in identity.policies if each.name != arn)
                    yield Use(identity.arn, {On.POLICY: arn}, replace(identity, policies=(*kept, version)))


def _on(arn: str) -> Use:
    return Use(arn, {On.TARGET: arn})
