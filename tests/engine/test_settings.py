"""What a configuration changes, and how it says what is wrong with it."""

from __future__ import annotations

import datetime as dt
import tomllib

import pytest

from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import Evaluation, evaluate
from bartizan.engine.settings import Settings
from bartizan.engine.suppress import accept
from bartizan.model import SAMPLE_TIME, InputError, Resource, Severity, Snapshot, Status
from bartizan.policy import parse_policy
from bartizan.resources.iam import AccessKey, User
from bartizan.resources.rds import DbSnapshot
from bartizan.resources.sqs import Queue

TODAY = dt.date(2026, 1, 1)


def settings(text: str) -> Settings:
    return Settings.parse(tomllib.loads(text), "bartizan.toml", text)


def judged(text: str, *resources: Resource, rule: str) -> Evaluation:
    return evaluate(settings(text).applied(Catalog.load().select(rules=[rule])), Snapshot(resources))


def test_without_settings_nothing_changes() -> None:
    catalog = Catalog.load()
    same = Settings().applied(catalog)
    assert {name: rule.severity for name, rule in same.rules.items()} == {
        name: rule.severity for name, rule in catalog.rules.items()
    }
    assert same.fixes.keys() == catalog.fixes.keys()


def test_rules_are_turned_off_with_their_fixes_and_made_more_or_less_severe() -> None:
    catalog = settings(
        '[rules."s3.*"]\nenabled = false\n[rules."sqs.unencrypted-queue"]\nseverity = "critical"'
    ).applied(Catalog.load())
    assert not any(each.startswith("s3.") for each in (*catalog.rules, *catalog.fixes))
    assert catalog.get("sqs.unencrypted-queue").severity is Severity.CRITICAL
    assert catalog.fixes["sqs.unencrypted-queue"].rule is catalog.get("sqs.unencrypted-queue")


