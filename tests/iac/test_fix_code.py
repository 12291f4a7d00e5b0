"""A fix as code: what the text says, and that nothing from an account can break out of it."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.engine.catalog import Catalog
from bartizan.iac.read import read_code
from bartizan.iac.write.comments import comment
from bartizan.iac.write.fix import Language, Names, fix_code, template
from bartizan.iac.write.hcl import quoted
from bartizan.model import Place, replace, without
from bartizan.policy import parse_policy
from bartizan.resources.code_readers import CodeReaders
from bartizan.resources.dynamodb import Table
from bartizan.resources.index import ResourceIndex
from bartizan.resources.s3 import Bucket
from bartizan.resources.sqs import Queue
from bartizan.resources.writing import CodeWriter, tags_map, tags_pairs

INDEX = ResourceIndex.load()
FIXES = Catalog.load().fixes
ENCRYPT, PROTECT, RECOVER = (
    FIXES[f"{name}"]
    for name in ("sqs.unencrypted-queue", "dynamodb.no-deletion-protection", "dynamodb.no-point-in-time-recovery")
)
TABLE = Table(table_name="orders", deletion_protection_enabled=False, point_in_time_recovery_enabled=False)


def text(fixes: Any, resource: Any, language: Language, names: Names | None = None) -> str:
    return fix_code(fixes, resource, INDEX.code_writers, language, names).text


def test_what_lives_in_aws_is_imported_and_shows_what_the_fixes_set_together() -> None:
    live = replace(TABLE, arn="arn:aws:dynamodb:eu-west-1:111122223333:table/orders")
    assert text([PROTECT, RECOVER], live, Language.TERRAFORM) == (
        "# arn:aws:dynamodb:eu-west-1:111122223333:table/orders\n"
        "# dynamodb.no-deletion-protection: Turn on deletion protection.\n"
        "# dynamodb.no-point-in-time-recovery: Turn on point-in-time recovery.\n"
        "import {\n"
        "  to = aws_dynamodb_table.orders\n"
        '  id = "orders"\n'
        "}\n"
        "\n"
        'resource "aws_dynamodb_table" "orders" {\n'
        '  name                        = "orders"\n'
        "  deletion_protection_enabled = true\n"
        "\n"
        "  point_in_time_recovery {\n"
        "    enabled = true\n"
        "  }\n"
        "}"
    )


def test_what_comes_from_code_keeps_its_name_there_and_is_not_imported() -> None:
    coded = replace(TABLE, address='module.shop["x"].aws_dynamodb_table.main[0]', place=Place("main.tf", 3))
    found = text([PROTECT], coded, Language.TERRAFORM)
    assert found.startswith("# main.tf:3\n")
    assert 'resource "aws_dynamodb_table" "main" {' in found
    assert "import" not in found


def test_two_resources_of_one_name_get_two_names_in_a_file() -> None:
    names = Names()
    first, second = (text([PROTECT], TABLE, Language.CLOUDFORMATION, names) for _ in range(2))
    assert "\nOrders:\n" in first
    assert "\nOrders2:\n" in second


def test_what_is_to_be_deleted_is_said_and_not_written() -> None:
    found = fix_code([FIXES["ec2.unused-group"]], _failing("ec2.unused-group"), INDEX.code_writers, Language.TERRAFORM)
    assert not found.written
    assert "(aws_security_group) from the code, if it is there." in found.text


def test_what_has_no_counterpart_is_named() -> None:
    failing = _failing("account.passwords-may-be-short")
    found = fix_code([FIXES["account.passwords-may-be-short"]], failing, INDEX.code_writers, Language.CLOUDFORMATION)
    assert not found.written
    assert found.text.endswith("Not written as CloudFormation: password_policy of AWS::Account::Account.")


def test_a_fix_that_takes_what_is_not_known_leaves_the_others() -> None:
    https, public = FIXES["s3.plain-http-allowed"], FIXES["s3.no-versioning"]
    bucket = without(Bucket(bucket_name="shop", versioning=False), "policy")
    found = text([https, public], bucket, Language.TERRAFORM)
    assert "# Not written: Bucket.policy is unknown" in found
    assert 'status = "Enabled"' in found
    assert "aws_s3_bucket_policy" not in found


def test_a_policy_that_goes_is_a_part_to_remove() -> None:
    queue = Queue(queue_name="q", policy=parse_policy(_open_policy()))
    found = text([FIXES["sqs.public-queue"]], queue, Language.TERRAFORM)
    assert "# Remove the aws_sqs_queue_policy of q." in found
    assert 'resource "aws_sqs_queue_policy"' not in found


def test_a_variable_of_a_policy_stays_one() -> None:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "arn:aws:sqs:::${aws:username}"}
    queue = Queue(queue_name="q", policy=parse_policy({"Statement": [statement, *_open_policy()["Statement"]]}))
    assert '"arn:aws:sqs:::$${aws:username}"' in text([FIXES["sqs.public-queue"]], queue, Language.TERRAFORM)


@pytest.mark.parametrize(
    "hostile", ["{{resolve:ssm:secret}}", "a {{resolve:secretsmanager:x}} b"], ids=["alone", "within"]
)
def test_a_dynamic_reference_is_refused_since_cloudformation_would_resolve_it(hostile: str) -> None:
    queue = Queue(queue_name=hostile, sqs_managed_sse_enabled=False)
    found = fix_code([ENCRYPT], queue, INDEX.code_writers, Language.CLOUDFORMATION)
    assert not found.written
    assert "a dynamic reference in a template" in found.text


def test_a_mapping_that_looks_like_a_function_is_refused() -> None:
    statement = {
        "Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*", "Condition": {"Bool": {"Ref": "x"}},
    }  # fmt: skip
    queue = Queue(queue_name="q", policy=parse_policy({"Statement": statement}))
    found = fix_code([FIXES["sqs.plain-http-allowed"]], queue, INDEX.code_writers, Language.CLOUDFORMATION)
    assert not found.written
    assert "Ref is a function" in found.text


# Written in full, so that hostile tags are in it.
TAGGED = (
    CodeWriter("aws_sqs_queue", Queue, names={"queue_name": "name"}, fields={"sqs_managed_sse_enabled": tags_map}),
    CodeWriter(
        "AWS::SQS::Queue", Queue, names={"queue_name": "QueueName"}, fields={"sqs_managed_sse_enabled": tags_pairs}
    ),
)
LETTERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
HOSTILE = st.one_of(
    LETTERS,
    st.lists(
        st.sampled_from(
            ["${", "%{", "$", "%", "{", "}", '"', "\\", "\n", "#", "*/", "EOT", "'", ": ", "- ", "x", "\x85"]
        )
    ).map("".join),
)


@given(name=HOSTILE.filter(bool), key=HOSTILE.filter(bool), value=HOSTILE)
@settings(max_examples=150, deadline=None)
@pytest.mark.parametrize("language", list(Language))
def test_hostile_names_and_tags_stay_texts(
    language: Language, name: str, key: str, value: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    queue = Queue(queue_name=name, sqs_managed_sse_enabled=False, tags={key: value})
    found = fix_code([ENCRYPT], queue, TAGGED, language).text
    path = tmp_path_factory.mktemp("code") / ("main.tf" if language is Language.TERRAFORM else "template.yaml")
    path.write_text(found if language is Language.TERRAFORM else template([found]), encoding="utf-8")
    (queue_read,) = read_code([path], CodeReaders()).resources
    assert isinstance(queue_read, Queue)
    assert queue_read.queue_name == name
    assert queue_read.tags == {key: value}


@given(LETTERS)
def test_a_comment_is_one_line_whatever_is_in_it(text_in: str) -> None:
    found = comment(text_in)
    assert found.startswith("# ")
    assert len(found.splitlines()) == 1


@pytest.mark.skipif(not shutil.which("terraform"), reason="needs terraform")
def test_terraform_takes_quoted_texts_for_what_they_are(tmp_path: Path) -> None:
    hostile = [
        'a "b" \\ c',
        "${x}",
        "$${x}",
        "%{if x}",
        "%%{",
        "$$$",
        "a\nb\r\tc",
        "\x07\x1b",
        "\u2028\U0001f600",
        '${"a"}',
    ]
    ran = subprocess.run(
        ["terraform", "console"],
        input=f"jsonencode([{', '.join(f'base64encode({quoted(each)})' for each in hostile)}])",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "TF_CLI_CONFIG_FILE": "/dev/null"},
    )
    assert [base64.b64decode(each).decode() for each in json.loads(json.loads(ran.stdout))] == hostile


def _failing(rule: str) -> Any:
    sample = FIXES[rule].rule.fails[0]
    return sample[0] if isinstance(sample, tuple) else sample


def _open_policy() -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}]}
