"""Existing resources as code: it reads back as what is there, and says what it lacks."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs
from click.testing import CliRunner, Result

from bartizan.app.exporting import understood
from bartizan.cli.main import cli
from bartizan.demo.emulator import emulator
from bartizan.iac.read import read_code
from bartizan.iac.write.fix import Language, Names, template
from bartizan.iac.write.whole import whole_code
from bartizan.model import Gap, InputError, Reason, Resource
from bartizan.resources.s3 import Bucket
from bartizan.resources.sqs import Queue
from bartizan.resources.writing import Unwritable, declare
from contracts.test_contracts import CONTRACTS, from_aws
from iac.test_contracts_written import NOT_ALONE, NOT_NULL, cases
from iac.test_writing import FILES, INDEX, NOT_READ, READERS, facts, read_back, written_as
from iac.test_written_names import INCOMPLETE, PROVIDER, SAMPLES, strange

ACCOUNT, REGION = "123456789012", "eu-west-1"


def text(resource: Resource, language: Language) -> str:
    return whole_code(resource, INDEX.code_writers, language).text


@pytest.mark.parametrize(("contract", "language"), list(cases()))
def test_what_is_exported_reads_back_as_what_is_there(contract: str, language: Language, tmp_path: Path) -> None:
    for resource in from_aws(contract):
        writer = written_as(resource, language)
        made = whole_code(resource, INDEX.code_writers, language)
        assert made.written or "Not written" in made.text or "Nothing of it is set" in made.text
        if writer is None or not made.written or (reader := INDEX.code_readers.get(writer.code_type)) is None:
            continue
        assert resource.arn in made.text
        found = read_back(made.text, language, writer.kind, tmp_path)
        read = writer.writes & reader.fields.keys() & resource.known().keys()
        read -= {name for name in read if (writer.code_type, name) in NOT_READ or f"written: {name}" in made.text}
        read -= NOT_ALONE.get(contract, set())
        read -= {name for name in read & NOT_NULL if getattr(resource, name) is None}
        assert facts(found, read) == facts(resource, read)


def everything(language: Language) -> list[str]:
    names = Names()
    made = [whole_code(each, INDEX.code_writers, language, names) for name in CONTRACTS for each in from_aws(name)]
    return [each.text for each in made if each.written]


def test_all_types_go_into_one_file_without_a_name_twice(tmp_path: Path) -> None:
    for language in Language:
        found = everything(language)
        whole = "\n\n".join(found) if language is Language.TERRAFORM else template(found)
        path = tmp_path / FILES[language]
        path.write_text(whole, encoding="utf-8")
        assert len(read_code([path], READERS).resources) > 80
        path.unlink()


@pytest.mark.skipif(not shutil.which("terraform"), reason="needs terraform")
def test_terraform_would_lay_it_out_in_the_same_way(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text("\n\n".join(everything(Language.TERRAFORM)) + "\n", encoding="utf-8")
    ran = subprocess.run(
        ["terraform", "fmt", "-diff", "-check", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "TF_CLI_CONFIG_FILE": "/dev/null"},
    )
    assert ran.returncode == 0, ran.stdout[:3000] + ran.stderr


# The ids and ARNs of the recorded answers are short.
IDS = ("E1150", "E1154", "E3031")


def test_the_provider_knows_every_attribute() -> None:
    found = set()
    for resource in (each for name in CONTRACTS for each in from_aws(name)):
        if writer := written_as(resource, Language.TERRAFORM):
            fields = writer.writes & resource.known().keys()
            try:
                declared = declare(writer, resource, fields)
            except Unwritable:
                continue
            for each in declared:
                if not each.nothing:
                    found |= set(strange(each.attributes, PROVIDER[each.code_type], each.code_type))
    assert not found, sorted(found)


def test_cloudformation_knows_every_property() -> None:
    whole = template(everything(Language.CLOUDFORMATION))
    found = [
        f"{each.rule.id} {whole.splitlines()[each.linenumber - 1]}: {each.message}"
        for each in lint(whole, config=ManualArgs(regions=["eu-west-1"]))
        if not each.rule.id.startswith((*INCOMPLETE, *SAMPLES, *IDS))
    ]
    assert not found, "\n".join(found)


def queue(**values: object) -> Queue:
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
    known = {"queue_name": "orders", "arn": arn, "account": ACCOUNT, "region": REGION}
    return Queue.of({**known, **values}, {"kms_master_key_id": Gap(Reason.DENIED, needs="sqs:GetQueueAttributes")})


def test_what_the_code_does_not_hold_is_said() -> None:
    made = text(queue(is_dead_letter_queue=True, sqs_managed_sse_enabled=True), Language.TERRAFORM)
    assert "# Read, but not part of this code: is_dead_letter_queue.\n" in made
    assert "# Could not be read: kms_master_key_id (access denied" in made
    assert "sqs:GetQueueAttributes" in made


def test_what_is_a_function_in_a_template_is_left_out_and_the_rest_is_written() -> None:
    made = text(queue(sqs_managed_sse_enabled=True, tags={"a": "{{resolve:ssm:x}}"}), Language.CLOUDFORMATION)
    assert "# Cannot be written: tags.\n" in made
    assert "SqsManagedSseEnabled: true" in made
    assert "resolve" not in made.partition("Orders:")[2]


def test_a_part_that_may_not_exist_is_not_imported() -> None:
    made = whole_code(Bucket(bucket_name="b", arn="arn:aws:s3:::b"), INDEX.code_writers, Language.TERRAFORM)
    assert "to = aws_s3_bucket_public_access_block.b" in made.text
    bare = Bucket(bucket_name="b", arn="arn:aws:s3:::b", versioning=False)
    found = whole_code(bare, INDEX.code_writers, Language.TERRAFORM)
    assert found.without_import == ("aws_s3_bucket_versioning",)
    assert "# Without an import block: aws_s3_bucket_versioning." in found.text


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("arn:aws:sqs", "is no ARN"),
        ("arn:aws:nothing:eu-west-1:123456789012:x", "has an ARN like"),
        ("cloudformation.Stack", "is not written as Terraform"),
        ("sqs.Kew", "there is no resource type"),
    ],
)
def test_what_cannot_be_asked_for_is_said(name: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        understood([name], Language.TERRAFORM, INDEX)


def test_an_arn_narrows_what_is_read_to_its_region_and_service() -> None:
    asked = understood([f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"], Language.TERRAFORM, INDEX)
    assert (asked.regions, asked.types) == ((REGION,), {Queue})
    assert understood(["arn:aws:s3:::logs"], Language.TERRAFORM, INDEX).regions == ()
    assert understood(["sqs.Queue", "arn:aws:s3:::logs"], Language.TERRAFORM, INDEX).all_of == {Queue}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with emulator() as address:
        yield address


@pytest.fixture
def run(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "demo")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "demo")
    for region in (REGION, "us-east-1"):
        given = {"region_name": region, "endpoint_url": url}
        boto3.client("sqs", **given).create_queue(QueueName=f"in-{region}", tags={"team": "${a}"})

    def of(*arguments: str) -> Result:
        return CliRunner().invoke(cli, ["export", *arguments, "--endpoint-url", url])

    return of


def test_a_live_queue_becomes_terraform_and_a_template(run: Callable[..., Result], tmp_path: Path) -> None:
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:in-{REGION}"
    for language, name in (("terraform", "main.tf"), ("cloudformation", "template.yaml")):
        found = run(arn, "--format", language)
        assert found.exit_code == 0, found.output
        path = tmp_path / name
        path.write_text(found.stdout, encoding="utf-8")
        (read,) = read_code([path], READERS).resources
        assert isinstance(read, Queue)
        assert (read.queue_name, read.sqs_managed_sse_enabled, read.tags) == (f"in-{REGION}", True, {"team": "${a}"})
        path.unlink()


def test_several_regions_go_into_folders_never_over_what_is_there(run: Callable[..., Result], tmp_path: Path) -> None:
    assert "they lie in several regions" in str(run("sqs.Queue").exception)
    assert run("sqs.Queue", "--output", "out").exit_code == 0
    assert sorted(str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*.tf")) == [
        f"out/{REGION}/main.tf",
        "out/us-east-1/main.tf",
    ]
    assert "is there already" in str(run("sqs.Queue", "--output", "out").exception)


def test_an_arn_of_nothing_is_an_error(run: Callable[..., Result]) -> None:
    assert "not found in account" in str(run(f"arn:aws:sqs:{REGION}:{ACCOUNT}:none").exception)
