"""The command line: help, explanations, and one clear line for bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from bartizan.cli.main import COMMANDS
from bartizan.demo.emulator import emulator
from bartizan.engine.catalog import Catalog

HEAVY = ("aiobotocore", "botocore", "jinja2", "moto", "yaml", "bartizan.rules.sqs")


def bartizan(
    *arguments: str, cwd: Path | None = None, stdout: IO[str] | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would, without credentials of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    clean |= {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull, **environment}
    return subprocess.run(
        [sys.executable, "-m", "bartizan", *arguments],
        stdout=stdout or subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True, env=clean, cwd=cwd, timeout=60, check=False,
    )  # fmt: skip


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv=['bartizan','--help']; import atexit; atexit.register(lambda: print(list(sys.modules)))\n"
    )
    code += "from bartizan.cli.main import main; main()"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    modules = ran.stdout.splitlines()[-1]
    assert "click" in modules
    assert [name for name in HEAVY if f"'{name}'" in modules] == []


@pytest.mark.parametrize(("options", "shown"), [([], False), (["-W", "default"], True)])
def test_warnings_are_for_those_who_ask(options: list[str], shown: bool) -> None:
    code = "import sys, warnings; from bartizan.cli.main import main\nsys.argv = ['bartizan', '--version']\n"
    code += "try: main()\nfinally: warnings.warn('a coroutine was never awaited', RuntimeWarning)"
    ran = subprocess.run([sys.executable, *options, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert ("never awaited" in ran.stderr) is shown


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    ran = bartizan(command, "--help")
    assert ran.returncode == 0
    assert f"bartizan {command}" in ran.stdout.split("Example", 1)[1]


FILES = {
    "template.yaml": b"Resources: {Q: {Type: AWS::SQS::Queue}}",
    "broken.json": b'{"Resources": ',
    "broken.yaml": b"Resources: {\n - x",
    "binary.yaml": b"\xff\xfe\x00",
    "list.json": b"[1]",
    "plan.json": b'{"planned_values": 3}',
    "config": b"no section",
    "a\x1b[31m\n.json": b'{"Resources": ',
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files and folders to go wrong with; the commands run in it."""
    folder = tmp_path_factory.mktemp("inputs")
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    (folder / "empty").mkdir()
    (folder / "taken" / "report.html").mkdir(parents=True)
    return folder


