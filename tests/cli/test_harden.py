"""Plans and runs as a user makes, reviews, applies, lists and undoes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bartizan.cli.main import cli
from bartizan.demo.emulator import emulator
from bartizan.model import InputError
from harden.aws import REGION, Aws
from harden.seeding import seeded


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with emulator() as address:
        yield address


@pytest.fixture
def aws(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Aws:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "demo")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "demo")
    return seeded(url)


def run(*arguments: str, answer: str = "") -> Result:
    result = CliRunner().invoke(cli, list(arguments), input=answer)
    assert result.exception is None or isinstance(result.exception, (InputError, SystemExit)), result.exception
    return result


def plan(aws: Aws, *more: str) -> Result:
    return run("plan", "--endpoint-url", aws.url, "--region", REGION, "--service", "s3", "--service", "sqs", *more)


def test_from_the_plan_to_the_undo(aws: Aws) -> None:
    planned = plan(aws)
    assert planned.exit_code == 0
    assert "1. Change Bucket shop  [risky]" in planned.output
    assert "may break: whoever has access by ACL alone loses it" in planned.output
    assert 'sqs:SetQueueAttributes {"QueueUrl": ' in planned.output
    assert "undo: s3:PutBucketWebsite, s3:PutBucketVersioning, s3:DeletePublicAccessBlock" in planned.output
    assert Path("bartizan-plan.json").stat().st_mode & 0o077 == 0

    allowed = json.loads(run("permissions", "--for", "bartizan-plan.json").stdout)["Statement"][0]
    assert allowed["Sid"] == "BartizanApply"
    assert {"s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "sqs:SetQueueAttributes"} <= set(allowed["Action"])
    assert not {each for each in allowed["Action"] if each.startswith(("iam:", "s3:PutObject", "s3:DeleteBucketE"))}

    refused = run("apply", "bartizan-plan.json", "--endpoint-url", aws.url)
    assert (refused.exit_code, "add --yes once the plan is reviewed" in refused.output) == (2, True)
    assert run("runs").output.strip() == "There are no runs in bartizan-runs."

    applied = run("apply", "bartizan-plan.json", "--endpoint-url", aws.url, "--yes", "--json")
    assert applied.exit_code == 0
    facts = json.loads(applied.stdout)
    assert [each["state"] for each in facts["changes"]] == ["done", "done"]
    assert "Nothing is to be changed." in plan(aws, "--output", "after.json").output

    assert facts["run"] in run("runs").output
    undone = run("undo", facts["run"], "--endpoint-url", aws.url, "--yes")
    assert (undone.exit_code, "2 undone" in undone.output) == (0, True)
    again = plan(aws, "--output", "after.json", "--json")
    assert len(json.loads(again.stdout)["plan"]["changes"]) == 2


def test_a_canary_is_made_and_the_others_when_the_run_is_taken_up(aws: Aws) -> None:
    plan(aws)
    first = run("apply", "bartizan-plan.json", "--endpoint-url", aws.url, "--yes", "--canary", "1")
    assert first.exit_code == 3
    assert "2. Queue jobs: not yet made" in first.output
    (listed,) = json.loads(run("runs", "--json").stdout)
    taken = run("apply", "--resume", listed["run"][:13], "--endpoint-url", aws.url)
    assert (taken.exit_code, "2 done" in taken.output) == (0, True)


def test_what_may_break_something_or_belongs_to_others_can_be_left_out(aws: Aws) -> None:
    safe = plan(aws, "--safe-only", "--resource", "*:jobs")
    assert "1. Change Queue jobs  [safe]" in safe.output
    assert "Bucket" not in safe.output
    assert "its fix may break something: clients that still use plain HTTP are refused" in safe.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("apply",), "name a plan, or a run to go on with"),
        (("apply", "gone.json", "--yes"), "gone.json cannot be read"),
        (("apply", "words.json", "--yes"), "words.json is no JSON"),
        (("apply", "other.json", "--yes"), "other.json is no plan"),
        (("apply", "later.json", "--yes"), "of another version of Bartizan (9)"),
        (("apply", "changed.json", "--yes"), "was changed after it was made"),
        (("apply", "bartizan-plan.json", "--yes", "--digest", "sha256:00"), "not the plan that was reviewed"),
        (("apply", "--resume", "2026", "--canary", "1"), "--canary and --digest are for a plan"),
        (("apply", "--resume", "2026"), "there is no run that begins with '2026'"),
        (("undo", "2026", "--yes"), "there is no run that begins with '2026'"),
        (("permissions", "--for", "other.json"), "other.json is no plan"),
    ],
)
def test_what_cannot_be_used_is_said_and_changes_nothing(aws: Aws, arguments: tuple[str, ...], said: str) -> None:
    plan(aws)
    whole = json.loads(Path("bartizan-plan.json").read_text())
    Path("words.json").write_text("words")
    Path("other.json").write_text("[]")
    Path("later.json").write_text(json.dumps({**whole, "bartizan_plan": 9}))
    whole["plan"]["changes"][0]["calls"] = []
    Path("changed.json").write_text(json.dumps(whole))
    result = run(*arguments)
    told = f"{result.output} {result.exception}"
    assert said in told
    assert result.exit_code in {1, 2}  # an InputError becomes a 2 in main
    assert aws.client("s3").get_bucket_website(Bucket="shop")


def test_a_journal_that_is_broken_does_not_hide_the_others(aws: Aws) -> None:
    plan(aws)
    run("apply", "bartizan-plan.json", "--endpoint-url", aws.url, "--yes")
    Path("bartizan-runs/0-broken.jsonl").write_text('{"at": "2026')
    listed = run("runs")
    assert listed.exit_code == 0
    assert "Not read: bartizan-runs/0-broken.jsonl" in listed.output
    assert "2 done" in listed.output
