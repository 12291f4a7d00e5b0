"""Fixes as edits of the user's own code: what comes out passes, and everything else is as it was."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from bartizan.app.editing import Proposal, propose
from bartizan.iac.write.fix import Language, template
from bartizan.model import Status, Unknown, judged
from bartizan.resources.writing import Unwritable
from iac.test_contracts_written import in_full
from iac.test_writing import CATALOG, FILES, cases
from iac.test_written_names import INCOMPLETE, SAMPLES


def fixed(path: Path, *rules: str, **options: Any) -> Proposal:
    catalog = CATALOG.only(set(rules)) if rules else CATALOG
    return propose([path], lambda _: catalog, **options)


def edit(folder: Path, text: str, *rules: str, name: str = "main.tf") -> tuple[str, Proposal]:
    """The only file of a folder as edited, and all that is said."""
    path = folder / name
    path.write_bytes(text.encode())
    found = fixed(folder, *rules)
    return found.files[0].after if found.files else text, found


def why(found: Proposal) -> dict[str, str]:
    return {each.rule: each.why for each in found.left if each.fixable}


# Samples that fail for what code cannot say alone, or whose fix takes an account: they stay as they are.
JUDGED = (Status.PASS, Status.FAIL, Status.ADVICE)
NOT_EDITED = {
    "ecr.public-registry": "take it out of the code",
    "fsx.root-is-root": "root_squash of AWS::FSx::FileSystem is not written as code",
    "glue.public-catalog": "take it out of the code",
    "iam.service-trusted-for-anyone": "its fix does not settle all of it",
    "logs.public-log-groups": "would not pass",
    "mq.no-logs": "would not pass",
    "s3.plain-http-allowed": "would not pass",
}


def written() -> Iterator[tuple[str, int, Language]]:
    for rule, number, language in cases():
        resource, _ = judged(CATALOG.fixes[rule].rule.fails[number])
        try:
            in_full(resource, language)
        except (Unwritable, Unknown):
            continue
        yield rule, number, language


@pytest.fixture(scope="module")
def results() -> dict[Language, list[tuple[str, str]]]:
    """All texts that were edited, as they were and as they are, for what looks at them together."""
    return {language: [] for language in Language}


@pytest.mark.parametrize(("rule", "number", "language"), list(written()))
def test_code_of_a_failing_sample_passes_once_it_is_edited(
    rule: str, number: int, language: Language, tmp_path: Path, results: dict[Language, list[tuple[str, str]]]
) -> None:
    resource, _ = judged(CATALOG.fixes[rule].rule.fails[number])
    text = in_full(resource, language)
    path = tmp_path / FILES[language]
    path.write_text((text if language is Language.TERRAFORM else template([text])) + "\n", encoding="utf-8")
    found = fixed(path, rule, advice=True)
    before = found.check.evaluation.count()
    if not before[Status.FAIL] + before[Status.ADVICE]:
        assert not found.files
        return
    if reasons := why(found):
        assert NOT_EDITED.get(rule, "none") in reasons[rule]
        assert not found.files
        return
    (edited,) = found.files
    assert path.read_text(encoding="utf-8") == edited.before
    path.write_text(edited.after, encoding="utf-8")
    again = fixed(path, rule, advice=True)
    assert again.check.evaluation.count()[Status.PASS] == sum(before[each] for each in JUDGED)
    assert not again.files
    results[language].append((edited.before, edited.after))


@pytest.mark.skipif(not shutil.which("terraform"), reason="needs terraform")
def test_terraform_would_lay_out_what_was_edited_in_the_same_way(
    results: dict[Language, list[tuple[str, str]]], tmp_path: Path
) -> None:
    for number, (_, text) in enumerate(results[Language.TERRAFORM]):
        (tmp_path / f"{number}.tf").write_text(text, encoding="utf-8")
    ran = subprocess.run(
        ["terraform", "fmt", "-diff", "-check", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "TF_CLI_CONFIG_FILE": "/dev/null"},
    )
    assert ran.returncode == 0, ran.stdout[:3000] + ran.stderr


def complaints(texts: Iterable[str]) -> set[str]:
    """What cfn-lint has against templates taken together, but for what they lack and what is small in samples."""
    bodies = (
        re.sub(r"\bIt(?=[A-Z0-9]|\b)", f"It{number}x", text.partition("Resources:\n")[2])
        for number, text in enumerate(texts)
    )
    whole = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n" + "\n".join(bodies)
    return {
        f"{each.rule.id} {each.message}"
        for each in lint(whole, config=ManualArgs(regions=["eu-west-1"]))
        if not each.rule.id.startswith(INCOMPLETE + SAMPLES)
    }


def test_cloudformation_knows_what_was_edited(results: dict[Language, list[tuple[str, str]]]) -> None:
    before, after = ([pair[side] for pair in results[Language.CLOUDFORMATION]] for side in (0, 1))
    found = complaints(after) - complaints(before)
    assert not found, "\n".join(sorted(found))


QUEUE = """# The orders.
resource "aws_sqs_queue" "orders" {
  name                    = "orders" # as others know it
  sqs_managed_sse_enabled = false
}
"""


def test_the_value_of_an_attribute_is_replaced_at_its_line(tmp_path: Path) -> None:
    made, found = edit(tmp_path, QUEUE, "sqs.unencrypted-queue")
    assert made == QUEUE.replace("false", "true")
    assert [(each.fix.rule.id, each.resource.address) for each in found.done] == [
        ("sqs.unencrypted-queue", "aws_sqs_queue.orders")
    ]


def test_ends_of_lines_and_the_mark_at_the_start_stay(tmp_path: Path) -> None:
    text = "\ufeff" + QUEUE.replace("\n", "\r\n")
    made, _ = edit(tmp_path, text, "sqs.unencrypted-queue")
    assert made == text.replace("false", "true")


BUCKET = """resource "aws_s3_bucket" "logs" {
} # the logs

