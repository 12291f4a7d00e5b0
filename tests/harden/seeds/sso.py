"""Permission sets and assignments that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import Aws
from harden.seeded import State, seeds

_PERSON = "9067e1a2b3-22222222-2222-2222-2222-222222222222"
_GROUP = "9067e1a2b3-11111111-1111-1111-1111-111111111111"


def _set(aws: Aws, duration: str, *principals: tuple[str, str]) -> None:
    admin = aws.client("sso-admin")
    instance = admin.list_instances()["Instances"][0]["InstanceArn"]
    made = admin.create_permission_set(
        Name="dev",
        Description="For the people of the shop",
        InstanceArn=instance,
        SessionDuration=duration,
        RelayState="https://console.aws.amazon.com/ec2",
    )["PermissionSet"]["PermissionSetArn"]
    for kind, principal in principals:
        admin.create_account_assignment(
            InstanceArn=instance,
            TargetId="123456789012",
            TargetType="AWS_ACCOUNT",
            PermissionSetArn=made,
            PrincipalType=kind,
            PrincipalId=principal,
        )
    if principals:
        admin.provision_permission_set(
            InstanceArn=instance, PermissionSetArn=made, TargetType="ALL_PROVISIONED_ACCOUNTS"
        )


def _watched(aws: Aws) -> State:
    """What is in the set, and in the accounts that got it."""
    admin = aws.client("sso-admin")
    instance = admin.list_instances()["Instances"][0]["InstanceArn"]
    (arn,) = admin.list_permission_sets(InstanceArn=instance)["PermissionSets"]

    def now() -> Any:
        found = admin.describe_permission_set(InstanceArn=instance, PermissionSetArn=arn)["PermissionSet"]
        return {name: found.get(name) for name in ("Description", "RelayState", "SessionDuration")}

    provisioned = [now()]

    def update(params: dict[str, Any]) -> None:
        assert provisioned == [now()]
        admin.update_permission_set(**params)

    def provision(params: dict[str, Any]) -> dict[str, Any]:
        assert params == {"InstanceArn": instance, "PermissionSetArn": arn, "TargetType": "ALL_PROVISIONED_ACCOUNTS"}
        assert provisioned != [now()]
        provisioned[:] = [now()]
        return {"PermissionSetProvisioningStatus": {"Status": "IN_PROGRESS", "RequestId": "1"}}

    aws.answers("sso-admin:UpdatePermissionSet", update)
    aws.answers("sso-admin:ProvisionPermissionSet", provision)
    return lambda: (now(), provisioned)


@seeds("sso.session-too-long")
def set_for_half_a_day(aws: Aws) -> State:
    _set(aws, "PT12H", ("GROUP", _GROUP))
    return _watched(aws)


@seeds("sso.unused-permission-set", lasting=("sso.unused-permission-set",))
def set_that_nobody_has(aws: Aws) -> None:
    _set(aws, "PT8H")


@seeds("sso.user-assigned")
def person_beside_a_group(aws: Aws) -> None:
    _set(aws, "PT8H", ("GROUP", _GROUP), ("USER", _PERSON))
