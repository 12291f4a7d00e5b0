"""``bartizan policy`` as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from bartizan.cli.policy import KINDS, LEVELS, policy_command
from bartizan.policy.lint import Kind, Level

READ: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
TYPO: dict[str, Any] = {**READ, "Action": "s3:GetObjekt"}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def run(*arguments: str, cwd: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run ``bartizan policy`` with a standard input."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, "-m", "bartizan", "policy", *arguments],
        input=given, capture_output=True, text=True, env=clean, cwd=cwd, timeout=60, check=False,
    )  # fmt: skip


def write(path: Path, value: Any) -> str:
    path.write_text(value if isinstance(value, str) else json.dumps(value, indent=1))
    return path.name


def test_the_options_name_every_kind_and_level() -> None:
    assert tuple(Kind) == KINDS
    assert tuple(Level) == LEVELS


@pytest.mark.parametrize("command", sorted(policy_command.commands))
def test_every_command_has_help_with_an_example(command: str, tmp_path: Path) -> None:
    assert f"bartizan policy {command} " in run(command, "--help", cwd=tmp_path).stdout.split("Example", 1)[1]


def test_lint_says_where_what_and_what_to_do(tmp_path: Path) -> None:
    name = write(tmp_path / "p.json", policy(TYPO))
    ran = run("lint", name, cwd=tmp_path)
    assert ran.returncode == 1
    assert "p.json (identity)" in ran.stdout
    assert "line 6: error: AWS has no action s3:GetObjekt [unknown-action]" in ran.stdout
    assert "did you mean s3:GetObject?" in ran.stdout


def test_lint_as_json_and_of_several_files(tmp_path: Path) -> None:
    names = [write(tmp_path / "a.json", policy(READ)), write(tmp_path / "b.json", policy(TYPO))]
    ran = run("lint", *names, "--json", "--fail-on", "never", cwd=tmp_path)
    assert ran.returncode == 0
    sound, wrong = json.loads(ran.stdout)
    assert (sound["policy"], sound["kind"], sound["remarks"]) == ("a.json", "identity", [])
    assert [(each["code"], each["path"], each["line"]) for each in wrong["remarks"]] == [
        ("unknown-action", "$.Statement[0].Action", 6)
    ]


def test_fail_on_decides_the_exit_code(tmp_path: Path) -> None:
    name = write(tmp_path / "p.json", policy({**READ, "Action": "s3:*", "Resource": "*"}))
    assert run("lint", name, cwd=tmp_path).returncode == 0
    assert run("lint", name, "--fail-on", "warning", cwd=tmp_path).returncode == 1
    assert (
        run("lint", write(tmp_path / "q.json", policy(READ)), "--fail-on", "suggestion", cwd=tmp_path).returncode == 0
    )


def test_the_kind_can_be_said(tmp_path: Path) -> None:
    name = write(tmp_path / "p.json", policy({**READ, "Principal": "*"}))
    assert "a service control policy takes no Principal" in run("lint", name, "--kind", "scp", cwd=tmp_path).stdout


TRUST = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"})


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"PolicyName": "p", "PolicyDocument": policy(TYPO)}, "identity"),
        ({"PolicyDocument": quote(json.dumps(policy(TYPO)))}, "identity"),
        ({"PolicyVersion": {"Document": policy(TYPO), "VersionId": "v1"}}, "identity"),
        ({"Policy": json.dumps(policy({**TYPO, "Principal": "*"}))}, "s3"),
        ({"Attributes": {"Policy": json.dumps(policy({**TYPO, "Principal": "*"}))}}, "s3"),
        ({"Policy": {"PolicySummary": {"Type": "SERVICE_CONTROL_POLICY"}, "Content": json.dumps(policy(TYPO))}}, "scp"),
        ({"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "PolicyDocument": json.dumps(policy(TYPO))}]}, "endpoint"),
        ({"Role": {"AssumeRolePolicyDocument": TRUST}}, "trust"),
    ],
)
def test_answers_of_aws_are_taken(answer: dict[str, Any], kind: str, tmp_path: Path) -> None:
    ran = run("lint", "-", "--json", cwd=tmp_path, given=json.dumps(answer))
    [found] = json.loads(ran.stdout)
    assert found["kind"] == kind
    assert {"unknown-action", "allows-anyone"} & {each["code"] for each in found["remarks"]}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"Statement": [\n', "p.json: line 2, column 1: Expecting value"),
        (
            '{"Statement": [{"Effect": "Allow", "Actions": "s3:*"}]}',
            "p.json: line 1, column 47: $.Statement[0].Actions",
        ),
        ("[]", "p.json: line 1, column 1: $ must be an object, not a list"),
        ('{"Role": {}}', "p.json holds no policy: it has no Statement"),
        ('{"PolicyDocument": {"Statement": 5}}', "p.json:PolicyDocument: $.Statement must be a statement"),
        (None, "p.json cannot be read: No such file or directory"),
    ],
)
def test_what_is_no_policy_is_one_line_and_exit_code_2(text: str | None, says: str, tmp_path: Path) -> None:
    if text is not None:
        write(tmp_path / "p.json", text)
    ran = run("lint", "p.json", cwd=tmp_path)
    assert ran.returncode == 2
    assert ran.stderr.startswith(f"Error: {says}")
    assert len(ran.stderr.splitlines()) == 1


def test_explain_says_it_in_sentences(tmp_path: Path) -> None:
    name = write(tmp_path / "p.json", policy({**READ, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}))
    sentence = "Whoever has this policy may do s3:GetObject on arn:aws:s3:::b/*, but only over HTTPS."
    assert run("explain", name, cwd=tmp_path).stdout == f"p.json\n  - {sentence}\n\n"
    assert json.loads(run("explain", name, "--json", cwd=tmp_path).stdout) == [
        {"policy": name, "sentences": [sentence]}
    ]


def test_compare_shows_a_request_and_exits_by_whether_more_gets_through(tmp_path: Path) -> None:
    narrow = write(tmp_path / "a.json", policy(READ))
    wide = write(tmp_path / "b.json", policy({**READ, "Action": ["s3:GetObject", "s3:PutObject"]}))
    ran = run("compare", narrow, wide, cwd=tmp_path)
    assert ran.returncode == 1
    assert ran.stdout.startswith(
        "b.json allows what a.json does not, such as:\n    action: s3:PutObject\n    resource: arn:aws:s3:::b/"
    )
    assert "a.json allows nothing that b.json does not." in ran.stdout
    assert run("compare", wide, narrow, cwd=tmp_path).returncode == 0
    same = json.loads(run("compare", narrow, narrow, "--json", cwd=tmp_path).stdout)
    assert same == {"equal": True} | {
        name: {"request": None, "hypothetical": False, "undecided": ""}
        for name in ("allows_more", "allows_less", "denies_more", "denies_less")
    }


def test_compare_refuses_policies_of_different_kinds(tmp_path: Path) -> None:
    names = [write(tmp_path / "a.json", policy(READ)), write(tmp_path / "b.json", policy({**READ, "Principal": "*"}))]
    ran = run("compare", *names, cwd=tmp_path)
    assert ran.returncode == 2
    assert "a.json looks like a managed policy, b.json like a bucket policy" in ran.stderr


def test_minimize_prints_the_policy_and_says_what_it_did(tmp_path: Path) -> None:
    name = write(tmp_path / "p.json", policy({**READ, "Sid": "One"}, {**READ, "Action": "s3:PutObject"}))
    ran = run("minimize", name, "--drop-sids", cwd=tmp_path)
    assert ran.returncode == 0
    made = {**READ, "Action": ["s3:GetObject", "s3:PutObject"]}
    assert json.loads(ran.stdout) == {"Version": "2012-10-17", "Statement": made}
    assert ran.stdout.count(" ") == 0
    before = len(json.dumps(json.loads((tmp_path / name).read_text()), separators=(",", ":")))
    assert ran.stderr.splitlines() == [
        "removed the Sids",
        "merged statement 2 into statement 1 by its actions",
        f"{before} characters before, {len(ran.stdout) - 1} now",
    ]
    facts = json.loads(run("minimize", name, "--json", cwd=tmp_path).stdout)
    assert facts["policy"]["Statement"] == {"Sid": "One", **made}
    assert facts["after"] < facts["before"] == before


def test_minimize_takes_one_policy(tmp_path: Path) -> None:
    both = {"VpcEndpoints": [{"VpcEndpointId": "a", "PolicyDocument": policy(READ)}] * 2}
    ran = run("minimize", write(tmp_path / "p.json", both), cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (2, "Error: p.json holds 2 policies; give a file with one\n")
