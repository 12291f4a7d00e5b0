"""``bartizan rules`` and ``bartizan rule``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bartizan.cli.options import selected, selection_options, settings_of


@click.command("rules")
@selection_options
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def rules_command(
    *, services: tuple[str, ...], rules: tuple[str, ...], severity: str, config: Path | None, as_json: bool
) -> None:
    """List the rules.

    \b
    Examples:
      bartizan rules
      bartizan rules --service s3 --severity high
    """
    import json

    from bartizan.app.explain import explain

    catalog = selected(services, rules, severity, settings_of(config))
    if as_json:
        click.echo(json.dumps([explain(rule, catalog) for rule in catalog], indent=2))
        return
    width = max(len(rule.id) for rule in catalog)
    for rule in catalog:
        fix = "fix" if rule.id in catalog.fixes else "   "
        kind = "advice" if rule.advice else str(rule.severity)
        click.echo(f"{rule.id:<{width}}  {kind:<8}  {fix}  {rule.title}")
    click.echo(f"{len(catalog)} rules, {len(catalog.fixes)} with a fix. `bartizan rule ID` explains one.", err=True)


@click.command("rule")
@click.argument("rule_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def rule_command(*, rule_id: str, as_json: bool) -> None:
    """Explain a rule: why it matters, how to fix it, samples, and what it needs to read.

    \b
    Example:
      bartizan rule s3.public-policy
    """
    import json

    from bartizan.app.explain import explain
    from bartizan.engine.catalog import Catalog

    catalog = Catalog.load()
    facts = explain(catalog.get(rule_id), catalog)
    click.echo(json.dumps(facts, indent=2) if as_json else _text(facts))


def _text(facts: dict[str, Any]) -> str:
    fix = facts["fix"]
    risk = f" It may break: {fix['breaks']}." if fix and fix["breaks"] else ""
    parts = [
        ("", f"{facts['id']}  ({facts['severity']}, judges {facts['resource_type']})\n{facts['title']}."),
        ("Why it matters", facts["why"]),
        ("How to fix", facts["how_to_fix"]),
        ("Automatic fix", f"{fix['what']}.{risk}" if fix else "None: it takes a decision of yours."),
        ("Parameters", "\n".join(facts["parameters"])),
        ("Passes", "\n".join(facts["passes"])),
        ("Fails", "\n".join(facts["fails"])),
        ("Reads", "\n".join(facts["actions"])),
        ("Controls", "\n".join(f"{name}: {', '.join(controls)}" for name, controls in facts["controls"].items())),
        ("References", "\n".join(facts["references"])),
    ]
    return "\n\n".join(f"{heading}\n{_indent(body)}" if heading else body for heading, body in parts if body)


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.splitlines())
