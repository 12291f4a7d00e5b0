"""``bartizan trail``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from bartizan.cli.answers import show

if TYPE_CHECKING:
    from bartizan.store.files import Files

_SHOWN = 20


def _store_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print it as JSON."),
        click.option("--endpoint-url", metavar="URL", help="Another endpoint than S3's, such as an emulator's."),
        click.option("--profile", metavar="NAME", help="Profile of the AWS configuration, for what lies in S3."),
        click.option(
            "--store", default="trail", show_default=True, metavar="ADDRESS", help="A folder, or s3://bucket/prefix."
        ),
    ):
        command = option(command)
    return command


@click.group("trail")
def trail_group() -> None:
    """Reduce CloudTrail's logs to who did what on which resource, and ask about it.

    \b
    Examples:
      bartizan trail ingest s3://org-trail-logs/AWSLogs --profile audit
      bartizan trail summary
      bartizan trail show --principal '*:role/deploy' --denied
    """


@trail_group.command("ingest")
@click.argument("source")
@_store_options
@click.option("--processes", type=click.IntRange(min=1), metavar="N", help="Processes at work. [default: one a core]")
@click.option("--memory", default="2GB", show_default=True, metavar="SIZE", help="Memory for merging.")
@click.pass_context
def ingest_command(  # noqa: PLR0913 - its options
    ctx: click.Context, /, *, source: str, store: str, processes: int | None, memory: str, as_json: bool, **options: Any
) -> None:
    """Take the logs of SOURCE, a file, a folder or s3://bucket/prefix, that were not taken yet.

    It reads CloudTrail's own files in any layout, organization trails included, results of CloudTrail Lake and Athena
    as CSV or JSON, and what `aws cloudtrail lookup-events` prints. Digests are passed over; what cannot be
    read is named.

    Exit codes: 0, or 3 where a file or an event could not be read; 2 usage or input error.

    \b
    Examples:
      bartizan trail ingest logs/ --store past
      bartizan trail ingest s3://org-trail-logs/AWSLogs/o-exampleorgid --store s3://security-lake/past
    """
    import re

    from bartizan.app.trail import source_at, take
    from bartizan.cli.reporting import progress
    from bartizan.store.trail.ingest import Limits

    if not re.fullmatch(r"\d+(\.\d+)?\s*[KMGT]i?B", memory):
        raise click.BadParameter(f"{memory!r} is no size: give for instance 2GB", param_hint="--memory")
    files, access = _reached(store, options)
    limits = Limits(memory=memory, **({"processes": processes} if processes else {}))
    with progress("Reading the logs") as advance:
        done, facts = take(source_at(source, access), files, limits, lambda now, total: advance(now, total, ""))
    show(facts, "\n".join(_ingested(facts)), as_json=as_json)
    ctx.exit(3 if done.problems or done.malformed else 0)


def _ingested(facts: dict[str, Any]) -> Iterator[str]:
    yield (
        f"Took {facts['events']:,} events of {facts['files']:,} files ({facts['bytes'] / 1e6:,.1f} MB); "
        f"{facts['known_files']:,} were taken before, {facts['files_without_events']:,} hold no events."
    )
    if facts["malformed_events"]:
        yield f"{facts['malformed_events']:,} records are no events."
    if facts["problems"]:
        yield from ("", f"Passed over ({len(facts['problems']):,})")
        yield from (f"  {each['path']}: {each['problem']}" for each in facts["problems"])
    yield from _unmapped(facts["unmapped"])


def _unmapped(unmapped: list[dict[str, Any]]) -> Iterator[str]:
    if unmapped:
        total = sum(each["events"] for each in unmapped)
        yield from ("", f"Kept without an action, since none is known for them ({total:,} events)")
        yield from (
            f"  {each['events']:>10,}  {each['event_source']}  {each['event_name']}" for each in unmapped[:_SHOWN]
        )
        if len(unmapped) > _SHOWN:
            yield f"  and {len(unmapped) - _SHOWN:,} more names; --json lists them"


@trail_group.command("summary")
@_store_options
def summary_command(*, store: str, as_json: bool, **options: Any) -> None:
    """Say what is known of the past: since when, of whom, and what could not be mapped.

    \b
    Examples:
      bartizan trail summary --store past
      bartizan trail summary --json
    """
    from bartizan.app.trail import summary

    files, _ = _reached(store, options)
    facts = summary(files)
    show(facts, "\n".join(_summed(facts)), as_json=as_json)


def _summed(facts: dict[str, Any]) -> Iterator[str]:
    yield f"{facts['events']:,} events of {facts['files']:,} files, from {facts['first_seen']} to {facts['last_seen']}"
    yield (
        f"{facts['rows']:,} distinct rows ({facts['bytes'] / 1e6:,.1f} MB): {facts['accounts']:,} accounts, "
        f"{facts['principals']:,} principals, {facts['actions']:,} actions"
    )
    for title, name, key in (
        ("By whom", "principal_kinds", "principal_kind"),
        ("How they were mapped", "mappings", "mapping"),
    ):
        yield from ("", title)
        yield from (f"  {each['events']:>10,}  {each[key]}" for each in facts[name])
    if facts["without_resource"]:
        yield from ("", "Resource not told")
        yield from (f"  {each['events']:>10,}  {each['action']}" for each in facts["without_resource"][:_SHOWN])
    yield from _unmapped(facts["unmapped"])


@trail_group.command("show")
@_store_options
@click.option("--account", metavar="ID", help="Only of this account.")
@click.option("--principal", metavar="PATTERN", help="Only of principals like this; * stands for anything.")
@click.option("--action", metavar="PATTERN", help="Only actions like this, such as 's3:Get*'.")
@click.option("--denied", is_flag=True, help="Only what was denied.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most this many rows.")
def show_command(*, store: str, as_json: bool, **options: Any) -> None:
    """List who did what on which resource, how often and when, the most frequent first.

    AWS's own services and callers without a name are left out, unless --principal names them.

    \b
    Examples:
      bartizan trail show --principal '*:role/deploy'
      bartizan trail show --action 'kms:*' --denied --json
    """
    from bartizan.app.trail import Chosen, rows

    files, _ = _reached(store, options)
    found = rows(files, Chosen(**options))
    show(found, "\n".join(_listed(found)), as_json=as_json)


def _listed(found: list[dict[str, Any]]) -> Iterator[str]:
    if not found:
        yield "Nothing of that was seen."
    for each in found:
        error = f"  {each['error']}" if each["error"] else ""
        yield f"{each['events']:>10,}  {each['action']}  {each['resource'] or '(resource not told)'}{error}"
        yield f"            {each['principal'] or each['principal_kind']}, {each['first_seen']} to {each['last_seen']}"


def _reached(store: str, options: dict[str, Any]) -> tuple[Files, Any]:
    from bartizan.app.keep import files_at
    from bartizan.aws.session import Access

    access = Access(profile=options.pop("profile"), endpoint_url=options.pop("endpoint_url"))
    return files_at(store, access), access
