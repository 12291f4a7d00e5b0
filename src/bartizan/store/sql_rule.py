"""SQL rules: a query over the tables of what was read, which says of each resource whether it is as it should be.

It returns a row for each resource that it judges: ``arn``, ``status`` (pass, fail or unknown) and ``reason``. No row or
no status is *unknown*; so is any verdict on a resource of which a column that the query names could not be read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bartizan.model import Gap, InputError, Problems, Reason, Resource, Rule, Unknown, World
from bartizan.store.arrow import filled, schema
from bartizan.store.duck import Connection, DuckError, limited, line_of, lock, opened, words_of
from bartizan.store.header import Header, read_header
from bartizan.store.query import QueryError, Reads, reads_of
from bartizan.store.sample import sample_of
from bartizan.store.tables import BASE_COLUMNS, UNKNOWN, Table, kind_of, resource_tables

_RETURNED = ("arn", "status", "reason")
_SCOPE = ("account", "region")
_STATUSES = ("fail", "unknown", "pass")
_SECONDS = 300.0
"""How long a query may take; one that joins by mistake all with all would never end."""

Key = tuple[str, ...]


class Undecided(Unknown):
    """The query itself says that it does not know, or says nothing."""

    def __str__(self) -> str:
        return self.what


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What a query said: its rows by ARN, or by ARN, account and region where it returns those too.

    ``blind`` holds the accounts in which something else that the query reads is not known. ``broken`` says why there
    are no rows.
    """

    rows: Mapping[Key, list[tuple[str, str]]] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()
    blind: Mapping[str, Unknown] = field(default_factory=dict)
    scoped: bool = False
    broken: str = ""

    def of(self, resource: Resource) -> list[tuple[str, str]]:
        """The rows about a resource."""
        if self.scoped:
            return self.rows.get((resource.key, resource.account, resource.region), [])
        if resource.key in self.shared:
            why = "several resources have this ARN, so that the query must return account and region too"
            raise Undecided(why, Gap(Reason.NOT_READ, detail=why))
        return self.rows.get((resource.key,), [])


@dataclass(frozen=True, eq=False)
class SqlCheck:
    """The check of an SQL rule: called with a resource of the table that it ``judges``, and the world."""

    sql: str
    judges: str
    reads: Reads

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """The tables that it reads, by name."""
        return {name: resource_tables()[name] for name in self.reads.columns}

    @cached_property
    def fields(self) -> Mapping[type[Resource], frozenset[str]]:
        """The fields that it reads, by type."""
        named = {}
        for name, columns in self.reads.columns.items():
            table = self.tables[name]
            named[kind_of(table)] = frozenset(each for each in map(table.field_of, columns) if each)
        return named

    def __call__(self, resource: Resource, world: World) -> Problems:
        """Yield what the query finds wrong with the resource; raises ``Unknown`` where it cannot be told."""
        self._require_read(resource, self.judges)
        verdicts = world.derived(self.verdicts)
        if verdicts.broken:
            raise RuntimeError(verdicts.broken)
        if resource.account in verdicts.blind:
            raise verdicts.blind[resource.account].with_traceback(None)
        yield from _problems(verdicts.of(resource))

    def verdicts(self, world: World) -> Verdicts:
        """What the query says of all that was read; raises ``Unknown`` where the listing of another table failed."""
        given, blind = {}, dict[str, Unknown]()
        for name, table in self.tables.items():
            if name == self.judges and name not in self.reads.repeated:
                resources = world.listed(kind_of(table))
            else:
                resources = world.all(kind_of(table))
                blind |= self._unread(name, resources)
            given[name] = filled(table, resources, {*self.reads.columns[name], *table.names[: len(BASE_COLUMNS)]})
        judged = Counter(each.key for each in world.listed(kind_of(self.tables[self.judges])))
        try:
            with opened() as connection:
                for name, rows in given.items():
                    connection.register(name, rows)
                lock(connection)
                with limited(connection, _SECONDS):
                    return _said(connection, self.sql, judged, blind)
        except DuckError as failed:
            return Verdicts(broken=f"the query failed: {words_of(failed)}")

    def _unread(self, name: str, resources: Iterable[Resource]) -> dict[str, Unknown]:
        """The accounts in which one of these has a column that the query names and that was not read."""
        found: dict[str, Unknown] = {}
        for each in resources:
            try:
                self._require_read(each, name)
            except Unknown as unknown:
                found.setdefault(each.account, unknown)
        return found

    def _require_read(self, resource: Resource, name: str) -> None:
        columns, table = self.reads.columns[name], self.tables[name]
        # Whoever names the column that lists what is unknown has thought of it; for a name there is always something.
        quiet = set(columns) if UNKNOWN.name in columns else {"name"}
        for each in columns:
            field_name = table.field_of(each)
            if field_name:
                try:
                    getattr(resource, field_name)
                except Unknown:
                    if each not in quiet:
                        raise


