"""Rules and fixes held to their own samples: what is wrong with them, found without AWS."""

from __future__ import annotations

from collections.abc import Iterator

from bartizan.engine.evaluate import evaluate
from bartizan.engine.trace import trace
from bartizan.model import Finding, Fix, Gap, Reason, Resource, Rule, Sample, Snapshot, Status, judged, without
from bartizan.model.resource import BASE_FIELDS

_UNREAD = Gap(Reason.DENIED, needs="service:Action")


def defects(rule: Rule) -> Iterator[str]:
    """What does not hold for a rule, a sentence each: passes pass, fails fail, and what was not read never passes.

    A rule that declares the fields that it reads needs no samples.
    """
    optional = rule.fields is not None and not rule.passes and not rule.fails
    if not (rule.passes and rule.fails) and not optional:
        yield "it needs samples of both kinds, passes and fails"
    wrong = Status.ADVICE if rule.advice else Status.FAIL
    for samples, name, expected in ((rule.passes, "passes", Status.PASS), (rule.fails, "fails", wrong)):
        for number, sample in enumerate(samples):
            found = _judge(rule, sample)
            if found.status is not expected:
                said = f": {'; '.join(found.problems)}" if found.problems else ""
                yield f"{name}[{number}] gives {found.status}{said}"
            elif expected is not Status.PASS and not found.evidence:
                yield f"{name}[{number}] fails without looking at any field of the resource"
            for field in _passes_unread(rule, sample):
                yield f"{name}[{number}] passes although {field} was not read"


def fix_defects(fix: Fix) -> Iterator[str]:
    """What does not hold for a fix: it mends the failing samples, and changes nothing when it runs again."""
    for number, sample in enumerate(fix.rule.fails):
        resource, _ = judged(sample)
        fixed = fix.change(resource)
        if fixed is None:
            continue
        if type(fixed) is not type(resource) or fixed.key != resource.key:
            yield f"the fix makes another resource of fails[{number}]"
        elif _judge(fix.rule, _exchanged(sample, fixed)).status is not Status.PASS:
            yield f"the fix does not mend fails[{number}]"
        elif fix.change(fixed) != fixed:
            yield f"the fix changes fails[{number}] more when it runs again"


def _judge(rule: Rule, sample: Sample) -> Finding:
    resource, around = judged(sample)
    findings = evaluate([rule], Snapshot(around)).findings()
    return next(each for each in findings if each.name == resource.name and each.resource == resource.key)


def _passes_unread(rule: Rule, sample: Sample) -> Iterator[str]:
    resource, around = judged(sample)
    for name in sorted((trace(rule, resource, Snapshot(around)) & set(resource.known())) - set(BASE_FIELDS)):
        if _judge(rule, _exchanged(sample, without(resource, name, gap=_UNREAD))).status is Status.PASS:
            yield name


def _exchanged(sample: Sample, resource: Resource) -> Sample:
    return (resource, *sample[1:]) if isinstance(sample, tuple) else resource
