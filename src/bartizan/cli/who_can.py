"""``bartizan who-can``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from bartizan.cli.options import estate_options, source_of, trusted_option

if TYPE_CHECKING:
    from bartizan.app.exposed import Outsider
    from bartizan.app.who_can import Entry, WhoCan


@click.command("who-can")
@click.argument("action")
@click.argument("resource", default="*")
@trusted_option
@estate_options
@click.pass_context
def who_can_command(
    ctx: click.Context, /, *, action: str, resource: str, trusted: tuple[str, ...], as_json: bool, **options: Any
) -> None:
    """List everybody who may do ACTION on RESOURCE, which may be a pattern, and what it takes.

    Nobody is tried: it is solved for which requests AWS lets through, so that whoever is not listed cannot. Groups,
    boundaries, SCPs, RCPs, resource policies and sessions that they name count.

    Exit codes: 0, or 3 where something that has a say was not read or could not be decided; 2 usage or input error.

    \b
    Examples:
      bartizan who-can s3:DeleteObject arn:aws:s3:::media/cat.jpg
      bartizan who-can kms:Decrypt 'arn:aws:kms:eu-west-1:111122223333:key/*' --file details.json
      bartizan who-can iam:CreateAccessKey 'arn:aws:iam::*:user/*'
    """
    import datetime as dt

    from bartizan.app.asking import kinds_for
    from bartizan.app.estate import find_estate
    from bartizan.app.who_can import check, who_can
    from bartizan.cli.answers import show, warn
    from bartizan.cli.reporting import progress

    check(action, resource)
    source = source_of(options)
    with progress("Reading the account") as advance:
        found = find_estate(source, guarded=kinds_for(resource), progress=advance)
    answer = who_can(found, action, resource, dt.datetime.now(dt.UTC), trusted)
    warn(answer.warnings)
    show(answer.facts(), "\n".join(_lines(answer)), as_json=as_json)
    ctx.exit(3 if answer.partial or answer.unknown or answer.undecided else 0)


def _lines(answer: WhoCan) -> Iterator[str]:
    yield f"{answer.action} on {answer.resource}"
    groups = {
        f"By an ordinary call ({len(answer.definite)})": [_entry(each, answer) for each in answer.definite],
        f"In certain circumstances ({len(answer.conditional)}), for instance": [
            _entry(each, answer) for each in answer.conditional
        ],
        f"From outside ({len(answer.outside)})": [_outsider(each) for each in answer.outside],
        f"Perhaps ({len(answer.unknown)}), since not all could be read or decided": [
            _doubtful(each) for each in answer.unknown
        ],
        "From outside, not decided": [[f"  {each}"] for each in answer.undecided],
    }
    if not any(groups.values()):
        yield from ("", "Nobody.")
    groups["Notes"] = [[f"  {each}"] for each in answer.notes]
    for heading, entries in groups.items():
        if entries:
            yield from ("", heading)
        for lines in entries:
            yield from lines


def _entry(entry: Entry, answer: WhoCan) -> list[str]:
    from bartizan.app.asking import deciding

    lines = [f"  {entry.principal.session or entry.principal.arn}"]
    if entry.how is not None:
        if entry.how.request.resource != answer.resource:
            lines.append(f"      on {entry.how.request.resource}")
        lines += [f"      with {key} = {', '.join(values) or 'nothing'}" for key, values in entry.how.context.items()]
        giving = deciding(entry.how.statements)
        lines += [f"      by {giving}"] if giving else []
    return lines + [f"      unless denied by what was not read: {doubt}" for doubt in entry.doubts]


def _doubtful(entry: Entry) -> list[str]:
    return [f"  {entry.principal.session or entry.principal.arn}", *(f"      {doubt}" for doubt in entry.doubts)]


def _outsider(outsider: Outsider) -> list[str]:
    exposure = outsider.exposure
    named = f" {exposure.who}" if exposure.who else ""
    vendor = f" ({outsider.vendor})" if outsider.vendor else ""
    limits = f", only by {', '.join(exposure.limits)}" if exposure.limits else ""
    return [f"  {outsider.level}: {exposure.reach}{named}{vendor}{limits}"]
