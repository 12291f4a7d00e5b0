"""``bartizan scan``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bartizan.cli.across import across_of, organization_options, organization_scan_options
from bartizan.cli.options import (
    access_options,
    asks_for_code,
    exit_code,
    framework_option,
    report_options,
    selection,
    selection_options,
    settings_of,
    store_option,
    tell,
)

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from bartizan.app.organization.members import Choice
    from bartizan.app.organization.pool import Engine
    from bartizan.app.organization.run import Reach
    from bartizan.app.selection import Selection
    from bartizan.aws.session import Access
    from bartizan.store.store import Store


@click.command("scan")
@access_options
@selection_options
@organization_options
@organization_scan_options
@framework_option
@store_option
@report_options("bartizan-report")
@click.pass_context
def scan_command(  # noqa: PLR0913 - one argument per option
    ctx: click.Context,
    /,
    *,
    profile: str | None,
    role_arn: str | None,
    external_id: str | None,
    regions: tuple[str, ...],
    endpoint_url: str | None,
    services: tuple[str, ...],
    rules: tuple[str, ...],
    severity: str,
    config: Path | None,
    custom: tuple[Path, ...],
    frameworks: tuple[str, ...],
    cluster: str | None,
    resume: bool,
    aggregator: str,
    address: str | None,
    **options: Any,
) -> None:
    """Assess the account of the current credentials, or with --org all accounts of its organization; never writes.

    Reads all enabled regions, prints a summary and writes reports. With --store it is kept as a snapshot too, for
    `bartizan query`, `bartizan diff` and `bartizan drift`.

    \b
    Examples:
      bartizan scan
      bartizan scan --profile audit --region eu-west-1 --service s3 --service iam
      bartizan scan --rule 'iam.*' --severity high --json
      bartizan scan --framework cis-5.0 --framework soc2
      bartizan scan --store s3://audit-bucket/bartizan
      bartizan scan --org --ou Workloads --without-account sandbox
      bartizan scan --org --cluster tcp://scheduler.internal:8786
    """
    from dataclasses import replace

    from bartizan.aws.session import Access

    chosen = selection(services, rules, severity, settings_of(config), frameworks, custom)
    access = Access(profile=profile, role_arn=role_arn, external_id=external_id, endpoint_url=endpoint_url)
    across = across_of(options, access)
    if across is None:
        if cluster or resume or aggregator:
            raise click.UsageError(
                "--cluster, --resume and --aggregator go with --org; without it, one account is read"
            )
        store = opened_store(address or chosen.settings.store, access)
        ctx.exit(run_scan(access, chosen, regions, store=store, **options))
    if asks_for_code(options):
        raise click.UsageError("fixes as code are of one account: scan it by itself, with --role-arn")
    if cluster:
        from bartizan.app.organization.cluster import require_portable

        require_portable(chosen, address or chosen.settings.store)
    store = opened_store(address or chosen.settings.store, access)
    if resume and store is None:
        raise click.UsageError("--resume takes up a scan in a store: name it with --store")
    ctx.exit(
        run_organization_scan(
            replace(across.reach, elsewhere=bool(cluster)),
            chosen,
            across.choice,
            regions,
            engine=engine(cluster, across.at_once),
            store=store,
            resume=resume,
            aggregator=aggregator,
            **options,
        )
    )


def engine(address: str | None, workers: int) -> AbstractContextManager[Engine]:
    """What works on accounts as long as the context lasts: the cluster at an address, or processes of this machine."""
    from contextlib import nullcontext

    from bartizan.app.organization.pool import Engine

    if not address:
        return nullcontext(Engine(workers=workers))
    from bartizan.app.organization.cluster import cluster

    return cluster(address, workers)


def opened_store(address: str, access: Access) -> Store | None:
    """The store to keep the scan in, if one is named; raises ``InputError`` where it cannot be written."""
    if not address:
        return None
    from bartizan.app.keep import store_at

    store = store_at(address, access, tell)
    store.files.require_writable()
    return store


def run_scan(  # noqa: PLR0913 - all but two can be left out
    access: Access,
    selection: Selection,
    regions: tuple[str, ...] = (),
    *,
    store: Store | None = None,
    fail_on: str,
    unknown_ok: bool,
    **reporting: Any,
) -> int:
    """Scan, report, keep it in the store if there is one, and give the exit code."""
    import asyncio

    from bartizan.app.scan import scan
    from bartizan.cli.reporting import deliver, of_scan, progress

    catalog = selection.catalog()
    if not len(catalog.of_one_account()):
        named = ", ".join(catalog.rules)
        raise click.UsageError(f"rules that ask about all accounts of an organization are for scan --org: {named}")
    with progress("Reading the account") as advance:
        result = asyncio.run(scan(access, catalog, regions, advance, settings=selection.settings))
    deliver(of_scan(result, selection.frameworks, selection.settings), default_output="bartizan-report", **reporting)
    if store is not None:
        from bartizan.app.keep import keep

        kept = keep(result, store, selection.settings)
        click.echo(f"Kept as snapshot {kept.id} in {store.address}", err=True)
    return exit_code(result.evaluation, result.catalog, partial=result.partial, fail_on=fail_on, unknown_ok=unknown_ok)


def run_organization_scan(  # noqa: PLR0913 - one argument per thing that the user can say
    reach: Reach,
    selection: Selection,
    choice: Choice,
    regions: tuple[str, ...] = (),
    *,
    engine: AbstractContextManager[Engine],
    store: Store | None = None,
    resume: bool = False,
    aggregator: str = "",
    fail_on: str,
    unknown_ok: bool,
    **reporting: Any,
) -> int:
    """Scan the organization, report, and give the exit code."""
    from bartizan.app.organization.run import scan_organization
    from bartizan.cli.reporting import deliver, of_organization, progress
    from bartizan.model import InputError, counted

    try:
        with engine as ready, progress("Reading the organization") as advance:
            result = scan_organization(
                reach,
                selection,
                choice,
                regions,
                advance,
                engine=ready,
                store=store,
                resume=resume,
                aggregator=aggregator,
            )
    except KeyboardInterrupt:
        if store is not None:
            click.echo("What was read of accounts is kept: `--resume` takes the scan up from here", err=True)
        raise
    if result.taken_up:
        click.echo(f"{counted(result.taken_up, 'account')} read by an earlier run", err=True)
    if aggregator:
        click.echo(f"{counted(result.recorded, 'resource')} read in part from the aggregator", err=True)
        click.echo(f"{counted(result.unlisted, 'listing')} left out, since it knows what they would show", err=True)
        for why, number in sorted(result.unrecorded.items()):
            where = f"In {counted(number, 'region')} of accounts"
            click.echo(f"{where} it was not believed, and all was read directly: {why}", err=True)
    deliver(
        of_organization(result, selection.frameworks, selection.settings), default_output="bartizan-report", **reporting
    )
    _tell_unreached({f"{each.account} ({each.name})": each.unreached for each in result.accounts if each.unreached})
    if store is not None and result.unkept:
        raise InputError(f"the scan is not kept as a snapshot: {result.unkept}; `--resume` takes it up from here")
    if store is not None:
        click.echo(f"Kept as snapshot {result.kept} in {store.address}", err=True)
    return exit_code(result.outcome, result.catalog, partial=result.partial, fail_on=fail_on, unknown_ok=unknown_ok)


_REASONS_SHOWN = 10


def _tell_unreached(reasons: dict[str, str]) -> None:
    from bartizan.app.organization.accounts import told
    from bartizan.model import counted
    from bartizan.report.safe import printable

    lines = [f"Not reached: {named}: {' '.join(why.split())}" for named, why in told(reasons)]
    for each in lines[:_REASONS_SHOWN]:
        click.echo(printable(each), err=True)
    if len(lines) > _REASONS_SHOWN:
        click.echo(
            f"... and {counted(len(lines) - _REASONS_SHOWN, 'more reason')}; the coverage gaps of --json name them",
            err=True,
        )
