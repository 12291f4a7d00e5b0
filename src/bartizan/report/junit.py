"""Verdicts as JUnit XML, which most build servers show as tests.

A suite is a rule, a case is its verdict on a resource. What could not be judged, is accepted, or takes judgement, is
skipped with the reason: it neither passes nor fails the build.

Source: https://github.com/jenkinsci/xunit-plugin, whose schema is the strictest of those in use.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from bartizan.model import Finding, Rule, Status
from bartizan.report.content import ReportInput
from bartizan.report.safe import printable

# What `printable` leaves and XML 1.0 lacks: https://www.w3.org/TR/xml/#charsets
_NO_XML = re.compile("[\ufffe\uffff]")


def write_junit(report: ReportInput, stream: IO[str]) -> None:
    """Write a suite for each rule that judged something, with a case for each resource, passes included."""
    counts = Counter(report.counts)
    if not report.results.lists_passes:
        del counts[Status.PASS]
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    totals = {"tests": counts.total(), "failures": counts[Status.FAIL], "errors": counts[Status.ERROR]}
    stream.write(f"<testsuites{_attributes(name='bartizan', **totals, time=f'{report.seconds:.3f}')}>\n")
    for rule, findings in groupby(report.results.findings(), key=lambda finding: finding.rule):
        _write_suite(report.catalog.rules[rule], list(findings), report, stream)
    stream.write("</testsuites>\n")


def _write_suite(rule: Rule, findings: list[Finding], report: ReportInput, stream: IO[str]) -> None:
    counts = Counter(each.status for each in findings)
    head = _attributes(
        name=rule.id,
        tests=counts.total(),
        failures=counts[Status.FAIL],
        errors=counts[Status.ERROR],
        skipped=counts[Status.UNKNOWN] + counts[Status.SUPPRESSED] + counts[Status.ADVICE],
        timestamp=report.started.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S"),
    )
    stream.write(f"<testsuite{head}>\n")
    facts = (("title", rule.doc.title), ("severity", str(rule.severity)))
    properties = "".join(f"<property{_attributes(name=name, value=value)}/>" for name, value in facts)
    stream.write(f"<properties>{properties}</properties>\n")
    for finding in findings:
        stream.write(_case(finding, rule.doc.how_to_fix))
    stream.write("</testsuite>\n")


def _case(finding: Finding, how_to_fix: str) -> str:
    head = f"<testcase{_attributes(name=finding.resource, classname=finding.rule)}"
    if finding.status is Status.PASS:
        return f"{head}/>\n"
    if finding.status is Status.FAIL:
        lines = (*finding.problems, *_where(finding), f"How to fix: {how_to_fix}")
        inner = _element("failure", finding.title, str(finding.severity), lines)
    elif finding.status is Status.ERROR:
        inner = _element("error", "the rule crashed, which is a bug of Bartizan", "error", finding.problems)
    else:
        inner = _element("skipped", _why_skipped(finding), str(finding.status), finding.problems)
    return f"{head}>{inner}</testcase>\n"


def _why_skipped(finding: Finding) -> str:
    if finding.suppression:
        return f"accepted: {finding.suppression}"
    return f"{finding.status}: {'; '.join(finding.problems)}"


def _where(finding: Finding) -> Iterable[str]:
    return (str(finding.place),) if finding.place else ()


def _element(name: str, message: str, kind: str, lines: Iterable[str]) -> str:
    text = "\n".join(escape(_legal(each)) for line in lines for each in line.splitlines())
    return f"<{name}{_attributes(message=message, type=kind)}>{text}</{name}>"


def _attributes(**values: str | int) -> str:
    return "".join(f" {name}={quoteattr(_legal(str(value)))}" for name, value in values.items())


def _legal(text: str) -> str:
    return _NO_XML.sub(lambda found: f"\\x{ord(found.group()):04x}", printable(text))