def refused(ran: subprocess.CompletedProcess[str], said: str) -> None:
    """It was told in one line what is wrong, with exit code 2."""
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
    lines = ran.stderr.splitlines()
    assert lines[-1].startswith("Error: ")
    assert len(lines) == 1 or lines[0].startswith("Usage: "), "nothing but how to use it stands before"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("scan --rule s3.nope", "there is no rule 's3.nope'"),
        ("scan --rule x", "`bartizan rules` lists them all"),
        ("scan --service s4", "there are no rules for service 's4'"),
        ("scan --service s3 --rule sqs.public-queue", "no rule matches this selection"),
        (
            "scan --rule organizations.no-organization-trail",
            "rules that ask about all accounts of an organization are for scan --org",
        ),
        ("scan --profile nobody", "there is no AWS profile 'nobody'"),
        ("scan", "there are no AWS credentials"),
        ("scan --fail-on awful", "'awful' is not one of"),
        ("scan --output template.yaml", "'template.yaml' is a file"),
        ("scan --output template.yaml/x/y", "template.yaml/x/y cannot be made"),
        ("rule sqs.public-queu", "did you mean sqs.public-queue"),
        ("rules --severity awful", "'awful' is not one of"),
        ("rules --rule *.nope", "there is no rule '*.nope'"),
        ("show Bukkit", "there is no resource type 'Bukkit'"),
        ("permissions --service s4", "there are no rules for service 's4'"),
        ("permissions --output template.yaml/x", "cannot be written: Not a directory"),
        ("demo --output template.yaml/x", "cannot be made"),
        ("demo --format pdf", "'pdf' is not one of"),
        ("nonsense", "No such command 'nonsense'"),
        ("--nonsense", "No such option"),
        ("check", "Missing argument"),
        ("check /nowhere/plan.json", "/nowhere/plan.json cannot be read: No such file or directory"),
        ("check empty", "no Terraform code or plan and no CloudFormation template is in empty"),
        ("check broken.json", "broken.json:1:15"),
        ("check broken.yaml", "broken.yaml:2:2"),
        ("check binary.yaml", "binary.yaml cannot be read"),
        ("check list.json", "list.json is neither a Terraform plan"),
        ("check plan.json", "plan.json is no plan"),
        ("check .", "Error: "),
        ("check template.yaml --output taken", "the report cannot be written to taken: Is a directory"),
        ("check template.yaml --output template.yaml", "'template.yaml' is a file"),
        ("check template.yaml --output template.yaml/x", "is a file"),
        ("check template.yaml --severity awful", "'awful' is not one of"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(folder: Path, arguments: str, said: str) -> None:
    refused(bartizan(*arguments.split(), cwd=folder), said)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read and write everything")
@pytest.mark.parametrize("command", ["check {}/t.yaml", "check template.yaml --output {}/out"])
def test_what_the_user_may_not_touch_is_told(folder: Path, tmp_path: Path, command: str) -> None:
    (tmp_path / "t.yaml").touch(mode=0)
    tmp_path.chmod(0o500)
    refused(bartizan(*command.format(tmp_path).split(), cwd=folder), str(tmp_path))


KEYS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y"}
NOWHERE = "--endpoint-url http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("options", "environment", "said"),
    [
        (NOWHERE, KEYS, "AWS cannot be reached"),
        (f"{NOWHERE} --role-arn arn:aws:iam::111122223333:role/audit", KEYS, "AWS cannot be reached"),
        (f"{NOWHERE} --role-arn audit", KEYS, "'audit' is no ARN of a role to assume"),
        ("--endpoint-url nonsense", KEYS, "an endpoint is a URL"),
        ("--endpoint-url nonsense --role-arn arn:aws:iam::111122223333:role/audit", KEYS, "an endpoint is a URL"),
        (NOWHERE, {"AWS_ACCESS_KEY_ID": "x"}, "missing: AWS_SECRET_ACCESS_KEY"),
        (NOWHERE, KEYS | {"AWS_DEFAULT_REGION": "mars!"}, "region_name 'mars!'"),
        (NOWHERE, KEYS | {"AWS_PROFILE": "nobody"}, "there is no AWS profile 'nobody'"),
        (NOWHERE, KEYS | {"AWS_CONFIG_FILE": "config"}, "the AWS configuration cannot be read"),
    ],
)
def test_an_account_that_cannot_be_reached_is_told(folder: Path, options: str, environment, said: str) -> None:
    refused(bartizan("scan", *options.split(), cwd=folder, **environment), said)


def test_a_region_that_is_not_enabled_is_told(folder: Path) -> None:
    with emulator() as address:
        ran = bartizan("scan", "--endpoint-url", address, "--region", "mars-1", cwd=folder, **KEYS)
    refused(ran, "region 'mars-1' is not enabled in this account; enabled are ")


def test_hostile_file_names_reach_the_terminal_as_text(folder: Path) -> None:
    ran = bartizan("check", "a\x1b[31m\n.json", cwd=folder)
    refused(ran, r"a\x1b[31m .json:1:15")
    assert "\x1b" not in ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device on this machine")
@pytest.mark.parametrize("arguments", ["rules", "check template.yaml", "check template.yaml --json"])
def test_a_full_disk_is_told(folder: Path, arguments: str) -> None:
    with Path("/dev/full").open("w") as full:
        ran = bartizan(*arguments.split(), cwd=folder, stdout=full)
    refused(ran, "the output cannot be written: No space left on device")


