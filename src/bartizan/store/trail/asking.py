"""What a store of the past holds, asked of DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bartizan.store.duck import DuckError, lock, opened, words_of
from bartizan.store.files import Files, StoreError
from bartizan.store.trail.ledger import Ledger


def ask(files: Files, ledger: Ledger, sql: str, given: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """The rows of a query over ``seen``; raises ``StoreError`` where a file of the store is gone or broken."""
    paths = [str(each) for each in files.local(each.path for each in ledger.kept)]
    if not paths:
        return []
    with opened() as connection:
        listed = ", ".join("'" + each.replace("'", "''") + "'" for each in paths)
        try:
            lock(connection, sorted({each.rpartition("/")[0] for each in paths}))
            cursor = connection.execute(f"WITH seen AS (FROM read_parquet([{listed}])) {sql}", list(given))
            names = [each[0] for each in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        except DuckError as broken:
            raise StoreError(
                f"a file of {files.address} is gone or broken ({words_of(broken)}): take the logs into another folder"
            ) from None