def read_rule(path: Path) -> Rule:
    """The rule that a file holds; raises ``InputError`` with file and line of what is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failed:
        raise InputError(f"{path} cannot be read: {failed}") from None
    try:
        return _rule(read_header(text), text)
    except QueryError as wrong:
        raise InputError(f"{path}:{wrong.line or 1}: {wrong}") from None


def _rule(header: Header, sql: str) -> Rule:
    tables = resource_tables()
    with opened() as connection:
        reads = reads_of(connection, sql, tables)
        check = SqlCheck(sql, _judged(header, reads), reads)
        for name, table in check.tables.items():
            connection.register(name, schema(table).empty_table())
        lock(connection)
        _require_columns(connection, sql)
    judges = tables[check.judges]
    samples = {
        name: [sample_of(each, judges, check.tables, f"{name}[{number}]") for number, each in enumerate(written)]
        for name, written in (("passes", header.passes), ("fails", header.fails))
    }
    return Rule(
        id=header.id,
        severity=header.severity,
        resource=kind_of(judges),
        check=check,
        doc=header.doc,
        uses_world=True,
        reads=tuple(check.fields),
        fields=check.fields,
        advice=header.advice,
        passes=samples["passes"],
        fails=samples["fails"],
    )


def _judged(header: Header, reads: Reads) -> str:
    if not reads.columns:
        raise QueryError("the query reads no table")
    if header.judges and header.judges not in reads.columns:
        raise QueryError(f"judges names {header.judges!r}; the query reads {', '.join(reads.columns)}")
    if not header.judges and len(reads.columns) > 1:
        raise QueryError('the query reads several tables: name the one that it judges, as judges = "s3_bucket"')
    return header.judges or next(iter(reads.columns))


def _require_columns(connection: Connection, sql: str) -> None:
    try:
        with limited(connection, _SECONDS):
            names = _names(connection.execute(sql))
    except DuckError as wrong:
        raise QueryError(words_of(wrong), line_of(wrong)) from None
    missing = [each for each in _RETURNED if each not in names]
    if missing:
        raise QueryError(f"the query must return {', '.join(_RETURNED)}; it lacks {', '.join(missing)}")


def _names(connection: Connection) -> list[str]:
    return [each[0].lower() for each in connection.description or ()]


def _said(connection: Connection, sql: str, judged: Counter[str], blind: Mapping[str, Unknown]) -> Verdicts:
    """What the query returns, where ``judged`` counts the resources by ARN."""
    names = _names(connection.execute(sql))
    arn, status, reason = (names.index(each) for each in _RETURNED)
    scope = [names.index(each) for each in _SCOPE if each in names]
    scoped = len(scope) == len(_SCOPE)
    rows: dict[Key, list[tuple[str, str]]] = defaultdict(list)
    for row in connection.fetchall():
        said = "unknown" if row[status] is None else str(row[status]).lower()
        if said not in _STATUSES:
            return Verdicts(broken=f"the query gives the status {said!r}; it must be pass, fail or unknown")
        if row[arn] not in judged:
            return Verdicts(broken=f"the query returns a row for {row[arn]}, which is not in the table that it judges")
        rows[row[arn], *((row[each] for each in scope) if scoped else ())].append((said, str(row[reason] or "")))
    shared = frozenset(each for each, number in judged.items() if number > 1)
    return Verdicts(rows, shared, blind, scoped)


def _problems(rows: list[tuple[str, str]]) -> Problems:
    fails = dict.fromkeys(reason or "the query says that it fails" for status, reason in rows if status == "fail")
    yield from fails
    unknown = [reason or "the query gives it no status" for status, reason in rows if status == "unknown"]
    if not fails and (unknown or not rows):
        why = "; ".join(dict.fromkeys(unknown)) or "the query returns no row for it"
        raise Undecided(why, Gap(Reason.NOT_READ, detail=why))