def test_a_terminal_without_arrows_gets_escapes(folder: Path) -> None:
    ran = bartizan("check", "template.yaml", cwd=folder, PYTHONIOENCODING="ascii")
    assert r"\u2192 Create a queue" in ran.stdout
    assert ran.stderr == ""


def test_what_was_read_is_told_even_where_it_cannot_be_kept(folder: Path) -> None:
    ran = bartizan("check", "template.yaml", "--output", "taken", cwd=folder)
    assert "SQS queue has no dead-letter queue" in ran.stdout
    assert "Report:" not in ran.stdout


def test_rules_lists_every_rule() -> None:
    listed = json.loads(bartizan("rules", "--json").stdout)
    assert [each["id"] for each in listed] == list(Catalog.load().rules)
    assert all(each["actions"] for each in listed)


def test_a_rule_explains_itself() -> None:
    text = bartizan("rule", "sqs.unencrypted-queue").stdout
    for part in (
        "Why it matters",
        "How to fix",
        "Automatic fix",
        "Passes",
        "Fails",
        "sqs:GetQueueAttributes",
        "https://",
    ):
        assert part in text


@pytest.mark.parametrize("name", ["sqs.Queue", "queue", "AWS::SQS::Queue"])
def test_show_documents_the_fields(name: str) -> None:
    fields = {each["name"]: each for each in json.loads(bartizan("show", name, "--json").stdout)["fields"]}
    assert fields["kms_master_key_id"]["type"] == "str | None"
    assert fields["kms_master_key_id"]["from"] == "sqs:GetQueueAttributes"
    assert all(each["doc"] for each in fields.values())


def test_permissions_is_a_policy_and_can_be_written(tmp_path: Path) -> None:
    printed = json.loads(bartizan("permissions", "--service", "sqs").stdout)
    assert printed["Statement"][0]["Action"] == [
        "ec2:DescribeRegions", "organizations:DescribeOrganization", "sqs:GetQueueAttributes", "sqs:ListQueueTags",
        "sqs:ListQueues",
    ]  # fmt: skip
    ran = bartizan("permissions", "--output", str(tmp_path / "policies"))
    assert ran.returncode == 0
    assert json.loads((tmp_path / "policies" / "bartizan-scan-1.json").read_text())["Version"] == "2012-10-17"
    blocked = tmp_path / "file"
    blocked.touch()
    assert bartizan("permissions", "--output", str(blocked / "x")).returncode == 2


@pytest.mark.parametrize(
    ("fail_on", "code"), [("medium", 1), ("high", 0), ("never", 0)], ids=["worse", "not so bad", "never"]
)
def test_the_exit_code_follows_fail_on(tmp_path: Path, fail_on: str, code: int) -> None:
    template = tmp_path / "t.yaml"
    template.write_text("Resources: {Q: {Type: AWS::SQS::Queue, Properties: {SqsManagedSseEnabled: false}}}")
    ran = bartizan("check", str(template), "--rule", "sqs.unencrypted-queue", "--fail-on", fail_on)
    assert ran.returncode == code, ran.stdout + ran.stderr


def test_what_is_unknown_exits_with_3(tmp_path: Path) -> None:
    template = tmp_path / "t.yaml"
    template.write_text(
        "Parameters: {On: {Type: String}}\n"
        "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {SqsManagedSseEnabled: !Ref On}}}"
    )
    assert bartizan("check", str(template), "--rule", "sqs.unencrypted-queue").returncode == 3


def test_an_action_explains_itself() -> None:
    text = bartizan("action", "ec2:RunInstances").stdout
    assert text.startswith("ec2:RunInstances  (Write, Amazon EC2)\n")
    assert "image (required)" in text
    assert "arn:${Partition}:ec2:${Region}::image/${ImageId}" in text
    assert "iam:PassRole" in text.split("Depends on", 1)[1]
    assert "on * only" in bartizan("action", "s3:ListAllMyBuckets").stdout


