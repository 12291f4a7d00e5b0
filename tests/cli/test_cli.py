"""The command line: help, explanations, and one clear line for bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bartizan.cli.main import COMMANDS
from bartizan.engine.catalog import Catalog

HEAVY = ("aiobotocore", "botocore", "jinja2", "moto", "yaml", "bartizan.rules.sqs")


def bartizan(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would, without credentials of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    clean |= {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull, **environment}
    command = [sys.executable, "-m", "bartizan", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=clean, timeout=60, check=False)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv=['bartizan','--help']; import atexit; atexit.register(lambda: print(list(sys.modules)))\n"
    )
    code += "from bartizan.cli.main import main; main()"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    modules = ran.stdout.splitlines()[-1]
    assert "click" in modules
    assert [name for name in HEAVY if f"'{name}'" in modules] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    ran = bartizan(command, "--help")
    assert ran.returncode == 0
    assert f"bartizan {command}" in ran.stdout.split("Example", 1)[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["scan", "--rule", "s3.nope"], "there is no rule 's3.nope'"),
        (["scan", "--service", "s4"], "there are no rules for service 's4'"),
        (["scan", "--profile", "nobody"], "there is no AWS profile 'nobody'"),
        (["scan"], "there are no AWS credentials"),
        (["scan", "--fail-on", "awful"], "'awful' is not one of"),
        (["rule", "sqs.public-queu"], "did you mean sqs.public-queue"),
        (["action", "s3:GetObjetc"], "AWS has no action 's3:GetObjetc'; did you mean s3:GetObject"),
        (["action", "nonsense:Foo"], "AWS has no service with the prefix 'nonsense'"),
        (["action", "s3:Qzxqzxqzx"], "`bartizan action 's3:*'` lists those that there are"),
        (["action", "s4:*"], "no action of AWS matches 's4:*'"),
        (["action", "GetObject"], "write the service and the action, as in s3:GetObject"),
        (["show", "Bukkit"], "there is no resource type 'Bukkit'"),
        (["nonsense"], "No such command 'nonsense'"),
        (["check", "/nowhere/plan.json"], "/nowhere/plan.json"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(arguments: list[str], said: str) -> None:
    ran = bartizan(*arguments)
    assert ran.returncode == 2
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
    assert sum(line.startswith("Error") for line in ran.stderr.splitlines()) == 1


def test_an_endpoint_that_does_not_answer_is_told() -> None:
    ran = bartizan("scan", "--endpoint-url", "http://127.0.0.1:9", AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="y")
    assert ran.returncode == 2
    assert "AWS cannot be reached" in ran.stderr


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
    assert printed["Statement"][0]["Action"] == ["ec2:DescribeRegions", "sqs:GetQueueAttributes", "sqs:ListQueues"]
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
