"""Fixes of what failed, as files and in reports."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import yaml

from bartizan.app.check import CodeCheck, check
from bartizan.app.fixing import code_by_rule, code_of_findings, sample_code, write_fixes
from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import evaluate
from bartizan.engine.outcome import Outcome
from bartizan.iac.write.fix import Language
from bartizan.model import InputError, Snapshot, Status
from bartizan.resources.index import ResourceIndex
from bartizan.resources.sqs import Queue

CODE = """
resource "aws_sqs_queue" "orders" {
  name                    = "orders"
  sqs_managed_sse_enabled = false
}
resource "aws_dynamodb_table" "shop" {
  name = "shop"
}
"""


@pytest.fixture
def checked(tmp_path: Path) -> CodeCheck:
    (tmp_path / "main.tf").write_text(CODE)
    return check([tmp_path], Catalog.load())


def written(result: CodeCheck, language: Language) -> str:
    stream = io.StringIO()
    write_fixes(result.evaluation, result.catalog, language, stream)
    return stream.getvalue()


def test_a_file_holds_the_fixes_of_each_resource_together(checked: CodeCheck) -> None:
    found = written(checked, Language.TERRAFORM)
    assert found.count('resource "aws_dynamodb_table" "shop"') == 1
    assert found.count('resource "aws_sqs_queue" "orders"') == 1
    assert "deletion_protection_enabled = true" in found
    assert "sqs_managed_sse_enabled = true" in found


def test_what_comes_from_terraform_is_not_written_as_a_template(checked: CodeCheck) -> None:
    assert "aws_" not in written(checked, Language.CLOUDFORMATION)
    assert all(set(each) == {"terraform"} for each in code_by_rule(checked.evaluation, checked.catalog).values())


def test_what_lives_in_aws_is_written_in_both_languages() -> None:
    queue = Queue(queue_name="orders", sqs_managed_sse_enabled=False, arn="arn:aws:sqs:eu-west-1:111122223333:orders")
    catalog = Catalog.load().only(["sqs.unencrypted-queue"])
    evaluation = evaluate(catalog, Snapshot([queue]))
    stream = io.StringIO()
    write_fixes(evaluation, catalog, Language.CLOUDFORMATION, stream)
    assert yaml.safe_load(stream.getvalue())["Resources"] == {
        "Orders": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders", "SqsManagedSseEnabled": True}}
    }
    (by_language,) = code_by_rule(evaluation, catalog).values()
    assert set(by_language) == {"terraform", "cloudformation"}
    (finding,) = evaluation.findings(Status.FAIL)
    assert code_of_findings(evaluation, catalog)(finding) == by_language


def test_verdicts_without_resources_give_no_fixes() -> None:
    catalog = Catalog.load()
    outcome = Outcome()
    assert not code_by_rule(outcome, catalog)
    with pytest.raises(InputError, match="one account at a time"):
        write_fixes(outcome, catalog, Language.TERRAFORM, io.StringIO())


def test_every_fix_says_in_every_language_what_becomes_of_it() -> None:
    index = ResourceIndex.load()
    for name, fix in Catalog.load().fixes.items():
        found = sample_code(fix, index)
        assert set(found) == set(Language), name
        assert all(name in text and fix.what.split()[0] in text for text in found.values()), name
        json.dumps(found)
