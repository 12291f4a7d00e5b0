"""Tables: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, policy_text
from bartizan.resources.dynamodb import Table
from bartizan.resources.reading import Call, Reply


def _of(table: Table) -> dict[str, Any]:
    return {"TableName": table.table_name}


def _units(told: dict[str, Any]) -> dict[str, int]:
    return {name: told[name] for name in ("ReadCapacityUnits", "WriteCapacityUnits")}


def _capacity(reply: Reply) -> dict[str, Any]:
    table = reply["Table"]
    indexes = {each["IndexName"]: each for each in table.get("GlobalSecondaryIndexes", ())}
    return {
        "table": _units(table["ProvisionedThroughput"]),
        "indexes": {name: _units(each["ProvisionedThroughput"]) for name, each in indexes.items()},
    }


_CAPACITY = Look(Call("dynamodb:DescribeTable"), _of, _capacity)


def _billing(edit: Edit) -> Params:
    mode = {**_of(edit.after), "BillingMode": edit.after.billing_mode}
    if edit.after.billing_mode != "PROVISIONED":
        return mode
    # A fixed capacity is set for the table and each of its indexes; one that was added since gets the table's.
    was = edit.was or edit.now
    given = {**mode, "ProvisionedThroughput": was["table"]}
    indexes = [
        {"Update": {"IndexName": name, "ProvisionedThroughput": was["indexes"].get(name, was["table"])}}
        for name in edit.now["indexes"]
    ]
    return {**given, "GlobalSecondaryIndexUpdates": indexes} if indexes else given


def _policy(edit: Edit) -> Params | None:
    text = policy_text(edit.after.policy)
    return None if text is None else {"ResourceArn": edit.after.arn, "Policy": text}


def _no_policy(edit: Edit) -> Params | None:
    return {"ResourceArn": edit.after.arn} if policy_text(edit.after.policy) is None else None


# A table takes one change at a time.
_BUSY = ("ResourceInUseException",)

TABLE = ApiWriter(
    Table,
    puts=(
        Put(Call("dynamodb:PutResourcePolicy"), _policy, ("policy",), busy=_BUSY),
        Put(
            Call("dynamodb:DeleteResourcePolicy"),
            _no_policy,
            ("policy",),
            already=("PolicyNotFoundException",),
            busy=_BUSY,
        ),
        Put(
            Call("dynamodb:UpdateTable"),
            lambda edit: {
                **_of(edit.after),
                "DeletionProtectionEnabled": edit.after.deletion_protection_enabled,
            },
            ("deletion_protection_enabled",),
            busy=_BUSY,
        ),
        Put(
            Call("dynamodb:UpdateContinuousBackups"),
            lambda edit: {
                **_of(edit.after),
                "PointInTimeRecoverySpecification": {
                    "PointInTimeRecoveryEnabled": edit.after.point_in_time_recovery_enabled
                },
            },
            ("point_in_time_recovery_enabled",),
            busy=("ContinuousBackupsUnavailableException",),
        ),
        Put(Call("dynamodb:UpdateTable"), _billing, ("billing_mode",), look=_CAPACITY, busy=_BUSY, minutes=5),
    ),
)
