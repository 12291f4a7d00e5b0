"""``bartizan exposed``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from bartizan.cli.options import estate_options, source_of, trusted_option

if TYPE_CHECKING:
    from bartizan.app.exposed import ExposedResource, Outsider


@click.command("exposed")
@click.argument("resource", required=False, default="")
@trusted_option
@estate_options
@click.pass_context
def exposed_command(
    ctx: click.Context, /, *, resource: str, trusted: tuple[str, ...], as_json: bool, **options: Any
) -> None:
    """List what is reachable from outside its account by its policy, each with a request that gets through.

    Buckets, keys, queues, topics, functions and roles; public, public within a network, vendors and other accounts,
    organizations, services that act for anyone. ACLs of buckets are not policies: see `bartizan rule s3.public-acl`.

    Exit codes: 0 nothing is public, 1 something is, 2 usage or input error, 3 something was not read or not decided.

    \b
    Examples:
      bartizan exposed
      bartizan exposed arn:aws:s3:::media --json
      bartizan exposed --file details.json --resource-policies policies.json --trusted 444455556666
    """
    from bartizan.app.asking import kinds_for
    from bartizan.app.estate import find_estate
    from bartizan.app.exposed import exposed
    from bartizan.cli.answers import show
    from bartizan.cli.reporting import progress
    from bartizan.model import counted

    source = source_of(options)
    with progress("Reading the account") as advance:
        found = find_estate(source, guarded=kinds_for(resource), progress=advance)
    answers = exposed(found, resource, trusted)
    facts = {"resources": [each.facts() for each in answers], "notes": list(found.notes)}
    lines = [line for each in answers for line in _lines(each)]
    if not any(each.outsiders for each in answers):
        lines += [
            f"Nothing of {counted(len(found.estate.resources), 'resource')} is reachable from outside by its policy.",
            "",
        ]
    notes = ["Notes", *(f"  {each}" for each in found.notes)] if found.notes else []
    show(facts, "\n".join([*lines, *notes]).rstrip("\n"), as_json=as_json)
    unknown = found.partial or any(each.unknown for each in answers)
    ctx.exit(1 if any(each.public for each in answers) else 3 if unknown else 0)


def _lines(answer: ExposedResource) -> Iterator[str]:
    yield f"{answer.guarded.arn}{'  PUBLIC' if answer.public else ''}"
    for each in answer.outsiders:
        yield from _outsider(each)
    for unknown in answer.unknown:
        yield f"  not known: {unknown}"
    yield ""


def _outsider(outsider: Outsider) -> Iterator[str]:
    from bartizan.app.asking import spelled

    exposure = outsider.exposure
    named = f" {exposure.who}" if exposure.who else ""
    vendor = f" ({outsider.vendor})" if outsider.vendor else ""
    yield f"  {outsider.level}: {exposure.reach}{named}{vendor}"
    witness = exposure.witness
    who = witness.principal.session or witness.principal.arn or "anyone"
    yield f"      {who} gets through with {spelled(witness.action)} on {witness.resource}"
    for key, values in witness.context.items():
        yield f"      with {key} = {', '.join(values) or 'nothing'}"
    for clause in exposure.statements[:1]:
        yield f"      by {clause}"
