"""``bartizan fix``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bartizan.cli.options import framework_option, selection, selection_options, settings_of

if TYPE_CHECKING:
    from bartizan.app.editing import Proposal


@click.command("fix")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@selection_options
@framework_option
@click.option("--safe-only", is_flag=True, help="Leave out what may break something.")
@click.option("--advice", is_flag=True, help="Edit what takes judgement, too.")
@click.option("--write", is_flag=True, help="Write the files instead of printing a diff.")
@click.option("--json", "as_json", is_flag=True, help="Print diffs and what is left as JSON.")
@click.pass_context
def fix_command(  # noqa: PLR0913 - one argument per option
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
    safe_only: bool,
    advice: bool,
    write: bool,
    as_json: bool,
) -> None:
    """Edit infrastructure code so that it passes: a diff of the *.tf and CloudFormation templates, to review.

    Only what fails is touched; comments and layout stay. Each edit is read again before it is shown: the rule passes,
    and nothing else has changed. What cannot be edited for sure is named with the reason on the error output.

    Exit codes: 0 nothing to edit, 1 there is a diff, 2 usage or input error, 3 only things that are left. With
    --write 0 where all is written, and 3 where something is left.

    \b
    Examples:
      bartizan fix infrastructure/
      bartizan fix infrastructure/ --rule 's3.*' | git apply
      bartizan fix template.yaml --safe-only --write
    """
    import json

    from bartizan.app.diffs import diff_of, facts
    from bartizan.app.editing import propose
    from bartizan.app.writing import write_all

    settings = settings_of(config)
    choice = selection(services, rules, severity, settings, frameworks, custom)
    found = propose([Path(each) for each in paths], choice.catalog, settings, safe_only=safe_only, advice=advice)
    if as_json:
        click.echo(json.dumps(facts(found), indent=2))
    elif not write:
        # Bytes, since the diff holds the lines of files with their own ends, whatever the terminal knows.
        text = "".join(diff_of(each) for each in found.files)
        click.echo(text.encode(), nl=False)
    if write:
        write_all(found.files)
    _tell(found, write=write)
    fixable = any(each.fixable for each in found.left)
    ctx.exit(1 if found.files and not write else 3 if fixable else 0)


def _tell(found: Proposal, *, write: bool) -> None:
    from bartizan.report.safe import printable

    verb = "Wrote" if write else "Would edit"
    settled = len(found.done)
    click.echo(f"{verb} {len(found.files)} files, which settles {settled} findings.", err=True)
    for each in found.files if write else ():
        click.echo(f"  {printable(str(each.path))}", err=True)
    risky = dict.fromkeys((each.fix.rule.id, each.fix.breaks) for each in found.done if each.fix.breaks)
    for rule, breaks in risky:
        click.echo(f"{rule} may break: {breaks}.", err=True)
    left = [each for each in found.left if each.fixable]
    if left:
        click.echo(f"Left {len(left)}:", err=True)
    for one in left:
        click.echo(printable(f"  {one.place}: {one.rule}: {one.resource}: {one.why}"), err=True)
    if others := len(found.left) - len(left):
        click.echo(f"{others} findings have no fix: bartizan check shows them.", err=True)
