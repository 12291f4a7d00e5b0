"""Findings as events of the Open Cybersecurity Schema Framework: class 2003, Compliance Finding.

Source: https://schema.ocsf.io/1.8.0/classes/compliance_finding?profiles=cloud
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import MappingProxyType
from typing import IO, Any

from bartizan.model import Finding, Rule, Severity, Status, plain
from bartizan.report.content import ReportInput, partition_of

VERSION = "1.8.0"
"""The version of the schema that the events keep to."""

_CREATE = 1
_AWS_ACCOUNT = 10
_ANALYTIC_RULE = 1
_SEVERITIES = MappingProxyType(
    {
        Severity.INFO: (1, "Informational"),
        Severity.LOW: (2, "Low"),
        Severity.MEDIUM: (3, "Medium"),
        Severity.HIGH: (4, "High"),
        Severity.CRITICAL: (5, "Critical"),
    }
)
_COMPLIANCE = MappingProxyType(
    {
        Status.PASS: (1, "Pass"),
        Status.ADVICE: (2, "Warning"),
        Status.FAIL: (3, "Fail"),
        Status.SUPPRESSED: (3, "Fail"),
        Status.UNKNOWN: (0, "Unknown"),
        Status.ERROR: (99, "Error"),
    }
)


def write_ocsf(report: ReportInput, stream: IO[str]) -> None:
    """Write a JSON list with an event on each line; passes only where the report is to list them."""
    separator = "[\n"
    for event in events(report):
        stream.write(separator + json.dumps(event, separators=(",", ":")))
        separator = ",\n"
    stream.write("[]\n" if separator == "[\n" else "\n]\n")


def events(report: ReportInput) -> Iterator[dict[str, Any]]:
    """An event for each finding, the worst first, and then for each pass, if the report lists passes."""
    for finding in (*report.findings, *report.passes):
        yield _event(finding, report.catalog.rules[finding.rule], report)


def _event(finding: Finding, rule: Rule, report: ReportInput) -> dict[str, Any]:
    severity_id, severity = _SEVERITIES[finding.severity]
    suppressed = finding.status is Status.SUPPRESSED
    problems = "; ".join(finding.problems)
    return {
        "activity_id": _CREATE,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2003,
        "class_name": "Compliance Finding",
        "type_uid": 2003 * 100 + _CREATE,
        "type_name": "Compliance Finding: Create",
        "time": int(report.started.timestamp() * 1000),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": 3 if suppressed else 1,
        "status": "Suppressed" if suppressed else "New",
        "status_code": str(finding.status),
        "message": f"{finding.title}: {problems}" if problems else finding.title,
        "metadata": {
            "version": VERSION,
            "product": {"name": "Bartizan", "vendor_name": "Bartizan", "version": report.version},
            "profiles": ["cloud"],
            "event_code": finding.rule,
        },
        "cloud": _cloud(finding),
        "compliance": _compliance(finding),
        "finding_info": _about(finding, rule),
        "resources": [_resource(finding)],
        "remediation": _remediation(rule),
    } | _unmapped(finding)


def _cloud(finding: Finding) -> dict[str, Any]:
    cloud: dict[str, Any] = {"provider": "AWS", "cloud_partition": partition_of(finding.resource, finding.region)}
    if finding.account:
        cloud["account"] = {"uid": finding.account, "type_id": _AWS_ACCOUNT, "type": "AWS Account"}
    return cloud | ({"region": finding.region} if finding.region else {})


def _compliance(finding: Finding) -> dict[str, Any]:
    status_id, status = _COMPLIANCE[finding.status]
    made: dict[str, Any] = {
        "control": finding.rule,
        "desc": finding.title,
        "status_id": status_id,
        "status": status,
        "status_code": str(finding.status),
    }
    return made | ({"status_details": list(finding.problems)} if finding.problems else {})


def _about(finding: Finding, rule: Rule) -> dict[str, Any]:
    links = _links(rule)
    about: dict[str, Any] = {
        "uid": finding.fingerprint,
        "title": finding.title,
        "desc": rule.doc.why,
        "types": [finding.service],
        "analytic": {"uid": rule.id, "name": rule.doc.title, "type_id": _ANALYTIC_RULE, "type": "Rule"},
    }
    return about | ({"src_url": links[0]} if links else {})


def _resource(finding: Finding) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "uid": finding.resource,
        "name": finding.name or finding.resource,
        "type": finding.resource_type,
        "cloud_partition": partition_of(finding.resource, finding.region),
        "data": plain(finding.evidence),
    }
    return resource | ({"region": finding.region} if finding.region else {})


def _remediation(rule: Rule) -> dict[str, Any]:
    links = _links(rule)
    return {"desc": rule.doc.how_to_fix} | ({"references": links} if links else {})


def _unmapped(finding: Finding) -> dict[str, Any]:
    """What the schema has no attribute for."""
    extra: dict[str, Any] = {
        "missing_permission": finding.gap.needs if finding.gap else "",
        "reason": str(finding.gap.reason) if finding.gap else "",
        "place": str(finding.place) if finding.place else "",
        "suppression": plain(finding.suppression),
    }
    held = {name: value for name, value in extra.items() if value}
    return {"unmapped": held} if held else {}


def _links(rule: Rule) -> list[str]:
    return [each for each in rule.doc.references if each.startswith("https://")]
