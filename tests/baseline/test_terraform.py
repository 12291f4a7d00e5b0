"""The baseline's Terraform: its names are the provider's, its layout Terraform's, and it passes what it is for."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bartizan.app.baseline.code import files
from bartizan.app.baseline.standing import rules_of
from bartizan.app.check import check
from bartizan.baseline import Kind, Language, Stage, pieces, text_of
from bartizan.engine.catalog import Catalog
from bartizan.iac.hcl.syntax import Body
from bartizan.iac.read import read_code
from bartizan.model import Status
from bartizan.resources.code_readers import CodeReaders
from bartizan.resources.logs import MetricFilter
from bartizan.resources.logs.pattern import matches
from bartizan.rules.cloudwatch import events
from baseline.generated import VALUES, answers, bodies, named, write

PROVIDER: Mapping[str, Any] = json.loads((Path(__file__).parents[1] / "iac" / "provider_aws.json").read_text())
META = frozenset({"count", "for_each", "depends_on", "lifecycle", "provider", "precondition"})
CATALOG = Catalog.load()
KINDS = pytest.mark.parametrize("kind", list(Kind))
SKIP = re.compile(r"#\s*checkov:skip=(?P<id>\w+)(:(?P<reason>.*))?")
TERRAFORM = shutil.which("terraform")
CHECKOV = os.environ.get("CHECKOV") or shutil.which("checkov")

EXPLAINED = {
    "s3.no-access-logging": "CloudTrail's data events tell who reads logs; access logs are not complete",
    "s3.no-replication": "nobody can delete what lies there, and events are kept in the trail's log group besides",
    "cloudtrail.no-data-events": "they are billed by number: which buckets and functions matter only the user knows",
    "iam.inline-policy-on-role": "the policy is the role's own, and goes with it",
}
"""Rules that a baseline fails, with the reason."""

NOT_KNOWN = {
    "cloudwatch.actions-disabled": "the topic's ARN is known once it is applied",
    "organizations.resource-control-policies-off": "what is on already is only known in the organization",
    "organizations.security-services-not-trusted": "what is on already is only known in the organization",
    "organizations.service-control-policies-off": "what is on already is only known in the organization",
    "organizations.tag-policies-off": "what is on already is only known in the organization",
}
"""Rules that a piece is for and that its code cannot prove, with the reason."""

NOT_IN_CODE = {
    "analyzers": "whether each region has an analyzer is asked of the account",
    "budget": "there is no rule of a budget",
    "config-aggregator": "whether there is one is asked of the organization",
    "contacts": "contacts are read from the account",
    "delegated-administrators": "who administers what is read from the organization",
    "deployment-roles": "there is no rule that asks for pipelines",
    "inspector": "whether something is left unscanned is asked of the account",
    "organization-analyzers": "whether each region has an analyzer is asked of the organization",
    "organization-inspector": "whether something is left unscanned is asked of the account",
    "organization-alarms": "its only rule of code is not known before it is applied",
    "alarms": "its only rule of code is not known before it is applied",
    "support-role": "who may open cases is asked of the account",
}
"""Pieces none of whose rules passes in code, with the reason."""


def strange(body: Body, known: Mapping[str, Any], where: str) -> Iterator[str]:
    """The attributes and blocks that the provider does not know, or knows as the other."""
    for name in body.attributes.keys() - META:
        if name not in known:
            yield f"{where}.{name} does not exist"
        elif isinstance(known[name], dict):
            yield f"{where}.{name} is a block"
    for part in body.blocks:
        name = part.labels[0] if part.type == "dynamic" else part.type
        if name in META:
            continue
        inner = part.body
        if part.type == "dynamic":
            inner = next(each.body for each in inner.blocks if each.type == "content")
        if not isinstance(known.get(name), dict):
            yield f"{where}.{name} is no block"
        else:
            yield from strange(inner, known[name], f"{where}.{name}")


@KINDS
def test_the_provider_knows_every_name(kind: Kind) -> None:
    found = [
        f"{path}: {wrong}"
        for path, body in bodies(answers(kind))
        for part in body.blocks
        if part.type in {"resource", "data"}
        for wrong in strange(part.body, PROVIDER[named(part)], named(part))
    ]
    assert not found


def test_an_invented_name_would_be_found() -> None:
    (body,) = (body for path, body in bodies(answers(Kind.ACCOUNT)) if path.endswith("/trail.tf"))
    known = {**PROVIDER["aws_cloudtrail"], "name": {"of": None}}
    del known["kms_key_id"]
    (trail,) = (each for each in body.blocks if each.labels[:1] == ("aws_cloudtrail",))
    assert sorted(strange(trail.body, known, "t")) == ["t.kms_key_id does not exist", "t.name is a block"]


@KINDS
def test_what_a_file_refers_to_is_in_its_folder(kind: Kind) -> None:
    folders: dict[str, str] = {}
    for name, text in files(answers(kind)).items():
        if name.endswith(".tf"):
            folders[name.rpartition("/")[0]] = folders.get(name.rpartition("/")[0], "") + text
    assert folders
    for folder, text in folders.items():
        there = {".".join(each) for each in re.findall(r'^resource "(\w+)" "(\w+)"', text, re.MULTILINE)}
        there |= {"data." + ".".join(each) for each in re.findall(r'^data "(\w+)" "(\w+)"', text, re.MULTILINE)}
        referred = set(re.findall(r"(?<![\w.\"/])((?:data\.)?aws_\w+\.\w+)", re.sub(r"#.*", "", text)))
        assert referred <= there, folder
        variables = set(re.findall(r"\bvar\.(\w+)", text))
        assert variables == set(re.findall(r'^variable "(\w+)"', text, re.MULTILINE)), folder
        local = set(re.findall(r"\blocal\.(\w+)", text))
        assert all(re.search(rf"^  {each}\s+= ", text, re.MULTILINE) for each in local), folder


@KINDS
def test_every_region_is_reached(kind: Kind) -> None:
    """What exists once in each region is made in each that the user names."""
    regional = {"aws_guardduty_detector", "aws_config_configuration_recorder", "aws_ebs_encryption_by_default"}
    found = set()
    for _, body in bodies(answers(kind)):
        for part in body.blocks:
            if part.type == "resource" and part.labels[0] in regional:
                found.add(part.labels[0])
                assert {"for_each", "region"} <= part.body.attributes.keys()
    assert found == regional


@KINDS
@pytest.mark.skipif(TERRAFORM is None, reason="terraform is not installed")
def test_its_layout_is_terraform_s(kind: Kind, tmp_path: Path) -> None:
    assert TERRAFORM is not None
    folder = write(answers(kind), tmp_path)
    done = subprocess.run(
        [TERRAFORM, "fmt", "-check", "-recursive", "-diff", str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@KINDS
def test_it_passes_what_its_pieces_are_for(kind: Kind, tmp_path: Path) -> None:
    given = answers(kind)
    folder = write(given, tmp_path)
    evaluation = check([folder / "terraform"], CATALOG).evaluation
    verdicts = evaluation.tally()
    failed = {
        each.rule: each.resource
        for each in evaluation.findings()
        if each.status is Status.FAIL and not CATALOG.rules[each.rule].advice
    }
    assert not {rule: where for rule, where in failed.items() if rule not in EXPLAINED}
    unproven = set()
    for piece in given.pieces():
        judged = [rule for rule in rules_of(piece, CATALOG) if rule in verdicts]
        failing = {rule for rule in judged if verdicts[rule][Status.FAIL] and rule not in EXPLAINED}
        assert not failing, piece.id
        unknown = {rule for rule in judged if verdicts[rule][Status.UNKNOWN] or verdicts[rule][Status.ERROR]}
        assert not unknown - NOT_KNOWN.keys(), piece.id
        if not any(verdicts[rule][Status.PASS] for rule in judged):
            unproven.add(piece.id)
    assert unproven == NOT_IN_CODE.keys() & {each.id for each in given.pieces()}


def test_every_event_of_the_benchmark_sets_off_an_alarm(tmp_path: Path) -> None:
    folder = write(answers(Kind.ACCOUNT), tmp_path)
    code = read_code([folder / "terraform" / "account"], CodeReaders())
    patterns = [each.filter_pattern for each in code.resources if isinstance(each, MetricFilter)]
    watched = [
        each
        for name in dir(events)
        if name.isupper() and name != "HARMLESS" and isinstance(getattr(events, name), tuple)
        for each in getattr(events, name)
    ]
    assert len(watched) > 90
    assert not [each["eventName"] for each in watched if not any(matches(one, each) for one in patterns)]
    assert not [each["eventName"] for each in events.HARMLESS if any(matches(one, each) for one in patterns)]


@KINDS
def test_each_check_that_checkov_leaves_out_has_its_reason(kind: Kind) -> None:
    skips = [each for text in files(answers(kind)).values() for each in SKIP.finditer(text)]
    assert len(skips) >= 5
    assert all(len((each["reason"] or "").split()) >= 4 for each in skips)


@KINDS
@pytest.mark.skipif(CHECKOV is None, reason="checkov is not installed; CHECKOV names it")
def test_checkov_finds_nothing_that_is_not_explained(kind: Kind, tmp_path: Path) -> None:
    assert CHECKOV is not None
    folder = write(answers(kind), tmp_path)
    command = [CHECKOV, "-d", str(folder / "terraform"), "--framework", "terraform", "--quiet", "-o", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    report = json.loads(done.stdout)
    assert report["summary"]["passed"] > 90
    assert report["summary"]["parsing_errors"] == 0
    assert [(each["check_id"], each["resource"]) for each in report["results"]["failed_checks"]] == []


def test_every_piece_has_terraform() -> None:
    assert [each.id for each in pieces().values() if text_of(each, Language.TERRAFORM) is None] == []


def test_every_rule_that_a_piece_names_is_there() -> None:
    for piece in pieces().values():
        for pattern in piece.rules:
            assert rules_of(type(piece)(id="x", title="", stage=Stage.ACCOUNT, rules=(pattern,)), CATALOG), pattern


def test_every_variable_is_taken_by_a_piece_that_says_so() -> None:
    for kind in Kind:
        for piece in answers(kind).pieces():
            text = text_of(piece, Language.TERRAFORM) or ""
            assert set(re.findall(r"\bvar\.(\w+)", text)) - {"home_region"} <= set(piece.variables), piece.id


def test_versions_are_pinned_and_the_account_is_not_asked_for_its_organization() -> None:
    written = files(answers(Kind.ACCOUNT))
    assert 'version = "~> 6.0"' in written["terraform/account/versions.tf"]
    assert 'required_version = ">= 1.9"' in written["terraform/account/versions.tf"]
    assert json.loads(written["terraform/logging/terraform.tfvars.json"])["organization_id"] == ""


HOSTILE = ('"}\nresource "x" "y" {', "${path.module}", "%{ if true }", "\\", "\u2028\x7f\x00", "$${a}", "'; --")


@pytest.mark.skipif(TERRAFORM is None, reason="terraform is not installed")
def test_values_stay_what_they_are_in_terraform(tmp_path: Path) -> None:
    assert TERRAFORM is not None
    given = {f"fsbp/IAM.{number}": text for number, text in enumerate(HOSTILE)}
    folder = write(answers(Kind.ACCOUNT, security_contact_name=HOSTILE[1], disabled_controls=given), tmp_path)
    inner = folder / "terraform" / "account"
    for each in inner.glob("*.tf"):
        if each.name != "variables.tf":
            each.unlink()
    (inner / "out.tf").write_text(
        'output "all" {\n  value = { reasons = var.disabled_controls, name = var.security_contact_name }\n}\n'
    )
    for command in (["apply", "-auto-approve", "-input=false", "-no-color"], ["output", "-json"]):
        done = subprocess.run(
            [TERRAFORM, f"-chdir={inner}", *command], capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["all"]["value"]
    assert found == {"reasons": given, "name": HOSTILE[1]}


def test_the_values_of_the_tests_have_all_that_is_asked_for() -> None:
    assert {each.name for each in answers(Kind.ORGANIZATION).wanted() if each.default is None} <= VALUES.keys()
