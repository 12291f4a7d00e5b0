"""``bartizan diff``, ``bartizan approve`` and ``bartizan drift``."""

from __future__ import annotations

from typing import Any

import click

from bartizan.cli.options import SEVERITIES, store_of, store_options


@click.command("diff")
@click.argument("before", required=False, default="previous", metavar="[BEFORE]")
@click.argument("after", required=False, default="latest", metavar="[AFTER]")
@store_options
@click.option("--severity", type=click.Choice(SEVERITIES), default="info", help="Leave out what is less severe.")
@click.option(
    "--fail-on", type=click.Choice(("new", "never")), default="never", show_default=True,
    help="Exit with 1 when there is a new failure.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the difference as JSON.")
@click.pass_context
def diff_command(  # noqa: PLR0913 - one argument per option
    ctx: click.Context,
    /,
    *,
    before: str,
    after: str,
    severity: str,
    fail_on: str,
    as_json: bool,
    **options: Any,
) -> None:
    """Say what changed between two snapshots: failures that are new, fixed, changed or still open, and why.

    BEFORE and AFTER are ids, the beginning of one, `latest`, `previous` or `approved`; without them it is the last two.
    What was not looked at any more is unseen, never fixed.

    \b
    Examples:
      bartizan diff
      bartizan diff --fail-on new --severity high
      bartizan diff approved latest --json
    """
    from bartizan.app.history import comparison_facts, comparison_text
    from bartizan.cli.answers import show
    from bartizan.engine.diff import Change
    from bartizan.model import Severity

    store = store_of(options)
    from bartizan.store.compare import compared

    least = Severity.parse(severity)
    found = compared(store, store.get(before), store.get(after))
    show(comparison_facts(found, least), "\n".join(comparison_text(found, least)), as_json=as_json)
    new = any(each.difference.change is Change.NEW and each.severity >= least for each in found.changed)
    ctx.exit(1 if new and fail_on == "new" else 0)


@click.command("approve")
@click.argument("snapshot", required=False, default="latest", metavar="[SNAPSHOT]")
@store_options
@click.option("--by", default="", metavar="NAME", help="Who approves it.")
def approve_command(*, snapshot: str, by: str, **options: Any) -> None:
    """Make a snapshot, the latest where none is named, the baseline that `bartizan drift` compares with.

    \b
    Example:
      bartizan approve --by "security team"
    """
    store = store_of(options)
    manifest = store.get(snapshot)
    store.approve(manifest, by)
    click.echo(f"{manifest.id} is the approved baseline.")


@click.command("drift")
@click.argument("snapshot", required=False, default="latest", metavar="[SNAPSHOT]")
@store_options
@click.option("--json", "as_json", is_flag=True, help="Print the drift as JSON.")
@click.pass_context
def drift_command(ctx: click.Context, /, *, snapshot: str, as_json: bool, **options: Any) -> None:
    """Say what differs from the approved baseline in resources, rules and settings; exit code 1 where anything does.

    Times, such as when a key was last used, are not compared; neither is what one of the two scans could not read.

    \b
    Example:
      bartizan drift
    """
    from bartizan.app.history import drift_facts, drift_text
    from bartizan.cli.answers import show

    store = store_of(options)
    from bartizan.store.drifting import drift

    found = drift(store, store.get("approved"), store.get(snapshot))
    show(drift_facts(found), "\n".join(drift_text(found)), as_json=as_json)
    ctx.exit(1 if found.any else 0)
