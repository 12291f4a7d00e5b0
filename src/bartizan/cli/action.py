"""``bartizan action``."""

from __future__ import annotations

from typing import Any

import click


@click.command("action")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def action_command(*, names: tuple[str, ...], as_json: bool) -> None:
    """Say what an IAM action is: access level, resource types, condition keys, and the actions that it depends on.

    A pattern, as a policy would have it, lists the actions that it stands for.

    \b
    Examples:
      bartizan action s3:GetObject
      bartizan action 's3:Get*' iam:PassRole
    """
    import json

    from bartizan.app.action import chosen_actions, describe_action
    from bartizan.model import counted
    from bartizan.policy.reference import Reference

    reference = Reference.load()
    actions = chosen_actions(names, reference)
    facts = [describe_action(each, reference) for each in actions]
    if as_json:
        click.echo(json.dumps(facts, indent=2))
    elif any("*" in name or "?" in name for name in names):
        width = max(len(each["action"]) for each in facts)
        for each in facts:
            kinds = ", ".join(use["type"] for use in each["resources"]) or "no resource type"
            click.echo(f"{each['action']:<{width}}  {each['access']:<22}  {kinds}")
        click.echo(f"{counted(len(facts), 'action')}. `bartizan action NAME` explains one.", err=True)
    else:
        click.echo("\n\n".join(_text(each) for each in facts))


def _text(facts: dict[str, Any]) -> str:
    head = f"{facts['action']}  ({facts['access']}, {facts['service']})\n{facts['description'].rstrip('.')}."
    resources = [
        (use["type"] + (" (required)" if use["required"] else ""), use["arn"]) for use in facts["resources"]
    ] or [("none", "a policy allows it on * only")]
    keys = [
        (each["key"], " or ".join(each["types"]) + (", several values" if each["multivalued"] else ""))
        for each in facts["condition_keys"]
    ]
    needs = [(each, "") for each in facts["dependent_actions"]]
    parts = [("Resource types", resources), ("Condition keys, besides the global ones", keys), ("Depends on", needs)]
    return "\n\n".join([head, *(f"{heading}\n{_columns(rows)}" for heading, rows in parts if rows)])


def _columns(rows: list[tuple[str, str]]) -> str:
    width = max(len(first) for first, _ in rows)
    return "\n".join(f"  {first:<{width}}  {second}".rstrip() for first, second in rows)
