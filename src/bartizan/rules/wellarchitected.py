"""Checks of reviews in the AWS Well-Architected Tool. A workload of another account is judged there."""

from __future__ import annotations

import datetime as dt

from bartizan.model import SAMPLE_TIME, Problems, rule
from bartizan.resources.wellarchitected import Workload

_OLD = SAMPLE_TIME - dt.timedelta(days=400)


def _shop(*, high_risks: int = 0, unanswered: int = 0, updated_at: dt.datetime = SAMPLE_TIME) -> Workload:
    return Workload(workload_name="shop", high_risks=high_risks, unanswered=unanswered, updated_at=updated_at)


@rule(
    "info",
    advice=True,
    passes=[_shop(), Workload(workload_name="theirs", account="111122223333", owner="444455556666", high_risks=2)],
    fails=[_shop(high_risks=3)],
)
def high_risks_open(workload: Workload) -> Problems:
    """Well-Architected review of a workload names high risks that are open.

    ## Why it matters
    Somebody found them and wrote them down, and nothing happened.

    ## How to fix
    Work down the improvement plan, high risks of the security pillar first, and keep a milestone.

    ## References
    - https://docs.aws.amazon.com/wellarchitected/latest/userguide/workloads.html
    """
    if workload.owner == workload.account and workload.high_risks:
        yield f"{workload.high_risks} high risks are open"


@rule(
    "info",
    advice=True,
    passes=[_shop(unanswered=2), Workload(workload_name="x", account="1", owner="2", updated_at=_OLD)],
    fails=[_shop(updated_at=_OLD)],
)
def review_old(workload: Workload, *, review_age: int = 365) -> Problems:
    """Well-Architected review of a workload is old.

    ## Why it matters
    What it says is true of a workload that no longer exists in this shape.

    ## How to fix
    Review the workload again once a year and before large changes.

    ## Parameters
    - `review_age`: days after which a review is old.

    ## References
    - https://docs.aws.amazon.com/wellarchitected/latest/framework/the-review-process.html
    """
    if workload.owner == workload.account:
        days = workload.days_since(workload.updated_at)
        if days > review_age:
            left = f", with {workload.unanswered} questions unanswered" if workload.unanswered else ""
            yield f"last changed {days} days ago{left}"
