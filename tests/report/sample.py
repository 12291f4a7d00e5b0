"""A report to test the writers with: hostile names, unknowns, gaps, as many findings as wanted."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bartizan.engine.catalog import Catalog
from bartizan.engine.compliance import assess
from bartizan.engine.evaluate import evaluate
from bartizan.engine.suppress import suppress
from bartizan.frameworks import Control, Framework
from bartizan.model import CoverageGap, Gap, Reason, Resource, Snapshot, Suppression, without
from bartizan.report.content import ReportInput
from bartizan.resources.sqs import Queue

ACCOUNT = "111122223333"
REGIONS = ("ap-south-1", "eu-north-1", "eu-west-1", "sa-east-1", "us-east-1", "us-west-2")
HOSTILE = (
    '<img src=x onerror="document.title=1">',
    "</script><script>document.title='owned'</script>",
    '=HYPERLINK("http://evil.example")',
    "\x1b[2J\x1b]0;owned\x07",
    "[red]not markup[/red]",
    "\u202egnp.exe",
    "-- \u2028 line",
)
DENIED = Gap(Reason.DENIED, needs="sqs:GetQueueAttributes", detail="sqs:GetQueueAttributes: AccessDenied: \x1b[31mno")


def queue(number: int, name: str) -> Queue:
    return Queue(
        queue_name=name,
        arn=f"arn:aws:sqs:eu-west-1:{ACCOUNT}:{number}-{name}",
        account=ACCOUNT,
        region="eu-west-1",
    )


def gap(call: str, region: str, reason: Reason = Reason.DENIED) -> CoverageGap:
    needs = call if reason is Reason.DENIED else ""
    return CoverageGap(
        types=("AWS::Any::Type",),
        account=ACCOUNT,
        region=region,
        gap=Gap(reason, needs=needs, detail=f"{call}: Refused: in {region} \u202e\x1b[31m<i>no</i>"),
        call=call,
    )


GAPS = (
    *(gap("sns:ListTopics", region) for region in REGIONS),
    gap("kms:ListKeys", REGIONS[0], Reason.TIMED_OUT),
    *(gap("lambda:ListFunctions", region, Reason.UNSUPPORTED) for region in REGIONS[2:4]),
)


def report(plain_queues: int = 3, *, hostile: bool = True, gaps: tuple[CoverageGap, ...] | None = None) -> ReportInput:
    resources: list[Resource] = [queue(number, f"jobs-{number}") for number in range(plain_queues)]
    if hostile:
        resources += [queue(1000 + number, name) for number, name in enumerate(HOSTILE)]
        resources.append(without(queue(2000, "hidden"), "sqs_managed_sse_enabled", "policy", gap=DENIED))
        elsewhere = queue(3000, "elsewhere")
        resources.append(replace(elsewhere, account="444455556666", region="us-east-1", sqs_managed_sse_enabled=True))
    given = (GAPS if hostile else ()) if gaps is None else gaps
    catalog = Catalog.load().select(rules=["sqs.unencrypted-queue", "sqs.no-dead-letter-queue", "sqs.public-queue"])
    return made(catalog, resources, given)


def many(rules: int, findings: int) -> ReportInput:
    """As many findings under as many rules as wanted, each rule another name of one that fails for every queue."""
    one = Catalog.load().get("sqs.no-dead-letter-queue")
    names = [f"sqs.rule-{number:03}" for number in range(rules)]
    catalog = Catalog({name: replace(one, id=name) for name in names}, {})
    return made(catalog, [queue(number, f"jobs-{number}") for number in range(findings // rules)])


def crowded() -> ReportInput:
    """Services of the longest names, with failures, unknowns and passes by the thousand."""
    one = Catalog.load().get("sqs.unencrypted-queue")
    names = ("elasticbeanstalk.rule", "globalaccelerator.rule", "sqs.rule")
    catalog = Catalog({name: replace(one, id=name) for name in names}, {})
    bad = [queue(number, f"jobs-{number}") for number in range(1_200)]
    hidden = [without(replace(each, queue_name=f"x{each.name}"), "sqs_managed_sse_enabled", gap=DENIED) for each in bad]
    good = [replace(each, queue_name=f"ok{each.name}", sqs_managed_sse_enabled=True) for each in bad * 9]
    return made(catalog, [*bad, *hidden, *good])


OWN = Framework(
    id="own",
    title="Own <i>standard</i>",
    version="1",
    url="",
    controls=(
        Control(id="1.1", title="Queues are encrypted", rules=("sqs.unencrypted-queue", "s3.public-policy")),
        Control(id="1.2", title="Queues are private", rules=("sqs.public-queue",)),
        Control(id="2", title="Doors <b>are</b> locked", check="Turn the handle."),
        Control(id="3", title="Nobody has thought of it"),
    ),
)


def judged(given: ReportInput) -> ReportInput:
    """The report with what came of a framework."""
    answered = assess(OWN, given.results, given.catalog, given.gaps, ("s3.public-policy", *given.catalog.rules))
    return replace(given, compliance=(answered,))


def made(catalog: Catalog, resources: list[Resource], gaps: tuple[CoverageGap, ...] = ()) -> ReportInput:
    return ReportInput(
        subject=f"AWS account {ACCOUNT}",
        facts={"by": f"arn:aws:iam::{ACCOUNT}:user/<b>auditor</b>", "regions": "1"},
        started=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        seconds=1.5,
        version="0.1.0",
        catalog=catalog,
        results=evaluate(catalog, Snapshot(resources, gaps)),
        gaps=gaps,
    )


def accepted() -> ReportInput:
    """The report with one failure suppressed, and with a rule that crashes and one that only advises."""
    catalog = Catalog.load().select(rules=["sqs.unencrypted-queue", "sqs.no-dead-letter-queue", "sqs.public-queue"])
    one = catalog.get("sqs.no-dead-letter-queue")
    catalog = Catalog(
        {
            **catalog.rules,
            "sqs.advice": replace(one, id="sqs.advice", advice=True),
            "sqs.broken": replace(one, id="sqs.broken", check=lambda *_: 1 / 0),
        },
        {},
    )
    evaluation = evaluate(catalog, Snapshot([queue(1, "jobs"), queue(2, HOSTILE[0])]))
    suppression = Suppression(
        rule="sqs.no-dead-letter-queue",
        resource="*jobs",
        reason="drained by [hand](https://evil.example)",
        owner="web",
        expires=dt.date(2027, 1, 1),
    )
    taken = suppress(evaluation, [suppression], dt.date(2026, 1, 1))
    return replace(made(catalog, []), results=evaluation, accepted=taken)
