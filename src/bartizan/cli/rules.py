"""``bartizan rules`` and ``bartizan rule``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bartizan.cli.options import selected, selection_options, settings_of


@click.group("rules", invoke_without_command=True)
@selection_options
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@click.pass_context
def rules_command(  # noqa: PLR0913 - one argument per option
    ctx: click.Context,
    /,
    *,
    services: tuple[str, ...],
    rules: tuple[str, ...],
    severity: str,
    config: Path | None,
    custom: tuple[Path, ...],
    as_json: bool,
) -> None:
    """List the rules, or test your own.

    \b
    Examples:
      bartizan rules
      bartizan rules --service s3 --severity high
      bartizan rules test checks/acme.py
    """
    if ctx.invoked_subcommand is not None:
        return
    import json

    from bartizan.app.explain import explain
    from bartizan.model import counted
    from bartizan.resources.index import ResourceIndex

    catalog = selected(services, rules, severity, settings_of(config), custom=custom)
    if as_json:
        index = ResourceIndex.load()
        click.echo(json.dumps([explain(rule, catalog, index) for rule in catalog], indent=2))
        return
    width = max(len(rule.id) for rule in catalog)
    for rule in catalog:
        fix = "fix" if rule.id in catalog.fixes else "   "
        kind = "advice" if rule.advice else str(rule.severity)
        click.echo(f"{rule.id:<{width}}  {kind:<8}  {fix}  {rule.title}")
    click.echo(
        f"{counted(len(catalog), 'rule')}, {len(catalog.fixes)} with a fix. `bartizan rule ID` explains one.", err=True
    )


@rules_command.command("test")
@click.argument("files", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print what does not hold as JSON, by rule.")
@click.pass_context
def rules_test_command(ctx: click.Context, /, *, files: tuple[Path, ...], as_json: bool) -> None:
    """Test rules of your own by their samples, without AWS.

    Passing samples must pass, failing ones fail, a field that was not read must never pass, and a fix must mend.
    Exit code 1 where something does not hold. PATH is a Python or SQL file, or a folder of them.

    \b
    Examples:
      bartizan rules test checks/acme.py
      bartizan rules test checks/
    """
    import json

    from bartizan.app.custom import load_custom, tested

    found = tested(load_custom(files))
    if not found:
        raise click.UsageError("no rule is in these files; docs/custom-rules.md shows how one is written")
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        for rule, wrong in found.items():
            click.echo(f"{rule}: {'holds' if not wrong else ''}")
            for each in wrong:
                click.echo(f"  {each}")
    ctx.exit(1 if any(found.values()) else 0)


@click.command("rule")
@click.argument("rule_id", metavar="ID")
@click.option("--custom", multiple=True, type=click.Path(path_type=Path), metavar="PATH", help="Rules of your own.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def rule_command(*, rule_id: str, custom: tuple[Path, ...], as_json: bool) -> None:
    """Explain a rule: why it matters, how to fix it, samples, and what it needs to read.

    \b
    Example:
      bartizan rule s3.public-policy
    """
    import json

    from bartizan.app.custom import load_catalog
    from bartizan.app.explain import explain

    catalog = load_catalog(custom)
    facts = explain(catalog.get(rule_id), catalog)
    click.echo(json.dumps(facts, indent=2) if as_json else _text(facts))


def _text(facts: dict[str, Any]) -> str:
    from bartizan.report.content import LANGUAGES

    fix = facts["fix"]
    risk = f" It may break: {fix['breaks']}." if fix and fix["breaks"] else ""
    parts = [
        ("", f"{facts['id']}  ({facts['severity']}, judges {facts['resource_type']})\n{facts['title']}."),
        ("Why it matters", facts["why"]),
        ("How to fix", facts["how_to_fix"]),
        ("Automatic fix", f"{fix['what']}.{risk}" if fix else "None: it takes a decision of yours."),
        ("By API", _by_api(facts) if fix else ""),
        *((f"As {LANGUAGES[name]}", text) for name, text in (fix["code"] if fix else {}).items()),
        ("Parameters", "\n".join(facts["parameters"])),
        ("Passes", "\n".join(facts["passes"])),
        ("Fails", "\n".join(facts["fails"])),
        ("Reads", "\n".join(facts["actions"])),
        ("Controls", "\n".join(f"{name}: {', '.join(controls)}" for name, controls in facts["controls"].items())),
        ("References", "\n".join(facts["references"])),
    ]
    return "\n\n".join(f"{heading}\n{_indent(body)}" if heading else body for heading, body in parts if body)


def _by_api(facts: dict[str, Any]) -> str:
    fix = facts["fix"]
    if not fix["calls"]:
        return ""
    lasting = f"\nIt cannot be undone: {fix['lasting']}" if fix["lasting"] else ""
    return f"bartizan plan --rule {facts['id']}\n{', '.join(fix['calls'])}{lasting}"


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.splitlines())
