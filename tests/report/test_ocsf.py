"""OCSF: every event is valid by the published schema, and says what the finding says."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from bartizan.app.check import check
from bartizan.cli.reporting import of_check
from bartizan.engine.catalog import Catalog
from bartizan.model import Severity, Status
from bartizan.report.content import ReportInput
from bartizan.report.ocsf import VERSION, write_ocsf
from report.sample import accepted, report


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    return get_ocsf_schema(version=VERSION)


@pytest.fixture(scope="module")
def schema(published: dict[str, Any]) -> Draft202012Validator:
    made = OcsfJsonSchemaEmbedded(published).get_class_schema("compliance_finding", ["cloud"])
    return Draft202012Validator(made)


def events_of(given: ReportInput, schema: Draft202012Validator) -> list[Any]:
    stream = io.StringIO()
    write_ocsf(given, stream)
    events = json.loads(stream.getvalue())
    assert len(stream.getvalue().splitlines()) == (len(events) + 2 if events else 1)
    for each in events:
        schema.validate(each)
    return list(events)


def test_the_schema_notices_what_is_wrong(schema: Draft202012Validator) -> None:
    event = events_of(report(), schema)[0]
    assert not schema.is_valid(event | {"severity_id": 7})
    assert not schema.is_valid(event | {"compliance": {"control": 3}})
    assert not schema.is_valid({name: value for name, value in event.items() if name != "finding_info"})
    assert not schema.is_valid(event | {"anything": 1})


def test_an_event_for_each_finding_and_passes_where_wanted(schema: Draft202012Validator) -> None:
    given = report()
    events = events_of(given, schema)
    assert [each["finding_info"]["uid"] for each in events] == [each.fingerprint for each in given.findings]
    everything = events_of(replace(given, list_passes=True), schema)
    passes = everything[len(events) :]
    assert len(passes) == given.counts[Status.PASS] > 0
    assert {each["compliance"]["status"] for each in passes} == {"Pass"}


def test_numbers_and_words_are_those_of_the_schema(schema: Draft202012Validator, published: dict[str, Any]) -> None:
    attributes = published["classes"]["compliance_finding"]["attributes"]
    compliance = published["objects"]["compliance"]["attributes"]["status_id"]["enum"]
    seen = set()
    for given in (replace(report(), list_passes=True), accepted()):
        for each in events_of(given, schema):
            for name in ("severity", "status"):
                assert attributes[f"{name}_id"]["enum"][str(each[f"{name}_id"])]["caption"] == each[name]
            status = each["compliance"]
            seen.add((status["status_code"], each["status"], status["status_id"]))
            if status["status_id"] != 99:
                assert compliance[str(status["status_id"])]["caption"] == status["status"]
            account = published["objects"]["account"]["attributes"]["type_id"]["enum"]
            assert account[str(each["cloud"]["account"]["type_id"])]["caption"] == each["cloud"]["account"]["type"]
    assert seen == {
        ("pass", "New", 1),
        ("fail", "New", 3),
        ("suppressed", "Suppressed", 3),
        ("unknown", "New", 0),
        ("error", "New", 99),
        ("advice", "New", 2),
    }


def test_an_event_says_what_the_finding_says(schema: Draft202012Validator) -> None:
    given = report()
    first, event = given.findings[0], events_of(given, schema)[0]
    doc = given.catalog.get(first.rule).doc
    assert event["severity_id"] == 1 + first.severity - Severity.INFO
    assert event["cloud"] == {
        "provider": "AWS",
        "cloud_partition": "aws",
        "account": {"uid": "111122223333", "type_id": 10, "type": "AWS Account"},
        "region": "eu-west-1",
    }
    assert event["compliance"]["control"] == first.rule
    assert event["compliance"]["status_details"] == list(first.problems)
    assert event["remediation"] == {"desc": doc.how_to_fix, "references": list(doc.references)}
    (resource,) = event["resources"]
    assert resource["uid"] == first.resource
    assert set(resource["data"]) == set(first.evidence)
    assert event["time"] == int(given.started.timestamp() * 1000)
    unknown = [each for each in events_of(given, schema) if each["status_code"] == "unknown"]
    assert {each["unmapped"]["missing_permission"] for each in unknown} == {"sqs:GetQueueAttributes"}
    (kept,) = [each for each in events_of(accepted(), schema) if each["status_code"] == "suppressed"]
    assert kept["unmapped"]["suppression"]["owner"] == "web"


def test_code_has_no_account_but_a_place(schema: Draft202012Validator, tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("Resources:\n  Jobs:\n    Type: AWS::SQS::Queue\n")
    events = events_of(of_check(check([path], Catalog.load().select(services=["sqs"]))), schema)
    assert events
    assert all("account" not in each["cloud"] for each in events)
    assert {each["unmapped"]["place"] for each in events} == {f"{path}:2"}


def test_nothing_is_an_empty_list(schema: Draft202012Validator) -> None:
    assert events_of(report(0, hostile=False), schema) == []
