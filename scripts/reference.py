"""Writes the reference pages of the documentation from the code: rules, resource types, tables, commands and more.

Run it with ``python scripts/reference.py``. The pages land in ``docs/reference/``, which git ignores. The script itself
stands outside ``docs/``, since everything in there lands on the site.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from bartizan.app.ask import named_queries
from bartizan.app.compliance import describe_framework
from bartizan.app.explain import describe, explain
from bartizan.app.permissions import actions_for, policies
from bartizan.cli.main import cli
from bartizan.engine.catalog import Catalog
from bartizan.frameworks import all_frameworks
from bartizan.policy.lint import CHECKS, THEMES, Level
from bartizan.resources.index import ResourceIndex
from bartizan.store.records import all_tables

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"


def pages() -> Iterator[tuple[str, str]]:
    """Each page's path below ``reference/`` and its text."""
    catalog, index = Catalog.load(), ResourceIndex.load()
    facts = [explain(rule, catalog, index) for rule in catalog]
    yield "rules.md", rules_page(facts)
    for each in facts:
        yield f"rules/{each['id']}.md", rule_page(each)
    frameworks = [describe_framework(each, catalog) for each in all_frameworks()]
    yield "frameworks.md", frameworks_page(frameworks)
    for each in frameworks:
        yield f"frameworks/{each['id']}.md", framework_page(each)
    yield "resources.md", resources_page(index)
    yield "tables.md", tables_page()
    yield "commands.md", commands_page()
    yield "policy-checks.md", policy_checks_page()
    yield "permissions.md", permissions_page(catalog)


def rules_page(facts: list[dict[str, Any]]) -> str:
    """The list of all rules by service."""
    lines = ["# Rules", "", f"{len(facts)} rules, {sum(bool(each['fix']) for each in facts)} of them with a fix."]
    for service in sorted({each["service"] for each in facts}):
        lines += ["", f"## {service}", "", "| rule | severity | what is wrong | fix |", "|---|---|---|---|"]
        lines += [
            f"| [{each['id']}](rules/{each['id']}.md) | {each['severity']} | {each['title']} | {_risk(each)} |"
            for each in facts
            if each["service"] == service
        ]
    return "\n".join(lines)


def _risk(facts: dict[str, Any]) -> str:
    if not facts["fix"]:
        return "manual"
    return "risky" if facts["fix"]["breaks"] else "safe"


def rule_page(facts: dict[str, Any]) -> str:
    """Everything about one rule."""
    fix = facts["fix"]
    automatic = "None: it takes a decision of yours."
    if fix:
        automatic = f"{fix['what']}." + (f" It may break: {fix['breaks']}." if fix["breaks"] else "")
    return "\n".join(
        [
            f"# {facts['id']}",
            "",
            f"{facts['title']}. Severity: **{facts['severity']}**. It judges `{facts['resource_type']}`.",
            "",
            f"## Why it matters\n\n{facts['why']}",
            "",
            f"## How to fix\n\n{facts['how_to_fix']}",
            "",
            f"## Automatic fix\n\n{automatic}",
            "",
            *_by_api(facts["id"], fix),
            *_as_code(fix["code"] if fix else {}),
            "## Samples",
            "",
            *(f"- passes: `{each}`" for each in facts["passes"]),
            *(f"- fails: `{each}`" for each in facts["fails"]),
            "",
            "## What it reads",
            "",
            *(f"- `{each}`" for each in facts["actions"]),
            "",
            "## Controls that it answers",
            "",
            *(
                f"- [{framework}](../frameworks/{framework}.md): {', '.join(controls)}"
                for framework, controls in facts["controls"].items()
            ),
            "",
            "## References",
            "",
            *(f"- <{each}>" for each in facts["references"]),
        ]
    )


def _by_api(rule: str, fix: dict[str, Any] | None) -> list[str]:
    if not fix or not fix["calls"]:
        return []
    lasting = f" It cannot be undone: {fix['lasting']}." if fix["lasting"] else ""
    calls = ", ".join(f"`{each}`" for each in fix["calls"])
    return [f"By `bartizan plan --rule {rule}`: {calls}.{lasting}", ""]


def _as_code(code: dict[str, str]) -> Iterator[str]:
    """The fix of a sample in each language."""
    for language, title, marked in (("terraform", "Terraform", "hcl"), ("cloudformation", "CloudFormation", "yaml")):
        if code.get(language):
            yield from (f"### As {title}", "", f"```{marked}", code[language], "```", "")


_HOW_COVERED = (
    "`bartizan scan --framework ID` assesses one. A control is *automated* where rules answer it, *partly* where a "
    "person checks the rest, *manual* where a person checks all of it, and *not covered* where nothing answers it yet. "
    "What rules can see is a part of what a standard asks for: no result of a scan is a certificate."
)


