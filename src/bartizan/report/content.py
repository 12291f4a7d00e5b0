"""What every report is written from."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bartizan.engine.catalog import Catalog
from bartizan.engine.outcome import LISTED, Results
from bartizan.engine.suppress import Accepted
from bartizan.model import CoverageGap, Finding, Status, plain

if TYPE_CHECKING:
    from bartizan.engine.compliance import Compliance
    from bartizan.engine.evidence import Evidence
    from bartizan.engine.services import Services

LANGUAGES: Mapping[str, str] = MappingProxyType({"terraform": "Terraform", "cloudformation": "CloudFormation"})
"""The languages of infrastructure code, as their makers write them."""


@dataclass(frozen=True, kw_only=True)
class ReportInput:
    """The result of a scan or check: its subject (an account, or files), the verdicts, and what was not seen.

    ``facts`` are shown beside the subject: caller, regions, duration. ``seconds`` is the wall time. ``regions`` are
    those that were read. ``list_passes`` is whether formats that are lists of findings give the passes too.
    ``compliance`` holds the frameworks that were asked for, ``services`` how the security services of an organization
    stand. Of code, ``read`` are the files and folders with what each
    was read as and its number of resources, ``not_read`` what was passed over, and why.

    ``accounts`` are the names of an organization's accounts, by number.

    ``code`` holds by rule, and within by language, the fix of the first resource that fails as infrastructure code;
    ``code_of`` gives that of any finding, where the report is to hold it for each.
    """

    subject: str
    facts: Mapping[str, str]
    started: dt.datetime
    seconds: float
    version: str
    catalog: Catalog
    results: Results
    gaps: tuple[CoverageGap, ...] = ()
    accepted: Accepted = field(default_factory=Accepted)
    regions: tuple[str, ...] = ()
    accounts: Mapping[str, str] = field(default_factory=dict)
    read: tuple[tuple[str, str, int], ...] = ()
    not_read: tuple[tuple[str, str], ...] = ()
    list_passes: bool = False
    compliance: tuple[Compliance, ...] = ()
    services: Services | None = None
    code: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    code_of: Callable[[Finding], Mapping[str, str]] | None = None

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What is not a pass, the most severe first: failures, then what is unknown, advice, and what is accepted."""
        order = {status: number for number, status in enumerate(LISTED)}
        found = self.results.findings(*order)
        return tuple(sorted(found, key=lambda each: (order[each.status], -each.severity, each.rule, each.resource)))

    @property
    def passes(self) -> Iterator[Finding]:
        """The passes, where the report is to list them; there may be many."""
        return self.results.findings(Status.PASS) if self.list_passes else iter(())

    @cached_property
    def tally(self) -> Mapping[str, Counter[Status]]:
        """How many verdicts of each rule have which status, by the rule's id, in its order."""
        return self.results.tally()

    @cached_property
    def counts(self) -> Counter[Status]:
        """How many evaluations have which status."""
        return sum(self.tally.values(), Counter())

    def failures_by_severity(self) -> Counter[str]:
        """How many failures there are of each severity."""
        counted: Counter[str] = Counter()
        for rule, statuses in self.tally.items():
            counted[str(self.catalog.rules[rule].severity)] += statuses[Status.FAIL]
        return counted

    def counts_by_service(self) -> dict[str, Counter[Status]]:
        """How many evaluations have which status, by service in order of name."""
        counted: dict[str, Counter[Status]] = {}
        for rule, statuses in sorted(self.tally.items(), key=lambda item: self.catalog.rules[item[0]].service):
            counted.setdefault(self.catalog.rules[rule].service, Counter()).update(statuses)
        return counted

    def failures_by_service(self) -> dict[str, Counter[str]]:
        """How many failures there are of each severity, by service."""
        counted: dict[str, Counter[str]] = {}
        for name, statuses in self.tally.items():
            rule = self.catalog.rules[name]
            counted.setdefault(rule.service, Counter())[str(rule.severity)] += statuses[Status.FAIL]
        return counted


