"""``bartizan frameworks``."""

from __future__ import annotations

from typing import Any

import click


@click.command("frameworks")
@click.argument("framework_id", metavar="[ID]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def frameworks_command(*, framework_id: str | None, as_json: bool) -> None:
    """List the compliance frameworks, or the controls of one with the rules that answer them.

    A control is automated, or partly (a person checks the rest), or manual, or not covered.

    \b
    Examples:
      bartizan frameworks
      bartizan frameworks cis-5.0
      bartizan scan --framework cis-5.0
    """
    import json

    from bartizan.app.compliance import describe_framework
    from bartizan.engine.catalog import Catalog
    from bartizan.frameworks import all_frameworks, framework

    asked = [framework(framework_id)] if framework_id else all_frameworks()
    catalog = Catalog.load()
    facts = [describe_framework(each, catalog) for each in asked]
    if as_json:
        click.echo(json.dumps(facts[0] if framework_id else facts, indent=2))
    elif framework_id:
        click.echo(_one(facts[0]))
    else:
        click.echo(_listed(facts))
        click.echo("`bartizan frameworks ID` shows one, `bartizan scan --framework ID` assesses it.", err=True)


def _listed(facts: list[dict[str, Any]]) -> str:
    head = ("id", "framework", "controls", *facts[0]["coverage"], "rules")
    rows = [
        (
            each["id"],
            f"{each['title']} {each['version']}",
            len(each["controls"]),
            *each["coverage"].values(),
            each["rules"],
        )
        for each in facts
    ]
    texts = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[number]) for row in texts) for number in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if number < 2 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in texts
    )


def _one(facts: dict[str, Any]) -> str:
    from bartizan.model import counted

    coverage = ", ".join(f"{number} {kind}" for kind, number in facts["coverage"].items())
    lines = [f"{facts['title']} {facts['version']}", f"{counted(len(facts['controls']), 'control')}: {coverage}"]
    lines += [each for each in (facts["note"], facts["url"]) if each]
    for each in facts["controls"]:
        lines += ["", f"{each['id']}  {each['title']}  ({each['kind']})"]
        lines += [f"    {rule}" for rule in each["rules"]]
        lines += [f"    A person checks: {each['check']}"] if each["check"] else []
    return "\n".join(lines)
