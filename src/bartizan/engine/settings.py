"""Settings: which rules take part, how severe they are, their parameters, and what is accepted. Pure.

::

    [rules."s3.no-replication"]
    enabled = false

    [rules."iam.old-access-key"]
    severity = "high"
    max_age = 60

    [parameters]
    trusted_accounts = ["444455556666"]

    [suppressions]
    tag = "bartizan:accepted"

    [store]
    address = "s3://audit-bucket/bartizan"

    [[suppress]]
    rule = "s3.public-policy"
    resource = "arn:aws:s3:::shop-website"
    reason = "serves the public website"
    owner = "web team"
    expires = 2027-06-30

    [[evidence]]
    control = "mission/C-SSO.mfa"
    statement = "MFA at every sign-in, no passwords by e-mail"
    owner = "identity team"
    date = 2026-06-30
    expires = 2027-06-30
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any, NoReturn

from bartizan.engine.catalog import Catalog, suggestion
from bartizan.engine.evidence import Evidence
from bartizan.model import InputError, Rule, Severity, Suppression

_TRUSTED, _TRUSTED_ORGANIZATIONS = "trusted_accounts", "trusted_organizations"
_TABLES = frozenset({"evidence", "rules", "parameters", "suppress", "suppressions", "store"})
_OWN = frozenset({"enabled", "severity"})
_REQUIRED = ("rule", "resource", "reason", "owner")
_EVIDENCE = ("control", "statement", "owner")
_PROOF = ("file", "sha256")
_DAYS = ("date", "expires")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a configuration says; ``source`` is the file that it comes from, for messages, and ``text`` its content.

    ``store`` is the address at which snapshots are kept; empty where none are.
    """

    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    suppressions: tuple[Suppression, ...] = ()
    suppression_tag: str = ""
    evidence: tuple[Evidence, ...] = ()
    store: str = ""
    source: str = ""
    text: str = ""

    @classmethod
    def parse(cls, document: Mapping[str, Any], source: str = "", text: str = "") -> Settings:
        """Settings from decoded TOML; raises ``InputError`` that names file, line and key of what is wrong."""
        reader = _Reader(source, text)
        for name in document:
            if name not in _TABLES:
                reader.refuse((name,), f"there is no such setting{suggestion(name, _TABLES)}")
        rules = reader.table(document, "rules")
        for name, value in rules.items():
            if not isinstance(value, Mapping):
                reader.refuse(("rules", name), "must be a table of settings of that rule")
        accepted = document.get("suppress", [])
        if not isinstance(accepted, list):
            reader.refuse(("suppress",), "must be written [[suppress]], once for each accepted finding")
        evidence = document.get("evidence", [])
        if not isinstance(evidence, list):
            reader.refuse(("evidence",), "must be written [[evidence]], once for each control")
        tag = reader.table(document, "suppressions").get("tag", "")
        if not isinstance(tag, str):
            reader.refuse(("suppressions", "tag"), "must be the name of a tag")
        return cls(
            store=reader.store(document),
            rules=rules,
            parameters=reader.table(document, "parameters"),
            suppressions=tuple(reader.suppression(each, number) for number, each in enumerate(accepted, 1)),
            suppression_tag=tag,
            evidence=tuple(reader.evidence(each, number) for number, each in enumerate(evidence, 1)),
            source=source,
            text=text,
        )

    def applied(self, catalog: Catalog) -> Catalog:
        """The catalog as the settings want it; raises ``InputError`` for a rule or parameter that there is not."""
        reader = _Reader(self.source, self.text)
        for pattern in self.rules:
            if not any(fnmatchcase(each, pattern) for each in catalog.rules):
                reader.refuse(("rules", pattern), f"there is no such rule{suggestion(pattern, catalog.rules)}")
        known = {name for rule in catalog for name in rule.parameters}
        for name in self.parameters:
            if name not in known:
                reader.refuse(("parameters", name), f"no rule has this parameter{suggestion(name, known)}")
        changed: dict[str, Rule] = {}
        for rule in catalog:
            made = self._changed(rule, reader)
            if made is not None:
                changed[rule.id] = made
        fixes = {name: fix.given(changed[name]) for name, fix in catalog.fixes.items() if name in changed}
        return Catalog(changed, fixes)

    def trusting(self, accounts: Iterable[str], organizations: Iterable[str] = ()) -> Settings:
        """The same with these besides those that are trusted already, for all rules that ask which are."""
        more = {_TRUSTED: list(accounts), _TRUSTED_ORGANIZATIONS: list(organizations)}

        def joined(values: Mapping[str, Any], *, named: bool) -> Mapping[str, Any]:
            # What is no list is refused where the settings are applied.
            return {**values} | {
                name: [*known, *added]
                for name, added in more.items()
                if added and (name in values or not named) and isinstance(known := values.get(name, []), list)
            }

        rules = {name: joined(values, named=True) for name, values in self.rules.items()}
        return replace(self, rules=rules, parameters=joined(self.parameters, named=False))

    def _changed(self, rule: Rule, reader: _Reader) -> Rule | None:
        parameters = {
            name: reader.like(rule.parameters[name], value, ("parameters", name))
            for name, value in self.parameters.items()
            if name in rule.parameters
        }
        for pattern, values in self.rules.items():
            if not fnmatchcase(rule.id, pattern):
                continue
            if not reader.flag(values, ("rules", pattern, "enabled")):
                return None
            if "severity" in values:
                severity = reader.severity(values["severity"], ("rules", pattern, "severity"))
                # Who gives advice a weight wants it to count.
                rule = replace(rule, severity=severity, advice=rule.advice and severity is Severity.INFO)
            for name in set(values) - _OWN:
                if name in rule.parameters:
                    parameters[name] = reader.like(rule.parameters[name], values[name], ("rules", pattern, name))
                elif rule.id == pattern:
                    known = (*rule.parameters, *_OWN)
                    reader.refuse(("rules", pattern, name), f"the rule has no such parameter{suggestion(name, known)}")
        return rule.given(parameters) if parameters else rule


