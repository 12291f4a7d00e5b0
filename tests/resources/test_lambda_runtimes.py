"""The table of runtimes is complete."""

from __future__ import annotations

import datetime as dt

import botocore.session
import pytest

from bartizan.engine.evaluate import evaluate
from bartizan.model import SAMPLE_TIME, Snapshot, Status
from bartizan.resources.lambda_ import Function
from bartizan.resources.lambda_runtimes import DEPRECATED, WITHOUT_DATE
from bartizan.rules.lambda_.functions import deprecated_runtime


def test_every_runtime_that_the_api_knows_has_a_date_or_is_listed_without_one() -> None:
    known = set(botocore.session.get_session().get_service_model("lambda").shape_for("Runtime").enum)
    assert known == known & (DEPRECATED.keys() | WITHOUT_DATE)
    assert known >= WITHOUT_DATE
    assert not DEPRECATED.keys() & WITHOUT_DATE


@pytest.mark.parametrize(
    ("days", "status"), [(-1, Status.PASS), (0, Status.FAIL), (1, Status.FAIL)], ids=["before", "on the day", "after"]
)
def test_a_runtime_fails_from_its_day_on(days: int, status: Status) -> None:
    day = dt.datetime.combine(DEPRECATED["nodejs22.x"], dt.time(), tzinfo=SAMPLE_TIME.tzinfo)
    function = Function(runtime="nodejs22.x", function_name="shop", read_at=day + dt.timedelta(days=days))
    (finding,) = evaluate([deprecated_runtime], Snapshot([function])).findings()
    assert finding.status is status
