"""Secrets: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, policy_text
from bartizan.resources.reading import Call
from bartizan.resources.secretsmanager import Secret


def _id(edit: Edit) -> dict[str, Any]:
    return {"SecretId": edit.resource.arn}


def _policy(edit: Edit) -> Params | None:
    text = policy_text(edit.after.policy)
    return None if text is None else {**_id(edit), "ResourcePolicy": text}


def _no_policy(edit: Edit) -> Params | None:
    return None if policy_text(edit.after.policy) else _id(edit)


def _rotation(edit: Edit) -> Params:
    return {**_id(edit), "RotationRules": _rules(edit), "RotateImmediately": False}


def _rules(edit: Edit) -> dict[str, Any]:
    """The schedule in the form that it has, with the length of its window.

    AWS tells days for each schedule, but takes either days or an expression:
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html
    """
    known = (edit.was if edit.undoing else edit.now) or {}
    kept = {"Duration": known["Duration"]} if known.get("Duration") else {}
    expression = known.get("ScheduleExpression") or ""
    days = edit.after.rotation_days
    if edit.undoing and expression:
        return {**kept, "ScheduleExpression": expression}
    if expression.startswith("rate("):
        return {**kept, "ScheduleExpression": f"rate({days} {'day' if days == 1 else 'days'})"}
    return {**kept, "AutomaticallyAfterDays": days}


SECRET = ApiWriter(
    Secret,
    puts=(
        Put(Call("secretsmanager:PutResourcePolicy"), _policy, ("policy",)),
        Put(Call("secretsmanager:DeleteResourcePolicy"), _no_policy, ("policy",)),
        Put(
            # Secrets Manager asks the function that rotates whether it could.
            Call("secretsmanager:RotateSecret", ("secretsmanager:RotateSecret", "lambda:InvokeFunction")),
            _rotation,
            ("rotation_days",),
            look=Look(
                Call("secretsmanager:DescribeSecret"),
                lambda secret: {"SecretId": secret.arn},
                lambda reply: reply.get("RotationRules") or {},
            ),
            busy=("InvalidRequestException: previous rotation",),
        ),
    ),
    # It can be restored for 30 days.
    deletes=(
        Put(
            Call("secretsmanager:DeleteSecret"),
            _id,
            already=("InvalidRequestException: scheduled for deletion", "InvalidRequestException: marked for deletion"),
        ),
    ),
    creates=(Put(Call("secretsmanager:RestoreSecret"), _id),),
)
