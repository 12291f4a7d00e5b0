"""``bartizan permissions``."""

from __future__ import annotations

from pathlib import Path

import click

from bartizan.cli.options import selected, selection_options, settings_of


@click.command("permissions")
@selection_options
@click.option("--output", type=click.Path(file_okay=False), help="Write each policy to a file in this directory.")
def permissions_command(  # noqa: PLR0913 - one argument per option
    *,
    services: tuple[str, ...],
    rules: tuple[str, ...],
    severity: str,
    config: Path | None,
    custom: tuple[Path, ...],
    output: str | None,
) -> None:
    """Print the IAM policy that a scan needs: read-only, action by action.

    One policy in AWS's size limit is printed as it is, several as a JSON list.

    \b
    Examples:
      bartizan permissions > scan-policy.json
      bartizan permissions --service s3
    """
    import json
    from pathlib import Path

    from bartizan.app.permissions import actions_for, policies
    from bartizan.model import InputError

    documents = list(policies(actions_for(selected(services, rules, severity, settings_of(config), custom=custom))))
    if output is None:
        click.echo(json.dumps(documents[0] if len(documents) == 1 else documents, indent=2))
        return
    try:
        Path(output).mkdir(parents=True, exist_ok=True)
        for number, document in enumerate(documents, 1):
            path = Path(output) / f"bartizan-scan-{number}.json"
            path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
            click.echo(path)
    except OSError as failed:
        raise InputError(f"{output} cannot be written: {failed.strerror or failed}") from None
