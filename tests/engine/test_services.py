"""How the security services of an organization stand, from what was read of its accounts."""

from __future__ import annotations

from typing import Any

from bartizan.engine.catalog import Catalog
from bartizan.engine.services import Place, Services, State, security_services
from bartizan.model import CoverageGap, Gap, Reason, Resource, Snapshot, without
from bartizan.resources.accessanalyzer import Analyzer
from bartizan.resources.cloudtrail import Trail
from bartizan.resources.config import ConfigurationAggregator, ConfigurationRecorder
from bartizan.resources.guardduty import Detector
from bartizan.resources.inspector2 import AccountStatus
from bartizan.resources.organizations import MemberAccount

SHOP, SECURITY = "111122223333", "222233334444"
REGIONS = ("eu-west-1", "us-east-1")
RULES = Catalog.load()


def at(account: str, region: str = "eu-west-1") -> dict[str, Any]:
    return {"account": account, "region": region}


def matrix(*resources: Resource, gaps: tuple[CoverageGap, ...] = ()) -> Services:
    places = [Place(account=SHOP, name="shop", regions=REGIONS), Place(account=SECURITY, name="sec", regions=REGIONS)]
    found = security_services(Snapshot(resources, gaps), places, RULES)
    assert found is not None
    return found


def cells(services: Services, title: str, account: str = SHOP) -> dict[State, tuple[str, ...]]:
    (found,) = [each for each in services.accounts if each.account == account]
    return dict(found.services[title])


def test_a_service_is_on_off_or_stands_alone_by_region() -> None:
    delegated = MemberAccount(account_id=SECURITY, account=SECURITY, delegated_services=("guardduty.amazonaws.com",))
    found = matrix(
        delegated,
        Detector(**at(SHOP)),
        Detector(enabled=False, **at(SHOP, "us-east-1")),
        Detector(**at(SECURITY)),
        Detector(**at(SECURITY, "us-east-1")),
    )
    assert cells(found, "GuardDuty") == {State.APART: ("eu-west-1",), State.OFF: ("us-east-1",)}
    assert cells(found, "GuardDuty", SECURITY) == {State.ON: REGIONS}


def test_who_administers_others_watches_where_nothing_is_delegated() -> None:
    found = matrix(AccountStatus(administrator=SECURITY, **at(SHOP)), AccountStatus(**at(SECURITY)))
    assert cells(found, "Inspector")[State.ON] == ("eu-west-1",)
    assert cells(found, "Inspector", SECURITY)[State.ON] == ("eu-west-1",)


def test_what_was_not_seen_is_unknown_and_what_a_region_lacks_is_not_off() -> None:
    def hidden(region: str, reason: Reason) -> CoverageGap:
        return CoverageGap(types=("AWS::GuardDuty::Detector",), account=SHOP, region=region, gap=Gap(reason))

    gaps = (hidden("eu-west-1", Reason.DENIED), hidden("us-east-1", Reason.UNSUPPORTED))
    found = matrix(gaps=gaps)
    assert cells(found, "GuardDuty") == {State.UNKNOWN: ("eu-west-1",), State.NOT_OFFERED: ("us-east-1",)}
    assert cells(found, "GuardDuty", SECURITY) == {State.OFF: REGIONS}
    denied = without(Detector(**at(SHOP)), "administrator", gap=Gap(Reason.DENIED))
    assert State.UNKNOWN in cells(matrix(denied), "GuardDuty")


def test_records_of_config_come_together_where_an_aggregator_of_the_organization_takes_them_in() -> None:
    recorders = [ConfigurationRecorder(**at(SHOP, region)) for region in REGIONS]
    some = ConfigurationAggregator(all_regions=False, regions=("eu-west-1",), **at(SECURITY))
    assert cells(matrix(*recorders), "Config") == {State.APART: REGIONS}
    assert cells(matrix(*recorders, some), "Config") == {State.APART: ("us-east-1",), State.ON: ("eu-west-1",)}
    assert cells(matrix(*recorders, ConfigurationAggregator(**at(SECURITY))), "Config") == {State.ON: REGIONS}


def test_a_trail_and_an_analyzer_of_the_organization_hold_for_its_accounts() -> None:
    own = Trail(trail_name="own", is_multi_region_trail=False, **at(SHOP))
    assert cells(matrix(own), "CloudTrail") == {State.APART: ("eu-west-1",), State.OFF: ("us-east-1",)}
    whole = Trail(trail_name="all", is_organization_trail=True, **at(SHOP))
    assert cells(matrix(own, whole), "CloudTrail") == {State.ON: REGIONS}
    analyzer = Analyzer(analyzer_name="all", type="ORGANIZATION", **at(SECURITY))
    mine = Analyzer(analyzer_name="own", **at(SHOP, "us-east-1"))
    assert cells(matrix(analyzer, mine), "Access Analyzer") == {State.ON: ("eu-west-1",), State.APART: ("us-east-1",)}


def test_accounts_that_stand_alike_are_a_group_and_those_not_reached_another() -> None:
    places = [Place(account=str(number), name=f"a{number}", regions=REGIONS) for number in range(200)]
    places.append(Place(account="999", name="gone", regions=(), unreached="denied"))
    found = security_services(Snapshot([Detector(**at("7"))]), places, RULES)
    assert found is not None
    assert [len(each) for each in found.groups()] == [199, 1, 1]
    assert found.accounts[-1].state("GuardDuty") is State.UNKNOWN


def test_services_that_no_rule_asks_about_are_left_out() -> None:
    some = RULES.select(rules=["guardduty.detector-administered-elsewhere"])
    found = security_services(Snapshot(()), [Place(account=SHOP, name="shop", regions=REGIONS)], some)
    assert found is not None
    assert found.titles == ("GuardDuty",)
    assert security_services(Snapshot(()), [], RULES.select(rules=["sqs.*"])) is None
