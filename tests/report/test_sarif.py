"""SARIF: valid by the standard's schema, and what GitHub needs of it."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker

from bartizan.app.check import check
from bartizan.cli.reporting import of_check
from bartizan.engine.catalog import Catalog
from bartizan.model import Status
from bartizan.report import sarif as module
from bartizan.report.content import ReportInput
from bartizan.report.sarif import repository, sarif, write_sarif
from report.sample import accepted, many, report

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0.json").read_text())
TEMPLATE = """Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {SqsManagedSseEnabled: false}
"""


def document(given: ReportInput, root: Path = Path()) -> Any:
    made = json.loads(json.dumps(sarif(given, root)))
    Draft4Validator(SCHEMA, format_checker=FormatChecker()).validate(made)
    return made


def run_of(given: ReportInput) -> Any:
    (run,) = document(given)["runs"]
    return run


def test_each_failure_is_a_result_and_each_rule_explains_itself() -> None:
    given = report()
    run = run_of(given)
    fails = [each for each in given.findings if each.status is Status.FAIL]
    assert len(run["results"]) == len(fails) > 10
    for finding, result in zip(fails, run["results"], strict=True):
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        assert rule["id"] == result["ruleId"] == finding.rule
        assert result["partialFingerprints"] == {"bartizanFinding/v1": finding.fingerprint}
        assert "physicalLocation" not in result["locations"][0]
    queue = next(each for each in run["tool"]["driver"]["rules"] if each["id"] == "sqs.public-queue")
    doc = given.catalog.get("sqs.public-queue").doc
    assert doc.why in queue["help"]["markdown"]
    assert doc.how_to_fix in queue["help"]["markdown"]
    assert queue["helpUri"] == doc.references[0]


def test_severities_are_levels_and_scores_that_github_knows() -> None:
    rules = {each["id"]: each for each in run_of(report())["tool"]["driver"]["rules"]}
    shown = {
        name: (each["defaultConfiguration"]["level"], each["properties"]["security-severity"])
        for name, each in rules.items()
    }
    severities = {each.id: str(each.severity) for each in report().catalog}
    expected = {
        "critical": ("error", "9.5"),
        "high": ("error", "8.0"),
        "medium": ("warning", "5.5"),
        "low": ("note", "2.0"),
    }
    assert shown == {name: expected[severity] for name, severity in severities.items()}


def test_what_was_not_seen_is_a_notification() -> None:
    (invocation,) = run_of(report())["invocations"]
    texts = [each["message"]["text"] for each in invocation["toolExecutionNotifications"]]
    assert invocation["executionSuccessful"] is True
    assert invocation["startTimeUtc"] == "2026-01-01T00:00:00.000Z"
    assert invocation["endTimeUtc"] == "2026-01-01T00:00:01.500Z"
    (denied,) = [each for each in texts if each.startswith("sns:ListTopics")]
    assert "access denied, so 6 listings could not be had in ap-south-1, eu-north-1" in denied
    assert "account 111122223333; it needs sns:ListTopics" in denied
    assert not any("lambda" in each for each in texts), "what a region lacks hides nothing"


def test_accepted_findings_advice_and_crashes() -> None:
    run = run_of(accepted())
    (suppressed,) = [each for each in run["results"] if "suppressions" in each]
    assert suppressed["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "drained by [hand] (https://evil.example) (web, until 2027-01-01)",
        }
    ]
    advice = [each for each in run["results"] if each["ruleId"] == "sqs.advice"]
    assert [(each["kind"], each["level"]) for each in advice] == [("review", "none")] * 2
    rule = run["tool"]["driver"]["rules"][advice[0]["ruleIndex"]]
    assert "security-severity" not in rule["properties"]
    (invocation,) = run["invocations"]
    (crash,) = [each for each in invocation["toolExecutionNotifications"] if each["level"] == "error"]
    assert crash["associatedRule"] == {"id": "sqs.broken"}
    assert "ZeroDivisionError" in crash["message"]["text"]
    assert invocation["executionSuccessful"] is False


def test_names_bring_no_links_and_no_control_characters() -> None:
    text = json.dumps(document(report()), ensure_ascii=False)
    assert not set(text) & set("\x1b\x07\u202e\u2028")
    assert "](" not in json.dumps(document(accepted())["runs"][0]["results"])


@pytest.mark.parametrize("asked", ["inner/template.yaml", "{root}/inner/template.yaml"])
def test_code_is_found_by_a_path_relative_to_the_repository(
    asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "my repo" / "inner"
    folder.mkdir(parents=True)
    (folder.parent / ".git").mkdir()
    (folder / "template.yaml").write_text(TEMPLATE)
    monkeypatch.chdir(folder.parent)
    result = check([Path(asked.format(root=folder.parent))], Catalog.load().select(rules=["sqs.*"]))
    monkeypatch.chdir(folder)
    assert repository(folder) == folder.parent
    monkeypatch.chdir(folder.parent)
    stream = io.StringIO()
    write_sarif(of_check(result), stream)
    run = json.loads(stream.getvalue())["runs"][0]
    places = {each["ruleId"]: each["locations"][0]["physicalLocation"] for each in run["results"]}
    assert places["sqs.unencrypted-queue"] == {
        "artifactLocation": {"uri": "inner/template.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 2},
    }
    assert run["results"][0]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "Jobs"


def test_code_outside_of_the_repository_has_a_whole_uri(tmp_path: Path) -> None:
    (tmp_path / "a b.yaml").write_text(TEMPLATE)
    result = check([tmp_path / "a b.yaml"], Catalog.load().select(rules=["sqs.unencrypted-queue"]))
    (run,) = document(of_check(result), tmp_path / "elsewhere")["runs"]
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == (tmp_path / "a b.yaml").as_uri()


def test_the_worst_results_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_RESULTS", 7)
    given = report()
    run = run_of(given)
    assert len(run["results"]) == 7
    every = Counter(each.severity for each in given.findings if each.status is Status.FAIL)
    kept = Counter(each.severity for each in given.findings[:7])
    worst = max(every)
    assert kept[worst] == min(7, every[worst])
    (left,) = [
        each
        for each in run["invocations"][0]["toolExecutionNotifications"]
        if each["descriptor"]["id"] == "results-left-out"
    ]
    assert left["message"]["text"].startswith(f"{sum(every.values()) - 7} more results were found")


def test_githubs_limits_are_kept() -> None:
    run = run_of(many(3, 6_000))
    assert len(run["results"]) == 5_000
    assert len(json.dumps(run)) < 10_000_000
    assert all(len(each["properties"]["tags"]) <= 10 for each in run["tool"]["driver"]["rules"])
