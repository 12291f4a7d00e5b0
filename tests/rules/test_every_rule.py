"""What holds for every rule and fix, by its samples and without AWS."""

from __future__ import annotations

import pytest

from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import evaluate
from bartizan.engine.trace import fields_read, trace
from bartizan.model import CoverageGap, Finding, Fix, Gap, Reason, Rule, Sample, Snapshot, Status, judged, without
from bartizan.model.resource import BASE_FIELDS

CATALOG = Catalog.load()
DENIED = Gap(Reason.DENIED, needs="service:Action")
PASSING = [pytest.param(rule, sample, id=f"{rule.id}-{n}") for rule in CATALOG for n, sample in enumerate(rule.passes)]
FAILING = [pytest.param(rule, sample, id=f"{rule.id}-{n}") for rule in CATALOG for n, sample in enumerate(rule.fails)]


def judge(rule: Rule, sample: Sample, gaps: tuple[CoverageGap, ...] = ()) -> Finding:
    """What the rule says of the sample's first resource."""
    resource, around = judged(sample)
    findings = evaluate([rule], Snapshot(around, gaps)).findings()
    return next(each for each in findings if each.name == resource.name and each.resource == resource.key)


def around_with(sample: Sample, changed: object) -> Sample:
    """The sample with its judged resource exchanged."""
    return (changed, *sample[1:]) if isinstance(sample, tuple) else changed  # type: ignore[return-value]


@pytest.mark.parametrize("rule", list(CATALOG), ids=lambda rule: rule.id)
def test_it_has_samples_of_both_kinds(rule: Rule) -> None:
    assert rule.passes
    assert rule.fails


@pytest.mark.parametrize("rule", list(CATALOG), ids=lambda rule: rule.id)
def test_its_documentation_is_complete(rule: Rule) -> None:
    assert len(rule.title) <= 100
    assert rule.doc.references, "name at least one page of AWS's documentation or of a standard"
    assert all(each.startswith("https://") for each in rule.doc.references)


def failing(rule: Rule) -> Status:
    return Status.ADVICE if rule.advice else Status.FAIL


@pytest.mark.parametrize(("rule", "sample"), PASSING)
def test_a_passing_sample_passes(rule: Rule, sample: Sample) -> None:
    finding = judge(rule, sample)
    assert finding.status is Status.PASS, finding.problems


@pytest.mark.parametrize(("rule", "sample"), FAILING)
def test_a_failing_sample_fails_with_evidence(rule: Rule, sample: Sample) -> None:
    finding = judge(rule, sample)
    assert finding.status is failing(rule), finding.problems
    assert all(each.strip() for each in finding.problems)
    assert finding.evidence


@pytest.mark.parametrize(("rule", "sample"), [*PASSING, *FAILING])
def test_what_was_not_read_never_passes(rule: Rule, sample: Sample) -> None:
    resource, around = judged(sample)
    # Which resource it is, is known of every resource, so the base fields cannot be absent.
    for name in (trace(rule, resource, Snapshot(around)) & set(resource.known())) - set(BASE_FIELDS):
        finding = judge(rule, around_with(sample, without(resource, name, gap=DENIED)))
        assert finding.status in {Status.UNKNOWN, failing(rule)}, f"passes although {name} was not read"
        if finding.status is Status.UNKNOWN:
            assert finding.gap == DENIED


@pytest.mark.parametrize(("rule", "sample"), [case for case in PASSING if case.values[0].uses_world])
def test_what_could_not_be_listed_is_asked_for_in_vain(rule: Rule, sample: Sample) -> None:
    resource, around = judged(sample)
    evaluation = evaluate([rule], Snapshot(around))
    position = evaluation.snapshot.by_type[type(resource)].index(resource)
    for kind in {question[0] for question in evaluation.verdicts[0].questions[position]}:
        gap = CoverageGap(types=(kind.cfn_type,), account="", region="", gap=DENIED)
        assert judge(rule, sample, (gap,)).status is not Status.PASS, f"passes although no {kind.__name__} was listed"


@pytest.mark.parametrize("rule", list(CATALOG), ids=lambda rule: rule.id)
def test_the_samples_touch_every_field_that_its_code_names(rule: Rule) -> None:
    """The details that a scan reads are those that the samples touch, so no branch of the rule may stay in the dark."""
    code = rule.check.__code__
    named = set(code.co_names) & set(rule.resource.defaults)
    assert named <= fields_read(rule) | set(code.co_varnames), "add a sample that reaches the branch which reads it"


@pytest.mark.parametrize("fix", list(CATALOG.fixes.values()), ids=lambda fix: fix.rule.id)
def test_a_fix_mends_its_rule_s_failing_samples_and_changes_nothing_twice(fix: Fix) -> None:
    mended = 0
    for sample in fix.rule.fails:
        resource, _ = judged(sample)
        fixed = fix.change(resource)
        if fixed is None:
            mended += 1
            continue
        assert type(fixed) is type(resource)
        assert fixed.key == resource.key
        assert fixed != resource, "the fix changes nothing"
        assert judge(fix.rule, around_with(sample, fixed)).status is Status.PASS
        again = fix.change(fixed)
        assert again == fixed, "fixing twice changes more"
        mended += 1
    assert mended
