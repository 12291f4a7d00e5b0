"""A check of code loads the readers and rules that its types call for, and says what all of them would say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bartizan.app.check import CodeCheck, check, check_with
from bartizan.app.custom import load_catalog
from bartizan.engine.catalog import Catalog
from bartizan.report.content import finding_facts
from bartizan.resources.code import service_of
from bartizan.resources.code_readers import CodeReaders
from bartizan.resources.index import ResourceIndex, code_writers

CONTRACTS = Path(__file__).parent.parent / "contracts"
INDEX = ResourceIndex.load()


def test_every_reader_of_code_is_found_by_its_type_and_by_those_of_its_parts() -> None:
    nested = {inner.code_type for reader in INDEX.code_readers.values() for inner in reader.inner}
    for code_type, reader in INDEX.code_readers.items():
        if code_type in nested:
            continue  # it is read with the block that it stands in
        assert CodeReaders().get(code_type) is reader
        for part in reader.parts:
            expected = [each for each in INDEX.code_readers.values() if part in (each.code_type, *each.parts)]
            assert sorted(each.code_type for each in CodeReaders().about(part)) == sorted(
                each.code_type for each in expected
            )


def test_every_writer_of_code_is_found_by_the_service_of_its_type() -> None:
    for writer in INDEX.code_writers:
        assert writer in code_writers({service_of(writer.kind)})


def test_a_type_without_a_reader_has_none() -> None:
    readers = CodeReaders()
    assert readers.get("aws_nothing_of_ours") is None
    assert "aws_nothing_of_ours" not in readers
    # A part has no reader of its own.
    assert readers.get("aws_sqs_queue_policy") is None
    assert [each.code_type for each in readers.about("aws_sqs_queue_policy")] == ["aws_sqs_queue"]


def test_a_rule_that_can_judge_code_is_about_a_type_of_its_own_service() -> None:
    from_code = {reader.kind for reader in INDEX.code_readers.values()}
    for rule in Catalog.load():
        if rule.resource in from_code and from_code.issuperset(rule.reads):
            assert rule.service in {service_of(each) for each in (rule.resource, *rule.reads)}, rule.id


def said(result: CodeCheck) -> tuple[list[str], list[dict[str, Any]]]:
    return list(result.catalog.rules), [finding_facts(each) for each in result.evaluation.findings()]


@pytest.mark.parametrize("file", ["template.yaml", "plan.json", "main.tf"])
def test_the_rules_of_the_services_at_hand_say_what_all_rules_say(file: str) -> None:
    paths = sorted(CONTRACTS.glob(f"*/{file}"))
    whole = Catalog.load()
    assert paths
    for path in paths:
        assert said(check_with([path], lambda used: load_catalog((), used))) == said(check([path], whole))
    assert said(check_with(paths, lambda used: load_catalog((), used))) == said(check(paths, whole))


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_what_is_not_asked_for_is_not_imported(tmp_path: Path, options: list[str]) -> None:
    path = tmp_path / "template.yaml"
    path.write_text("Resources:\n  Jobs:\n    Type: AWS::SQS::Queue\n    Properties: {SqsManagedSseEnabled: false}\n")
    code = (
        "import sys; from bartizan.cli.main import cli; "
        f"cli.main(['check', {str(path)!r}, '--fail-on', 'never', '--unknown-ok', *{options}], standalone_mode=False); "
        "print(*sys.modules, sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    summary, loaded = done.stdout.split("bartizan.cli.check\n")[0], set(done.stdout.splitlines())
    assert "sqs.unencrypted-queue" in summary
    assert "bartizan.rules.sqs" in loaded
    assert loaded.isdisjoint(
        {
            "aiobotocore", "asyncio", "bartizan.aws", "bartizan.frameworks", "bartizan.iac.hcl.module",
            "bartizan.report.html", "bartizan.resources.ec2", "bartizan.rules.ec2", "bartizan.rules.iam",
            "detect_secrets", "jinja2", "logging", "rich.progress", "tree_sitter",
        }
    )  # fmt: skip
