"""Functions as code, with what lets others call them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.policy.document import Statement
from bartizan.resources.lambda_ import Function
from bartizan.resources.writing import CodeWriter, Own, Part, Unwritable, tags_map, tags_pairs

_TERRAFORM = {
    "action": "action", "principal": "principal", "AWS:SourceArn": "source_arn", "AWS:SourceAccount": "source_account",
    "lambda:EventSourceToken": "event_source_token", "aws:PrincipalOrgID": "principal_org_id",
    "lambda:FunctionUrlAuthType": "function_url_auth_type",
}  # fmt: skip
_CLOUDFORMATION = {
    "action": "Action", "principal": "Principal", "AWS:SourceArn": "SourceArn", "AWS:SourceAccount": "SourceAccount",
    "lambda:EventSourceToken": "EventSourceToken", "aws:PrincipalOrgID": "PrincipalOrgID",
    "lambda:FunctionUrlAuthType": "FunctionUrlAuthType",
}  # fmt: skip


def _permission(statement: Statement, names: Mapping[str, str]) -> dict[str, Any]:
    """The permission that a statement is; code writes no statement that says more than one can."""
    who = statement.principals
    named = (*who.aws, *who.service) if who and not statement.not_principals else ()
    known = {name.lower(): each for name, each in names.items()}
    bound = {key.lower(): values for _, key, values in statement.conditions}
    single = (named, statement.actions, *bound.values())
    if not statement.allows or any(len(each) != 1 for each in single) or not bound.keys() <= known.keys():
        raise Unwritable("a statement of its policy that no permission of Lambda can be")
    return {
        names["action"]: statement.actions[0],
        names["principal"]: named[0],
        **{known[key]: values[0] for key, values in bound.items()},
    }


def _permissions(function: Function, names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [_permission(each, names) for each in function.policy] if function.policy else []


TERRAFORM_FUNCTION = CodeWriter(
    "aws_lambda_function",
    Function,
    names={"function_name": "function_name"},
    fields={
        "runtime": "runtime",
        "role": "role",
        "kms_key_arn": "kms_key_arn",
        "tracing_mode": "tracing_config.mode",
        "code_signing_config_arn": "code_signing_config_arn",
        "reserved_concurrent_executions": "reserved_concurrent_executions",
        "tags": tags_map,
    },
    parts=(
        Part(
            "aws_lambda_permission",
            {"policy": lambda function: _permissions(function, _TERRAFORM)},
            {"function_name": Own("function_name")},
        ),
        Part(
            "aws_lambda_function_url",
            {"url_auth_type": "authorization_type"},
            {"function_name": Own("function_name")},
        ),
    ),
    import_id=lambda function: function.function_name,
)

CLOUDFORMATION_FUNCTION = CodeWriter(
    "AWS::Lambda::Function",
    Function,
    names={"function_name": "FunctionName"},
    fields={
        "runtime": "Runtime",
        "role": "Role",
        "kms_key_arn": "KmsKeyArn",
        "tracing_mode": "TracingConfig.Mode",
        "code_signing_config_arn": "CodeSigningConfigArn",
        "reserved_concurrent_executions": "ReservedConcurrentExecutions",
        "tags": tags_pairs,
    },
    parts=(
        Part(
            "AWS::Lambda::Permission",
            {"policy": lambda function: _permissions(function, _CLOUDFORMATION)},
            {"FunctionName": Own()},
        ),
        Part("AWS::Lambda::Url", {"url_auth_type": "AuthType"}, {"TargetFunctionArn": Own("Arn")}),
    ),
)
