"""Find what is reachable from outside, with a request that proves it: what ``bartizan exposed`` says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bartizan.app.asking import clause_facts, context_facts, spelled
from bartizan.app.estate import FoundEstate
from bartizan.app.vendors import vendors
from bartizan.model import InputError
from bartizan.policy import GuardedResource, Organization
from bartizan.policy.patterns import Attributes
from bartizan.policy.reach import service_of
from bartizan.policy.requests import SERVICE, account_in
from bartizan.policy.symbolic import Exposure, Reach, exposures
from bartizan.resources.iam import Role
from bartizan.rules.iam.deputy import ASSUMERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Outsider:
    """Somebody from outside who gets in; ``vendor`` is whose the account is, where that is publicly known.

    ``trusted``: whether the user said that the account is. ``home`` is the organization of the resource, where it is
    known: whoever is not of it comes from outside.
    """

    exposure: Exposure
    vendor: str = ""
    trusted: bool = False
    home: Organization = field(default_factory=Organization)

    @property
    def account(self) -> str:
        """The account that it is or belongs to, where it is one."""
        who = self.exposure.who
        return who if who.isdigit() else account_in(who)

    @property
    def level(self) -> str:
        """How far the resource is open to it, in a word or two."""
        exposure = self.exposure
        if exposure.reach in {Reach.ANYONE, Reach.ANY_ACCOUNT}:
            return "public within limits" if exposure.limits else "public"
        if exposure.reach is Reach.ACCOUNT:
            stranger = "outside account" if self.home.whole else "unknown account"
            return "trusted account" if self.trusted else "vendor" if self.vendor else stranger
        if exposure.reach is Reach.ORGANIZATION and self.home.id and not self.inside:
            return "outside organization"
        return {Reach.SERVICE: "service", Reach.FEDERATED: "identity provider", Reach.ORGANIZATION: "organization"}[
            exposure.reach
        ]

    @property
    def inside(self) -> bool:
        """Whether it is of the resource's own organization, as far as that is known."""
        return self.exposure.reach is Reach.ORGANIZATION and self.exposure.who in {self.home.id, *self.home.accounts}

    def facts(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        witness = self.exposure.witness
        return {
            "level": self.level,
            "reach": str(self.exposure.reach),
            "who": self.exposure.who,
            "vendor": self.vendor,
            "trusted": self.trusted,
            "inside": self.inside,
            "limits": list(self.exposure.limits),
            "witness": {
                "principal": witness.principal.session or witness.principal.arn or "anyone",
                "action": spelled(witness.action),
                "resource": witness.resource,
                "context": context_facts(witness.context),
            },
            "statements": [clause_facts(each) for each in self.exposure.statements],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposedResource:
    """A resource with those from outside who get in, the widest first; ``unknown`` says what could not be told."""

    guarded: GuardedResource
    outsiders: tuple[Outsider, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def public(self) -> bool:
        """Whether anyone gets in, from anywhere."""
        return any(each.exposure.public for each in self.outsiders)

    def facts(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return {
            "resource": self.guarded.arn,
            "type": self.guarded.type,
            "account": self.guarded.account,
            "public": self.public,
            "outsiders": [each.facts() for each in self.outsiders],
            "unknown": list(self.unknown),
        }


def exposed(found: FoundEstate, resource: str = "", trusted: Iterable[str] = ()) -> tuple[ExposedResource, ...]:
    """The resources that are reachable from outside, or may be, public ones first; all, or the one that is named.

    Raises ``InputError`` where there is no such resource.
    """
    listed = tuple(trusted)
    chosen = found.estate.resources.values()
    if resource:
        guarded = found.estate.resource(resource)
        if guarded is None:
            raise InputError(f"no resource with a policy is known by {resource!r}; check its ARN, and its region")
        chosen = [guarded]  # type: ignore[assignment]  # both are sized collections
    results = [_result(found, each, listed) for each in chosen]
    told = [each for each in results if each.outsiders or each.unknown]
    return tuple(sorted(told, key=lambda each: (not each.public, not each.outsiders, each.guarded.arn)))


def _result(found: FoundEstate, guarded: GuardedResource, trusted: Sequence[str]) -> ExposedResource:
    some, undecided = outsiders(found, guarded, trusted)
    return ExposedResource(guarded=guarded, outsiders=some, unknown=(*guarded.unread, *undecided))


def _of_its_own(guarded: GuardedResource, exposure: Exposure) -> bool:
    """Whether it is a service that assumes a role which somebody of its account handed to it, as EC2 does.

    Such services send no source, and are no way in for others.
    """
    if exposure.reach is not Reach.SERVICE or guarded.type != Role.cfn_type:
        return False
    managed = guarded.arn.partition(":role/")[2].startswith(("aws-service-role/", "aws-reserved/"))
    return managed or service_of(exposure.who) not in ASSUMERS


def _lets_out(guarded: GuardedResource) -> bool:
    """Whether any statement could let somebody of another account in, at first sight; most name their own account."""
    giving = [clause for policy in guarded.policies for clause in policy.clauses if clause.allows]
    return any(
        each.principal is None or each.principal.negated or not all(_own(guarded, name) for name in each.names)
        for each in giving
    )


def _own(guarded: GuardedResource, name: str) -> bool:
    """Whether a principal is of the resource's account, or a service that its account hands a role to."""
    if guarded.type == Role.cfn_type and name.startswith(SERVICE):
        return service_of(name.removeprefix(SERVICE)) not in ASSUMERS
    return guarded.account != "" and guarded.account in {name, account_in(name)}


def _implies(wide: Exposure, narrow: Exposure, home: Organization) -> bool:
    """Whether who gets in is among those that are known to, by the same statements and from the same places."""
    everyone = wide.reach in {Reach.ANYONE, Reach.ANY_ACCOUNT} and narrow.reach not in {Reach.SERVICE, Reach.FEDERATED}
    member = (wide.reach, wide.who) == (Reach.ORGANIZATION, home.id) and narrow.reach is Reach.ORGANIZATION
    return (
        (everyone or (member and narrow.who in home.accounts))
        and wide.limits == narrow.limits
        and set(narrow.statements) <= set(wide.statements)
    )


def outsiders(
    found: FoundEstate,
    guarded: GuardedResource,
    trusted: Iterable[str] = (),
    *,
    actions: Sequence[str] = ("*",),
    known: Attributes | None = None,
) -> tuple[tuple[Outsider, ...], tuple[str, ...]]:
    """Everybody from outside the resource's account who gets in, and of whom that could not be decided."""
    if not _lets_out(guarded):
        return (), ()
    listed = frozenset(trusted)
    organization = found.estate.organization
    home = organization if guarded.account in organization.accounts else Organization()
    answer = exposures(guarded, organization=organization, actions=actions, known=known)
    made: list[Outsider] = []
    for each in answer.found:
        if _of_its_own(guarded, each) or any(_implies(other.exposure, each, home) for other in made):
            continue
        plain = Outsider(exposure=each, home=home)
        made.append(replace(plain, vendor=vendors().get(plain.account, ""), trusted=plain.account in listed))
    return tuple(made), answer.undecided
