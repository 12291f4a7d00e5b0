"""Whether trails cover an account, where it sees those of its organization only in part."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Mapping
from typing import Any

from bartizan.aws.collect import collect, plan
from bartizan.engine.evaluate import evaluate
from bartizan.model import Finding, Gap, Reason, Snapshot, Status, without
from bartizan.resources.account import Account
from bartizan.resources.cloudtrail import TRAILS, Trail
from bartizan.resources.reading import Call, Reply, Scope
from bartizan.rules import cloudtrail

HERE = Account(account_id="111122223333", account="111122223333")
DENIED = Gap(Reason.DENIED, needs="cloudtrail:GetTrailStatus")
SHADOW = Trail(
    trail_name="organization",
    arn="arn:aws:cloudtrail:us-east-1:444455556666:trail/organization",
    account="111122223333",
    is_organization_trail=True,
)


def judged(*trails: Trail) -> Finding:
    (finding,) = evaluate([cloudtrail.account_not_recorded], Snapshot([HERE, *trails])).findings()
    return finding


def test_an_organization_s_trail_covers_its_members_once_it_is_known_to_log() -> None:
    assert judged(SHADOW).status is Status.PASS
    assert judged(without(SHADOW, "management_events", gap=DENIED)).status is Status.PASS
    unread = judged(without(SHADOW, "is_logging", gap=DENIED))
    assert unread.status is Status.UNKNOWN
    assert unread.gap == DENIED


def test_a_trail_of_one_s_own_whose_selectors_were_not_read_is_unknown() -> None:
    own = without(Trail(account="111122223333"), "management_events", gap=DENIED)
    assert judged(own).status is Status.UNKNOWN
    assert judged(own, SHADOW).status is Status.PASS
    assert judged(without(own, "is_multi_region_trail"), Trail(is_multi_region_trail=False)).status is Status.UNKNOWN


def test_what_a_member_cannot_change_is_no_finding_of_its_own() -> None:
    bad = Trail(
        trail_name="organization",
        arn=SHADOW.arn,
        account="111122223333",
        is_logging=False,
        is_multi_region_trail=False,
        enable_log_file_validation=False,
        management_events=(),
        delivery_error="AccessDenied",
    )
    rules = [
        cloudtrail.trail_not_logging,
        cloudtrail.single_region_trail,
        cloudtrail.no_log_file_validation,
        cloudtrail.trail_without_kms_key,
        cloudtrail.trail_without_log_group,
        cloudtrail.management_events_missing,
        cloudtrail.no_data_events,
        cloudtrail.delivery_fails,
    ]
    assert {each.status for each in evaluate(rules, Snapshot([bad])).findings()} == {Status.PASS}
    mine = Trail.of({**bad.known(), "arn": "arn:aws:cloudtrail:us-east-1:111122223333:trail/mine"})
    assert sum(each.status is Status.FAIL for each in evaluate(rules, Snapshot([mine])).findings()) == 6


class Shadows:
    """An account whose one trail every region shows."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        self.asked.append((call.operation, scope.region))
        if call.operation == "DescribeTrails":
            assert params["includeShadowTrails"]
            trail = {
                "Name": "all",
                "TrailARN": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/all",
                "HomeRegion": "eu-west-1",
                "S3BucketName": "logs",
                "IsMultiRegionTrail": True,
                "IsOrganizationTrail": False,
                "LogFileValidationEnabled": True,
            }
            return {"trailList": [trail]}
        return {"IsLogging": True, "EventSelectors": []}

    async def pages(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> AsyncIterator[Reply]:
        yield await self.call(call, scope, params)


def test_a_trail_that_every_region_shows_is_read_once_and_in_its_home_region() -> None:
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    scopes = [Scope("aws", "111122223333", region, now) for region in ("us-east-1", "eu-west-1", "eu-north-1")]
    api = Shadows()
    collection = asyncio.run(collect(api, plan([TRAILS], scopes[0], scopes), {Trail: None}))
    (trail,) = collection.resources
    assert (trail.region, trail.name) == ("eu-west-1", "all")
    details = [each for each in api.asked if each[0] != "DescribeTrails"]
    assert sorted(details) == [("GetEventSelectors", "eu-west-1"), ("GetTrailStatus", "eu-west-1")]
