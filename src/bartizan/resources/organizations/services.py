"""Which account administers a security service for the organization."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bartizan.model import Resource, World
from bartizan.resources.guardduty import Detector
from bartizan.resources.inspector2 import AccountStatus
from bartizan.resources.macie2 import Session
from bartizan.resources.organizations.tree import MemberAccount
from bartizan.resources.securityhub import Hub

PRINCIPALS: Mapping[str, str] = MappingProxyType(
    {
        Detector.cfn_type: "guardduty.amazonaws.com",
        Hub.cfn_type: "securityhub.amazonaws.com",
        Session.cfn_type: "macie.amazonaws.com",
        AccountStatus.cfn_type: "inspector2.amazonaws.com",
    }
)
"""The service principal to which an account's administration is delegated, by the type that stands for the service.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services_list.html
"""


def administrator_of(service: Resource, world: World) -> str | None:
    """The account to which the administration of the service that the resource stands for is delegated, if any.

    Raises ``Unknown`` where not all accounts of the organization were read.
    """
    return world.derived(_delegated).get(PRINCIPALS[service.cfn_type])


def _delegated(world: World) -> Mapping[str, str]:
    """The administrator of each service; AWS allows one for each of these."""
    return {service: each.account_id for each in world.all(MemberAccount) for service in each.delegated_services}
