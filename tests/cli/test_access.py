"""Questions of access as a user asks them: of an account over HTTP, of exports, and wrongly."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.export_sample import ANNA, APP, MEDIA, OWN, PUBLIC, VENDOR, write
from bartizan.demo.company import build
from bartizan.demo.emulator import emulator

Run = subprocess.CompletedProcess[str]
ACCOUNT = "123456789012"
FILES = ("--file", "details.json", "--organization", "organization.json", "--resource-policies", "resources.json")


def bartizan(*arguments: str, cwd: Path | None = None) -> Run:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_CONFIG_FILE": os.devnull}
    return subprocess.run(
        [sys.executable, "-m", "bartizan", *arguments],
        capture_output=True, text=True, env={**clean, **keys}, cwd=cwd, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def live() -> Iterator[Callable[..., Run]]:
    """Run a command against the demo's company, in its home region."""
    with emulator() as address:
        build(address)
        yield lambda *arguments: bartizan(*arguments, "--endpoint-url", address, "--region", "eu-west-1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("exports")
    write(made)
    return made


def told(ran: Run, code: int) -> Any:
    assert ran.returncode == code, ran.stdout + ran.stderr
    return json.loads(ran.stdout)


def test_an_account_is_asked_who_can(live: Callable[..., Run]) -> None:
    answer = told(live("who-can", "s3:GetObject", "arn:aws:s3:::shop-media/x", "--json"), 0)
    names = {each["principal"].rpartition("/")[2] for each in answer["definite"]}
    assert {"ben", "chris", "web-server", f"arn:aws:iam::{ACCOUNT}:root"} <= names
    assert [each["level"] for each in answer["outside"]] == ["public"]


def test_an_account_is_asked_what_is_exposed(live: Callable[..., Run]) -> None:
    found = {each["resource"]: each for each in told(live("exposed", "--json"), 1)["resources"]}
    assert found["arn:aws:s3:::shop-media"]["public"]
    assert found[f"arn:aws:iam::{ACCOUNT}:role/open-door"]["public"]
    consultant = found[f"arn:aws:iam::{ACCOUNT}:role/consultant"]["outsiders"][0]
    assert (consultant["level"], consultant["who"]) == ("unknown account", "444455556666")
    assert consultant["witness"]["action"] == "sts:AssumeRole"


def test_a_resource_is_read_alone(live: Callable[..., Run]) -> None:
    ran = live("exposed", "arn:aws:s3:::shop-exports", "--trusted", "444455556666")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "trusted account: another account 444455556666" in ran.stdout
    assert "role/" not in ran.stdout.replace("444455556666:role/example", "")


def test_an_account_is_asked_about_one_request(live: Callable[..., Run]) -> None:
    answer = told(live("can", "ben", "s3:PutObject", "arn:aws:s3:::shop-media/x", "--json"), 0)
    assert answer["statements"][0]["policy"] == f"arn:aws:iam::{ACCOUNT}:policy/do-everything"
    nowhere = live("can", "ben", "s3:GetObject", "arn:aws:s3:::nowhere/x")
    assert "shows no bucket of arn:aws:s3:::nowhere/x" in nowhere.stdout


def test_an_account_is_asked_what_a_role_may_do(live: Callable[..., Run]) -> None:
    ran = live("access", "web-server")
    assert "ADMINISTRATOR" in ran.stdout
    assert "\x1b" not in ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("can", "anna", "s3:GetObject", f"{MEDIA}/a/x"), 0, f"ALLOWED: {ANNA}"),
        (("can", "anna", "s3:PutObject", f"{MEDIA}/a/x"), 1, "nothing allows it in the identity-based policy"),
        (("can", "app", "s3:GetObject", f"{MEDIA}/a/x", "--context", "aws:SourceIp=203.0.113.7"), 0, "ALLOWED"),
        (("who-can", "s3:GetObject", f"{MEDIA}/*"), 0, "with aws:sourceip = 203.0.113.0"),
        (("who-can", "s3:DeleteBucket", MEDIA), 0, "Nobody."),
        (("access", "admin"), 0, "all but s3:DeleteBucket"),
        (("access", "app", "--service", "s3"), 0, f"s3:GetObject on {MEDIA}/a/*"),
        (("exposed",), 1, f"{PUBLIC}  PUBLIC"),
        (("exposed", PUBLIC), 1, "anyone gets through with s3:GetObject"),
        (("exposed", MEDIA), 0, "Nothing of "),
    ],
)
def test_exports_are_asked(folder: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    ran = bartizan(*arguments, *FILES, cwd=folder)
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert said in ran.stdout
    assert not ran.stderr


def test_an_unread_policy_is_exit_3(folder: Path, tmp_path: Path) -> None:
    details = json.loads((folder / "details.json").read_text())
    (tmp_path / "details.json").write_text(json.dumps({**details, "Policies": []}))
    ran = bartizan("can", "anna", "s3:GetObject", f"{MEDIA}/a", "--file", "details.json", cwd=tmp_path)
    assert ran.returncode == 3
    assert "ReadOnlyAccess (not read)" in ran.stdout
    assert bartizan("access", "anna", "--file", "details.json", cwd=tmp_path).returncode == 3
    assert bartizan("who-can", "s3:GetObject", "*", "--file", "details.json", cwd=tmp_path).returncode == 3


def test_a_mistake_is_warned_of_on_standard_error(folder: Path) -> None:
    ran = bartizan("can", "anna", "s3:GetObjec", f"{MEDIA}/a", "--json", *FILES, cwd=folder)
    assert "did you mean s3:GetObject" in ran.stderr
    assert told(ran, 0)["warnings"], "s3:Get* would cover it, did it exist"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("can", "ana", "s3:GetObject", *FILES),
            f"there is no user or role 'ana' in account {OWN}; did you mean {ANNA}?",
        ),
        (("can", "anna", "s3:GetObject", "*", "--context", "x", *FILES), "write KEY=VALUE"),
        (("can", "anna", "s3:*", *FILES), "stands for many actions"),
        (("can", "anna", "s3:GetObject", "media", *FILES), "is no resource"),
        (("access", "*", *FILES), "no policies of its own"),
        (("access", "anna", "--service", "s4", *FILES), "no service with the prefix 's4'"),
        (("exposed", "arn:aws:s3:::x", *FILES), "no resource with a policy is known by"),
        (("exposed", "--trusted", "12", *FILES), "'12' is no account"),
        (("exposed", "--file", "none.json"), "none.json cannot be read: No such file"),
        (("exposed", "--file", "resources.json"), "is no answer of `aws iam get-account-authorization-details`"),
        (("exposed", "--file", "details.json", "--profile", "x"), "--file asks about files"),
        (("who-can", "s3:GetObject", "--endpoint-url", "http://127.0.0.1:9"), "AWS cannot be reached"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = bartizan(*arguments, cwd=folder)
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stderr.splitlines()[-1].startswith("Error: ")


def test_hostile_names_reach_the_terminal_as_text(tmp_path: Path) -> None:
    hostile = json.loads(json.dumps({"UserDetailList": [], "RoleDetailList": []}))
    arn = f"arn:aws:iam::{OWN}:user/\x1b[31m"
    hostile["UserDetailList"].append({"UserName": "x", "Arn": arn, "GroupList": [], "AttachedManagedPolicies": []})
    (tmp_path / "hostile.json").write_text(json.dumps(hostile))
    for command in (("can", arn, "s3:GetObject"), ("access", arn), ("who-can", "s3:GetObject")):
        ran = bartizan(*command, "--file", "hostile.json", cwd=tmp_path)
        assert "\x1b" not in ran.stdout + ran.stderr
        assert "Traceback" not in ran.stderr


def test_the_vendor_is_named(folder: Path) -> None:
    assert f"{VENDOR} (Datadog)" in bartizan("exposed", *FILES, cwd=folder).stdout
    assert APP not in bartizan("exposed", *FILES, cwd=folder).stdout
