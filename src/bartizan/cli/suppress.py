"""``bartizan suppress``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click


@click.command("suppress")
@click.argument("rule", metavar="RULE")
@click.argument("resource", metavar="RESOURCE")
@click.option("--reason", required=True, metavar="TEXT", help="Why the finding is accepted.")
@click.option("--owner", required=True, metavar="NAME", help="Who answers for it.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="Last day on which it holds.")
@click.option("--account", default="", metavar="ID", help="Only in this account.")
@click.option("--region", default="", metavar="NAME", help="Only in this region.")
@click.option("--custom", multiple=True, type=click.Path(path_type=Path), metavar="PATH", help="Rules of your own.")
@click.option(
    "--config", "path", type=click.Path(dir_okay=False, path_type=Path), default="bartizan.toml", show_default=True,
    help="The file to write it to.",
)  # fmt: skip
def suppress_command(  # noqa: PLR0913 - one argument per option
    *,
    rule: str,
    resource: str,
    reason: str,
    owner: str,
    expires: dt.datetime | None,
    account: str,
    region: str,
    custom: tuple[Path, ...],
    path: Path,
) -> None:
    """Accept a finding: write it, with reason and owner, to the settings that scans read.

    RULE is an id or a pattern, RESOURCE a pattern of ARNs, addresses in code, or names. The file is meant to be
    reviewed and kept with the code; a suppression that has expired, or that nothing needs, is reported by each scan.

    \b
    Example:
      bartizan suppress s3.public-policy arn:aws:s3:::shop-website \\
        --reason "serves the public website" --owner "web team" --expires 2027-06-30
    """
    from fnmatch import fnmatchcase

    from bartizan.app.custom import load_catalog
    from bartizan.app.settings import add_suppression
    from bartizan.model import Suppression

    catalog = load_catalog(custom)
    if not any(fnmatchcase(each, rule) for each in catalog.rules):
        catalog.get(rule)
    made = Suppression(
        rule=rule,
        resource=resource,
        reason=reason,
        owner=owner,
        expires=expires.date() if expires else None,
        account=account,
        region=region,
    )
    if made.expired(dt.datetime.now(dt.UTC).date()):
        raise click.BadParameter("it has expired already; give a day to come", param_hint="--expires")
    add_suppression(path, made)
    click.echo(f"Accepted in {path}: {made}")
