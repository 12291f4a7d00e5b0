"""``bartizan check``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bartizan.cli.options import (
    FORMATS,
    exit_code,
    framework_option,
    report_options,
    selection,
    selection_options,
    settings_of,
)

# Security Hub takes only what is of an account.
_FORMATS = tuple(each for each in FORMATS if each != "asff")


@click.command("check")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@selection_options
@framework_option
@report_options("", formats=_FORMATS)
@click.pass_context
def check_command(  # noqa: PLR0913 - one argument per option
    ctx: click.Context,
    /,
    *,
    paths: tuple[str, ...],
    services: tuple[str, ...],
    rules: tuple[str, ...],
    severity: str,
    config: Path | None,
    custom: tuple[Path, ...],
    frameworks: tuple[str, ...],
    fail_on: str,
    unknown_ok: bool,
    **reporting: Any,
) -> None:
    """Assess infrastructure code: Terraform (*.tf, and plans and states as JSON) and templates of CloudFormation,
    SAM, CDK and the Serverless Framework.

    The rules are those of a scan. A directory is searched; the summary says what was read as what, and what was
    not, and why. Reading *.tf needs the extra "terraform".

    \b
    Examples:
      bartizan check template.yaml
      bartizan check infrastructure/
      terraform show -json plan.out > plan.json; bartizan check plan.json
    """
    from bartizan.app.check import check_with
    from bartizan.cli.reporting import deliver, of_check

    settings = settings_of(config)
    choice = selection(services, rules, severity, settings, frameworks, custom)
    result = check_with([Path(each) for each in paths], choice.catalog, settings)
    deliver(of_check(result, frameworks, settings), default_output=None, **reporting)
    ctx.exit(exit_code(result.evaluation, result.catalog, partial=False, fail_on=fail_on, unknown_ok=unknown_ok))
