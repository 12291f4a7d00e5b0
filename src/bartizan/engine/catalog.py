"""The catalog: every rule and fix there is, gathered by walking the modules of a package."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import ModuleType

from bartizan.model import DeclarationError, Fix, InputError, Rule, Severity


@dataclass(frozen=True, slots=True)
class Catalog:
    """Rules by id, in order of id, with the fixes that belong to them."""

    rules: Mapping[str, Rule]
    fixes: Mapping[str, Fix]

    @classmethod
    def of(cls, modules: Iterable[ModuleType], others: Iterable[Rule] = ()) -> Catalog:
        """What these modules hold, and other rules; raises ``DeclarationError`` where two rules share an id."""
        rules: dict[str, Rule] = {}
        fixes: dict[str, Fix] = {}
        for value in (*(value for module in modules for value in vars(module).values()), *others):
            if isinstance(value, Rule):
                if rules.setdefault(value.id, value) is not value:
                    raise DeclarationError(f"two rules are called {value.id}")
            elif isinstance(value, Fix) and fixes.setdefault(value.rule.id, value) is not value:
                raise DeclarationError(f"two fixes belong to {value.rule.id}")
        return cls(dict(sorted(rules.items())), fixes)

    @classmethod
    def load(cls) -> Catalog:
        """All rules that come with Bartizan."""
        return cls.of(built_in_modules())

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules.values())

    def __len__(self) -> int:
        return len(self.rules)

    def get(self, rule_id: str) -> Rule:
        """The rule of that id; raises ``InputError`` with the nearest ids where there is none."""
        try:
            return self.rules[rule_id]
        except KeyError:
            near = suggestion(rule_id, self.rules) or "; `bartizan rules` lists them all"
            raise InputError(f"there is no rule {rule_id!r}{near}") from None

    def select(
        self, *, rules: Iterable[str] = (), services: Iterable[str] = (), severity: Severity = Severity.INFO
    ) -> Catalog:
        """The rules that match: ids or patterns (``s3.*``) or services if any are given, and at least that severe.

        Raises ``InputError`` for a pattern or service that matches nothing.
        """
        patterns, wanted = list(rules), list(services)
        known = {each.service for each in self}
        for name in wanted:
            if name not in known:
                raise InputError(
                    f"there are no rules for service {name!r}; there are some for {', '.join(sorted(known))}"
                )
        for pattern in patterns:
            if not any(fnmatchcase(each, pattern) for each in self.rules):
                self.get(pattern)
        return self.only(
            {
                each.id
                for each in self
                if each.severity >= severity
                and (not wanted or each.service in wanted)
                and (not patterns or any(fnmatchcase(each.id, pattern) for pattern in patterns))
            }
        )

    def of_one_account(self) -> Catalog:
        """The rules that the scan of a single account can answer."""
        return self.only({each.id for each in self if not each.organization})

    def only(self, ids: Collection[str]) -> Catalog:
        """The rules with these ids, with their fixes."""
        chosen = {name: rule for name, rule in self.rules.items() if name in ids}
        return Catalog(chosen, {name: fix for name, fix in self.fixes.items() if name in chosen})


def built_in_modules(services: Collection[str] | None = None) -> Iterator[ModuleType]:
    """The modules with the rules that come with Bartizan, in order of name; with ``services`` those of these alone."""
    room = importlib.import_module("bartizan.rules")
    for info in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
        if services is None or info.name.rpartition(".")[2].rstrip("_") in services:
            module = importlib.import_module(info.name)
            yield module
            for inner in pkgutil.walk_packages(module.__path__, f"{info.name}.") if info.ispkg else ():
                yield importlib.import_module(inner.name)


def suggestion(word: str, known: Iterable[str]) -> str:
    """``"; did you mean ..."`` with the nearest known words, or nothing where none is near."""
    near = difflib.get_close_matches(word, list(known), n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(near)}?" if near else ""
