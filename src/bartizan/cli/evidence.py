"""``bartizan evidence``."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import click


@click.group("evidence")
def evidence_group() -> None:
    """What a person looked at where AWS has no interface for it, as the answer to manual controls of frameworks.

    \b
    Example:
      bartizan evidence add mission/C-SSO.mfa --owner anna --reason "seen in the console" --expires 2027-06-30
    """


@evidence_group.command("add")
@click.argument("control", metavar="CONTROL")
@click.option("--reason", required=True, metavar="TEXT", help="What was seen, and where.")
@click.option("--owner", required=True, metavar="NAME", help="Who looked, and answers for it.")
@click.option(
    "--expires", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="Last day on which it counts."
)
@click.option(
    "--file", "proof", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="PATH",
    help="What proves it, such as a picture of the screen; its digest is written down.",
)  # fmt: skip
@click.option(
    "--config", "path", type=click.Path(dir_okay=False, path_type=Path), default="bartizan.toml", show_default=True,
    help="The file to write it to.",
)  # fmt: skip
def add_command(  # noqa: PLR0913 - one argument per option
    *, control: str, reason: str, owner: str, expires: dt.datetime, proof: Path | None, path: Path
) -> None:
    """Write down that a control is met, in the settings that scans read.

    CONTROL is a framework's id and the control's, as `bartizan frameworks ID` lists them. The control then counts as
    attested in all reports, until the day on which the evidence expires, or as soon as its file is another one.

    \b
    Example:
      bartizan evidence add mission/C-SSO.mfa --owner "identity team" --expires 2027-06-30 \\
        --reason "MFA at every sign-in, no passwords by e-mail" --file evidence/identity-center.png
    """
    from bartizan.app.settings import add_evidence, digest
    from bartizan.engine.evidence import Evidence
    from bartizan.engine.settings import require_control

    require_control(control)
    today = dt.datetime.now(dt.UTC).date()
    if expires.date() < today:
        raise click.BadParameter("it has expired already; give a day to come", param_hint="--expires")
    made = Evidence(
        control=control,
        statement=reason,
        owner=owner,
        date=today,
        expires=expires.date(),
        # Beside the settings, so that both can move together.
        file=os.path.relpath(proof, path.parent) if proof else "",
        sha256=digest(proof) if proof else "",
    )
    add_evidence(path, made)
    click.echo(f"Written to {path}: {made.control}: {made}")
