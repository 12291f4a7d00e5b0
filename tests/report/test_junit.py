"""JUnit XML: valid by the schema of Jenkins, and no name gets out of its place."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from pathlib import Path

import xmlschema

from bartizan.engine.catalog import Catalog
from bartizan.model import Status
from bartizan.report.content import ReportInput
from bartizan.report.junit import write_junit
from report.sample import HOSTILE, accepted, made, queue, report

SCHEMA = xmlschema.XMLSchema(Path(__file__).parent / "schemas" / "junit-10.xsd")


def suites_of(given: ReportInput) -> dict[str, ET.Element]:
    stream = io.StringIO()
    write_junit(given, stream)
    SCHEMA.validate(stream.getvalue())
    root = ET.fromstring(stream.getvalue())  # noqa: S314 - our own output
    suites = {each.attrib["name"]: each for each in root}
    for count in ("tests", "failures", "errors"):
        assert int(root.attrib[count]) == sum(int(each.attrib[count]) for each in suites.values())
    return suites


def test_each_verdict_is_a_case_of_its_rule() -> None:
    given = report()
    suites = suites_of(given)
    assert sorted(suites) == ["sqs.no-dead-letter-queue", "sqs.public-queue", "sqs.unencrypted-queue"]
    for rule, counts in given.tally.items():
        suite = suites[rule]
        assert len(suite.findall("testcase")) == counts.total() == int(suite.attrib["tests"])
        for tag, count in (("failure", counts[Status.FAIL]), ("skipped", counts[Status.UNKNOWN])):
            assert len(suite.findall(f"testcase/{tag}")) == count
        assert suite.attrib["failures"] == str(counts[Status.FAIL])
    failure = suites["sqs.no-dead-letter-queue"].find("testcase/failure")
    assert failure is not None
    rule = given.catalog.get("sqs.no-dead-letter-queue")
    assert failure.attrib == {"message": rule.doc.title, "type": str(rule.severity)}
    assert " ".join(rule.doc.how_to_fix.split()) in " ".join((failure.text or "").split())
    (unknown,) = suites["sqs.unencrypted-queue"].findall("testcase/skipped")
    assert "sqs:GetQueueAttributes" in unknown.attrib["message"]


def test_accepted_findings_and_advice_are_skipped_and_crashes_are_errors() -> None:
    suites = suites_of(accepted())
    skipped = suites["sqs.no-dead-letter-queue"].findall("testcase/skipped")
    assert [each.attrib["type"] for each in skipped] == ["suppressed"]
    assert skipped[0].attrib["message"].startswith("accepted: sqs.no-dead-letter-queue on *jobs (drained by")
    assert len(suites["sqs.no-dead-letter-queue"].findall("testcase/failure")) == 1
    assert [each.attrib["type"] for each in suites["sqs.advice"].iter("skipped")] == ["advice"] * 2
    broken = suites["sqs.broken"]
    assert broken.attrib["errors"] == "2"
    assert all("ZeroDivisionError" in (each.text or "") for each in broken.iter("error"))


def test_no_name_is_markup_or_breaks_the_file() -> None:
    names = (*HOSTILE, "]]><failure/>", "\x00", "\ufffe\uffff", "\ud800", "a\nb\tc", "\"'&amp;")
    catalog = Catalog.load().select(rules=["sqs.no-dead-letter-queue"])
    (suite,) = suites_of(made(catalog, [queue(number, name) for number, name in enumerate(names)])).values()
    cases = suite.findall("testcase")
    assert len(cases) == len(names)
    assert {len(each) for each in cases} == {1}
    shown = {each.attrib["name"].split(":", 5)[5] for each in cases}
    assert {f"0-{HOSTILE[0]}", "7-]]><failure/>", r"8-\x00", r"9-\xfffe\xffff", r"10-\xd800"} <= shown


def test_rules_without_resources_are_no_suites() -> None:
    assert suites_of(made(Catalog.load().select(services=["sqs"]), [])) == {}
