"""Checks of AWS Step Functions."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.stepfunctions import StateMachine


@rule("medium", passes=[StateMachine(log_level="ERROR")], fails=[StateMachine(log_level="OFF")])
def no_log(machine: StateMachine) -> Problems:
    """State machine writes no log.

    ## Why it matters
    The history of executions is gone after 90 days, of express workflows at once, and no alarm sees a failure.

    ## How to fix
    Send the log to CloudWatch Logs, at least of errors, without the execution data where that holds secrets.

    ## References
    - https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/stepfunctions-controls.html
    """
    if machine.log_level == "OFF":
        yield "the log level is OFF"


@rule("info", passes=[StateMachine(tracing=True)], fails=[StateMachine(tracing=False)], advice=True)
def no_tracing(machine: StateMachine) -> Problems:
    """State machine without tracing.

    ## Why it matters
    Which service a failure or a slow answer came from has to be guessed.

    ## How to fix
    Turn on X-Ray.

    ## References
    - https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html
    """
    if not machine.tracing:
        yield "X-Ray does not trace it"


@no_tracing.fix
def trace(machine: StateMachine) -> StateMachine:
    """Turn on X-Ray."""
    return replace(machine, tracing=True)


@rule(
    "critical",
    passes=[StateMachine(secrets=())],
    fails=[StateMachine(secrets=("Stripe key in line 7",))],
)
def secret_in_definition(machine: StateMachine) -> Problems:
    """State machine has a secret in its definition.

    ## Why it matters
    Everybody who may describe it reads the secret, and it stands in the history of each execution.

    ## How to fix
    Replace the secret by a new one, and have a state fetch that from Secrets Manager, or use an EventBridge connection.

    ## References
    - https://docs.aws.amazon.com/step-functions/latest/dg/security-best-practices.html
    """
    yield from machine.secrets
