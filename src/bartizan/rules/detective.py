"""Checks of Amazon Detective."""

from __future__ import annotations

from typing import Any

from bartizan.model import Problems, World, rule
from bartizan.resources.detective import Graph
from bartizan.resources.guardduty import Detector

_HERE: dict[str, Any] = {"account": "111122223333", "region": "eu-west-1"}


@rule(
    "info",
    advice=True,
    passes=[
        (Detector(**_HERE), Graph(**_HERE)),
        (Detector(**_HERE), Graph(own=False, **_HERE)),
        Detector(enabled=False, **_HERE),
    ],
    fails=[
        Detector(**_HERE),
        (Detector(**_HERE), Graph(account="111122223333", region="us-east-1")),
    ],
    reads=[Graph],
)
def no_behavior_graph(detector: Detector, world: World) -> Problems:
    """Detective does not follow up what GuardDuty finds in a Region.

    ## Why it matters
    After a finding somebody has to put together from raw logs what an identity did before and after it.

    ## How to fix
    Consider Detective where findings are investigated by people. It is billed by volume, and free for 30 days.

    ## References
    - https://docs.aws.amazon.com/detective/latest/userguide/detective-setup.html
    """
    if detector.enabled and not world.all(Graph, near=detector):
        yield "GuardDuty is on, and its events go into no behavior graph"
