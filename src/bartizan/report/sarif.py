"""Findings as SARIF 2.1.0, the format that code scanning takes.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html and, for what
GitHub reads of it,
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any
from urllib.parse import quote

from bartizan.model import Finding, Place, Rule, Severity, Status
from bartizan.report.content import LANGUAGES, ReportInput
from bartizan.report.safe import fenced, printable
from bartizan.report.unseen import Unseen, unseen

MOST_RESULTS = 5_000
"""Results of one run that GitHub shows.

Source: https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit
"""

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = MappingProxyType(
    {
        Severity.CRITICAL: "error",
        Severity.HIGH: "error",
        Severity.MEDIUM: "warning",
        Severity.LOW: "note",
        Severity.INFO: "note",
    }
)
# GitHub calls more than 9.0 critical, from 7.0 high, from 4.0 medium and from 0.1 low; without a score it has no say.
_SCORES = MappingProxyType(
    {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
)
_RESULTS = (Status.FAIL, Status.ADVICE, Status.SUPPRESSED)


def write_sarif(report: ReportInput, stream: IO[str]) -> None:
    """Write one run, its paths relative to the repository that the command runs in."""
    json.dump(sarif(report, repository(Path.cwd())), stream, indent=1)
    stream.write("\n")


def repository(folder: Path) -> Path:
    """The nearest folder upwards that is a Git repository, or the folder itself."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), folder)


def sarif(report: ReportInput, root: Path) -> dict[str, Any]:
    """The document as plain JSON values; files below ``root`` are named relative to it.

    What could not be judged is no result but a notification of the run. Only the worst 5,000 results are kept, and a
    notification tells of the others.
    """
    rules = {rule.id: number for number, rule in enumerate(report.catalog)}
    found = [each for each in report.findings if each.status in _RESULTS]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Bartizan",
                        "version": report.version,
                        "rules": [_rule(each, report.code.get(each.id, {})) for each in report.catalog],
                    }
                },
                "invocations": [_invocation(report, left_out=len(found) - MOST_RESULTS)],
                "columnKind": "unicodeCodePoints",
                "results": [_result(each, rules[each.rule], root) for each in found[:MOST_RESULTS]],
            }
        ],
    }


def _rule(rule: Rule, code: Mapping[str, str]) -> dict[str, Any]:
    doc = rule.doc
    references = "\n".join(f"- <{each}>" for each in doc.references if each.startswith("https://"))
    parts = [f"## Why it matters\n\n{doc.why}", f"## How to fix\n\n{doc.how_to_fix}"]
    parts += [f"## As {LANGUAGES[name]}\n\n{fenced(text)}" for name, text in code.items()]
    markdown = "\n\n".join([*parts, f"## References\n\n{references}"] if references else parts)
    described: dict[str, Any] = {
        "id": rule.id,
        "shortDescription": {"text": doc.title},
        "fullDescription": {"text": " ".join(doc.why.split())[:1000]},
        "help": {"text": f"{doc.why}\n\nHow to fix: {doc.how_to_fix}", "markdown": markdown},
        "defaultConfiguration": {"level": "none" if rule.advice else _LEVELS[rule.severity]},
        "properties": {"tags": ["advice" if rule.advice else "security", rule.service]},
    }
    if rule.severity in _SCORES and not rule.advice:
        described["properties"]["security-severity"] = _SCORES[rule.severity]
    if doc.references and doc.references[0].startswith("https://"):
        described["helpUri"] = doc.references[0]
    return described


def _result(finding: Finding, rule: int, root: Path) -> dict[str, Any]:
    advice = finding.status is Status.ADVICE
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "kind": "review" if advice else "fail",
        "level": "none" if advice else _LEVELS[finding.severity],
        "message": {"text": _plain(f"{finding.name or finding.resource}: {'; '.join(finding.problems)}")},
        "locations": [_location(finding, root)],
        "partialFingerprints": {"bartizanFinding/v1": finding.fingerprint},
    }
    if finding.suppression:
        accepted = finding.suppression
        until = f", until {accepted.expires}" if accepted.expires else ""
        result["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": _plain(f"{accepted.reason} ({accepted.owner}{until})"),
            }
        ]
    return result


def _location(finding: Finding, root: Path) -> dict[str, Any]:
    logical = {
        "name": _plain(finding.name or finding.resource),
        "fullyQualifiedName": _plain(finding.resource),
        "kind": "resource",
    }
    location: dict[str, Any] = {"logicalLocations": [logical]}
    if finding.place:
        location["physicalLocation"] = _physical(finding.place, root)
    return location


def _physical(place: Place, root: Path) -> dict[str, Any]:
    path = Path(place.path).resolve()
    where: dict[str, Any] = {"artifactLocation": {"uri": path.as_uri()}}
    if path.is_relative_to(root.resolve()):
        relative = path.relative_to(root.resolve()).as_posix()
        # A first part with a colon would be read as a scheme.
        where["artifactLocation"] = {"uri": quote(relative), "uriBaseId": "%SRCROOT%"}
    # GitHub shows nothing without a line: what concerns the whole file stands at its start.
    where["region"] = {"startLine": place.line or 1}
    return where


def _invocation(report: ReportInput, *, left_out: int) -> dict[str, Any]:
    crashed = [each for each in report.findings if each.status is Status.ERROR]
    notes = [_unseen_note(each) for each in unseen(report.gaps, report.findings)]
    for rule in sorted({each.rule for each in crashed}):
        first = next(each for each in crashed if each.rule == rule)
        notes.append(_note("crash", "error", f"{'; '.join(first.problems)} on {first.resource}", rule=rule))
    if left_out > 0:
        shown = f"only the worst {MOST_RESULTS:,} are in this file"
        notes.append(_note("results-left-out", "warning", f"{left_out:,} more results were found; {shown}"))
    return {
        "executionSuccessful": not crashed,
        "startTimeUtc": _time(report.started),
        "endTimeUtc": _time(report.started + dt.timedelta(seconds=report.seconds)),
        "toolExecutionNotifications": notes,
    }


def _unseen_note(group: Unseen) -> dict[str, Any]:
    places = f" in {', '.join(_named(group))}" if any(_named(group)) else ""
    said = f"{group.call or 'Some values'}: {group.words}, so {group.counted} could not be had{places}"
    needs = f"; it needs {group.needs}" if group.needs else ""
    detail = f" ({group.detail})" if group.detail and not group.needs else ""
    return _note("not-seen", "warning", said + needs + detail)


def _named(group: Unseen) -> Iterator[str]:
    yield from group.where
    if group.accounts:
        yield f"account {', '.join(sorted(group.accounts))}"


def _note(name: str, level: str, text: str, *, rule: str = "") -> dict[str, Any]:
    note: dict[str, Any] = {"descriptor": {"id": name}, "level": level, "message": {"text": _plain(text)}}
    return note | ({"associatedRule": {"id": rule}} if rule else {})


def _plain(text: str) -> str:
    """The text without control characters, and without what a viewer would make a link of: ``[text](target)``."""
    return printable(text).replace("](", "] (")


def _time(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