def frameworks_page(facts: list[dict[str, Any]]) -> str:
    """The list of the frameworks, with how far their controls are covered."""
    kinds = list(facts[0]["coverage"])
    lines = [
        "# Compliance frameworks",
        "",
        _HOW_COVERED,
        "",
        f"| framework | controls | {' | '.join(kinds)} | rules |",
        f"|---|---|{'---|' * len(kinds)}---|",
    ]
    return "\n".join(
        [
            *lines,
            *(
                f"| [{each['title']} {each['version']}](frameworks/{each['id']}.md) | {len(each['controls'])} | "
                f"{' | '.join(str(number) for number in each['coverage'].values())} | {each['rules']} |"
                for each in facts
            ),
        ]
    )


def framework_page(facts: dict[str, Any]) -> str:
    """The controls of a framework, each with its rules and what a person checks."""
    counted = ", ".join(f"{number} {kind}" for kind, number in facts["coverage"].items())
    lines = [f"# {facts['title']} {facts['version']}", "", f"{len(facts['controls'])} controls: {counted}."]
    lines += ["", facts["note"]] if facts["note"] else []
    lines += ["", f"Source: <{facts['url']}>"] if facts["url"] else []
    lines += ["", "| control | what it asks for | kind | rules | what a person checks |", "|---|---|---|---|---|"]
    for each in facts["controls"]:
        rules = ", ".join(f"[{rule}](../rules/{rule}.md)" for rule in each["rules"])
        lines.append(f"| {each['id']} | {each['title']} | {each['kind']} | {rules} | {each['check']} |")
    return "\n".join(lines)


def resources_page(index: ResourceIndex) -> str:
    """All resource types with their fields."""
    lines = ["# Resource types"]
    for name, kind in index.types.items():
        facts = describe(kind, index)
        lines += ["", f"## {name}", "", f"`{facts['type']}`. {facts['doc']}"]
        lines += ["", f"Read from code too: {', '.join(facts['code'])}."] if facts["code"] else []
        lines += ["", "| field | type | what it says | read by |", "|---|---|---|---|"]
        lines += [
            f"| {each['name']} | `{each['type'].replace('|', chr(92) + '|')}` | {each['doc']} | {each['from']} |"
            for each in facts["fields"]
        ]
    return "\n".join(lines)


def tables_page() -> str:
    """All tables with their columns, and the queries that come along."""
    lines = ["# Tables", "", "What `bartizan query` and rules in SQL read. Nested values are JSON in a text."]
    for table in all_tables().values():
        lines += ["", f"## {table.name}", "", table.doc, "", "| column | kind | what it says |", "|---|---|---|"]
        lines += [f"| {each.name} | {each.kind} | {each.doc} |" for each in table.columns]
    lines += ["", "# Queries that come along"]
    for name, (doc, sql) in named_queries().items():
        lines += ["", f"## {name}", "", doc, "", "```sql", sql.partition("\n")[2].strip(), "```"]
    return "\n".join(lines)


def commands_page() -> str:
    """The help of every command."""
    context = click.Context(cli, info_name="bartizan")
    return "\n".join(["# Commands", "", "```", cli.get_help(context), "```", *_commands(cli, context, "##")])


def _commands(group: click.Group, context: click.Context, heading: str) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None:
            inner = click.Context(command, info_name=name, parent=context)
            title = inner.command_path.removeprefix("bartizan ")
            yield from ("", f"{heading} {title}", "", "```", command.get_help(inner), "```")
            if isinstance(command, click.Group):
                yield from _commands(command, inner, f"{heading}#")


def policy_checks_page() -> str:
    """What `bartizan policy lint` looks for, by theme."""
    lines = ["# Checks of policies", "", f"`bartizan policy lint` knows {len(CHECKS)} checks of {len(Level)} levels."]
    for theme in THEMES:
        title, _, rest = inspect.cleandoc(theme.__doc__ or "").partition("\n\n")
        lines += ["", f"## {title.removesuffix('.')}", *(["", rest] if rest else [])]
        for each in (one for one in CHECKS if one in vars(theme).values()):
            lines += ["", f"### {each.code}", "", f"Level: **{each.level}**.", "", each.doc]
    return "\n".join(lines)


def permissions_page(catalog: Catalog) -> str:
    """The policies that a scan with all rules needs."""
    lines = ["# Permissions", "", "What a scan with all rules needs; `bartizan permissions` prints it for a selection."]
    for document in policies(actions_for(catalog)):
        lines += ["", "```json", json.dumps(document, indent=2), "```"]
    return "\n".join(lines)


if __name__ == "__main__":
    for path, text in pages():
        target = REFERENCE / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text + "\n", encoding="utf-8")
