"""The frameworks' data: complete, honest about coverage, and in step with the rules."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from bartizan.engine.catalog import Catalog
from bartizan.frameworks import Control, Framework, Kind, all_frameworks, controls_of, framework, framework_ids
from bartizan.frameworks.load import parse, themes
from bartizan.model import DeclarationError, InputError

KNOWN = tuple(Catalog.load().rules)


@pytest.mark.parametrize("each", all_frameworks(), ids=lambda each: each.id)
def test_every_rule_that_a_framework_names_exists(each: Framework) -> None:
    named = {rule for control in each.controls for rule in control.rules}
    assert {rule for rule in named if not any(fnmatchcase(known, rule) for known in KNOWN)} == set()


def test_every_rule_that_a_theme_names_exists() -> None:
    named = {rule for rules in themes().values() for rule in rules}
    assert {rule for rule in named if not any(fnmatchcase(known, rule) for known in KNOWN)} == set()


@pytest.mark.parametrize("each", all_frameworks(), ids=lambda each: each.id)
def test_a_framework_has_controls_with_numbers_of_their_own_and_words(each: Framework) -> None:
    ids = [control.id for control in each.controls]
    assert len(ids) == len(set(ids)) > 0
    assert each.title
    assert all(control.title == control.title.strip() and "|" not in control.title for control in each.controls)
    assert sum(each.coverage().values()) == len(ids)


@pytest.mark.parametrize(
    ("name", "controls"),
    [
        ("cis-1.4", 58), ("cis-1.5", 63), ("cis-2.0", 64), ("cis-3.0", 62), ("cis-4.0.1", 64), ("cis-5.0", 63),
        ("cis-6.0", 63), ("cis-7.0", 70), ("iso-27001", 93), ("soc2", 61), ("gdpr", 50), ("hipaa", 55),
        ("well-architected", 65), ("serverless-lens", 9), ("nist-csf-2.0", 106),
        ("nist-800-53-r5", 321), ("pci-dss-4.0.1", 260), ("aws-fsbp", 376),
    ],
)  # fmt: skip
def test_no_control_of_the_standard_is_left_out(name: str, controls: int) -> None:
    assert len(framework(name).controls) == controls


def test_the_foundational_practices_have_what_aws_added_and_nothing_that_it_retired() -> None:
    known = {each.id: each for each in framework("aws-fsbp").controls}
    assert not {"CloudFormation.1", "CodeBuild.5", "Redshift.9", "S3.10", "OpenSearch.1"} & known.keys()
    assert known["Cognito.5"].kind is Kind.AUTOMATED
    assert known["APIGateway.11"].kind is Kind.PARTLY
    assert known["WorkSpaces.1"].kind is Kind.NOT_COVERED


def test_the_own_list_leaves_no_line_without_rule_or_remark() -> None:
    own = framework("mission")
    assert [each.id for each in own.controls if each.kind is Kind.NOT_COVERED] == []
    rows = {each.id.partition(".")[0] for each in own.controls}
    assert rows == {
        f"C-{name}"
        for name in (
            "ACC", "ORG", "SEC", "IAM", "SSO", "NET", "KMS", "S3", "WAF", "CDN", "FN", "API", "EC2", "LB", "DB", "MSG",
            "SECRET", "OTHER",
        )
    }  # fmt: skip


def test_a_kind_follows_from_what_a_control_names() -> None:
    kinds = [
        Control(id="1", title="x", rules=("a.b",), check=check).kind
        if rules
        else Control(id="1", title="x", check=check).kind
        for rules in (True, False)
        for check in ("", "look")
    ]
    assert kinds == [Kind.AUTOMATED, Kind.PARTLY, Kind.NOT_COVERED, Kind.MANUAL]


def test_controls_of_a_rule_are_found_by_id_and_by_pattern() -> None:
    found = controls_of("s3.no-replication")
    assert ("mission", "C-S3.replication") in found
    assert ("cis-7.0", "2.21") in controls_of("sqs.public-queue"), "named by the pattern *.public-*"
    assert controls_of("no.such-rule") == ()
    for name, control in found:
        assert next(each for each in framework(name).controls if each.id == control).asks("s3.no-replication")
    assert [name for name, _ in found] == sorted(name for name, _ in found)


def test_rules_of_a_framework_are_those_that_there_are() -> None:
    rules = framework("cis-5.0").rules(KNOWN)
    assert "account.root-access-key" in rules
    assert "s3.no-replication" not in rules
    assert set(rules) <= set(KNOWN)


def test_a_framework_that_there_is_not_is_told_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"no framework 'cis5'; did you mean cis-5\.0"):
        framework("cis5")
    with pytest.raises(InputError, match="`bartizan frameworks` lists them all"):
        framework("zzzzzzzz")
    assert "cis-5.0" in framework_ids()


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"titel": "x", "controls": {}}, "there is no titel"),
        ({"controls": {"1": {"title": "x", "rule": []}}}, "control 1: rule is wrong"),
        ({"controls": {"1": {"rules": []}}}, "control 1: title is wrong or missing"),
        ({"controls": {"1": {"title": "x", "rules": ["@y"]}}}, "there is no theme y"),
    ],
)
def test_what_is_written_wrongly_is_told(document, said: str) -> None:
    with pytest.raises(DeclarationError, match=said):
        parse("made-up", {"title": "t", "version": "1", **document}, {"x": ["a.b"]})


def test_a_theme_stands_for_its_rules() -> None:
    made = parse(
        "made-up",
        {"title": "t", "version": "1", "controls": {"1": {"title": "x", "rules": ["@x", "c.d"]}}},
        {"x": ["a.b", "a.*"]},
    )
    assert made.controls[0].rules == ("a.b", "a.*", "c.d")
    assert made.controls[0].of(["a.z", "c.d", "e.f"]) == ("a.z", "c.d")
    assert made.name == "t 1"
