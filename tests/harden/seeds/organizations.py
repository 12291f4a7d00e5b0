"""Organizations that fail, seen from the account that manages them."""

from __future__ import annotations

from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import State, seeds


def _organization(aws: Aws, *features: str, services: tuple[str, ...] = ()) -> State:
    """An organization; of root access, which moto lacks, the features that are central, and the trusted services."""
    aws.client("organizations").create_organization(FeatureSet="ALL")
    central, allowed = list(features), [f"{each}.amazonaws.com" for each in services]
    change = "organizations:{}AWSServiceAccess"
    aws.answers(change.format("Enable"), lambda params: allowed.append(params["ServicePrincipal"]))
    aws.answers(change.format("Disable"), lambda params: allowed.remove(params["ServicePrincipal"]))
    aws.answers(
        "organizations:ListAWSServiceAccessForOrganization",
        lambda _: {"EnabledServicePrincipals": [{"ServicePrincipal": each} for each in allowed]},
    )

    def trusted() -> None:
        if "iam.amazonaws.com" not in allowed:
            raise AwsError("ServiceAccessNotEnabledException", "Enable trusted access for IAM first.")

    def told(_: dict[str, Any]) -> dict[str, Any]:
        trusted()
        return {"OrganizationId": "o-1", "EnabledFeatures": central}

    def enable(_: dict[str, Any]) -> None:
        trusted()
        central.append("RootCredentialsManagement")

    def disable(_: dict[str, Any]) -> None:
        trusted()
        central.remove("RootCredentialsManagement")

    aws.answers("iam:ListOrganizationsFeatures", told)
    aws.answers("iam:EnableOrganizationsRootCredentialsManagement", enable)
    aws.answers("iam:DisableOrganizationsRootCredentialsManagement", disable)
    return lambda: (sorted(central), sorted(allowed))


@seeds(
    "organizations.service-control-policies-off",
    "organizations.resource-control-policies-off",
    "organizations.tag-policies-off",
    "organizations.root-access-not-central",
)
def new_organization(aws: Aws) -> State:
    return _organization(aws)


@seeds("organizations.tag-policies-off", "organizations.root-access-not-central")
def organization_that_has_begun(aws: Aws) -> State:
    organizations = aws.client("organizations")
    held = _organization(aws, "RootSessions", services=("config", "iam"))
    root = organizations.list_roots()["Roots"][0]["Id"]
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        organizations.enable_policy_type(RootId=root, PolicyType=kind)
    return held
