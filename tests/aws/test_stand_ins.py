"""A service that is off shows as a resource that says so; one that may not be asked is a gap."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from bartizan.aws.collect import Collection, collect, plan
from bartizan.model import Gap, Reason
from bartizan.resources.config import RECORDERS, ConfigurationRecorder
from bartizan.resources.guardduty import DETECTORS, Detector
from bartizan.resources.macie2 import SESSIONS, Session
from bartizan.resources.organizations import ORGANIZATIONS, Organization
from bartizan.resources.reading import AnyReader, Call, Failed, Reply, Scope
from bartizan.resources.securityhub import HUBS, Hub

SCOPE = Scope("aws", "111122223333", "eu-west-1", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


class Answering:
    """A region in which each call gets the same reply, or the same error."""

    def __init__(self, reply: Reply | Failed) -> None:
        self.reply = reply
        self.asked: list[str] = []

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        self.asked.append(call.name)
        if isinstance(self.reply, Failed):
            raise self.reply
        return self.reply

    async def pages(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> AsyncIterator[Reply]:
        yield await self.call(call, scope, params)


def read(reader: AnyReader, reply: Reply | Failed) -> tuple[Collection, list[str]]:
    api = Answering(reply)
    found = asyncio.run(collect(api, plan([reader], SCOPE, [SCOPE]), {reader.types[0]: None}))
    return found, api.asked


def failed(code: str, message: str = "", reason: Reason = Reason.FAILED) -> Failed:
    return Failed(code, Gap(reason, detail=f"service:Call: {code}: {message}"))


def test_an_error_that_means_off_gives_the_resource_and_no_further_call() -> None:
    found, asked = read(HUBS, failed("InvalidAccessException", "not subscribed"))
    (hub,) = found.resources
    assert isinstance(hub, Hub)
    assert (hub.enabled, hub.standards, hub.administrator) == (False, (), None)
    assert hub.arn == "arn:aws:securityhub:eu-west-1:111122223333:hub/default"
    assert asked == ["securityhub:DescribeHub"]
    assert not found.gaps


def test_an_empty_list_gives_it_as_well() -> None:
    found, asked = read(DETECTORS, {"DetectorIds": []})
    (detector,) = found.resources
    assert isinstance(detector, Detector)
    assert (detector.enabled, detector.detector_id) == (False, None)
    assert asked == ["guardduty:ListDetectors"]


@pytest.mark.parametrize("reader", [HUBS, DETECTORS], ids=["hub", "detector"])
def test_a_denied_call_is_a_gap_and_never_a_service_that_is_off(reader: AnyReader) -> None:
    found, _ = read(reader, failed("AccessDeniedException", "no", Reason.DENIED))
    assert found.resources == []
    assert [each.gap.reason for each in found.gaps] == [Reason.DENIED]


def test_an_error_may_be_told_from_another_by_its_message() -> None:
    off = failed("AccessDeniedException", "Macie is not enabled.")
    denied = failed("AccessDeniedException", "User: x is not authorized")
    named = ("AccessDeniedException: Macie is not enabled",)
    assert off.among(named)
    assert not denied.among(named)
    assert denied.among(("AccessDeniedException",))
    assert not off.among(("ResourceNotFoundException", "Other: Macie is not enabled"))


def test_macie_that_is_off_is_no_missing_permission() -> None:
    found, asked = read(SESSIONS, failed("AccessDeniedException", "Macie is not enabled.", Reason.DENIED))
    (session,) = found.resources
    assert isinstance(session, Session)
    assert (session.enabled, session.automated_discovery) == (False, False)
    assert asked == ["macie2:GetMacieSession"]
    denied, _ = read(SESSIONS, failed("AccessDeniedException", "User: x is not authorized", Reason.DENIED))
    assert denied.resources == []
    assert len(denied.gaps) == 1


def test_a_region_without_a_recorder_of_one_s_own_is_not_recorded() -> None:
    service = {"name": "AWSConfigurationRecorderForX", "servicePrincipal": "x.amazonaws.com"}
    reply = {
        "ConfigurationRecorders": [service],
        "ConfigurationRecordersStatus": [{"name": "AWSConfigurationRecorderForX", "recording": True}],
        "DeliveryChannels": [],
        "DeliveryChannelsStatus": [],
    }
    found, _ = read(RECORDERS, reply)
    (recorder,) = found.resources
    assert isinstance(recorder, ConfigurationRecorder)
    assert (recorder.recorder_name, recorder.recording, recorder.delivery_bucket) == (None, False, None)


def test_an_account_in_no_organization_says_so() -> None:
    found, asked = read(ORGANIZATIONS, failed("AWSOrganizationsNotInUseException", "Your account is not a member"))
    (organization,) = found.resources
    assert isinstance(organization, Organization)
    assert (organization.organization_id, organization.managed_here) == (None, False)
    assert asked == ["organizations:DescribeOrganization"]


def test_a_member_does_not_ask_for_what_only_the_management_account_may_see() -> None:
    reply = {"Organization": {"Id": "o-1", "FeatureSet": "ALL", "MasterAccountId": "444455556666"}}
    found, asked = read(ORGANIZATIONS, reply)
    (organization,) = found.resources
    assert isinstance(organization, Organization)
    assert organization.enabled_policy_types is None
    assert asked == ["organizations:DescribeOrganization"]
