"""``bartizan scan``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bartizan.cli.options import (
    access_options,
    exit_code,
    framework_option,
    report_options,
    selected,
    selection_options,
    settings_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from bartizan.aws.session import Access
    from bartizan.engine.catalog import Catalog
    from bartizan.engine.settings import Settings


@click.command("scan")
@access_options
@selection_options
@framework_option
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
    **reporting: Any,
) -> None:
    """Assess the account of the current credentials; never writes to it.

    Reads all enabled regions, prints a summary and writes reports.

    \b
    Examples:
      bartizan scan
      bartizan scan --profile audit --region eu-west-1 --service s3 --service iam
      bartizan scan --rule 'iam.*' --severity high --json
      bartizan scan --framework cis-5.0 --framework soc2
    """
    from bartizan.aws.session import Access

    settings = settings_of(config)
    catalog = selected(services, rules, severity, settings, frameworks, custom)
    access = Access(profile=profile, role_arn=role_arn, external_id=external_id, endpoint_url=endpoint_url)
    ctx.exit(run_scan(access, catalog, regions, settings=settings, frameworks=frameworks, **reporting))


def run_scan(  # noqa: PLR0913 - all but two can be left out
    access: Access,
    catalog: Catalog,
    regions: tuple[str, ...] = (),
    *,
    settings: Settings | None = None,
    frameworks: tuple[str, ...] = (),
    fail_on: str,
    unknown_ok: bool,
    **reporting: Any,
) -> int:
    """Scan, report, and give the exit code."""
    import asyncio

    from bartizan.app.scan import scan
    from bartizan.cli.reporting import deliver, of_scan, progress

    with progress("Reading the account") as advance:
        result = asyncio.run(scan(access, catalog, regions, advance, settings=settings))
    deliver(of_scan(result, frameworks), default_output="bartizan-report", **reporting)
    return exit_code(result.evaluation, result.catalog, partial=result.partial, fail_on=fail_on, unknown_ok=unknown_ok)