def test_parameters_reach_the_rule_and_its_fix() -> None:
    key = AccessKey(1, True, SAMPLE_TIME - dt.timedelta(days=70), SAMPLE_TIME - dt.timedelta(days=70))
    user = User(access_keys=(key,))
    assert judged("", user, rule="iam.old-access-key").count()[Status.PASS] == 1
    assert judged('[rules."iam.old-access-key"]\nmax_age = 60', user, rule="iam.old-access-key").count()[Status.FAIL]
    assert judged("[parameters]\nmax_age = 60", user, rule="iam.old-access-key").count()[Status.FAIL] == 1
    idle = settings('[rules."iam.unused-access-key"]\nmax_idle = 80').applied(Catalog.load())
    fixed = idle.fixes["iam.unused-access-key"].change(user)
    assert isinstance(fixed, User)
    assert fixed.access_keys[0].active, "80 days are allowed, of which 70 have passed"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[ruels]", r"bartizan\.toml:1: ruels: .*did you mean rules"),
        ('\n[rules."s3.public-polcy"]', r"bartizan\.toml:2: rules\.s3\.public-polcy: .*s3\.public-policy"),
        ('[rules."iam.old-access-key"]\nmax_aeg = 3', r":2: .*max_aeg: .*max_age"),
        ('[rules."iam.old-access-key"]\nmax_age = "3"', r":2: .*max_age: must be a whole number"),
        ('[rules."iam.old-access-key"]\nmax_age = true', r":2: .*max_age: must be a whole number"),
        ('[rules."iam.old-access-key"]\nenabled = 0', r":2: .*enabled: must be true or false"),
        ('[rules."iam.old-access-key"]\nseverity = "bad"', r":2: .*severity: .*choose one of"),
        ("[parameters]\nmax_agee = 3", r":2: parameters\.max_agee: .*max_age"),
        ("rules = 3", r":1: rules: must be a table"),
        ("[suppress]", r"must be written \[\[suppress\]\]"),
        ('[[suppress]]\nrule = "x"\nresource = "y"\nreason = "z"', r"suppress\.1\.owner: is missing"),
        ('[[suppress]]\nrule="x"\nresource="y"\nreason="z"\nowner="o"\nexpires="2027-01-01"', r":6: .*must be a day"),
        (
            '[[suppress]]\nrule="x"\nresource="y"\nreason="z"\nowner="o"\nuntil=2027-01-01',
            r":6: .*until: there is no such",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        settings(text).applied(Catalog.load())


SUPPRESS = """
[[suppress]]
rule = "sqs.unencrypted-*"
resource = "arn:aws:sqs:*:jobs"
reason = "test data"
owner = "shop"
expires = {expires}

[[suppress]]
rule = "s3.*"
resource = "*"
reason = "none"
owner = "nobody"
"""


def _queues() -> list[Queue]:
    return [
        Queue(queue_name=name, arn=f"arn:aws:sqs:eu-west-1:111122223333:{name}", account="111122223333", tags=tags)
        for name, tags in (("jobs", {}), ("mail", {"accepted": "s3.* sqs.unencrypted-queue"}))
    ]


def test_a_suppression_accepts_what_it_covers_until_it_expires() -> None:
    text = SUPPRESS.format(expires="2026-01-01")
    evaluation = judged(text, *_queues(), rule="sqs.unencrypted-queue")
    accepted = accept(evaluation, settings(text), TODAY)
    assert (accepted.count, accepted.expired) == (1, ())
    assert [each.rule for each in accepted.unused] == ["s3.*"]
    found = {each.name: each for each in evaluation.findings()}
    assert found["jobs"].status is Status.SUPPRESSED
    assert found["jobs"].suppression is not None
    assert found["jobs"].suppression.reason == "test data"
    assert found["jobs"].problems, "what is accepted is still told"
    assert found["mail"].status is Status.FAIL
    assert evaluation.count()[Status.SUPPRESSED] == 1


def test_after_its_last_day_it_accepts_nothing() -> None:
    text = SUPPRESS.format(expires="2025-12-31")
    evaluation = judged(text, *_queues(), rule="sqs.unencrypted-queue")
    accepted = accept(evaluation, settings(text), TODAY)
    assert (accepted.count, len(accepted.expired)) == (0, 1)
    assert evaluation.count()[Status.FAIL] == 2


def test_tags_accept_only_where_the_settings_allow_it() -> None:
    evaluation = judged("", *_queues(), rule="sqs.unencrypted-queue")
    assert accept(evaluation, settings(""), TODAY).count == 0
    assert accept(evaluation, settings('[suppressions]\ntag = "accepted"'), TODAY).count == 1
    (found,) = evaluation.findings(Status.SUPPRESSED)
    assert found.name == "mail"


SNAPSHOT = DbSnapshot(shared_with=("444455556666", "777788889999"))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("", ["account 777788889999 may restore it"]),
        ('[parameters]\ntrusted_accounts = ["777788889999"]', []),
        ('[rules."rds.shared-snapshot"]\ntrusted_accounts = ["777788889999"]', []),
    ],
)
def test_accounts_of_the_organization_are_trusted_besides_those_that_are_already(text: str, left: list[str]) -> None:
    catalog = settings(text).trusting(["444455556666"]).applied(Catalog.load())
    evaluation = evaluate(catalog.select(rules=["rds.shared-snapshot"]), Snapshot([SNAPSHOT]))
    assert [problem for each in evaluation.findings() for problem in each.problems] == left
    fixed = catalog.fixes["rds.shared-snapshot"].change(SNAPSHOT)
    assert isinstance(fixed, DbSnapshot)
    assert "444455556666" in fixed.shared_with


def test_without_an_organization_every_other_account_is_a_stranger() -> None:
    (found,) = judged("", SNAPSHOT, rule="rds.shared-snapshot").findings()
    assert len(found.problems) == 2


def test_trusted_accounts_that_are_no_list_are_refused_all_the_same() -> None:
    with pytest.raises(InputError, match="must be a list of texts"):
        settings('[parameters]\ntrusted_accounts = "444455556666"').trusting(["777788889999"]).applied(Catalog.load())


@pytest.mark.parametrize(
    ("text", "trusted", "status"),
    [
        ("", ["o-exampleours"], Status.PASS),
        ("", ["o-examplethird"], Status.UNKNOWN),
        ('[parameters]\ntrusted_organizations = ["o-exampleours"]', [], Status.PASS),
        ('[parameters]\ntrusted_organizations = ["o-exampleours"]', ["o-examplethird"], Status.PASS),
        ('[rules."sqs.*"]\ntrusted_organizations = ["o-exampleours"]', ["o-examplethird"], Status.PASS),
    ],
)
def test_the_own_organization_is_trusted_besides_those_that_are_already(
    text: str, trusted: list[str], status: Status
) -> None:
    inside = {"StringEquals": {"aws:PrincipalOrgID": "o-exampleours"}}
    statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": inside}
    queue = Queue(queue_name="mail", policy=parse_policy({"Statement": statement}))
    catalog = settings(text).trusting(["444455556666"], trusted).applied(Catalog.load())
    chosen = catalog.select(rules=["sqs.queue-shared-with-other-organization"])
    (found,) = evaluate(chosen, Snapshot([queue])).findings()
    assert found.status is status
