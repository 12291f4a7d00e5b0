"""Functions: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.policy.document import Condition, Statement
from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, Refused
from bartizan.resources.lambda_ import Function
from bartizan.resources.reading import Call

_URL = Look(
    Call("lambda:GetFunctionUrlConfig"),
    lambda function: {"FunctionName": function.function_name},
    lambda reply: {name: reply[name] for name in ("Cors", "InvokeMode") if reply.get(name)},
)


def _statements(function: Function) -> dict[str, Statement]:
    found = function.policy.statements if function.policy else ()
    if any(not each.sid for each in found):
        raise Refused("a statement of its policy has no Sid, by which Lambda changes it: replace the policy as a whole")
    return {each.sid: each for each in found}


def _removed(edit: Edit) -> list[Params]:
    was, will = _statements(edit.before), _statements(edit.after)
    gone = [sid for sid, each in was.items() if will.get(sid) != each]
    return [{"FunctionName": edit.after.function_name, "StatementId": sid} for sid in gone]


def _added(edit: Edit) -> list[Params]:
    was, will = _statements(edit.before), _statements(edit.after)
    return [_permission(edit.after, each) for sid, each in will.items() if was.get(sid) != each]


# https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
_CONDITIONS = {
    ("ArnLike", "aws:sourcearn"): "SourceArn",
    ("StringEquals", "aws:sourceaccount"): "SourceAccount",
    ("StringEquals", "aws:principalorgid"): "PrincipalOrgID",
    ("StringEquals", "lambda:eventsourcetoken"): "EventSourceToken",
    ("StringEquals", "lambda:functionurlauthtype"): "FunctionUrlAuthType",
    ("Bool", "lambda:invokedviafunctionurl"): "InvokedViaFunctionUrl",
}
"""What Lambda makes conditions of, by operator and key in lower case."""


def _permission(function: Function, statement: Statement) -> Params:
    """The arguments of which Lambda makes a statement; raises ``Refused`` for one that was made in another way."""
    principals = statement.principals
    told = (*principals.aws, *principals.service) if principals else ()
    plain = statement.allows and not (statement.not_actions or statement.not_resources or statement.not_principals)
    if not plain or len(told) != 1 or len(statement.actions) != 1 or statement.resources != (function.arn,):
        raise _unlike(statement)
    return {
        "FunctionName": function.function_name,
        "StatementId": statement.sid,
        "Action": statement.actions[0],
        "Principal": told[0],
        **dict(_condition(statement, each) for each in statement.conditions),
    }


def _condition(statement: Statement, condition: Condition) -> tuple[str, Any]:
    operator, key, values = condition
    name = _CONDITIONS.get((operator, key.lower()))
    if name is None or len(values) != 1:
        raise _unlike(statement)
    return name, values[0].lower() == "true" if operator == "Bool" else values[0]


def _unlike(statement: Statement) -> Refused:
    return Refused(
        f"statement {statement.sid} of its policy could not be given back, since it is not as Lambda makes them: "
        "replace the policy as a whole"
    )


def _url(edit: Edit) -> Params | None:
    # Where nobody may call the URL, how it checks callers is not read.
    if edit.after.url_auth_type is None:
        return None
    return {"FunctionName": edit.after.function_name, "AuthType": edit.after.url_auth_type, **edit.now}


_IN_PROGRESS = ("ResourceConflictException: is in progress", "TooManyRequestsException")

FUNCTION = ApiWriter(
    Function,
    puts=(
        Put(Call("lambda:UpdateFunctionUrlConfig"), _url, ("url_auth_type",), look=_URL, busy=_IN_PROGRESS),
        Put(
            Call("lambda:RemovePermission"),
            _removed,
            ("policy",),
            already=("ResourceNotFoundException",),
            busy=_IN_PROGRESS,
        ),
        Put(
            Call("lambda:AddPermission"),
            _added,
            ("policy",),
            hidden=("EventSourceToken",),
            already=("ResourceConflictException: already exists",),
            busy=_IN_PROGRESS,
        ),
    ),
)
