"""``bartizan policy``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bartizan.report.safe import printable

if TYPE_CHECKING:
    from bartizan.policy.comparison import Difference
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


@policy_command.command("explain")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@_json_option
def explain_command(*, files: tuple[str, ...], as_json: bool) -> None:
    """Say in plain sentences who may do what, on what, and when.

    \b
    Example:
      bartizan policy explain policy.json
    """
    import json

    from bartizan.app.policy import explained, read_policies

    found = explained(read_policies(files))
    if as_json:
        click.echo(json.dumps([{"policy": each.name, "sentences": said} for each, said in found], indent=2))
        return
    for each, sentences in found:
        click.echo(printable(each.name))
        click.echo("".join(f"  - {printable(sentence)}\n" for sentence in sentences))


@policy_command.command("compare")
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@_kind_option
@_json_option
@click.pass_context
def compare_command(ctx: click.Context, /, *, before: str, after: str, kind: str | None, as_json: bool) -> None:
    """Say what AFTER allows or denies that BEFORE does not, and the other way round, with a request as proof.

    The request is of an action that AWS has, on a resource that the action takes, unless only the patterns differ.

    Exits with 1 when AFTER lets more through, and with 3 when that could not be decided.

    \b
    Example:
      bartizan policy compare main/policy.json branch/policy.json
    """
    import json

    from bartizan.app.policy import compared

    found = compared(before, after, _kind(kind))
    answers = (
        ("allows_more", after, "allows", before),
        ("allows_less", before, "allows", after),
        ("denies_more", after, "denies", before),
        ("denies_less", before, "denies", after),
    )
    if as_json:
        plain = {
            name: {
                "request": dict(each.request) if each.request is not None else None,
                "hypothetical": each.hypothetical,
                "undecided": each.undecided,
            }
            for (name, *_), each in zip(answers, found.differences, strict=True)
        }
        click.echo(json.dumps({"equal": found.equal, **plain}, indent=2))
    else:
        for (_, one, does, other), each in zip(answers, found.differences, strict=True):
            click.echo(printable(_difference(one, does, other, each)))
            for name, values in (each.request or {}).items():
                click.echo(printable(f"    {name}: {', '.join(values)}"))
    undecided = found.allows_more.undecided or found.denies_less.undecided
    ctx.exit(1 if found.wider else 3 if undecided else 0)


def _difference(one: str, does: str, other: str, difference: Difference) -> str:
    if difference.undecided:
        return f"Whether {one} {does} more than {other} could not be decided: {difference.undecided}"
    if difference.request is None:
        return f"{one} {does} nothing that {other} does not."
    if difference.hypothetical:
        return (
            f"{one} {does} what {other} does not, but only by its patterns: no action that AWS has today, on a "
            "resource that the action takes, is among it. It would be:"
        )
    return f"{one} {does} what {other} does not, such as:"


@policy_command.command("minimize")
@click.argument("file", metavar="FILE")
@_kind_option
@click.option("--drop-sids", is_flag=True, help="Leave out the Sids.")
@click.option("--vocabulary", is_flag=True, help="Use patterns that fit exactly today's actions named.")
@_json_option
def minimize_command(*, file: str, kind: str | None, drop_sids: bool, vocabulary: bool, as_json: bool) -> None:
    """Print the policy in fewer characters. That it stays the same is proven; what cannot be proven is left as it is.

    \b
    Examples:
      bartizan policy minimize policy.json > smaller.json
      bartizan policy minimize --kind scp --vocabulary scp.json
    """
    import json

    from bartizan.app.policy import minimized

    made = minimized(file, _kind(kind), drop_sids=drop_sids, vocabulary=vocabulary)
    if as_json:
        facts = {"before": made.before, "after": made.after, "changes": made.changes, "policy": json.loads(made.text)}
        click.echo(json.dumps(facts, indent=2))
        return
    click.echo(made.text)
    for change in made.changes:
        click.echo(printable(change), err=True)
    click.echo(f"{made.before:,} characters before, {made.after:,} now", err=True)


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
