"""``bartizan snapshots``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from bartizan.cli.options import store_of, store_options

if TYPE_CHECKING:
    from bartizan.store.manifest import Manifest


@click.group("snapshots", invoke_without_command=True)
@store_options
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@click.pass_context
def snapshots_command(ctx: click.Context, /, *, as_json: bool, **options: Any) -> None:
    """List the snapshots that scans have kept, the newest first, or prune them.

    \b
    Examples:
      bartizan snapshots --store snapshots
      bartizan snapshots prune --keep 30 --older-than 90
    """
    if ctx.invoked_subcommand is not None:
        return
    store = store_of(options)
    approved = store.approved()
    listed = [_facts(each, approved) for each in store.readable()]
    if as_json:
        click.echo(json.dumps(listed, indent=2))
        return
    for each in listed:
        accounts = each["accounts"]
        whose = accounts[0] if len(accounts) == 1 else f"{len(accounts)} accounts"
        mark = "  approved" if each["approved"] else ""
        click.echo(
            f"{each['id']}  {whose}  {each['resources']:>7,} resources  {each['statuses'].get('fail', 0):>6,} failures"
            f"  {each['bytes'] / 1e6:,.1f} MB{mark}"
        )
    if not listed:
        click.echo(f"There is no snapshot in {store.address}; `bartizan scan --store` adds one.", err=True)


@snapshots_command.command("prune")
@store_options
@click.option("--keep", type=click.IntRange(min=1), default=1, show_default=True, help="Keep this many, the newest.")
@click.option("--older-than", type=click.IntRange(min=0), default=0, metavar="DAYS", help="Keep what is younger.")
@click.option("--yes", is_flag=True, help="Remove them; without it, it only says which.")
def prune_command(*, keep: int, older_than: int, yes: bool, **options: Any) -> None:
    """Say which snapshots may go, and remove them with --yes.

    Those go that are beyond --keep and older than --older-than; never the newest, never the approved baseline. What a
    scan that broke off has left behind goes after two days, and what is broken at once.

    \b
    Examples:
      bartizan snapshots prune --keep 30
      bartizan snapshots prune --keep 30 --older-than 90 --yes
    """
    import datetime as dt

    store = store_of(options)
    removal = store.removal(dt.datetime.now(dt.UTC), keep=keep, older_than=dt.timedelta(days=older_than))
    for each in removal.snapshots:
        click.echo(f"{each.id}  {', '.join(each.accounts)}")
    for name in removal.unfinished:
        click.echo(f"{name}  broken off")
    for name in removal.broken:
        click.echo(f"{name}  broken")
    if removal.leftover:
        click.echo(f"{len(removal.leftover)} files that no snapshot names")
    number = len(removal.snapshots) + len(removal.unfinished) + len(removal.broken) + len(removal.leftover)
    if yes:
        store.remove(removal)
        click.echo(f"Removed {number}.", err=True)
    else:
        click.echo(f"{number} would be removed; --yes does it." if number else "Nothing to remove.", err=True)


def _facts(manifest: Manifest, approved: str | None) -> dict[str, Any]:
    statuses: dict[str, int] = {}
    for part in manifest.parts:
        for status, number in part.statuses.items():
            statuses[status] = statuses.get(status, 0) + number
    return {
        "id": manifest.id,
        "started": manifest.started.isoformat(),
        "finished": manifest.finished.isoformat(),
        "accounts": list(manifest.accounts),
        "failed": dict(manifest.failed),
        "resources": sum(part.resources for part in manifest.parts),
        "statuses": statuses,
        "coverage_gaps": sum(part.gaps for part in manifest.parts),
        "rules": len(manifest.rules),
        "settings_digest": manifest.settings_digest,
        "tool_version": manifest.tool_version,
        "schema_version": manifest.schema_version,
        "bytes": sum(file.bytes for file in manifest.stored),
        "approved": manifest.id == approved,
    }
