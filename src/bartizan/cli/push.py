"""``bartizan push``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bartizan.cli.options import access_options
from bartizan.report.safe import printable
from bartizan.report.unseen import amount

if TYPE_CHECKING:
    from bartizan.app.push import Push

_SHOWN = 10


@click.group("push")
def push_group() -> None:
    """Send the findings of a scan to other systems.

    \b
    Example:
      bartizan push securityhub --dry-run
    """


@push_group.command("securityhub")
@click.argument(
    "report", type=click.Path(path_type=Path), default=Path("bartizan-report/report.json"), metavar="[REPORT]"
)
@access_options
@click.option("--into", default="", metavar="REGION", help="Send the findings of all regions to this one.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent, and send nothing.")
@click.option("--yes", is_flag=True, help="Send without asking.")
@click.pass_context
def securityhub_command(  # noqa: PLR0913 - one argument per option
    ctx: click.Context,
    /,
    *,
    report: Path,
    profile: str | None,
    role_arn: str | None,
    external_id: str | None,
    regions: tuple[str, ...],
    endpoint_url: str | None,
    into: str,
    dry_run: bool,
    yes: bool,
) -> None:
    """Send the findings of a report to AWS Security Hub, and close earlier ones that are fixed.

    REPORT is what a scan writes, bartizan-report/report.json if it is not named, or - for standard input. This writes
    to the account: it says what it will do, and asks first. Each finding goes to Security Hub of its region. What was
    sent earlier and passes now is set to PASSED and archived; so is what belonged to a resource that is gone.

    It needs securityhub:BatchImportFindings and securityhub:GetFindings, which a scan does not. Exits with 3 when
    something was not taken.

    \b
    Examples:
      bartizan push securityhub --dry-run
      bartizan push securityhub --profile security --into eu-west-1 --yes
      bartizan scan --json | bartizan push securityhub - --yes
    """
    import asyncio

    from bartizan.app.push import load_report, push, read_report
    from bartizan.aws.session import Access

    piped = str(report) == "-"
    loaded = read_report(sys.stdin.read(), "standard input") if piped else load_report(report)
    access = Access(profile=profile, role_arn=role_arn, external_id=external_id, endpoint_url=endpoint_url)

    def agree(planned: Push) -> bool:
        _tell(planned)
        return bool(planned.regions) and not dry_run and (yes or _asked(piped=piped))

    done = asyncio.run(push(access, loaded, agree, regions=regions, into=into))
    if done.sent:
        sent = sum(len(each.all) for name, each in done.regions.items() if name not in done.unreachable)
        click.echo(f"Sent {amount((sent - len(done.refused), 'finding')) or 'nothing'}.")
        for each in done.refused[:_SHOWN]:
            click.echo(printable(f"Not taken: {each.id}: {each.code}: {each.message}"), err=True)
        if len(done.refused) > _SHOWN:
            click.echo(f"... and {len(done.refused) - _SHOWN:,} more", err=True)
    for region, why in done.unreachable.items():
        click.echo(printable(f"Not sent to {region}: {why}"), err=True)
    ctx.exit(3 if done.refused or done.unreachable else 0)


def _tell(planned: Push) -> None:
    if not planned.regions:
        click.echo(f"There is nothing to send to Security Hub of account {planned.account}.")
    else:
        click.echo(f"To Security Hub of account {planned.account}, by securityhub:BatchImportFindings:")
    for region, each in planned.regions.items():
        parts = [f"{amount((len(each.open), 'finding'))} ({each.new:,} new)"] if each.open else []
        if each.fixed:
            parts.append(f"{len(each.fixed):,} closed as fixed")
        if each.gone:
            parts.append(f"{len(each.gone):,} closed, their resource being gone")
        click.echo(printable(f"  {region}: {', '.join(parts)}"))
    if planned.elsewhere:
        left = amount((planned.elsewhere, "finding"))
        click.echo(f"Left out: {left} of other accounts, which only those can send.")


def _asked(*, piped: bool) -> bool:
    """Whether the user agrees; where nobody can be asked, nothing is sent."""
    from bartizan.model import InputError

    if piped or not sys.stdin.isatty():
        raise InputError("nothing was sent, since nobody can be asked here: add --yes to send it, or --dry-run")
    return click.confirm("Send?")
