"""DuckDB in memory, locked down: a query sees the tables that it is given and nothing else of the machine.

https://duckdb.org/docs/2.0/operations_manual/securing_duckdb/overview.html
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from bartizan.store.tables import require_extra

try:
    import duckdb
except ImportError as missing:
    raise require_extra(missing) from None

Connection = duckdb.DuckDBPyConnection
DuckError = duckdb.Error


@contextmanager
def opened() -> Iterator[Connection]:
    """A connection that loads no extension and sees no variable of Python's; ``lock`` it before it runs a query."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "allow_persistent_secrets": "false",
        "max_temp_directory_size": "0KB",
    }
    connection = duckdb.connect(":memory:", config=settings)
    try:
        connection.execute("SET python_enable_replacements = false")
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def lock(connection: Connection, folders: Iterable[str] = ()) -> None:
    """Let it read below these folders and nowhere else, for good."""
    listed = ", ".join("'" + each.replace("'", "''") + "'" for each in folders)
    connection.execute(f"SET allowed_directories = [{listed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def selects(sql: str) -> list[bool]:
    """Whether each statement of a text is a SELECT; raises ``duckdb.Error`` where it cannot be parsed."""
    return [each.type is duckdb.StatementType.SELECT for each in duckdb.extract_statements(sql)]


@contextmanager
def limited(connection: Connection, seconds: float) -> Iterator[None]:
    """Interrupt what runs longer; it then raises ``duckdb.InterruptException``."""
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def line_of(error: DuckError) -> int:
    """The line of the query that an error names, counted from 1; 0 where it names none."""
    found = re.search(r"^LINE (\d+):", str(error), re.MULTILINE)
    return int(found.group(1)) if found else 0


def words_of(error: DuckError) -> str:
    """What an error says, in one line without the drawing of its place."""
    text = re.split(r"\n\s*\nLINE \d+:", str(error))[0]
    return re.sub(r"^[A-Z]\w+(?: \w+)? Error: ", "", " ".join(text.split()))
