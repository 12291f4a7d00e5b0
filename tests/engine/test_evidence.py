"""Evidence of people: what it answers, until when, and what is refused."""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import Any

import pytest

from bartizan.engine.compliance import Answer, Attested, Standing, assess
from bartizan.engine.evaluate import evaluate
from bartizan.engine.evidence import Evidence
from bartizan.engine.settings import Settings
from bartizan.frameworks import Control, Framework
from bartizan.model import InputError, Snapshot

TODAY = dt.date(2026, 11, 25)
GIVEN: dict[str, Any] = {
    "control": "own/1",
    "statement": "MFA at every sign-in",
    "owner": "identity team",
    "date": dt.date(2026, 6, 30),
    "expires": dt.date(2027, 6, 30),
}
MFA = Evidence(**GIVEN)
MANUAL = Control(id="1", title="x", check="Look.")
TEXT = """\
[[suppress]]
rule = "s3.*"
resource = "*"
reason = "r"
owner = "o"

[[evidence]]
control = "mission/C-SSO.mfa"
statement = "MFA at every sign-in"
owner = "identity team"
date = 2026-06-30
expires = 2027-06-30
"""


def answer(*evidence: Evidence, control: Control = MANUAL, changed: frozenset[str] = frozenset()) -> Answer:
    framework = Framework(id="own", title="own", version="1", url="", controls=(control,))
    attested = Attested(evidence=evidence, today=TODAY, changed=changed)
    return assess(framework, evaluate([], Snapshot(())), [], attested=attested).answers[0]


def test_evidence_answers_the_manual_control_that_it_names() -> None:
    found = answer(MFA)
    assert (found.standing, found.evidence, found.lapsed) == (Standing.ATTESTED, (MFA,), ())
    other = Evidence(**{**GIVEN, "control": "own/2"})
    assert answer(other).standing is Standing.MANUAL
    assert answer(Evidence(**{**GIVEN, "control": "other/1"})).standing is Standing.MANUAL


def test_it_does_not_stand_for_what_rules_judge() -> None:
    found = answer(MFA, control=Control(id="1", title="x", rules=("s3.public-policy",), check="Look."))
    assert found.standing is Standing.NOT_JUDGED
    assert found.evidence == (MFA,)


@pytest.mark.parametrize(
    "late", [{"expires": dt.date(2026, 11, 24)}, {"date": dt.date(2026, 11, 26)}, {"file": "a.png", "sha256": "0"}]
)
def test_what_has_expired_or_changed_no_longer_counts(late: dict[str, Any]) -> None:
    lapsed = Evidence(**{**GIVEN, **late})
    found = answer(lapsed, changed=frozenset({"a.png"}))
    assert (found.standing, found.evidence, found.lapsed) == (Standing.MANUAL, (), (lapsed,))
    assert answer(lapsed, MFA, changed=frozenset({"a.png"})).standing is Standing.ATTESTED


def test_settings_hold_evidence() -> None:
    (found,) = Settings.parse(tomllib.loads(TEXT), "own.toml", TEXT).evidence
    assert found == Evidence(**{**GIVEN, "control": "mission/C-SSO.mfa"})


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ("mission/C-SSO.mfa", "mission/C-SSO.mfx", 8, "has no control"),
        ("mission/C-SSO.mfa", "missing/1", 8, "there is no framework"),
        ("mission/C-SSO.mfa", "C-SSO.mfa", 8, "must be a framework and its control"),
        ("date = 2026-06-30", "date = 'soon'", 11, "must be a day"),
        ("date = 2026-06-30\n", "", 7, "is missing"),
        ("expires = 2027-06-30", "expires = 2025-06-30", 12, "before the day"),
        ("statement = ", "statment = ", 9, "did you mean"),
        ('owner = "identity team"', 'owner = "identity team"\nfile = "a.png"', 7, "belong together"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(before: str, after: str, line: int, said: str) -> None:
    text = TEXT.replace(before, after)
    with pytest.raises(InputError, match=said) as refused:
        Settings.parse(tomllib.loads(text), "own.toml", text)
    assert str(refused.value).startswith(f"own.toml:{line}: evidence.1")
