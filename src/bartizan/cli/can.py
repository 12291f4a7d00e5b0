"""``bartizan can``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bartizan.cli.options import estate_options, source_of

if TYPE_CHECKING:
    from bartizan.app.can import Verdict

_CODES = {"allowed": 0, "denied": 1, "unknown": 3}


@click.command("can")
@click.argument("principal")
@click.argument("action")
@click.argument("resource", default="*")
@click.option("--context", multiple=True, metavar="KEY=VALUE", help="The value of a condition key; repeatable.")
@estate_options
@click.pass_context
def can_command(  # noqa: PLR0913 - one argument per argument of the command
    ctx: click.Context,
    /,
    *,
    principal: str,
    action: str,
    resource: str,
    context: tuple[str, ...],
    as_json: bool,
    **options: Any,
) -> None:
    """Decide whether PRINCIPAL may do ACTION on RESOURCE, and by which statement.

    PRINCIPAL is the ARN or name of a user or role, the ARN of a session, the id of an account (its root user), a
    service such as lambda.amazonaws.com, or '*' for anyone. Identity and resource policies, boundaries, SCPs and RCPs
    count.

    Exit codes: 0 allowed, 1 denied, 2 usage or input error, 3 unknown, since a policy that has a say was not read.

    \b
    Examples:
      bartizan can anna s3:GetObject arn:aws:s3:::media/cat.jpg
      bartizan can app iam:CreateUser --file details.json --organization org.json
      bartizan can deploy ec2:RunInstances --context aws:RequestTag/team=web --context aws:SourceIp=203.0.113.5
    """
    import datetime as dt

    from bartizan.app.asking import kinds_for
    from bartizan.app.can import Question, can, check
    from bartizan.app.estate import find_estate
    from bartizan.cli.answers import show, warn
    from bartizan.cli.reporting import progress

    question = Question(principal, action, resource, context)
    check(question)
    source = source_of(options)
    with progress("Reading the account") as advance:
        found = find_estate(source, guarded=kinds_for(resource), progress=advance)
    verdict = can(found, question, dt.datetime.now(dt.UTC))
    warn(verdict.warnings)
    show(verdict.facts(), _text(verdict), as_json=as_json)
    ctx.exit(_CODES[verdict.answer])


def _text(verdict: Verdict) -> str:
    facts = verdict.facts()
    lines = [f"{verdict.answer.upper()}: {facts['principal']} {facts['action']} on {facts['resource']}"]
    if verdict.answer == "unknown":
        lines += [f"  what was read says {facts['decision']}; not read:", *(f"    {each}" for each in verdict.doubts)]
    lines += [f"  {each['effect'].lower()} by {each['text']}" for each in facts["statements"]]
    lines += [f"  nothing allows it in the {each}" for each in verdict.decision.missing]
    lines += ["", "Context" + (" (* assumed)" if verdict.assumed else "")]
    lines += [
        f"  {key} = {', '.join(values)}{' *' if key in verdict.assumed else ''}"
        for key, values in verdict.request.context.items()
    ]
    return "\n".join([*lines, *(["", "Notes"] if verdict.notes else []), *(f"  {each}" for each in verdict.notes)])
