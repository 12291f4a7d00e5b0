"""The tables beside those of resources: findings, what was not seen, and what each rule came to."""

from __future__ import annotations

import datetime as dt
import hashlib
import types
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bartizan.model import CoverageGap, Finding, Resource, Rule, Status
from bartizan.store.tables import BASE_COLUMNS, Column, Kind, Table, as_json, kind_of, resource_tables, table_name

_COUNTED = (Status.PASS, Status.FAIL, Status.UNKNOWN, Status.ERROR, Status.ADVICE, Status.SUPPRESSED)

FINDINGS = Table(
    "findings",
    "What is not a pass: failures, what is unknown, advice, and what is accepted.",
    (
        Column("account", Kind.TEXT, "The account of the resource."),
        Column("region", Kind.TEXT, "The region of the resource."),
        Column("fingerprint", Kind.TEXT, "The same from scan to scan for one rule on one resource."),
        Column("rule", Kind.TEXT, "The rule's id."),
        Column("title", Kind.TEXT, "What is wrong where the rule fails."),
        Column("severity", Kind.TEXT, "critical, high, medium, low or info."),
        Column("weight", Kind.INT, "The severity as a number to sort by: 4 is critical, 0 is info."),
        Column("status", Kind.TEXT, "fail, unknown, error, advice or suppressed."),
        Column("service", Kind.TEXT, "The rule's service."),
        Column("resource_type", Kind.TEXT, "The resource's CloudFormation type."),
        Column("resource_table", Kind.TEXT, "The table that holds the resource."),
        Column("arn", Kind.TEXT, "The resource."),
        Column("name", Kind.TEXT, "What people call the resource."),
        Column("problems", Kind.TEXTS, "What is wrong, or what could not be known, a sentence each."),
        Column("digest", Kind.INT, "The same number as long as status, severity and problems are the same."),
        Column("evidence", Kind.JSON, "The fields of the resource that the rule looked at."),
        Column("reason", Kind.TEXT, "Why it is not known, if it is not: denied, throttled and so on."),
        Column("missing_permission", Kind.TEXT, "The permission that would make it known, if one would."),
        Column("suppression", Kind.JSON, "Why a failure is accepted, by whom, and until when."),
        Column("first_seen", Kind.TIMESTAMP, "The first of the scans without a break in which it was no pass."),
        Column("seen_at", Kind.TIMESTAMP, "When this scan began."),
    ),
)
COVERAGE = Table(
    "coverage",
    "What could not be listed, so that nothing can be said of it.",
    (
        Column("account", Kind.TEXT, "The account; empty for all."),
        Column("region", Kind.TEXT, "The region; empty for all."),
        Column("resource_type", Kind.TEXT, "The CloudFormation type that was not listed."),
        Column("resource_table", Kind.TEXT, "The table in which its resources are missing."),
        Column("call", Kind.TEXT, "The call that failed."),
        Column("reason", Kind.TEXT, "Why: denied, throttled, unsupported where the region lacks the service."),
        Column("missing_permission", Kind.TEXT, "The permission that was missing, if one was."),
        Column("detail", Kind.TEXT, "AWS's own words."),
    ),
)
RULES = Table(
    "rules",
    "The rules that took part, and how many of their verdicts have which status.",
    (
        Column("account", Kind.TEXT, "The account that was judged."),
        Column("rule", Kind.TEXT, "The rule's id."),
        Column("title", Kind.TEXT, "What is wrong where it fails."),
        Column("severity", Kind.TEXT, "critical, high, medium, low or info."),
        Column("service", Kind.TEXT, "Its service."),
        Column("resource_type", Kind.TEXT, "The CloudFormation type that it judges."),
        *(Column(f"{status}_count", Kind.INT, f"How many verdicts are {status}.") for status in _COUNTED),
    ),
)
RESOURCES = Table(
    "resources",
    "All resources of all types, with what each has.",
    (
        Column("resource_table", Kind.TEXT, "The table with its own columns."),
        Column("resource_type", Kind.TEXT, "Its CloudFormation type."),
        *BASE_COLUMNS,
        Column("tags", Kind.MAP, "Its tags, where its type has any."),
    ),
)
"""What all types have in common, so that a question about all of them opens one file for each account."""

RECORDS: Mapping[str, Table] = types.MappingProxyType(
    {each.name: each for each in (FINDINGS, COVERAGE, RULES, RESOURCES)}
)
"""These tables, by name."""

Row = tuple[Any, ...]


def all_tables() -> dict[str, Table]:
    """Every table that a query can read, by name: those of this module, then those of the types."""
    return {**RECORDS, **resource_tables()}


def resource_rows(resources: Mapping[type[Resource], Sequence[Resource]]) -> list[Row]:
    """Resources as rows of the table of all."""
    return [
        (
            table_name(kind),
            kind.cfn_type,
            each.account,
            each.region,
            each.key,
            each.name,
            each.read_at,
            sorted(tags.items()) if (tags := each.known().get("tags")) is not None else None,
        )
        for kind, some in resources.items()
        for each in some
    ]


def finding_rows(findings: Iterable[Finding], seen_at: dt.datetime, earlier: Mapping[str, dt.datetime]) -> list[Row]:
    """Findings as rows; ``earlier`` says since when one has been seen, by fingerprint."""
    tables = _tables_by_type()
    return [
        (
            each.account,
            each.region,
            each.fingerprint,
            each.rule,
            each.title,
            str(each.severity),
            int(each.severity),
            str(each.status),
            each.service,
            each.resource_type,
            tables.get(each.resource_type, ""),
            each.resource,
            each.name,
            list(each.problems),
            _digest(each),
            as_json(each.evidence),
            str(each.gap.reason) if each.gap else None,
            (each.gap.needs or None) if each.gap else None,
            as_json(each.suppression) if each.suppression else None,
            min(earlier.get(each.fingerprint, seen_at), seen_at),
            seen_at,
        )
        for each in findings
    ]


def _digest(finding: Finding) -> int:
    said = "\x1f".join((str(finding.status), str(finding.severity), *finding.problems))
    return int.from_bytes(hashlib.sha256(said.encode()).digest()[:8], "big", signed=True)


def gap_rows(gaps: Iterable[CoverageGap]) -> list[Row]:
    """Coverage gaps as rows, one for each type."""
    tables = _tables_by_type()
    return [
        (
            each.account,
            each.region,
            kind,
            tables.get(kind, ""),
            each.call,
            str(each.gap.reason),
            each.gap.needs or None,
            each.gap.detail or None,
        )
        for each in gaps
        for kind in each.types
    ]


def rule_rows(account: str, rules: Iterable[Rule], tally: Mapping[str, Counter[Status]]) -> list[Row]:
    """Rules as rows."""
    return [
        (
            account,
            each.id,
            each.title,
            str(each.severity),
            each.service,
            each.resource.cfn_type,
            *(tally[each.id][status] for status in _COUNTED),
        )
        for each in rules
        if each.id in tally
    ]


def _tables_by_type() -> dict[str, str]:
    return {kind_of(each).cfn_type: each.name for each in resource_tables().values()}
