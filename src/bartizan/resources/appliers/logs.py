"""Log groups and the policies on them: changing them."""

from __future__ import annotations

from bartizan.resources.applying import ApiWriter, Edit, Params, Put, policy_text
from bartizan.resources.logs import LogGroup, ResourcePolicy
from bartizan.resources.reading import Call

_BUSY = ("OperationAbortedException",)


def _group(edit: Edit) -> dict[str, str]:
    return {"logGroupName": edit.after.log_group_name}


def _retention(edit: Edit) -> Params | None:
    days = edit.after.retention_in_days
    return None if days is None else {**_group(edit), "retentionInDays": days}


def _no_retention(edit: Edit) -> Params | None:
    return _group(edit) if edit.after.retention_in_days is None else None


LOG_GROUP = ApiWriter(
    LogGroup,
    puts=(
        Put(Call("logs:PutRetentionPolicy"), _retention, ("retention_in_days",), busy=_BUSY),
        Put(Call("logs:DeleteRetentionPolicy"), _no_retention, ("retention_in_days",), busy=_BUSY),
    ),
)


def _policy(edit: Edit) -> Params:
    return {
        "policyName": edit.after.policy_name,
        "policyDocument": policy_text(edit.after.policy_document),
    }


_PUT = Put(Call("logs:PutResourcePolicy"), _policy, ("policy_document",), busy=_BUSY)

RESOURCE_POLICY = ApiWriter(
    ResourcePolicy,
    puts=(_PUT,),
    deletes=(
        Put(
            Call("logs:DeleteResourcePolicy"),
            lambda edit: {"policyName": edit.before.policy_name},
            already=("ResourceNotFoundException",),
            busy=_BUSY,
        ),
    ),
    creates=(_PUT,),
)
