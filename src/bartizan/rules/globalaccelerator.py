"""Checks of AWS Global Accelerator."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.globalaccelerator import Accelerator

_ACCELERATOR = Accelerator(accelerator_name="shop")


@rule(
    "medium",
    passes=[_ACCELERATOR, replace(_ACCELERATOR, flow_logs=False, enabled=False)],
    fails=[replace(_ACCELERATOR, flow_logs=False)],
)
def no_flow_log(accelerator: Accelerator) -> Problems:
    """Accelerator writes no flow logs.

    ## Why it matters
    After an incident nobody can tell who connected to what, since the endpoints may not see the clients' addresses.

    ## How to fix
    Write flow logs to a bucket.

    ## References
    - https://docs.aws.amazon.com/global-accelerator/latest/dg/monitoring-global-accelerator.flow-logs.html
    """
    if accelerator.enabled and not accelerator.flow_logs:
        yield "flow logs are off"
