"""One request decided: by whom, by what, and when nobody can tell."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from app.export_sample import (
    ADMIN,
    ANNA,
    APP,
    BOB,
    KEY,
    MEDIA,
    OWN,
    PUBLIC,
    READ_ONLY,
    SESSION,
    SHARED,
    VENDOR,
    details,
    found_in,
    organization,
)
from bartizan.app.can import Question, Verdict, can
from bartizan.app.estate import FoundEstate, Source, find_estate
from bartizan.model import CoverageGap, Gap, InputError, Reason
from bartizan.policy import Estate
from bartizan.resources.s3 import Bucket

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> FoundEstate:
    return found_in(tmp_path_factory.mktemp("export"))


def asked(found: FoundEstate, principal: str, action: str, resource: str = "*", *context: str) -> Verdict:
    return can(found, Question(principal, action, resource, context), NOW)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (("anna", "s3:GetObject", f"{MEDIA}/a/b"), "allowed"),
        ((ANNA, "s3:PutObject", f"{MEDIA}/a/b"), "denied"),
        (("bob", "s3:GetObject", f"{MEDIA}/a/b"), "allowed"),
        (("bob", "s3:PutObject", f"{MEDIA}/a/b"), "denied"),
        (("app", "s3:GetObject", f"{MEDIA}/a/b"), "denied"),
        (("app", "s3:GetObject", f"{MEDIA}/a/b", "aws:SourceIp=203.0.113.9"), "allowed"),
        (("app", "s3:GetObject", f"{PUBLIC}/b"), "allowed"),
        (("app", "s3:PutObject", f"{SHARED}/b"), "denied"),
        ((SESSION, "s3:PutObject", f"{SHARED}/b"), "allowed"),
        (("admin", "kms:Decrypt", KEY), "allowed"),
        (("anna", "kms:Decrypt", KEY), "denied"),
        (("admin", "s3:DeleteBucket", MEDIA), "denied"),
        ((OWN, "s3:DeleteBucket", MEDIA), "denied"),
        ((OWN, "s3:PutObject", f"{MEDIA}/a"), "allowed"),
        (("*", "s3:GetObject", f"{PUBLIC}/b"), "allowed"),
        (("s3.amazonaws.com", "s3:GetObject", f"{SHARED}/b"), "denied"),
        ((VENDOR, "s3:GetObject", f"{SHARED}/b"), "allowed"),
    ],
)
def test_all_layers_count(found: FoundEstate, question: tuple[str, str, str], answer: str) -> None:
    assert asked(found, *question).answer == answer


def test_the_statements_and_what_is_missing_are_told(found: FoundEstate) -> None:
    allowed = asked(found, "anna", "s3:GetObject", f"{MEDIA}/a/b").facts()
    assert allowed["statements"][0]["policy"] == READ_ONLY
    assert {each["layer"] for each in allowed["statements"]} == {"identity-based policy", "service control policy"}
    denied = asked(found, "bob", "s3:PutObject", f"{MEDIA}/a/b").facts()
    assert denied["missing"] == ["permissions boundary"]
    explicit = asked(found, "admin", "s3:DeleteBucket", MEDIA).facts()
    assert (explicit["decision"], explicit["statements"][0]["policy"]) == ("explicitly denied", "guard")


def test_the_assumed_context_is_told_and_gives_way(found: FoundEstate) -> None:
    plain = asked(found, "anna", "s3:GetObject", f"{MEDIA}/a").facts()
    assert plain["context"]["aws:SecureTransport"] == ["true"]
    assert plain["context"]["aws:CurrentTime"] == ["2026-01-01T00:00:00Z"]
    assert "aws:SecureTransport" in plain["assumed"]
    given = asked(
        found, "anna", "s3:GetObject", f"{MEDIA}/a", "aws:securetransport=false", "aws:TagKeys=a", "aws:TagKeys=b"
    )
    assert given.facts()["context"]["aws:securetransport"] == ["false"]
    assert given.facts()["context"]["aws:TagKeys"] == ["a", "b"]
    assert "aws:SecureTransport" not in given.facts()["context"]


@pytest.mark.parametrize(
    ("action", "resource", "context", "warning"),
    [
        ("s3:GetObjec", f"{MEDIA}/a", (), "did you mean s3:GetObject"),
        ("s3:GetObject", MEDIA, (), "not on arn:aws:s3:::media"),
        ("s3:ListAllMyBuckets", MEDIA, (), "AWS asks for it on *"),
        ("s3:GetObject", "*", (), "only statements on * cover *"),
        ("s3:GetObject", f"{MEDIA}/a", ("aws:SorceIp=1.2.3.4",), "no condition key 'aws:SorceIp'"),
    ],
)
def test_a_likely_mistake_is_warned_of(
    found: FoundEstate, action: str, resource: str, context: tuple[str, ...], warning: str
) -> None:
    assert any(warning in each for each in asked(found, "anna", action, resource, *context).warnings)


def test_a_sensible_question_has_no_warnings(found: FoundEstate) -> None:
    assert not asked(found, "anna", "s3:GetObject", f"{MEDIA}/a", "aws:SourceIp=1.2.3.4").warnings


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (("ana", "s3:GetObject", "*"), f"did you mean {ANNA}"),
        ((f"arn:aws:iam::{OWN}:role/adnin", "s3:GetObject", "*"), f"did you mean {ADMIN}"),
        ((f"arn:aws:iam::{VENDOR}:role/x", "s3:GetObject", "*"), f"nothing is known of account {VENDOR}"),
        (("anna", "GetObject", "*"), "write the service and the action"),
        (("anna", "s3:*", "*"), "stands for many actions"),
        (("anna", "s3:GetObject", "media"), "is no resource"),
        (("anna", "s3:GetObject", f"{MEDIA}/*"), "stands for many resources"),
        (("anna", "s3:GetObject", "*", "aws:SourceIp"), "write KEY=VALUE"),
    ],
)
def test_what_cannot_be_understood_is_refused(found: FoundEstate, question: tuple[str, str, str], said: str) -> None:
    with pytest.raises(InputError, match=said.replace("*", r"\*")):
        asked(found, *question)


def test_a_name_that_two_have_is_refused(tmp_path: Path) -> None:
    both = details()
    both["UserDetailList"].append(
        {**both["UserDetailList"][0], "UserName": "app", "Arn": f"arn:aws:iam::{OWN}:user/app"}
    )
    with pytest.raises(InputError, match=f"may be {APP} or arn:aws:iam::{OWN}:user/app"):
        asked(found_in(tmp_path, details=both), "app", "s3:GetObject")


def test_a_policy_that_was_not_read_makes_it_unknown_unless_a_denial_is_certain(tmp_path: Path) -> None:
    without = {**details(), "Policies": []}
    found = found_in(tmp_path, details=without)
    unknown = asked(found, "anna", "s3:GetObject", f"{MEDIA}/a")
    assert unknown.answer == "unknown"
    assert unknown.doubts == (f"{ANNA}: {READ_ONLY} (not read)",)
    assert asked(found, "anna", "s3:DeleteBucket", MEDIA).answer == "denied"
    assert asked(found, BOB, "s3:GetObject", f"{MEDIA}/a").answer == "unknown"


def test_a_key_whose_policy_is_not_known_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "details.json").write_text(json.dumps(details()))
    found = find_estate(Source(files=(tmp_path / "details.json",)))
    verdict = asked(found, "admin", "kms:Decrypt", KEY)
    assert verdict.answer == "unknown"
    assert any("no resource policies were given" in each for each in verdict.notes)


def test_the_management_account_is_free_of_scps(tmp_path: Path) -> None:
    free = {**organization(), "Organization": {"Id": "o-abc123", "MasterAccountId": OWN}}
    assert asked(found_in(tmp_path, organization=free), "admin", "s3:DeleteBucket", MEDIA).answer == "allowed"


def test_identities_that_may_not_be_read_are_no_spelling_mistake() -> None:
    gap = CoverageGap(
        types=("AWS::IAM::User", "AWS::IAM::Role"),
        account=OWN,
        region="",
        gap=Gap(Reason.DENIED, needs="iam:GetAccountAuthorizationDetails"),
    )
    blind = FoundEstate(estate=Estate(), account=OWN, unseen=(gap,))
    with pytest.raises(InputError, match=r"could not be read: .* \(needs iam:GetAcc"):
        asked(blind, "anna", "s3:GetObject", "*")
    assert blind.partial
    assert "not seen: AWS::IAM::User, AWS::IAM::Role" in blind.notes[0]


def test_a_bucket_listing_that_failed_makes_its_policies_unknown(found: FoundEstate) -> None:
    gap = CoverageGap(types=(Bucket.cfn_type,), account=OWN, region="", gap=Gap(Reason.DENIED, needs="s3:ListBuckets"))
    blind = FoundEstate(estate=found.estate, account=OWN, unseen=(gap,))
    verdict = asked(blind, "anna", "s3:GetObject", "arn:aws:s3:::other/x")
    assert verdict.answer == "unknown"
    assert "needs s3:ListBuckets" in verdict.doubts[0]
    assert asked(blind, "anna", "sqs:GetQueueUrl", f"arn:aws:sqs:eu-west-1:{OWN}:q").answer == "allowed"
