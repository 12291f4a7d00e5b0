"""Functions: changing them."""

from __future__ import annotations

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, policy_text
from bartizan.resources.lambda_ import Function
from bartizan.resources.reading import Call

# Both calls replace the whole policy, what AddPermission had added included:
# https://docs.aws.amazon.com/lambda/latest/api/API_PutResourcePolicy.html
_REVISION = Look(
    Call("lambda:GetResourcePolicy"),
    lambda function: {"ResourceArn": function.arn},
    lambda reply: reply["RevisionId"],
    ("ResourceNotFoundException",),
)
_URL = Look(
    Call("lambda:GetFunctionUrlConfig"),
    lambda function: {"FunctionName": function.function_name},
    lambda reply: {name: reply[name] for name in ("Cors", "InvokeMode") if reply.get(name)},
)


def _policy(edit: Edit) -> Params | None:
    text = policy_text(edit.after.policy)
    return None if text is None else {"Policy": text, **_revised(edit)}


def _no_policy(edit: Edit) -> Params | None:
    return None if policy_text(edit.after.policy) else _revised(edit)


def _revised(edit: Edit) -> Params:
    return {"ResourceArn": edit.after.arn, **({"RevisionId": edit.now} if edit.now else {})}


def _url(edit: Edit) -> Params | None:
    # Where nobody may call the URL, how it checks callers is not read.
    if edit.after.url_auth_type is None:
        return None
    return {"FunctionName": edit.after.function_name, "AuthType": edit.after.url_auth_type, **edit.now}


_IN_PROGRESS = ("ResourceConflictException: is in progress", "TooManyRequestsException")

FUNCTION = ApiWriter(
    Function,
    puts=(
        Put(
            Call("lambda:UpdateFunctionUrlConfig"),
            _url,
            ("url_auth_type",),
            look=_URL,
            busy=_IN_PROGRESS,
        ),
        Put(
            Call("lambda:PutResourcePolicy"),
            _policy,
            ("policy",),
            look=_REVISION,
            unshown=("RevisionId",),
            busy=_IN_PROGRESS,
        ),
        Put(
            Call("lambda:DeleteResourcePolicy"),
            _no_policy,
            ("policy",),
            look=_REVISION,
            unshown=("RevisionId",),
            already=("ResourceNotFoundException",),
            busy=_IN_PROGRESS,
        ),
    ),
)
