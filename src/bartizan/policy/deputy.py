"""Services that can be made to act for somebody else: the confused deputy.

A policy that lets a service in, without saying for whom, lets it in for every customer of that service who names the
resource. Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.policy import reach
from bartizan.policy.document import PolicyDocument, Statement, parse_policy

SENDERS = frozenset(
    {
        "apigateway", "billingreports", "budgets", "cloudfront", "cloudtrail", "cloudwatch", "cognito-idp", "config",
        "delivery.logs", "elasticloadbalancing", "events", "guardduty", "iot", "logs", "s3", "secretsmanager", "ses",
        "sns",
    }
)  # fmt: skip
"""Services that reach resources for their customers, and whose documentation has resource policies name the source."""


def bound_to(account: str, document: PolicyDocument, services: frozenset[str]) -> PolicyDocument:
    """The policy with the same permissions, but the services only on behalf of the account.

    Where a statement names other principals too, these keep a statement of their own without the condition.
    """
    raw = document.source.get("Statement", ())
    statements: list[Mapping[str, Any]] = []
    for each, parsed in zip([raw] if isinstance(raw, Mapping) else raw, document.statements, strict=True):
        ours = _let_in(parsed, document.version, services)
        if not ours:
            statements.append(each)
            continue
        condition = dict(each.get("Condition") or {})
        condition["StringEquals"] = {**condition.get("StringEquals", {}), "aws:SourceAccount": account}
        sid = {"Sid": f"{each['Sid']}ForThisAccount"} if each.get("Sid") else {}
        others = _without(each["Principal"], ours)
        if others:
            statements.append({**each, "Principal": others})
        statements.append({**each, **sid, "Principal": {"Service": ours}, "Condition": condition})
    return parse_policy({**document.source, "Statement": statements})


def _without(principal: Mapping[str, Any], services: list[str]) -> dict[str, Any]:
    named = principal["Service"]
    left = [each for each in ([named] if isinstance(named, str) else named) if each not in services]
    others = {kind: value for kind, value in principal.items() if kind != "Service"}
    return {**others, "Service": left} if left else others


def _let_in(statement: Statement, version: str, services: frozenset[str]) -> list[str]:
    """The services that the statement, taken alone, lets in on anybody's behalf."""
    if not statement.allows or statement.principals is None or statement.not_principals:
        return []
    alone = PolicyDocument((statement,), version=version)
    named = [each for each in statement.principals.service if reach.service_of(each) in services]
    return [each for each in named if reach.lets_in_for_anyone(alone, each)]