def test_a_pattern_lists_its_actions() -> None:
    ran = bartizan("action", "sqs:get*", "sqs:GetQueueUrl")
    assert [line.split()[:2] for line in ran.stdout.splitlines()] == [
        ["sqs:GetQueueAttributes", "Read"],
        ["sqs:GetQueueUrl", "Read"],
    ]
    [facts] = json.loads(bartizan("action", "SNS:tagresource", "--json").stdout)
    assert facts["action"] == "sns:TagResource"
    assert facts["access"] == "Tagging"
    assert {"key": "aws:TagKeys", "types": ["String"], "multivalued": True} in facts["condition_keys"]


def test_check_names_resources_by_their_address_and_broken_plans_by_the_place(tmp_path: Path) -> None:
    address = 'module.shop["eu"].aws_sqs_queue.q'
    queue = {"address": address, "type": "aws_sqs_queue", "mode": "managed", "values": {"name": "jobs"}}
    queue["values"] |= {"sqs_managed_sse_enabled": False, "kms_master_key_id": None}
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"planned_values": {"root_module": {"resources": [queue]}}}))
    ran = bartizan("check", str(plan), "--rule", "sqs.unencrypted-queue", "--fail-on", "low")
    assert ran.returncode == 1
    assert address in ran.stdout
    del queue["mode"]
    plan.write_text(json.dumps({"planned_values": {"root_module": {"resources": [queue]}}}))
    ran = bartizan("check", str(plan))
    assert ran.returncode == 2
    assert ran.stderr.strip().endswith("planned_values.root_module.resources[0] lacks its mode")


def test_frameworks_are_listed_with_their_coverage() -> None:
    listed = bartizan("frameworks").stdout.splitlines()
    assert listed[0].split() == [
        "id",
        "framework",
        "controls",
        "automated",
        "partly",
        "manual",
        "not",
        "covered",
        "rules",
    ]
    assert any(each.startswith("cis-5.0 ") and " 63 " in each for each in listed)
    facts = json.loads(bartizan("frameworks", "mission", "--json").stdout)
    controls = {each["id"]: each for each in facts["controls"]}
    assert controls["C-S3.replication"]["rules"] == ["s3.no-replication"]
    assert sum(facts["coverage"].values()) == len(controls)
    assert "A person checks:" in bartizan("frameworks", "cis-5.0").stdout
    refused(bartizan("frameworks", "cis-9"), "there is no framework 'cis-9'; did you mean")


def test_a_check_answers_for_a_framework(tmp_path: Path) -> None:
    template = tmp_path / "t.yaml"
    template.write_text("Resources: {Q: {Type: AWS::SQS::Queue, Properties: {SqsManagedSseEnabled: false}}}")
    ran = bartizan("check", str(template), "--framework", "mission", "--framework", "cis-7.0", "--json")
    own, cis = json.loads(ran.stdout)["compliance"]
    assert (own["framework"], cis["framework"]) == ("mission", "cis-7.0")
    stand = {each["id"]: each["status"] for each in own["controls"]}
    assert stand["C-MSG.encryption"] == "fail"
    assert stand["C-S3.replication"] in {"nothing to judge", "not judged"}
    assert stand["C-SSO.mfa"] == "manual"
    assert "sqs.no-dead-letter-queue" in json.loads(ran.stdout)["rules"]
    narrow = bartizan("check", str(template), "--framework", "cis-7.0", "--json")
    assert "sqs.no-dead-letter-queue" not in json.loads(narrow.stdout)["rules"], "CIS asks for no such queue"
    refused(bartizan("check", str(template), "--framework", "soc9"), "there is no framework 'soc9'")


def test_a_rule_names_the_controls_that_it_answers() -> None:
    assert "mission: C-MSG.encryption" in bartizan("rule", "sqs.unencrypted-queue").stdout
    facts = json.loads(bartizan("rule", "account.root-access-key", "--json").stdout)
    assert facts["controls"]["cis-5.0"] == ["1.3"]
