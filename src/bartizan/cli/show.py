"""``bartizan show``."""

from __future__ import annotations

import click


@click.command("show")
@click.argument("name", required=False, metavar="[TYPE]")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def show_command(*, name: str | None, as_json: bool) -> None:
    """List the fields of a resource type with their documentation, or all types.

    \b
    Examples:
      bartizan show
      bartizan show sqs.Queue
    """
    import json

    from bartizan.app.explain import describe
    from bartizan.resources.index import ResourceIndex

    index = ResourceIndex.load()
    if name is None:
        listed = {full: kind.cfn_type for full, kind in index.types.items()}
        lines = (f"{full:<{max(map(len, listed))}}  {cfn}" for full, cfn in listed.items())
        click.echo(json.dumps(listed, indent=2) if as_json else "\n".join(lines))
        return
    facts = describe(index.type_named(name), index)
    if as_json:
        click.echo(json.dumps(facts, indent=2))
        return
    read_from = f"\nIn code: {', '.join(facts['code'])}" if facts["code"] else ""
    click.echo(f"{facts['type']}\n{facts['doc']}{read_from}\n")
    for each in facts["fields"]:
        source = f"  [{each['from']}]" if each["from"] else ""
        click.echo(f"{each['name']}: {each['type']}\n    {each['doc']}{source}")
