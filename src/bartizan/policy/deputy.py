"""Services that can be made to act for somebody else: the confused deputy, as the text of a policy shows it.

A policy that lets a service in, without saying for whom, lets it in for every customer of that service who names the
resource. Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bartizan.policy.access import narrows
from bartizan.policy.document import Condition, PolicyDocument, Statement, parse_policy

_SOURCES = frozenset(
    {
        "aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner",
    }
)  # fmt: skip
# What some services send in place of a source: the key of a skill, what is encrypted, the id of a partner.
_OTHERWISE = ("kms:calleraccount", "kms:encryptioncontext:", "lambda:eventsourcetoken", "sts:externalid")
SENDERS = frozenset(
    {
        "apigateway", "billingreports", "budgets", "cloudfront", "cloudtrail", "cloudwatch", "cognito-idp", "config",
        "delivery.logs", "elasticloadbalancing", "events", "guardduty", "iot", "logs", "s3", "secretsmanager", "ses",
        "sns",
    }
)  # fmt: skip
"""Services that reach resources for their customers, and whose documentation has resource policies name the source."""

_HOST = re.compile(r"^(.+?)(?:\.[a-z]{2}(?:-[a-z]+)+-\d+)?\.amazonaws\.com(?:\.cn)?$")


def for_anyone(document: PolicyDocument | None, services: frozenset[str]) -> Iterator[tuple[Statement, str]]:
    """The statements that let one of the services in without saying on whose behalf, each with the principal's name.

    ``services`` are named without region and ``amazonaws.com``. A statement that denies by source counts as saying it
    for the whole policy.
    """
    if document is None or any(not each.allows and _SOURCES & each.condition_keys() for each in document):
        return
    for statement in document.allowing:
        if statement.principals is not None and not any(map(_says_for_whom, statement.conditions)):
            for principal in statement.principals.service if not statement.not_principals else ():
                if service_of(principal) in services:
                    yield statement, principal


def service_of(principal: str) -> str:
    """A service principal without region and domain: ``logs`` of ``logs.eu-west-1.amazonaws.com``."""
    found = _HOST.match(principal.lower())
    return found[1] if found else principal.lower()


def bound_to(account: str, document: PolicyDocument, services: frozenset[str]) -> PolicyDocument:
    """The policy with the same permissions, but the services only on behalf of the account.

    Where a statement names other principals too, these keep a statement of their own without the condition.
    """
    loose = list(for_anyone(document, services))
    raw = document.source.get("Statement", ())
    statements: list[Mapping[str, Any]] = []
    for each, parsed in zip([raw] if isinstance(raw, Mapping) else raw, document.statements, strict=True):
        ours = [name for statement, name in loose if statement is parsed]
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


def _says_for_whom(condition: Condition) -> bool:
    operator, key, values = condition
    name = key.lower()
    if name.startswith(_OTHERWISE):
        positive = not operator.lower().startswith("forallvalues:") and "not" not in operator.lower()
        return positive and bool(values) and all(value.strip("*") for value in values)
    if name == "aws:sourcearn":
        return narrows(condition) and all(map(_names_owner, values))
    return name in _SOURCES and narrows(condition)


def _names_owner(arn: str) -> bool:
    """Whether the ARN names the account, or is of a kind that has none and names the resource, as buckets do."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return False
    account, resource = parts[4], parts[5]
    return account.strip("*?") != "" if account else resource[:1] not in {"", "*", "?"}
