"""``bartizan plan``, ``bartizan apply``, ``bartizan undo`` and ``bartizan runs``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bartizan.cli.options import access_options, reaching_options, selection, selection_options, settings_of

if TYPE_CHECKING:
    from bartizan.app.harden.journal import Run, State
    from bartizan.app.harden.running import Runner
    from bartizan.engine.hardening import Change

_PATH = click.Path(dir_okay=False, path_type=Path)


@click.command("plan")
@access_options
@selection_options
@click.option(
    "--resource", "resources", multiple=True, metavar="ARN", help="Only this resource, by ARN, name or pattern."
)
@click.option("--safe-only", is_flag=True, help="Leave out fixes that may break something.")
@click.option("--advice", is_flag=True, help="Plan what takes judgement too, which is no failure.")
@click.option("--output", type=_PATH, default="bartizan-plan.json", show_default=True, help="The plan's file.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON instead of in words.")
@click.pass_context
def plan_command(  # noqa: PLR0913 - one argument per option
    ctx: click.Context,
    /,
    *,
    profile: str | None,
    role_arn: str | None,
    external_id: str | None,
    endpoint_url: str | None,
    regions: tuple[str, ...],
    services: tuple[str, ...],
    rules: tuple[str, ...],
    severity: str,
    config: Path | None,
    custom: tuple[Path, ...],
    resources: tuple[str, ...],
    safe_only: bool,
    advice: bool,
    output: Path,
    as_json: bool,
) -> None:
    """Plan the fixes of what fails: each change with its calls, what it may break, and its undo. Only reads.

    The plan is written to a file for review; `bartizan apply` takes that file, and nothing else than what is in it.
    Accepted findings are not planned. Exit code 3 where something could not be read.

    \b
    Examples:
      bartizan plan
      bartizan plan --safe-only --severity high
      bartizan plan --rule s3.public-access-not-blocked --resource 'arn:aws:s3:::logs-*' --output logs.json
    """
    import asyncio
    import json

    from bartizan.app.harden.plan_file import dump, write
    from bartizan.app.harden.planning import make_plan
    from bartizan.app.harden.words import plan_text
    from bartizan.aws.session import Access
    from bartizan.cli.reporting import progress

    chosen = selection(services, rules, severity, settings_of(config), custom=custom)
    access = Access(profile=profile, role_arn=role_arn, external_id=external_id, endpoint_url=endpoint_url)
    with progress("Reading the account") as advance:
        planned = asyncio.run(
            make_plan(
                access,
                chosen.catalog(),
                regions,
                advance,
                settings=chosen.settings,
                resources=resources,
                safe_only=safe_only,
                advice=advice,
            )
        )
    digest = write(planned.plan, output)
    if as_json:
        click.echo(json.dumps(dump(planned.plan), indent=1))
    else:
        click.echo("\n".join(plan_text(planned.plan)))
    click.echo(f"Plan: {output} ({digest})", err=True)
    ctx.exit(3 if planned.scan.partial else 0)


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--runs``, ``--yes`` and ``--json``: what applying and undoing have in common."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print what came of it as JSON."),
        click.option("--yes", is_flag=True, help="Do not ask."),
        runs_option,
    ):
        command = option(command)
    return command


def runs_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--runs``: where journals are."""
    return click.option(
        "--runs",
        "folder",
        type=click.Path(file_okay=False, path_type=Path),
        default="bartizan-runs",
        show_default=True,
        help="The folder of the journals.",
    )(command)


@click.command("apply")
@click.argument("plan_path", required=False, type=_PATH, metavar="[PLAN]")
@reaching_options
@run_options
@click.option("--resume", metavar="RUN", help="Go on with a run that was broken off, instead of a new one.")
@click.option("--canary", type=click.IntRange(min=1), metavar="N", help="Make N changes, then ask, or stop.")
@click.option("--digest", metavar="SHA256", help="Refuse a plan of another digest than the one that was reviewed.")
@click.pass_context
def apply_command(  # noqa: PLR0913 - one argument per option
    ctx: click.Context,
    /,
    *,
    plan_path: Path | None,
    resume: str | None,
    canary: int | None,
    digest: str | None,
    folder: Path,
    yes: bool,
    as_json: bool,
    **reaching: Any,
) -> None:
    """Apply a plan: read each resource again, refuse what drifted, change it, and judge it again.

    Each call stands in a journal before it is made, so that a run that was broken off is taken up with --resume, and
    any run is put back with `bartizan undo`. Permissions: `bartizan permissions --for PLAN`. With --canary the first
    changes are made, and the others after a yes; where nobody can be asked, the run stops there, to be taken up.

    Exit code 1 where a rule still fails, 3 where a change was not made.

    \b
    Examples:
      bartizan apply bartizan-plan.json
      bartizan apply bartizan-plan.json --yes --canary 1 --role-arn arn:aws:iam::111122223333:role/Hardener
      bartizan apply --resume 20261125T101500Z-3fa9c1
    """
    import asyncio

    from bartizan.app.harden import plan_file
    from bartizan.app.harden.journal import read_run
    from bartizan.app.harden.words import plan_text

    if (plan_path is None) == (resume is None):
        raise click.UsageError("name a plan, or a run to go on with by --resume")
    if resume is not None:
        if canary or digest:
            raise click.UsageError("--canary and --digest are for a plan, not for a run that goes on")
        runner = runner_for(folder, reaching, as_json=as_json)
        ctx.exit(finished(asyncio.run(runner.resume(read_run(resume, folder))), as_json=as_json))
    assert plan_path is not None  # noqa: S101 - one of the two is there, as just checked
    plan, found = plan_file.read(plan_path)
    if digest is not None and digest.removeprefix("sha256:") != found.removeprefix("sha256:"):
        raise click.UsageError(f"{plan_path} has the digest {found}: it is not the plan that was reviewed")
    if not yes:
        _require_somebody()
        click.echo("\n".join(plan_text(plan)), err=True)
        _confirm(f"Make these {len(plan.changes)} changes in account {plan.account}?")
    runner = runner_for(folder, reaching, as_json=as_json)
    ctx.exit(finished(asyncio.run(runner.apply(plan, canary=canary or 0, proceed=_asking)), as_json=as_json))


