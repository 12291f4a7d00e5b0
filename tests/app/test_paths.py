"""``bartizan paths`` from end to end, on an export of an account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.export_sample import OWN, attached, document, inline, managed, statement
from bartizan.cli.main import cli
from bartizan.model import InputError

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


def export(*, group: bool = True, deploy: bool = True) -> dict[str, Any]:
    base = {"Path": "/", "CreateDate": "2025-01-01T00:00:00+00:00"}
    trust = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}})
    run = statement("Allow", ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"])
    join = statement("Allow", "iam:AddUserToGroup")
    return {
        "UserDetailList": [
            {
                **base, "UserName": "deploy", "UserId": "AIDA1", "Arn": f"arn:aws:iam::{OWN}:user/deploy",
                "GroupList": [], "AttachedManagedPolicies": [], "UserPolicyList": inline("run", run) if deploy else [],
            },
            {
                **base, "UserName": "helper", "UserId": "AIDA2", "Arn": f"arn:aws:iam::{OWN}:user/helper",
                "GroupList": [], "AttachedManagedPolicies": [], "UserPolicyList": inline("join", join) if group else [],
            },
        ],
        "GroupDetailList": [
            {
                **base, "GroupName": "admins", "GroupId": "AGPA1", "Arn": f"arn:aws:iam::{OWN}:group/admins",
                "AttachedManagedPolicies": attached(ADMIN), "GroupPolicyList": [],
            }
        ],
        "RoleDetailList": [
            {
                **base, "RoleName": "fn", "RoleId": "AROA1", "Arn": f"arn:aws:iam::{OWN}:role/fn",
                "AssumeRolePolicyDocument": trust, "AttachedManagedPolicies": attached(ADMIN), "RolePolicyList": [],
                "InstanceProfileList": [],
            }
        ],
        "Policies": [managed(ADMIN, statement("Allow", "*"))],
    }  # fmt: skip


def run(folder: Path, *args: str, **parts: bool) -> tuple[int, str]:
    path = folder / "details.json"
    path.write_text(json.dumps(export(**parts)))
    result = CliRunner().invoke(cli, ["paths", "--file", str(path), *args], standalone_mode=False)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.return_value if isinstance(result.return_value, int) else result.exit_code, result.stdout


def test_paths_are_found_and_told(tmp_path: Path) -> None:
    code, text = run(tmp_path)
    assert code == 1
    assert f"arn:aws:iam::{OWN}:user/deploy -> arn:aws:iam::{OWN}:role/fn" in text
    assert f"arn:aws:iam::{OWN}:user/helper -> administrator of {OWN}" in text
    assert f"Join a group (arn:aws:iam::{OWN}:group/admins)" in text
    assert "no organization was given" in text


def test_json_has_the_same(tmp_path: Path) -> None:
    code, text = run(tmp_path, "--json")
    facts = json.loads(text)
    assert code == 1
    assert {path["hops"][0]["method"] for path in facts["paths"]} == {"lambda-create-and-invoke", "add-user-to-group"}
    assert [cut["ends"] for cut in facts["cuts"]] == [1, 1]
    assert facts["partial"] is False


def test_without_a_way_there_is_none(tmp_path: Path) -> None:
    code, text = run(tmp_path, group=False, deploy=False)
    assert code == 0
    assert "No path to admin was found." in text


def test_from_and_to_take_names(tmp_path: Path) -> None:
    code, text = run(tmp_path, "--from", "helper", "--to", "fn", "--all", "5")
    assert code == 1
    assert f"user/helper -> arn:aws:iam::{OWN}:role/fn" in text
    assert "user/deploy ->" not in text
    assert run(tmp_path, "--from", "fn", "--to", "deploy")[0] == 1
    assert run(tmp_path, "--from", "deploy", "--to", "helper", deploy=False)[0] == 0


@pytest.mark.parametrize(("form", "start"), [("dot", "digraph paths {"), ("mermaid", "flowchart LR")])
def test_drawings_start_at_once(tmp_path: Path, form: str, start: str) -> None:
    code, text = run(tmp_path, "--format", form)
    assert code == 1
    assert text.startswith(start)
    assert "user/deploy" in text


def test_a_name_that_there_is_not_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ghost"):
        run(tmp_path, "--from", "ghost")


def test_the_help_has_examples() -> None:
    result = CliRunner().invoke(cli, ["paths", "--help"])
    assert "bartizan paths --from deploy" in result.output
    assert "Exit codes:" in result.output