@dataclass(frozen=True, slots=True)
class _Reader:
    """Takes values out of a document, and says where it is wrong."""

    source: str
    text: str

    def refuse(self, path: tuple[str, ...], why: str) -> NoReturn:
        line = _line(self.text, path)
        where = f"{self.source}:{line}" if line else self.source
        raise InputError(f"{where}: {'.'.join(path)}: {why}")

    def table(self, document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        value = document.get(name, {})
        if not isinstance(value, Mapping):
            self.refuse((name,), "must be a table")
        return value

    def store(self, document: Mapping[str, Any]) -> str:
        values = self.table(document, "store")
        for name in values:
            if name != "address":
                self.refuse(("store", name), "there is no such setting; there is address")
        address = values.get("address", "")
        if not isinstance(address, str):
            self.refuse(("store", "address"), "must be a folder or s3://bucket/prefix")
        return address

    def flag(self, values: Mapping[str, Any], path: tuple[str, ...]) -> bool:
        value = values.get(path[-1], True)
        if not isinstance(value, bool):
            self.refuse(path, "must be true or false")
        return value

    def severity(self, value: Any, path: tuple[str, ...]) -> Severity:
        try:
            return Severity.parse(str(value))
        except InputError as wrong:
            self.refuse(path, str(wrong))

    def like(self, default: Any, value: Any, path: tuple[str, ...]) -> Any:
        """The value, if it is of the kind of the default."""
        if isinstance(default, tuple):
            if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
                self.refuse(path, "must be a list of texts")
            return tuple(value)
        if type(value) is not type(default):
            words = {bool: "true or false", int: "a whole number", str: "a text"}
            self.refuse(path, f"must be {words[type(default)]}")
        return value

    def suppression(self, values: Any, number: int) -> Suppression:
        where = ("suppress", str(number))
        texts = self.texts(values, where, _REQUIRED, ("account", "region"), ("expires",))
        return Suppression(**texts, expires=self.day(values, where, "expires"))

    def evidence(self, values: Any, number: int) -> Evidence:
        where = ("evidence", str(number))
        texts = self.texts(values, where, _EVIDENCE, _PROOF, _DAYS)
        date, expires = (self.day(values, where, name) for name in _DAYS)
        for name, day in (("date", date), ("expires", expires)):
            if day is None:
                self.refuse((*where, name), "is missing: it must be a day, as 2027-06-30 without quotes")
        if date is None or expires is None or expires < date:
            self.refuse((*where, "expires"), "is before the day on which it was seen")
        if bool(values.get("file")) != bool(values.get("sha256")):
            self.refuse(where, "file and sha256 belong together; `bartizan evidence add --file` writes both")
        try:
            require_control(values["control"])
        except InputError as wrong:
            self.refuse((*where, "control"), str(wrong))
        return Evidence(**texts, date=date, expires=expires)

    def texts(
        self, values: Any, where: tuple[str, ...], required: Sequence[str], optional: Sequence[str], days: Sequence[str]
    ) -> dict[str, str]:
        """The texts of a table, which holds no other keys than these."""
        if not isinstance(values, Mapping):
            self.refuse(where, "must be a table")
        known = (*required, *optional, *days)
        for name in values:
            if name not in known:
                self.refuse((*where, name), f"there is no such key{suggestion(name, known)}")
        for name in required:
            if not isinstance(values.get(name), str) or not values[name].strip():
                self.refuse((*where, name), "is missing: it must be a text")
        for name in optional:
            if not isinstance(values.get(name, ""), str):
                self.refuse((*where, name), "must be a text")
        return {name: values[name] for name in (*required, *optional) if name in values}

    def day(self, values: Mapping[str, Any], where: tuple[str, ...], name: str) -> dt.date | None:
        day = values.get(name)
        if isinstance(day, dt.datetime) or not (day is None or isinstance(day, dt.date)):
            self.refuse((*where, name), "must be a day, as 2027-06-30 without quotes")
        return day


def require_control(name: str) -> None:
    """Raise ``InputError`` where no framework has a control that is called so (``mission/C-SSO.mfa``)."""
    # Frameworks are files to be read, which only evidence asks for.
    from bartizan.frameworks import framework  # noqa: PLC0415 - as the comment says

    of, _, control = name.partition("/")
    if not control:
        raise InputError(f"{name!r} must be a framework and its control, as mission/C-SSO.mfa")
    known = [each.id for each in framework(of).controls]
    if control not in known:
        raise InputError(f"framework {of} has no control {control!r}{suggestion(control, known)}")


def _line(text: str, path: Iterable[str]) -> int:
    """The line, counted from 1, where a key stands, found by walking the text; 0 where it cannot be told."""
    line = 0
    lines = text.splitlines()
    table = ""
    for step in path:
        if step.isdigit() and table:
            heads = [number for number, each in enumerate(lines) if each.strip().endswith(f"{table}]]")]
            if len(heads) >= int(step):
                line = heads[int(step) - 1]
            continue
        table = step
        found = next((number for number in range(line, len(lines)) if step in lines[number]), None)
        if found is None:
            return line + 1 if line else 0
        line = found
    return line + 1 if lines else 0
