"""``bartizan paths``."""

from __future__ import annotations

from typing import Any

import click

from bartizan.cli.options import estate_options, source_of


@click.command("paths")
@click.option("--from", "source", default="", metavar="WHO", help="Only paths from this user, role or outsider.")
@click.option("--to", "target", default="admin", show_default=True, metavar="WHO", help="A user or role, or admin.")
@click.option("--all", "most", type=click.IntRange(min=0), default=0, metavar="N", help="Up to N paths of each.")
@click.option("--longest", type=click.IntRange(1, 10), default=5, show_default=True, help="Most hops, with --all.")
@click.option("--format", "form", type=click.Choice(("text", "dot", "mermaid")), default="text", show_default=True)
@estate_options
@click.pass_context
def paths_command(  # noqa: PLR0913 - one argument per option of the command
    ctx: click.Context,
    /,
    *,
    source: str,
    target: str,
    most: int,
    longest: int,
    form: str,
    as_json: bool,
    **options: Any,
) -> None:
    """Find how users, roles and outsiders can become administrators, or somebody else.

    Each path is told step by step: the calls, the statements that allow them, what they need besides, and at the end
    which statements to change first. WHO is an ARN, a name, or an outsider as the paths name it.

    Exit codes: 0 no path, 1 a path, 2 usage or input error, 3 there may be one, since not all could be read.

    \b
    Examples:
      bartizan paths
      bartizan paths --from deploy --all 10 --format mermaid
      bartizan paths --to arn:aws:iam::111122223333:role/payroll --file details.json --organization org.json
    """
    from bartizan.app.estate import find_estate
    from bartizan.app.paths import find_paths
    from bartizan.cli.answers import show
    from bartizan.cli.reporting import progress
    from bartizan.report.paths import path_dot, path_mermaid, path_text

    given = source_of(options)
    with progress("Reading the account") as advance:
        found = find_estate(given, guarded=(), workloads=True, progress=advance)
    answered = find_paths(found, source=source, target=target, most=most, longest=longest)
    draw = {"text": path_text, "dot": path_dot, "mermaid": path_mermaid}[form]
    text = draw(answered.answer)
    if form == "text":
        text = "\n".join([text, *(["", "Notes"] if answered.notes else []), *(f"  {each}" for each in answered.notes)])
    show(answered.facts(), text, as_json=as_json)
    ctx.exit(answered.exit_code)
