"""``bartizan permissions``."""

from __future__ import annotations

from pathlib import Path

import click

from bartizan.cli.options import selected, selection_options, settings_of


@click.command("permissions")
@selection_options
@click.option(
    "--for",
    "plan_path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PLAN",
    help="What applying and undoing this plan needs, instead of a scan.",
)
@click.option("--output", type=click.Path(file_okay=False), help="Write each policy to a file in this directory.")
def permissions_command(  # noqa: PLR0913 - one argument per option
    *,
    services: tuple[str, ...],
    rules: tuple[str, ...],
    severity: str,
    config: Path | None,
    custom: tuple[Path, ...],
    plan_path: Path | None,
    output: str | None,
) -> None:
    """Print the IAM policy that a scan needs: read-only, action by action.

    With --for it is what `bartizan apply` and `bartizan undo` need for a plan, which writes. One policy in AWS's size
    limit is printed as it is, several as a JSON list.

    \b
    Examples:
      bartizan permissions > scan-policy.json
      bartizan permissions --service s3
      bartizan permissions --for bartizan-plan.json
    """
    import json
    from pathlib import Path

    from bartizan.app.permissions import actions_for, actions_to_apply, policies
    from bartizan.model import InputError

    kind, purpose = ("apply", "BartizanApply") if plan_path else ("scan", "BartizanScan")
    if plan_path:
        from bartizan.app.harden.plan_file import read

        actions = actions_to_apply(read(plan_path)[0])
    else:
        actions = actions_for(selected(services, rules, severity, settings_of(config), custom=custom))
    documents = list(policies(actions, purpose=purpose))
    if output is None:
        click.echo(json.dumps(documents[0] if len(documents) == 1 else documents, indent=2))
        return
    try:
        Path(output).mkdir(parents=True, exist_ok=True)
        for number, document in enumerate(documents, 1):
            path = Path(output) / f"bartizan-{kind}-{number}.json"
            path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
            click.echo(path)
    except OSError as failed:
        raise InputError(f"{output} cannot be written: {failed.strerror or failed}") from None