output "name" {
  value = aws_s3_bucket.logs.id
}
"""


def test_a_part_is_written_behind_its_owner_and_refers_to_it(tmp_path: Path) -> None:
    made, found = edit(tmp_path, BUCKET, "s3.no-versioning", "s3.plain-http-allowed")
    head, _, tail = BUCKET.partition("\n\n")
    assert made.startswith(f'{head}\n\nresource "aws_s3_bucket_policy" "logs" {{\n  bucket = aws_s3_bucket.logs.id\n')
    assert '        Resource  = [aws_s3_bucket.logs.arn, "${aws_s3_bucket.logs.arn}/*"]\n' in made
    assert made.endswith(f'    status = "Enabled"\n  }}\n}}\n\n{tail}')
    assert not why(found)


def test_a_part_that_is_there_is_edited_where_it_stands(tmp_path: Path) -> None:
    part = 'resource "aws_s3_bucket_versioning" "v" {\n  bucket = aws_s3_bucket.logs.id\n  {}\n}\n'
    (tmp_path / "main.tf").write_text(BUCKET)
    (tmp_path / "versions.tf").write_text(part.replace("{}", 'versioning_configuration { status = "Suspended" }'))
    found = fixed(tmp_path, "s3.no-versioning")
    assert [each.path.name for each in found.files] == ["versions.tf"]
    assert found.files[0].after == part.replace("{}", 'versioning_configuration { status = "Enabled" }')


def test_the_name_of_a_part_is_one_that_is_free(tmp_path: Path) -> None:
    (tmp_path / "other.tf").write_text('resource "aws_s3_bucket_versioning" "logs" {\n  bucket = "elsewhere"\n}\n')
    made, _ = edit(tmp_path, BUCKET, "s3.no-versioning")
    assert 'resource "aws_s3_bucket_versioning" "logs_2" {' in made


DOCUMENT = """resource "aws_s3_bucket" "b" {}

