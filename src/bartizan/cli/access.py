"""``bartizan access``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from bartizan.cli.options import estate_options, source_of

if TYPE_CHECKING:
    from bartizan.app.access import Access, Grant, ServiceAccess

_MOST = 6


@click.command("access")
@click.argument("principal")
@click.option("--service", "services", multiple=True, metavar="PREFIX", help="Only this service, in full; repeatable.")
@estate_options
@click.pass_context
def access_command(
    ctx: click.Context, /, *, principal: str, services: tuple[str, ...], as_json: bool, **options: Any
) -> None:
    """Say what PRINCIPAL, a user or role, may do: actions by service and access level, resources, conditions.

    An action counts where some request for it gets through groups' policies, boundaries and SCPs together. What
    resources' own policies give, and which roles it may assume, is listed besides.

    Exit codes: 0, or 3 where a policy that has a say was not read; 2 usage or input error.

    \b
    Examples:
      bartizan access anna
      bartizan access arn:aws:iam::111122223333:role/app --service s3
      bartizan access app --file details.json --organization org.json --json
    """
    import datetime as dt

    from bartizan.app.access import access
    from bartizan.app.estate import find_estate
    from bartizan.cli.answers import show
    from bartizan.cli.reporting import progress

    source = source_of(options)
    with progress("Reading the account") as advance:
        found = find_estate(source, progress=advance)
    answer = access(found, principal, dt.datetime.now(dt.UTC), services)
    show(answer.facts(), "\n".join(_lines(answer, full=bool(services))), as_json=as_json)
    ctx.exit(3 if answer.partial or answer.unread or answer.undecided else 0)


def _lines(answer: Access, *, full: bool) -> Iterator[str]:
    from bartizan.model import counted

    yield answer.principal.session or answer.principal.arn
    if answer.administrator:
        yield f"  ADMINISTRATOR: all {answer.total:,} actions on every resource"
    else:
        yield f"  {answer.count:,} of {answer.total:,} actions, in {counted(len(answer.services), 'service')}"
    if answer.missing:
        yield f"  all but {', '.join(answer.missing)}"
    if answer.services and (full or not (answer.administrator or answer.missing)):
        yield ""
        width = max(len(each.prefix) for each in answer.services)
        for service in answer.services:
            yield f"  {service.prefix:<{width}}  {_levels(service)}"
            for grant in service.grants:
                yield from _grant(grant, full=full)
    if answer.by_resource:
        yield from ("", "By the policies of resources")
    for guarded, grant in answer.by_resource:
        yield f"  {guarded.arn}: {_named(grant, full=full)}"
        yield from _conditions(grant)
    for heading, lines in (
        ("Not read, so that more or less may be allowed", answer.unread),
        ("Not decided", answer.undecided),
        ("Notes", answer.notes),
    ):
        if lines:
            yield from ("", heading, *(f"  {each}" for each in lines))


def _levels(service: ServiceAccess) -> str:
    return ", ".join(
        f"{level} {service.allowed[level]} of {count}"
        for level, count in service.total.items()
        if service.allowed[level]
    )


def _grant(grant: Grant, *, full: bool) -> Iterator[str]:
    if grant.everywhere and not full:
        return
    resources = ", ".join(grant.resources[:_MOST]) + (", ..." if len(grant.resources) > _MOST else "")
    yield f"      {_named(grant, full=full)} on {resources}"
    yield from _conditions(grant)
    for clause in grant.denied[:_MOST]:
        yield f"          but for {clause}"


def _named(grant: Grant, *, full: bool) -> str:
    shown = grant.actions if full else grant.actions[:_MOST]
    return ", ".join(map(str, shown)) + (
        f" and {len(grant.actions) - _MOST} more" if len(shown) < len(grant.actions) else ""
    )


def _conditions(grant: Grant) -> Iterator[str]:
    for key, values in grant.how.context.items():
        yield f"          for instance with {key} = {', '.join(values) or 'nothing'}"
