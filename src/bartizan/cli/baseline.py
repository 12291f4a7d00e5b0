"""``bartizan baseline``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bartizan.cli.harden import finished, run_options, runner_for
from bartizan.cli.options import access_options

if TYPE_CHECKING:
    from bartizan.app.baseline.answers import Answers
    from bartizan.engine.catalog import Catalog

_FILE = click.Path(dir_okay=False, path_type=Path)


def _answers_option(command: Any) -> Any:
    return click.option(
        "--answers",
        "path",
        type=_FILE,
        default="bartizan-baseline/baseline.toml",
        show_default=True,
        help="The answers of the baseline.",
    )(command)


@click.group("baseline")
def baseline_group() -> None:
    """Write, check and apply a security baseline for an account or an organization.

    \b
    Examples:
      bartizan baseline init
      bartizan baseline check
      bartizan baseline apply
    """


@baseline_group.command("init")
@click.option("--kind", type=click.Choice(("account", "organization")), help="For what it is; asked where left out.")
@click.option("--answers", "path", type=_FILE, metavar="FILE", help="Take the answers from a file instead of asking.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default="bartizan-baseline",
    show_default=True,
    help="The folder that it is written to.",
)
def init_command(*, kind: str | None, path: Path | None, output: Path) -> None:
    """Ask a few questions, and write the baseline as Terraform and CloudFormation.

    Files of that name in the folder are written anew, those of pieces that are in no more are removed, and all others
    are left alone. A piece is left out by naming it, with the reason, under [left_out] of the answers.

    \b
    Examples:
      bartizan baseline init --kind organization
      bartizan baseline init --answers baseline.toml --output infrastructure/baseline
    """
    from bartizan.app.baseline.answers import ask, load_answers
    from bartizan.app.baseline.code import files, stale
    from bartizan.baseline import Kind

    if path is not None:
        answers = load_answers(path)
        if kind is not None and kind != answers.kind:
            raise click.UsageError(f"{path} is for an {answers.kind}, not for an {kind}")
    else:
        chosen = kind or click.prompt(
            "For one account or an organization", type=click.Choice([each.value for each in Kind])
        )
        answers = ask(Kind(chosen), lambda words, default: click.prompt(words, default=default, type=str))
    written = files(answers)
    for name, text in written.items():
        _put(output / name, text)
    for name in sorted(stale(answers)):
        if _removed(output / name):
            click.echo(f"Removed: {output / name}", err=True)
    click.echo(
        f"{len(answers.pieces())} pieces in {len(written)} files in {output}; README.md there says how to go on."
    )


def _put(path: Path, text: str) -> None:
    from bartizan.model import InputError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as failed:
        raise InputError(f"{path} cannot be written: {failed.strerror or failed}") from None


def _removed(path: Path) -> bool:
    """Remove a file if it is there."""
    from bartizan.model import InputError

    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as failed:
        raise InputError(f"{path} cannot be removed: {failed.strerror or failed}") from None
    return True


@baseline_group.command("check")
@access_options
@_answers_option
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
@click.pass_context
def check_command(
    ctx: click.Context, /, *, path: Path, regions: tuple[str, ...], as_json: bool, **reaching: Any
) -> None:
    """Compare an account with the baseline, piece by piece; exit code 1 where one is missing, 3 where one is unknown.

    \b
    Example:
      bartizan baseline check --profile audit
    """
    import asyncio
    import json

    from bartizan.app.baseline.answers import load_answers
    from bartizan.app.baseline.standing import standings
    from bartizan.app.scan import scan
    from bartizan.aws.session import Access
    from bartizan.cli.reporting import progress

    answers = load_answers(path)
    catalog = _catalog(answers).of_one_account()
    with progress("Reading the account") as advance:
        result = asyncio.run(scan(Access(**reaching), catalog, regions or _regions(answers), advance))
    found = list(standings(answers, result.evaluation, catalog))
    if as_json:
        facts = [
            {"piece": each.piece.id, "standing": each.word, "passed": each.passed, "failed": each.failed,
             "unknown": each.unknown, "left_out": each.left_out}
            for each in found
        ]  # fmt: skip
        click.echo(json.dumps(facts, indent=1))
    else:
        for each in found:
            more = each.left_out or (f"{each.failed} findings" if each.failed else "")
            click.echo(f"{each.word:<12} {each.piece.id:<20} {each.piece.title}" + (f" ({more})" if more else ""))
    words = {each.word for each in found}
    ctx.exit(1 if "missing" in words else 3 if "unknown" in words or result.partial else 0)


def _catalog(answers: Answers) -> Catalog:
    from bartizan.app.baseline.standing import rules_of
    from bartizan.app.custom import load_catalog

    catalog = load_catalog()
    return catalog.only({rule for each in answers.pieces() for rule in rules_of(each, catalog)})


def _regions(answers: Answers) -> tuple[str, ...]:
    return tuple(answers.values.get("regions", ()))


@baseline_group.command("apply")
@access_options
@_answers_option
@run_options
@click.option("--output", type=_FILE, default="bartizan-plan.json", show_default=True, help="The plan's file.")
@click.pass_context
def apply_command(  # noqa: PLR0913 - one argument per option
    ctx: click.Context,
    /,
    *,
    path: Path,
    regions: tuple[str, ...],
    output: Path,
    folder: Path,
    yes: bool,
    as_json: bool,
    **reaching: Any,
) -> None:
    """Plan what the baseline wants of an account and CloudFormation has no types for; `bartizan apply` makes it.

    With --yes it is made at once, by a run that `bartizan undo` puts back. Exit code 3 where something could not be
    read, or a change was not made, 1 where a rule still fails.

    \b
    Examples:
      bartizan baseline apply && bartizan apply bartizan-plan.json
      bartizan baseline apply --yes
    """
    import asyncio
    import json

    from bartizan.app.baseline.answers import load_answers
    from bartizan.app.baseline.standing import rules_of
    from bartizan.app.harden.plan_file import dump, write
    from bartizan.app.harden.planning import make_plan
    from bartizan.app.harden.words import plan_text
    from bartizan.aws.session import Access
    from bartizan.cli.reporting import progress

    answers = load_answers(path)
    whole = _catalog(answers).of_one_account()
    catalog = whole.only({rule for each in answers.pieces() if each.by_api for rule in rules_of(each, whole)})
    with progress("Reading the account") as advance:
        planned = asyncio.run(
            make_plan(Access(**reaching), catalog, regions or _regions(answers), advance, advice=True)
        )
    plan, partial = planned.plan, planned.scan.partial
    digest = write(plan, output)
    if yes and plan.changes:
        click.echo(f"Plan: {output} ({digest})", err=True)
        run = asyncio.run(runner_for(folder, reaching, as_json=as_json).apply(plan))
        ctx.exit(finished(run, as_json=as_json) or (3 if partial else 0))
    click.echo(json.dumps(dump(plan), indent=1) if as_json else "\n".join(plan_text(plan)))
    click.echo(f"Plan: {output} ({digest}); make it so with `bartizan apply {output}`", err=True)
    ctx.exit(3 if partial else 0)
