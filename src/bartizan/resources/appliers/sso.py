"""Permission sets of IAM Identity Center, and who has them: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put
from bartizan.resources.reading import Call
from bartizan.resources.sso import Assignment, PermissionSet


def _call(operation: str) -> Call:
    return Call(f"sso-admin:{operation}", (f"sso:{operation}",))


def _set(arn: str) -> dict[str, Any]:
    """A permission set, and the instance that its ARN names: ``arn:aws:sso:::permissionSet/INSTANCE/SET``."""
    partition, instance = arn.split(":")[1], arn.split("/")[1]
    return {"InstanceArn": f"arn:{partition}:sso:::instance/{instance}", "PermissionSetArn": arn}


def _duration(edit: Edit) -> Params:
    # What is not sent is cleared: https://github.com/hashicorp/terraform-provider-aws/issues/17411
    return {**_set(edit.after.arn), **edit.now, "SessionDuration": edit.after.session_duration}


def _provision(edit: Edit) -> Params | None:
    """Take the set to the accounts that have it, which keep what it was before until then."""
    return {**_set(edit.after.arn), "TargetType": "ALL_PROVISIONED_ACCOUNTS"} if edit.after.accounts else None


_BUSY = ("ConflictException",)
_FIELDS = ("session_duration",)

PERMISSION_SET = ApiWriter(
    PermissionSet,
    # The accounts get it after the change, also when that is undone, which goes backwards.
    puts=(
        Put(
            _call("ProvisionPermissionSet"),
            lambda edit: _provision(edit) if edit.undoing else None,
            _FIELDS,
            busy=_BUSY,
        ),
        Put(
            _call("UpdatePermissionSet"),
            _duration,
            _FIELDS,
            look=Look(
                _call("DescribePermissionSet"),
                lambda permissions: _set(permissions.arn),
                lambda reply: {
                    name: reply["PermissionSet"][name]
                    for name in ("Description", "RelayState")
                    if reply["PermissionSet"].get(name)
                },
            ),
            busy=_BUSY,
        ),
        Put(
            _call("ProvisionPermissionSet"),
            lambda edit: None if edit.undoing else _provision(edit),
            _FIELDS,
            busy=_BUSY,
        ),
    ),
    deletes=(
        Put(
            _call("DeletePermissionSet"),
            lambda edit: _set(edit.before.arn),
            already=("ResourceNotFoundException",),
            busy=_BUSY,
        ),
    ),
    lost="a permission set that is made again has another ARN",
)


def _assignment(edit: Edit) -> Params:
    assignment = edit.resource
    return {
        **_set(assignment.permission_set_arn),
        "TargetId": assignment.target_id,
        "TargetType": "AWS_ACCOUNT",
        "PrincipalType": assignment.principal_type,
        "PrincipalId": assignment.principal_id,
    }


ASSIGNMENT = ApiWriter(
    Assignment,
    deletes=(
        Put(
            _call("DeleteAccountAssignment"),
            _assignment,
            already=("ResourceNotFoundException",),
            busy=_BUSY,
        ),
    ),
    creates=(Put(_call("CreateAccountAssignment"), _assignment, busy=_BUSY),),
)