data "aws_iam_policy_document" "b" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.b.arn}/*"] # what it holds

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
  }
}

resource "aws_s3_bucket_policy" "b" {
  bucket = aws_s3_bucket.b.id
  policy = data.aws_iam_policy_document.b.json
}
"""


def test_a_statement_is_added_to_the_document_that_makes_the_policy(tmp_path: Path) -> None:
    made, _ = edit(tmp_path, DOCUMENT, "s3.plain-http-allowed")
    before, _, after = DOCUMENT.partition("    }\n  }\n}\n")
    assert made.startswith(f'{before}    }}\n  }}\n\n  statement {{\n    sid       = "DenyPlainHttp"\n')
    assert made.endswith(f'      values   = ["false"]\n    }}\n  }}\n}}\n{after}')


SEVERAL = """resource "aws_sqs_queue" "q" {
  for_each = toset(["a", "b"])

  name                    = each.key
  sqs_managed_sse_enabled = false
}
"""


def test_what_all_instances_of_a_block_need_is_edited_once(tmp_path: Path) -> None:
    made, found = edit(tmp_path, SEVERAL, "sqs.unencrypted-queue")
    assert made == SEVERAL.replace("false", "true")
    assert len(found.done) == 2


@pytest.mark.parametrize(
    ("loop", "number", "key"),
    [
        ('for_each = toset(["a", "b"])', 2, "each.key"),
        ("for_each = var.names", 1, "each.key"),
        ("count = 2", 2, "count.index"),
        ("count = var.number", 1, "count.index"),
    ],
)
def test_each_instance_gets_a_part_of_its_own(tmp_path: Path, loop: str, number: int, key: str) -> None:
    text = f'variable "names" {{}}\n\nvariable "number" {{}}\n\nresource "aws_s3_bucket" "b" {{\n  {loop}\n}}\n'
    made, found = edit(tmp_path, text, "s3.no-versioning", "s3.plain-http-allowed")
    assert not why(found)
    assert len(found.done) == number * 2
    assert made.count(f" = {loop.partition(' = ')[2]}\n") == 3
    assert made.count(f" = aws_s3_bucket.b[{key}].id\n") == 2
    assert f'[aws_s3_bucket.b[{key}].arn, "${{aws_s3_bucket.b[{key}].arn}}/*"]' in made


def test_what_only_one_instance_needs_is_left(tmp_path: Path) -> None:
    text = SEVERAL.replace("= false", '= each.key == "a"')
    made, found = edit(tmp_path, text, "sqs.unencrypted-queue")
    assert made == text
    assert why(found) == {"sqs.unencrypted-queue": 'sqs_managed_sse_enabled is each.key == "a"'}


def test_a_module_of_the_folder_is_edited_in_its_own_file(tmp_path: Path) -> None:
    (tmp_path / "queue").mkdir()
    (tmp_path / "queue" / "main.tf").write_text(QUEUE)
    (tmp_path / "main.tf").write_text('module "q" {\n  source = "./queue"\n}\n')
    found = fixed(tmp_path, "sqs.unencrypted-queue", "sqs.plain-http-allowed")
    assert [each.path.parent.name for each in found.files] == ["queue"]
    assert "queue_url = aws_sqs_queue.orders.id" in found.files[0].after
    assert not why(found)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("sqs_managed_sse_enabled = var.sse", "sqs_managed_sse_enabled is var.sse"),
        ("sqs_managed_sse_enabled = !true", ""),
        ('kms_master_key_id = ""\n  sqs_managed_sse_enabled = "false"', ""),
    ],
)
def test_what_is_worked_out_is_left_and_what_is_written_is_edited(tmp_path: Path, line: str, reason: str) -> None:
    text = f'variable "sse" {{\n  default = false\n}}\n\nresource "aws_sqs_queue" "q" {{\n  {line}\n}}\n'
    made, found = edit(tmp_path, text, "sqs.unencrypted-queue")
    assert bool(reason) == (made == text)
    assert why(found).get("sqs.unencrypted-queue", "") == reason


def test_what_old_providers_had_in_the_bucket_is_left(tmp_path: Path) -> None:
    text = 'resource "aws_s3_bucket" "b" {\n  versioning {\n    enabled = false\n  }\n}\n'
    made, found = edit(tmp_path, text, "s3.no-versioning")
    assert made == text
    assert "it sets versioning itself" in why(found)["s3.no-versioning"]


def test_an_override_that_wins_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(QUEUE)
    (tmp_path / "over_override.tf").write_text(
        'resource "aws_sqs_queue" "orders" {\n  sqs_managed_sse_enabled = false\n}\n'
    )
    found = fixed(tmp_path, "sqs.unencrypted-queue")
    assert not found.files
    assert why(found) == {"sqs.unencrypted-queue": "the edited code would not pass sqs.unencrypted-queue"}


def test_a_wrong_edit_does_not_take_the_right_ones_along(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(QUEUE + QUEUE.replace('"orders"', '"second"') + QUEUE.replace('"orders"', '"t"'))
    (tmp_path / "over_override.tf").write_text(
        'resource "aws_sqs_queue" "second" {\n  sqs_managed_sse_enabled = false\n}\n'
    )
    found = fixed(tmp_path, "sqs.unencrypted-queue")
    assert [each.resource.address for each in found.done] == ["aws_sqs_queue.orders", "aws_sqs_queue.t"]
    assert found.files[0].after.count("= true") == 2


def test_what_another_resource_shares_is_not_edited(tmp_path: Path) -> None:
    # The document makes the policy of a bucket that is well guarded by another statement, too.
    text = DOCUMENT + DOCUMENT.replace('"b"', '"c"').replace(".b.id", ".c.id").partition("data ")[0]
    text += '\nresource "aws_sqs_queue_policy" "p" {\n  queue_url = aws_sqs_queue.q.id\n'
    text += '  policy = data.aws_iam_policy_document.b.json\n}\n\nresource "aws_sqs_queue" "q" {}\n'
    made, found = edit(tmp_path, text, "s3.plain-http-allowed")
    assert "policy of aws_sqs_queue.q would be others too" in why(found)["s3.plain-http-allowed"]
    assert made.count("DenyPlainHttp") == 1  # of the second bucket, by a policy of its own


PLANNED = {
    "address": "aws_sqs_queue.q", "mode": "managed", "type": "aws_sqs_queue", "name": "q",
    "values": {"name": "q", "sqs_managed_sse_enabled": False},
}  # fmt: skip
CDK = {
    "Type": "AWS::SQS::Queue",
    "Properties": {"SqsManagedSseEnabled": False},
    "Metadata": {"aws:cdk:path": "Shop/Q/Resource"},
}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plan.json", {"terraform_version": "1.9", "planned_values": {"root_module": {"resources": [PLANNED]}}}),
        ("main.tf.json", {"resource": {"aws_sqs_queue": {"q": {"sqs_managed_sse_enabled": False}}}}),
        ("cdk.json", {"Resources": {"Q1": CDK}}),
    ],
)
def test_what_is_no_source_is_left_and_says_where_the_source_is(tmp_path: Path, name: str, content: Any) -> None:
    (tmp_path / name).write_text(json.dumps(content))
    found = fixed(tmp_path, "sqs.unencrypted-queue")
    assert not found.files
    reason = why(found)["sqs.unencrypted-queue"]
    assert any(each in reason for each in ("not the code", "written as JSON", "CDK writes this template"))


TEMPLATE = """AWSTemplateFormatVersion: '2010-09-09'
Conditions:
  Live: !Equals [!Ref AWS::Region, eu-west-1]
Resources:
  # The logs.
  Logs:
    Type: AWS::S3::Bucket
    Condition: Live
    Properties:
      BucketName: !Sub "logs-${AWS::AccountId}"  # one an account

  Queue:
    Type: AWS::SQS::Queue
    Properties: {SqsManagedSseEnabled: false}
"""


def test_a_template_keeps_its_comments_functions_and_style(tmp_path: Path) -> None:
    rules = ("s3.no-versioning", "s3.plain-http-allowed", "sqs.unencrypted-queue")
    made, found = edit(tmp_path, TEMPLATE, *rules, name="t.yaml")
    assert not why(found)
    policy = made[made.index("\n  LogsBucketPolicy:") : made.index("\n  Queue:")]
    assert "    Condition: Live\n" in policy
    assert "      Bucket: !Ref Logs\n" in policy
    assert "              - !GetAtt Logs.Arn\n              - !Sub ${Logs.Arn}/*\n" in policy
    versioning = "      VersioningConfiguration:\n        Status: Enabled\n"
    assert made.replace(policy, "", 1).replace(versioning, "") == TEMPLATE.replace("false", "true")


def test_what_sam_makes_is_left_and_what_stands_beside_it_is_edited(tmp_path: Path) -> None:
    text = (
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  T:\n    Type: AWS::Serverless::SimpleTable\n"
        "  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      SqsManagedSseEnabled: false\n"
    )
    made, found = edit(tmp_path, text, "sqs.unencrypted-queue", "dynamodb.no-deletion-protection", name="t.yaml")
    assert made == text.replace("false", "true")
    assert "AWS::Serverless::SimpleTable" in why(found)["dynamodb.no-deletion-protection"]


def test_only_safe_fixes_where_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(QUEUE)
    found = propose(
        [tmp_path], lambda _: CATALOG.only({"sqs.unencrypted-queue", "sqs.plain-http-allowed"}), safe_only=True
    )
    assert [each.fix.rule.id for each in found.done] == ["sqs.unencrypted-queue"]
    assert "may break" in why(found)["sqs.plain-http-allowed"]
