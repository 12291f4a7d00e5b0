"""``bartizan query`` and ``bartizan tables``."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from bartizan.cli.options import store_of, store_options

if TYPE_CHECKING:
    from bartizan.store.asking import Answer


@click.command("query")
@click.argument("sql", required=False)
@store_options
@click.option("--snapshot", default="latest", metavar="ID", show_default=True, help="Which snapshot.")
@click.option("--named", metavar="NAME", help="A query that comes along, instead of SQL.")
@click.option("--list", "listing", is_flag=True, help="List the queries that come along.")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as a JSON list of objects.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the rows as CSV.")
def query_command(  # noqa: PLR0913 - one argument per option
    *, sql: str | None, snapshot: str, named: str | None, listing: bool, as_json: bool, as_csv: bool, **options: Any
) -> None:
    """Ask a snapshot in SQL: resources, findings, coverage and rules are tables, which `bartizan tables` explains.

    SQL is one SELECT in DuckDB's dialect. It reads the snapshot and nothing else of the machine.

    \b
    Examples:
      bartizan query "SELECT name FROM s3_bucket WHERE NOT versioning"
      bartizan query --named worst-resources --csv
      bartizan query "SELECT rule, count(*) FROM findings GROUP BY ALL" --snapshot previous
    """
    from bartizan.app.ask import named_queries, named_query

    if listing:
        known = named_queries()
        width = max(map(len, known))
        click.echo("\n".join(f"{name:<{width}}  {doc}" for name, (doc, _) in known.items()))
        return
    if (sql is None) == (named is None):
        raise click.UsageError("give a query in SQL, or --named NAME; --list shows those that come along")
    if as_json and as_csv:
        raise click.UsageError("choose one of --json and --csv")
    store = store_of(options)
    text = sql if sql is not None else named_query(named or "")
    from bartizan.store.asking import ask

    answer = ask(store, store.get(snapshot), text)
    click.echo(_json(answer) if as_json else _csv(answer) if as_csv else _text(answer), nl=not as_csv)


@click.command("tables")
@click.argument("name", required=False)
@store_options
@click.option("--snapshot", default="latest", metavar="ID", show_default=True, help="Which snapshot, with --ddl.")
@click.option(
    "--ddl", type=click.Choice(("athena", "spark")), help="Declare the files of a snapshot to another engine."
)
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def tables_command(*, name: str | None, snapshot: str, ddl: str | None, as_json: bool, **options: Any) -> None:
    """List the tables that `bartizan query` and SQL rules read, or the columns of one.

    With --ddl it prints the statements by which Athena or Spark read a snapshot where it lies.

    \b
    Examples:
      bartizan tables
      bartizan tables s3_bucket
      bartizan tables --ddl athena --store s3://audit-bucket/bartizan
    """
    from bartizan.app.ask import describe_table
    from bartizan.store.records import all_tables

    if ddl:
        store = store_of(options)
        from bartizan.store.ddl import declarations

        click.echo("\n\n".join(declarations(store, store.get(snapshot), ddl)))
        return
    if name is None:
        listed = {each.name: each.doc for each in all_tables().values()}
        width = max(map(len, listed))
        lines = (f"{table:<{width}}  {doc}" for table, doc in listed.items())
        click.echo(json.dumps(listed, indent=2) if as_json else "\n".join(lines))
        return
    facts = describe_table(name)
    if as_json:
        click.echo(json.dumps(facts, indent=2))
        return
    click.echo(f"{facts['table']}: {facts['doc']}\n")
    for each in facts["columns"]:
        click.echo(f"{each['name']}: {each['kind']}\n    {each['doc']}")


def _json(answer: Answer) -> str:
    from bartizan.model import plain

    rows = [dict(zip(answer.columns, map(plain, row), strict=True)) for row in answer.rows]
    return json.dumps(rows, indent=2, default=str)


def _csv(answer: Answer) -> str:
    from bartizan.report.safe import csv_cell, printable

    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(answer.columns)
    for row in answer.rows:
        writer.writerow([csv_cell(printable(_cell(each))) for each in row])
    return text.getvalue()


def _text(answer: Answer) -> str:
    """The rows below each other, with columns as wide as what stands in them."""
    from bartizan.model import counted
    from bartizan.report.safe import printable

    rows: list[Sequence[str]] = [answer.columns, *([printable(_cell(each)) for each in row] for row in answer.rows)]
    widths = [max(len(row[number]) for row in rows) for number in range(len(answer.columns))]
    lines = ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([*lines, counted(len(answer.rows), "row")])


def _cell(value: Any) -> str:
    from bartizan.model import plain

    if value is None:
        return ""
    made = plain(value)
    return made if isinstance(made, str) else json.dumps(made, default=str)
