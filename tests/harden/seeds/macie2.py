"""Regions without Macie, or with half of it."""

from __future__ import annotations

import copy
from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import State, seeds


class _Macie:
    """Macie in one region."""

    def __init__(self, aws: Aws, session: str | None = None, **discovery: str) -> None:
        self.session = {"status": session, "findingPublishingFrequency": "ONE_HOUR"} if session else None
        self.discovery = {"status": "DISABLED", "autoEnableOrganizationMembers": "NONE"} | discovery
        aws.answers("macie2:GetMacieSession", lambda _: self.there())
        aws.answers("macie2:EnableMacie", self.enable)
        aws.answers("macie2:UpdateMacieSession", lambda params: self.there().update(params))
        aws.answers("macie2:DisableMacie", self.disable)
        aws.answers("macie2:GetAutomatedDiscoveryConfiguration", lambda _: self.there() and self.discovery)
        aws.answers("macie2:UpdateAutomatedDiscoveryConfiguration", self.discover)
        aws.answers("macie2:GetAdministratorAccount", {})
        aws.answers("macie2:DescribeOrganizationConfiguration", {"autoEnable": False})

    def there(self) -> dict[str, str]:
        if self.session is None:
            raise AwsError("AccessDeniedException", "Macie is not enabled")
        return self.session

    def enable(self, params: dict[str, Any]) -> None:
        if self.session is not None:
            raise AwsError("ConflictException", "Macie has already been enabled")
        self.session = {"findingPublishingFrequency": "FIFTEEN_MINUTES", **params}

    def disable(self, _: dict[str, Any]) -> None:
        self.there()
        self.session = None

    def discover(self, params: dict[str, Any]) -> None:
        self.there()
        self.discovery = {"autoEnableOrganizationMembers": "ALL", **params}

    def state(self) -> Any:
        return copy.deepcopy((self.session, self.discovery))


@seeds("macie2.macie-off")
def region_without_macie(aws: Aws) -> State:
    return _Macie(aws).state


@seeds("macie2.macie-off")
def region_where_macie_is_paused(aws: Aws) -> State:
    return _Macie(aws, "PAUSED", status="ENABLED").state


@seeds("macie2.no-automated-discovery")
def region_where_macie_looks_into_nothing(aws: Aws) -> State:
    return _Macie(aws, "ENABLED", autoEnableOrganizationMembers="NEW").state
