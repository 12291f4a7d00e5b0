"""The security services of an organization: which is on where, account by account and region by region. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from bartizan.model import Resource, Rule, Snapshot, Unknown
from bartizan.resources.accessanalyzer import Analyzer
from bartizan.resources.cloudtrail import Trail
from bartizan.resources.config import ConfigurationAggregator, ConfigurationRecorder
from bartizan.resources.guardduty import Detector
from bartizan.resources.inspector2 import AccountStatus
from bartizan.resources.macie2 import Session
from bartizan.resources.organizations import MemberAccount
from bartizan.resources.organizations.services import PRINCIPALS
from bartizan.resources.securityhub import Hub


class State(StrEnum):
    """How a service stands in one region of one account; the worst first.

    ``APART``: it is on, and what it sees does not come to the account that watches the organization. ``NOT_OFFERED``:
    the region lacks it.
    """

    OFF = "off"
    APART = "not aggregated"
    UNKNOWN = "unknown"
    ON = "on"
    NOT_OFFERED = "not offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountServices:
    """How the services stand in one account: by service and state the regions, in order.

    ``unreached`` says why nothing was read of it; then nothing is known of any service.
    """

    account: str
    name: str
    unreached: str = ""
    services: Mapping[str, Mapping[State, tuple[str, ...]]] = field(default_factory=dict)

    def state(self, service: str) -> State | None:
        """The state that the service has in all regions in which it is offered, ``None`` where it differs."""
        if self.unreached:
            return State.UNKNOWN
        found = [each for each in self.services[service] if each is not State.NOT_OFFERED]
        if not found:
            return State.NOT_OFFERED
        return found[0] if len(found) == 1 else None

    def alike(self, other: AccountServices) -> bool:
        """Whether both stand the same, service by service and region by region."""
        return bool(self.unreached) == bool(other.unreached) and self.services == other.services


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The matrix: the services that were looked at, and each account."""

    titles: tuple[str, ...]
    accounts: tuple[AccountServices, ...]

    def groups(self) -> list[list[AccountServices]]:
        """The accounts in groups that stand alike, in the order of their first."""
        found: list[list[AccountServices]] = []
        for each in self.accounts:
            group = next((group for group in found if group[0].alike(each)), None)
            if group is None:
                found.append([each])
            else:
                group.append(each)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An account that was read, and in which regions; ``unreached`` is why it was not."""

    account: str
    name: str
    regions: Sequence[str]
    unreached: str = ""


def security_services(world: Snapshot, places: Iterable[Place], rules: Iterable[Rule]) -> Services | None:
    """How each service stands in each place, of those that the rules about the organization have read.

    ``world`` is what these rules saw. ``None`` where they read no such service.
    """
    read = {kind for rule in rules if rule.organization for kind in (rule.resource, *rule.reads)}
    asked = {title: (kind, state) for title, (kind, state) in _SERVICES.items() if kind in read}
    if not asked:
        return None
    facts = _Facts.of(world)
    accounts = [
        AccountServices(
            account=place.account,
            name=place.name,
            unreached=place.unreached,
            services={} if place.unreached else {
                title: _by_state(facts, kind, state, place) for title, (kind, state) in asked.items()
            },
        )
        for place in places
    ]  # fmt: skip
    return Services(titles=tuple(asked), accounts=tuple(accounts))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What was read, as the states ask for it.

    ``delegated`` is the administrator of each service by its principal, ``administrators`` by type those that accounts
    name. ``gaps`` holds by type, account and region (empty for all) whether the region lacks the service.
    """

    found: Mapping[tuple[type[Resource], str], Sequence[Resource]]
    delegated: Mapping[str, str]
    administrators: Mapping[type[Resource], frozenset[str]]
    gaps: Mapping[tuple[str, str, str], bool]

    @classmethod
    def of(cls, world: Snapshot) -> _Facts:
        found: dict[tuple[type[Resource], str], list[Resource]] = defaultdict(list)
        administrators: dict[type[Resource], set[str]] = defaultdict(set)
        for kind in {kind for kind, _ in _SERVICES.values()} | {ConfigurationAggregator}:
            for each in world.by_type.get(kind, ()):
                found[kind, each.account].append(each)
                administrators[kind] |= {each.known().get("administrator") or each.account} - {each.account}
        delegated = {
            service: each.account_id
            for each in world.by_type.get(MemberAccount, ())
            if isinstance(each, MemberAccount)
            for service in each.known().get("delegated_services", ())
        }
        gaps: dict[tuple[str, str, str], bool] = {}
        for gap in world.gaps:
            for name in gap.types:
                key = (name, gap.account, gap.region)
                gaps[key] = gaps.get(key, True) and not gap.hides
        frozen = {kind: frozenset(each) for kind, each in administrators.items()}
        return cls(found, delegated, frozen, gaps)

    def all(self, kind: type[Resource]) -> Iterator[Resource]:
        """All of a type, whatever account they are in."""
        for (found, _), some in self.found.items():
            if found is kind:
                yield from some

    def unseen(self, kind: type[Resource], account: str, region: str) -> State | None:
        """What a failed listing leaves of it there; ``None`` where all was listed."""
        reaching = [self.gaps.get((kind.cfn_type, a, r)) for a in (account, "") for r in (region, "")]
        told = [each for each in reaching if each is not None]
        if not told:
            return None
        return State.NOT_OFFERED if all(told) else State.UNKNOWN


