"""``bartizan setup``."""

from __future__ import annotations

from pathlib import Path

import click

from bartizan.cli.options import selected, selection_options, settings_of


@click.command("setup")
@click.option(
    "--trust",
    "trusted",
    required=True,
    metavar="WHO",
    help="Who may assume the role: the number of an account, or the ARN of a role or user.",
)
@click.option("--role", default="BartizanAudit", show_default=True, metavar="NAME", help="The name of the role.")
@click.option("--external-id", default="", metavar="ID", help="The external id that has to be given with it.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("bartizan-setup"),
    show_default=True,
    help="Directory for the files.",
)
@selection_options
def setup_command(  # noqa: PLR0913 - one argument per option
    *,
    trusted: str,
    role: str,
    external_id: str,
    output: Path,
    services: tuple[str, ...],
    rules: tuple[str, ...],
    severity: str,
    config: Path | None,
    custom: tuple[Path, ...],
) -> None:
    """Write what the scan of an organization needs: a role in each account that only reads.

    The role may do exactly what the chosen rules read. Deploy stack-set.yaml in the management account, which brings
    the role to all others; or main.tf, which does the same with Terraform; or role.yaml in a single account.

    \b
    Examples:
      bartizan setup --trust 444455556666 --external-id 7c1e...
      bartizan setup --trust arn:aws:iam::444455556666:role/auditors --service iam --service s3
    """
    from bartizan.app.permissions import actions_for, policies
    from bartizan.app.setup import Setup, files
    from bartizan.model import InputError

    actions = actions_for(selected(services, rules, severity, settings_of(config), custom=custom))
    written = files(Setup(trusted=trusted, policies=list(policies(actions)), role=role, external_id=external_id))
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, text in written.items():
            (output / name).write_text(text, encoding="utf-8")
            click.echo(output / name)
    except OSError as failed:
        raise InputError(f"{output} cannot be written: {failed.strerror or failed}") from None
