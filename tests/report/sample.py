"""A report to test the writers with: hostile names, unknowns, gaps, as many findings as wanted."""

from __future__ import annotations

import datetime as dt

from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import evaluate
from bartizan.model import CoverageGap, Gap, Reason, Resource, Snapshot, without
from bartizan.report.content import ReportInput
from bartizan.resources.sqs import Queue

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
        arn=f"arn:aws:sqs:eu-west-1:111122223333:{number}-{name}",
        account="111122223333",
        region="eu-west-1",
    )


def report(plain_queues: int = 3, *, hostile: bool = True) -> ReportInput:
    resources: list[Resource] = [queue(number, f"jobs-{number}") for number in range(plain_queues)]
    if hostile:
        resources += [queue(1000 + number, name) for number, name in enumerate(HOSTILE)]
        resources.append(without(queue(2000, "hidden"), "sqs_managed_sse_enabled", "policy", gap=DENIED))
    gap = CoverageGap(
        types=("AWS::SNS::Topic",),
        account="111122223333",
        region="eu-west-1",
        gap=Gap(Reason.DENIED, needs="sns:ListTopics"),
        call="sns:ListTopics",
    )
    gaps = (gap,) if hostile else ()
    catalog = Catalog.load().select(rules=["sqs.unencrypted-queue", "sqs.no-dead-letter-queue", "sqs.public-queue"])
    return ReportInput(
        subject="AWS account 111122223333",
        facts={"by": "arn:aws:iam::111122223333:user/<b>auditor</b>", "regions": "1"},
        started=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        seconds=1.5,
        version="0.1.0",
        catalog=catalog,
        evaluation=evaluate(catalog, Snapshot(resources, gaps)),
        gaps=gaps,
    )