def partition_of(resource: str, region: str) -> str:
    """The partition of what has such an ARN, or else lies in such a region."""
    parts = resource.split(":", 2)
    if len(parts) == 3 and parts[0] == "arn" and parts[1]:
        return parts[1]
    return next(
        (name for start, name in (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov")) if region.startswith(start)), "aws"
    )


def finding_facts(finding: Finding) -> dict[str, Any]:
    """A finding as plain JSON values."""
    return {
        "fingerprint": finding.fingerprint,
        "rule": finding.rule,
        "severity": str(finding.severity),
        "status": str(finding.status),
        "service": finding.service,
        "resource_type": finding.resource_type,
        "resource": finding.resource,
        "name": finding.name,
        "account": finding.account,
        "region": finding.region,
        "problems": list(finding.problems),
        "evidence": plain(finding.evidence),
        "missing_permission": finding.gap.needs if finding.gap else "",
        "reason": str(finding.gap.reason) if finding.gap else "",
        "place": str(finding.place) if finding.place else "",
        "suppression": plain(finding.suppression),
    }


def gap_facts(gap: CoverageGap) -> dict[str, Any]:
    """A coverage gap as plain JSON values."""
    return {
        "types": list(gap.types),
        "account": gap.account,
        "region": gap.region,
        "call": gap.call,
        "reason": str(gap.gap.reason),
        "missing_permission": gap.gap.needs,
        "detail": gap.gap.detail,
    }


def _evidence_facts(evidence: Evidence) -> dict[str, str]:
    return {
        "statement": evidence.statement,
        "owner": evidence.owner,
        "date": evidence.date.isoformat(),
        "expires": evidence.expires.isoformat(),
        "file": evidence.file,
        "sha256": evidence.sha256,
    }


def compliance_facts(compliance: Compliance) -> dict[str, Any]:
    """What came of a framework as plain JSON values: how it is covered, and each control."""
    from bartizan.engine.compliance import Standing  # noqa: PLC0415 - takes time, and few ask for a framework
    from bartizan.frameworks import Kind  # noqa: PLC0415 - as above

    framework, coverage, counted = compliance.framework, compliance.framework.coverage(), compliance.count()
    return {
        "framework": framework.id,
        "title": framework.title,
        "version": framework.version,
        "note": framework.note,
        "coverage": {str(kind): coverage[kind] for kind in Kind},
        "counts": {str(standing): counted[standing] for standing in Standing},
        "controls": [
            {
                "id": each.control.id,
                "title": each.control.title,
                "kind": str(each.control.kind),
                "status": str(each.standing),
                "rules": list(each.rules),
                "failing": list(each.failing),
                "left_out": list(each.left_out),
                "failures": each.failures,
                "unknown": each.unknown,
                "check": each.control.check,
                "evidence": [_evidence_facts(one) for one in each.evidence],
                "lapsed_evidence": [_evidence_facts(one) for one in each.lapsed],
            }
            for each in compliance.answers
        ],
    }


def rule_facts(report: ReportInput) -> dict[str, dict[str, Any]]:
    """What the reports say of each rule, by id."""
    return {
        rule.id: {
            "title": rule.title,
            "severity": str(rule.severity),
            "why": rule.doc.why,
            "how_to_fix": rule.doc.how_to_fix,
            "references": list(rule.doc.references),
            "fix": fix.what if (fix := report.catalog.fixes.get(rule.id)) else "",
            "fix_breaks": fix.breaks if fix else "",
            "fix_code": dict(report.code.get(rule.id, {})),
        }
        for rule in report.catalog
    }


def _listed(finding: Finding, report: ReportInput) -> dict[str, Any]:
    code = {"fix_code": dict(report.code_of(finding))} if report.code_of else {}
    return finding_facts(finding) | code


def _services(report: ReportInput) -> dict[str, Any] | None:
    if report.services is None:
        return None
    from bartizan.report.services import service_facts  # noqa: PLC0415 - only the scan of an organization has them

    return service_facts(report.services)


def document(report: ReportInput) -> dict[str, Any]:
    """The whole report as plain JSON values; the shape is versioned by ``schema_version``."""
    passed = report.results.findings(Status.PASS)
    return {
        "schema_version": 1,
        "tool": {"name": "bartizan", "version": report.version},
        "subject": report.subject,
        "facts": dict(report.facts),
        "regions": list(report.regions),
        "accounts": dict(report.accounts),
        "started": report.started.isoformat(),
        "seconds": round(report.seconds, 3),
        "summary": {
            "resources": report.results.resources,
            "statuses": {str(status): report.counts[status] for status in Status},
            "failures_by_severity": dict(report.failures_by_severity()),
            "services": {
                name: {str(status): counted[status] for status in Status}
                for name, counted in report.counts_by_service().items()
            },
        },
        "rules": rule_facts(report),
        "findings": [_listed(each, report) for each in report.findings],
        "passed": [{"rule": each.rule, "resource": each.resource, "fingerprint": each.fingerprint} for each in passed],
        "suppressions": {
            "accepted": report.accepted.count,
            "expired": [plain(each) for each in report.accepted.expired],
            "unused": [plain(each) for each in report.accepted.unused],
        },
        "compliance": [compliance_facts(each) for each in report.compliance],
        "security_services": _services(report),
        "coverage_gaps": [gap_facts(each) for each in report.gaps],
        "read": [{"path": path, "as": kind, "resources": number} for path, kind, number in report.read],
        "not_read": [{"path": path, "why": why} for path, why in report.not_read],
    }
