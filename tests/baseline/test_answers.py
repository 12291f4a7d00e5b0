"""Answers of a baseline: what is wrong is named, what is asked comes out as from a file, values stay what they are."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bartizan.app.baseline.answers import NAME, Answers, ask, load_answers, parse_answers
from bartizan.app.baseline.code import files, stale
from bartizan.baseline import Kind, pieces, variables
from bartizan.cli.main import cli
from bartizan.model import InputError
from baseline.generated import VALUES, answers, write

SMALL = {
    "home_region": "eu-west-1",
    "regions": ["eu-west-1", "us-east-1"],
    "notify": "security@example.com",
    "security_contact_phone": "+43 1 234567",
    "log_bucket": "acme-logs",
    "budget": 500,
}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no kind": ({"kind": None}, "kind must be account or organization"),
    "a strange kind": ({"kind": "company"}, "kind must be account or organization"),
    "a kind of another form": ({"kind": ["account"]}, "kind must be account or organization"),
    "a strange table": ({"value": {}}, "there is no 'value' in a baseline"),
    "values that are no table": ({"values": ["eu-west-1"]}, "values must be a table"),
    "left_out that is no table": ({"left_out": "macie"}, "left_out must be a table"),
    "a strange piece": ({"left_out": {"maci": "dear"}}, "left_out names 'maci', which is no piece; did you mean macie"),
    "no reason": ({"left_out": {"macie": ""}}, "left_out.macie needs the reason"),
    "blanks for a reason": ({"left_out": {"macie": "  "}}, "left_out.macie needs the reason"),
    "a number for a reason": ({"left_out": {"macie": 1}}, "left_out.macie needs the reason"),
    "a strange value": ({"values": {**SMALL, "region": "x"}}, "values names 'region', which nothing asks for"),
    "nothing": ({"values": {}}, "lacks values for home_region, regions, notify, security_contact_phone"),
    "a text for a list": ({"values": {**SMALL, "regions": "eu-west-1"}}, "regions must be a list(string)"),
    "a list for a text": ({"values": {**SMALL, "notify": ["a@b.c"]}}, "notify must be a string"),
    "numbers in a list": ({"values": {**SMALL, "regions": [1]}}, "regions must be a list(string)"),
    "a truth for a number": ({"values": {**SMALL, "budget": True}}, "budget must be a number"),
    "an endless number": ({"values": {**SMALL, "budget": float("inf")}}, "budget must be a number"),
    "no region": ({"values": {**SMALL, "regions": ["eu-west-1", "Ireland"]}}, "regions must be the name of a region"),
    "home elsewhere": ({"values": {**SMALL, "home_region": "eu-north-1"}}, "regions must hold the home region"),
    "no address": ({"values": {**SMALL, "notify": "security"}}, "notify must be an e-mail address"),
    "no bucket": ({"values": {**SMALL, "log_bucket": "Logs"}}, "log_bucket must be a name of a bucket"),
    "no key": ({"values": {**SMALL, "log_key_arn": "alias/logs"}}, "log_key_arn must be the ARN of a key"),
    "a control of none": (
        {"values": {**SMALL, "disabled_controls": {"IAM.6": "no token"}}},
        "disabled_controls must be named by a standard and a control",
    ),
    "a control without reason": (
        {"values": {**SMALL, "disabled_controls": {"fsbp/IAM.6": ""}}},
        "disabled_controls needs the reason of fsbp/IAM.6",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(name: str) -> None:
    given, said = WRONG[name]
    document = {"kind": "account", "values": SMALL, **given}
    with pytest.raises(InputError) as wrong:
        parse_answers({key: each for key, each in document.items() if each is not None}, "here.toml")
    assert str(wrong.value).startswith("here.toml")
    assert said in str(wrong.value)


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / NAME
    with pytest.raises(InputError, match=r"baseline\.toml"):
        load_answers(path)
    path.write_text("kind = account")
    with pytest.raises(InputError, match="is no TOML"):
        load_answers(path)


def test_the_command_ends_with_2_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('kind = "account"\n')
    arguments = ["baseline", "init", "--answers", str(tmp_path / "mine.toml"), "--output", str(tmp_path / "out")]
    done = CliRunner().invoke(cli, arguments)
    assert isinstance(done.exception, InputError)
    assert "lacks values for home_region" in str(done.exception)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_asked_comes_out_as_from_the_file_that_it_writes(kind: Kind, tmp_path: Path) -> None:
    asked = [each for each in Answers(kind=kind).wanted() if each.question]
    assert all(each.default is not None or each.question for each in Answers(kind=kind).wanted())
    lines = [", ".join(value) if isinstance(value := VALUES[each.name], list) else str(value) for each in asked]
    first, second = tmp_path / "first", tmp_path / "second"
    done = CliRunner().invoke(cli, ["baseline", "init", "--output", str(first)], input="\n".join([kind, *lines]) + "\n")
    assert done.exit_code == 0, done.output
    assert all(each.question in done.output for each in asked)
    again = CliRunner().invoke(cli, ["baseline", "init", "--answers", str(first / NAME), "--output", str(second)])
    assert again.exit_code == 0, again.output
    assert contents(first) == contents(second)
    assert load_answers(first / NAME).value(variables()["regions"]) == ["eu-west-1", "us-east-1"]


def test_a_wrong_answer_to_a_question_is_named() -> None:
    with pytest.raises(InputError, match="'many' is no number"):
        ask(Kind.ACCOUNT, lambda words, _: "many" if "Budget" in words else str(SMALL["home_region"]))


@pytest.mark.parametrize("kind", list(Kind))
def test_written_answers_are_read_as_they_were_given(kind: Kind) -> None:
    hostile = 'a "quoted" \\ text\n[left_out]\x7f\x00 ${var.x} \u2028 é'
    given = answers(kind, {"config": hostile}, security_contact_name=hostile, disabled_controls={"fsbp/IAM.6": hostile})
    found = parse_answers(tomllib.loads(files(given)[NAME]), "written")
    assert found.left_out == {"config": hostile}
    assert found.value(variables()["security_contact_name"]) == hostile
    assert files(found) == files(given)


@pytest.mark.parametrize("kind", list(Kind))
def test_no_value_gets_into_code(kind: Kind) -> None:
    hostile = '"}\n${file("/etc/passwd")} %{ for x in y }'
    controls = {"fsbp/IAM.6": hostile}
    given = files(answers(kind, {"config": hostile}, security_contact_name=hostile, disabled_controls=controls))
    holding = {name for name, text in given.items() if "/etc/passwd" in text}
    assert {each for each in holding if each.endswith((".tf", ".yaml"))} == set()
    assert json.loads(given["terraform/account/terraform.tfvars.json"])["security_contact_name"] == hostile


@pytest.mark.parametrize("piece", [each.id for each in pieces().values()])
def test_a_piece_that_is_left_out_takes_nothing_else_along(piece: str) -> None:
    kind = pieces()[piece].kinds[-1]
    whole, less = files(answers(kind)), files(answers(kind, {piece: "we have our own"}))
    stage = pieces()[piece].stage
    gone = {name for name in whole if name not in less and name.startswith("terraform/")}
    assert f"terraform/{stage}/{piece}.tf" in gone
    left = answers(kind, {piece: "we have our own"}).pieces(stage)
    assert gone == {f"terraform/{stage}/{piece}.tf"} or not left
    assert "we have our own" in less["README.md"]
    for name, text in less.items():
        if name.endswith("variables.tf"):
            folder = name.removesuffix("variables.tf")
            code = "".join(each for path, each in less.items() if path.startswith(folder) and path != name)
            assert all(f"var.{line.split(chr(34))[1]}" in code for line in text.splitlines() if line[:8] == "variable")
        if name.endswith(".tf"):
            assert "# with" not in text


def test_what_hangs_on_a_piece_goes_with_it() -> None:
    whole = files(answers(Kind.ACCOUNT))["terraform/account/alarms.tf"]
    without = files(answers(Kind.ACCOUNT, {"trail": "there is one"}))["terraform/account/alarms.tf"]
    assert "depends_on = [aws_cloudwatch_log_group.trail]\n" in whole
    assert "aws_cloudwatch_log_group" not in without


def test_writing_again_changes_nothing_and_removes_only_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "baseline"
    mine = folder / "terraform" / "account" / "backend.tf"
    (tmp_path / "mine.toml").write_text(files(answers(Kind.ACCOUNT))[NAME])
    command = ["baseline", "init", "--answers", str(tmp_path / "mine.toml"), "--output", str(folder)]
    assert CliRunner().invoke(cli, command).exit_code == 0
    mine.write_text("# ours")
    first = contents(folder)
    again = CliRunner().invoke(cli, command)
    assert contents(folder) == first
    assert "Removed" not in again.output
    (tmp_path / "mine.toml").write_text(files(answers(Kind.ACCOUNT, {"macie": "no data of people"}))[NAME])
    less = CliRunner().invoke(cli, command)
    assert f"Removed: {folder / 'terraform' / 'account' / 'macie.tf'}" in less.output
    assert first.keys() - contents(folder).keys() == {"terraform/account/macie.tf"}
    assert mine.read_text() == "# ours"


def test_of_another_kind_nothing_stays(tmp_path: Path) -> None:
    write(answers(Kind.ORGANIZATION), tmp_path)
    old = set(files(answers(Kind.ORGANIZATION))) - set(files(answers(Kind.ACCOUNT)))
    assert old <= stale(answers(Kind.ACCOUNT))
    assert stale(answers(Kind.ACCOUNT)).isdisjoint(files(answers(Kind.ACCOUNT)))


def test_a_file_of_another_kind_than_was_asked_for_is_refused(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_text(files(answers(Kind.ACCOUNT))[NAME])
    done = CliRunner().invoke(cli, ["baseline", "init", "--kind", "organization", "--answers", str(path)])
    assert done.exit_code == 2
    assert "is for an account, not for an organization" in done.output


def contents(folder: Path) -> dict[str, str]:
    """All files below a folder by path."""
    return {str(each.relative_to(folder)): each.read_text() for each in folder.rglob("*") if each.is_file()}
