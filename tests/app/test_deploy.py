"""The recipe for a cluster on AWS: what CloudFormation, our own rules and Dask's commands make of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode.cfn_yaml import load

from bartizan.app.setup import Setup, caller_policy

TEMPLATE = Path(__file__).parents[2] / "deploy" / "cluster.yaml"


@pytest.fixture(scope="module")
def resources() -> Any:
    return load(str(TEMPLATE))["Resources"]


def container(resources: Any, task: str) -> Any:
    (found,) = resources[task]["Properties"]["ContainerDefinitions"]
    return found


def test_cloudformation_takes_the_template() -> None:
    linter = str(Path(sys.executable).with_name("cfn-lint"))
    ran = subprocess.run([linter, str(TEMPLATE)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_our_own_rules_find_nothing_of_weight_in_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bartizan", "check", str(TEMPLATE), "--fail-on", "low", "--unknown-ok"]
    ran = subprocess.run(
        [*command, "--json", "--output", str(tmp_path)], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert json.loads(ran.stdout)["findings"]


def test_the_role_may_do_what_setup_says_of_the_caller(resources: Any) -> None:
    policies = resources["CallerRole"]["Properties"]["Policies"]
    given = policies[0]["PolicyDocument"]["Statement"]
    wanted = caller_policy(Setup(trusted="111111111111", policies=[{}]))["Statement"]
    assert [each["Action"] for each in given] == [each["Action"] for each in wanted]
    become = given[-1]
    assert become["Sid"] == "BecomeTheAuditor"
    assert become["Resource"]["Fn::Sub"] == "arn:${AWS::Partition}:iam::*:role/${RoleName}"


def test_nobody_but_the_members_reaches_the_cluster(resources: Any) -> None:
    assert "SecurityGroupIngress" not in resources["Members"]["Properties"]
    let_in = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::EC2::SecurityGroupIngress"]
    assert {each["SourceSecurityGroupId"]["Ref"] for each in let_in} == {"Members"}
    for name in ("Scheduler", "WorkerService"):
        network = resources[name]["Properties"]["NetworkConfiguration"]["AwsvpcConfiguration"]
        assert network["AssignPublicIp"] == "DISABLED"


@pytest.mark.parametrize(("task", "command"), [("SchedulerTask", "scheduler"), ("WorkerTask", "worker")])
def test_dask_knows_the_options_that_its_commands_are_given(resources: Any, task: str, command: str) -> None:
    asked = container(resources, task)["Command"]
    assert asked[:2] == ["dask", command]
    dask = [sys.executable, "-m", "dask", command, "--help"]
    said = subprocess.run(dask, capture_output=True, text=True, check=True).stdout
    options = {each for each in asked if isinstance(each, str) and each.startswith("--")}
    assert options
    assert all(each in said for each in options)


def test_an_account_that_kills_its_worker_is_tried_once_more(resources: Any) -> None:
    (setting,) = container(resources, "SchedulerTask")["Environment"]
    assert setting == {"Name": "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "Value": "1"}
