"""The role of an audit as code: valid for CloudFormation, read back by our own readers, and no wider than the scan."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bartizan.app.permissions import actions_for, policies
from bartizan.app.setup import Setup, files, role_template
from bartizan.engine.catalog import Catalog
from bartizan.iac.read import read_code
from bartizan.model import InputError
from bartizan.resources.code_readers import CodeReaders
from bartizan.resources.iam import Role

POLICIES = list(policies(actions_for(Catalog.load())))
SETUP = Setup(trusted="444455556666", policies=POLICIES, external_id="seven-1e")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in files(SETUP).items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_cloudformation_takes_the_templates(folder: Path) -> None:
    linter = str(Path(sys.executable).with_name("cfn-lint"))
    command = [linter, str(folder / "role.yaml"), str(folder / "stack-set.yaml")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_role_may_do_what_the_scan_asks_and_no_more() -> None:
    resources = role_template(SETUP)["Resources"]
    allowed = [
        action
        for each in resources.values()
        if each["Type"] == "AWS::IAM::ManagedPolicy"
        for action in each["Properties"]["PolicyDocument"]["Statement"][0]["Action"]
    ]
    assert sorted(allowed) == actions_for(Catalog.load())
    assert len(resources["Role"]["Properties"]["ManagedPolicyArns"]) == len(POLICIES) <= 10


def test_the_stack_set_brings_the_same_role_to_all(folder: Path) -> None:
    template = yaml.safe_load((folder / "stack-set.yaml").read_text())
    everywhere = template["Resources"]["Everywhere"]["Properties"]
    assert json.loads(everywhere["TemplateBody"]) == role_template(SETUP)
    assert len(everywhere["TemplateBody"]) <= 51_200
    assert template["Resources"]["Role"] == role_template(SETUP)["Resources"]["Role"]


def test_who_scans_may_become_the_auditor_and_nobody_else(folder: Path) -> None:
    policy = json.loads((folder / "caller.json").read_text())
    (become,) = (each for each in policy["Statement"] if each["Action"] == "sts:AssumeRole")
    assert become["Resource"].endswith(f":role/{SETUP.role}")
    see, ask = (each for each in policy["Statement"] if each is not become)
    assert all(
        each.startswith(("organizations:List", "organizations:Describe", "ec2:Describe")) for each in see["Action"]
    )
    assert ask["Action"] == [
        "config:DescribeConfigurationAggregatorSourcesStatus",
        "config:SelectAggregateResourceConfig",
    ]


@pytest.mark.parametrize("name", ["role.yaml", "main.tf"])
def test_only_who_is_trusted_gets_in_and_only_with_the_external_id(folder: Path, name: str, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    (folder / name).rename(alone / name)
    (role,) = (each for each in read_code([alone], CodeReaders()).resources if isinstance(each, Role))
    trust: Any = role.assume_role_policy_document.source
    (statement,) = trust["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::444455556666:root"}
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": "seven-1e"}}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"trusted": "*"}, "neither an account"),
        ({"trusted": "arn:aws:iam::444455556666:role/a b"}, "neither an account"),
        ({"role": "audit/../admin"}, "no name of a role"),
        ({"external_id": '"} injected ${'}, "external id"),
    ],
)
def test_what_aws_would_not_take_is_refused(wrong: dict[str, str], words: str) -> None:
    given: dict[str, Any] = {"trusted": "444455556666", "policies": POLICIES, **wrong}
    with pytest.raises(InputError, match=words):
        Setup(**given)