_StateOf = Callable[[_Facts, type[Resource], str, str], State]


def _by_state(facts: _Facts, kind: type[Resource], state: _StateOf, place: Place) -> Mapping[State, tuple[str, ...]]:
    found: dict[State, list[str]] = defaultdict(list)
    for region in sorted(place.regions):
        try:
            found[state(facts, kind, place.account, region)].append(region)
        except Unknown:
            found[State.UNKNOWN].append(region)
    return {each: tuple(found[each]) for each in State if each in found}


def _administered(facts: _Facts, kind: type[Resource], account: str, region: str) -> State:
    """Of a service whose findings go to the account that administers it."""
    for each in facts.found.get((kind, account), ()):
        if each.region != region or not isinstance(each, (Detector, Hub, Session, AccountStatus)):
            continue
        if not each.enabled:
            return State.OFF
        delegated = facts.delegated.get(PRINCIPALS[kind.cfn_type])
        watching = {delegated} if delegated else facts.administrators.get(kind, frozenset())
        return State.ON if (each.administrator or account) in watching else State.APART
    return facts.unseen(kind, account, region) or State.OFF


def _recorded(facts: _Facts, kind: type[Resource], account: str, region: str) -> State:
    """Of AWS Config, whose records an aggregator brings together."""
    recorders = [
        each
        for each in facts.found.get((kind, account), ())
        if isinstance(each, ConfigurationRecorder) and each.region == region
    ]
    if not any(each.recording for each in recorders):
        return (None if recorders else facts.unseen(kind, account, region)) or State.OFF
    together = (
        each
        for each in facts.all(ConfigurationAggregator)
        if isinstance(each, ConfigurationAggregator) and each.of_organization
    )
    return State.ON if any(each.all_regions or region in each.regions for each in together) else State.APART


def _trailed(facts: _Facts, kind: type[Resource], account: str, region: str) -> State:
    """Of CloudTrail, which a trail of the organization brings together."""
    trails = [
        each
        for each in facts.found.get((kind, account), ())
        if isinstance(each, Trail) and (each.is_multi_region_trail or each.region == region) and each.is_logging
    ]
    if any(each.is_organization_trail for each in trails):
        return State.ON
    return facts.unseen(kind, account, region) or (State.APART if trails else State.OFF)


def _analyzed(facts: _Facts, kind: type[Resource], account: str, region: str) -> State:
    """Of IAM Access Analyzer, of which one can look at the whole organization, from any of its accounts."""
    own = False
    for each in facts.all(kind):
        if isinstance(each, Analyzer) and each.region == region and each.external and each.status == "ACTIVE":
            if each.type == "ORGANIZATION":
                return State.ON
            own = own or each.account == account
    return facts.unseen(kind, account, region) or (State.APART if own else State.OFF)


_SERVICES: Mapping[str, tuple[type[Resource], _StateOf]] = MappingProxyType(
    {
        "CloudTrail": (Trail, _trailed),
        "Config": (ConfigurationRecorder, _recorded),
        "GuardDuty": (Detector, _administered),
        "Security Hub": (Hub, _administered),
        "Access Analyzer": (Analyzer, _analyzed),
        "Inspector": (AccountStatus, _administered),
        "Macie": (Session, _administered),
    }
)