@click.command("undo")
@click.argument("run", metavar="RUN")
@reaching_options
@run_options
@click.pass_context
def undo_command(ctx: click.Context, /, *, run: str, folder: Path, yes: bool, as_json: bool, **reaching: Any) -> None:
    """Undo a run: put back what it changed, the last change first, unless somebody changed it since.

    RUN is the id of a run, or its beginning; `bartizan runs` lists them. What cannot be put back is named. Exit code 3
    where something stays changed.

    \b
    Example:
      bartizan undo 20261125T101500Z-3fa9c1
    """
    import asyncio

    from bartizan.app.harden.journal import read_run

    earlier = read_run(run, folder)
    if not yes:
        _confirm(f"Undo run {earlier.id} in account {earlier.plan.account}?")
    found, kept = asyncio.run(runner_for(folder, reaching, as_json=as_json).undo(earlier))
    _show(found, as_json=as_json)
    ctx.exit(3 if kept else 0)


@click.command("runs")
@click.argument("run", required=False, metavar="[RUN]")
@runs_option
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def runs_command(*, run: str | None, folder: Path, as_json: bool) -> None:
    """List the runs of `bartizan apply`, the oldest first, or show what came of each change of one.

    \b
    Examples:
      bartizan runs
      bartizan runs 20261125T101500Z-3fa9c1
    """
    import json

    from bartizan.app.harden.journal import read_run, runs
    from bartizan.app.harden.words import run_facts, run_line
    from bartizan.model import InputError

    if run is not None:
        _show(read_run(run, folder), as_json=as_json)
        return
    found = list(runs(folder))
    for wrong in (each for each in found if isinstance(each, InputError)):
        click.echo(f"Not read: {wrong}", err=True)
    whole = [each for each in found if not isinstance(each, InputError)]
    if as_json:
        click.echo(json.dumps([run_facts(each) for each in whole], indent=1))
    else:
        click.echo("\n".join(map(run_line, whole)) or f"There are no runs in {folder}.")


def runner_for(folder: Path, reaching: dict[str, Any], *, as_json: bool) -> Runner:
    """What applies and undoes with these credentials, and tells of it on the terminal."""
    from bartizan.app.harden.running import Runner
    from bartizan.app.harden.words import outcome_text
    from bartizan.aws.session import Access

    def tell(change: Change, state: State, why: str) -> None:
        click.echo(outcome_text(change, state, why), err=as_json)

    # The rules are asked again after each change, with the parameters of the settings here.
    catalog = selection((), (), "info", settings_of(None)).catalog()
    return Runner(
        access=Access(**reaching),
        catalog=catalog,
        folder=folder,
        tell=tell,
        begun=lambda run: click.echo(f"Run: {run.id}", err=True),
    )


def _require_somebody() -> None:
    if not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked here: add --yes once the plan is reviewed")


def _confirm(question: str) -> None:
    """Ask on a terminal; where nobody can answer, refuse."""
    _require_somebody()
    click.confirm(question, abort=True, err=True)


def _asking() -> bool:
    """Whether to go on after the first changes: a yes on a terminal, else no."""
    if not sys.stdin.isatty():
        click.echo("Stopped after the first changes; `bartizan apply --resume` makes the others.", err=True)
        return False
    return click.confirm("The first changes are made. Go on with the others?", err=True)


def finished(run: Run, *, as_json: bool) -> int:
    """Show what came of a run, and give the exit code."""
    _show(run, as_json=as_json)
    progress = run.progress.values()
    if any(not each.state.over for each in progress):
        return 3
    return 1 if any(verdict == "fail" for each in progress for verdict in each.verdicts.values()) else 0


def _show(run: Run, *, as_json: bool) -> None:
    import json

    from bartizan.app.harden.words import run_facts, run_text

    click.echo(json.dumps(run_facts(run), indent=1) if as_json else "\n".join(run_text(run)))
