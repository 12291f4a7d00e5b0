"""``bartizan policy``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bartizan.report.safe import printable

if TYPE_CHECKING:
    from bartizan.policy.lint import Kind, Remark

KINDS = (
    "identity", "user", "group", "role", "boundary", "session", "trust", "s3", "kms", "sqs", "sns", "lambda", "secret",
    "ecr", "events", "resource", "endpoint", "scp", "rcp",
)  # fmt: skip
LEVELS = ("error", "security", "warning", "suggestion")

_kind_option = click.option(
    "--kind", type=click.Choice(KINDS), default=None, help="What the policies are for.  [default: what they look like]"
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")


@click.group("policy")
def policy_command() -> None:
    """Check, explain, compare and shorten IAM policies in files.

    A file is a policy as JSON, or an answer of AWS that holds some; - is the standard input.

    \b
    Examples:
      bartizan policy lint policy.json
      aws iam get-role --role-name deploy | bartizan policy lint -
    """


@policy_command.command("lint")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@_kind_option
@click.option(
    "--fail-on", type=click.Choice((*LEVELS, "never")), default="security", show_default=True,
    help="Exit with 1 when a remark is at least this bad.",
)  # fmt: skip
@_json_option
@click.pass_context
def lint_command(
    ctx: click.Context, /, *, files: tuple[str, ...], kind: str | None, fail_on: str, as_json: bool
) -> None:
    """Say what is wrong with policies that AWS may well store.

    Found are names that do not exist, conditions that never hold, statements without effect, and what gives too much.

    \b
    Examples:
      bartizan policy lint policy.json
      bartizan policy lint --kind scp --fail-on warning scps/*.json
    """
    import json

    from bartizan.app.policy import lint, read_policies
    from bartizan.policy.lint import Level

    found = lint(read_policies(files, _kind(kind)))
    if as_json:
        listed = [
            {"policy": each.name, "kind": str(each.kind), "remarks": [_plain(one) for one in remarks]}
            for each, remarks in found
        ]
        click.echo(json.dumps(listed, indent=2))
    else:
        for each, remarks in found:
            click.echo(printable(f"{each.name} ({each.kind})"))
            click.echo("".join(map(_shown, remarks)) or "  nothing to remark\n")
    worst = min((one.level.rank for _, remarks in found for one in remarks), default=len(LEVELS))
    ctx.exit(1 if fail_on != "never" and worst <= Level(fail_on).rank else 0)


def _kind(name: str | None) -> Kind | None:
    from bartizan.policy.lint import Kind

    return Kind(name) if name else None


def _plain(remark: Remark) -> dict[str, Any]:
    return {
        "code": remark.code,
        "level": str(remark.level),
        "path": remark.path,
        "line": remark.line,
        "message": remark.message,
        "cure": remark.cure,
    }


def _shown(remark: Remark) -> str:
    place = f"line {remark.line}" if remark.line else remark.path
    lines = (f"  {place}: {remark.level}: {remark.message} [{remark.code}]", f"      {remark.cure}")
    return "".join(f"{printable(line)}\n" for line in lines)
