"""Which rules take part, and how settings change them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from bartizan.app.custom import load_catalog
from bartizan.engine.catalog import Catalog
from bartizan.engine.settings import Settings
from bartizan.model import InputError, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A choice of rules, as small as the words that the user chose them by, so that it travels between processes.

    ``custom`` are files with rules of the user's own. The other fields narrow: services, ids or patterns, the least
    severity, and frameworks of whose controls the rules are.
    """

    services: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    severity: str = "info"
    frameworks: tuple[str, ...] = ()
    custom: tuple[Path, ...] = ()
    settings: Settings = field(default_factory=Settings, hash=False)

    def catalog(self, used: Collection[str] | None = None) -> Catalog:
        """The rules as the settings want them; raises ``InputError`` for what matches nothing.

        ``used`` are the services whose rules can be called for, if the caller knows.
        """
        # What is meant by a name, and whether there is such a rule, is only known of all of them.
        named = (*self.services, *self.rules, *self.frameworks, *self.settings.rules, *self.settings.parameters)
        catalog = self.settings.applied(load_catalog(self.custom, None if named else used))
        catalog = catalog.select(rules=self.rules, services=self.services, severity=Severity.parse(self.severity))
        if self.frameworks:
            from bartizan.frameworks import framework  # noqa: PLC0415 - takes time, and few ask for a framework

            catalog = catalog.only({rule for each in self.frameworks for rule in framework(each).rules(catalog.rules)})
        if not len(catalog) and (named or used is None):
            raise InputError("no rule matches this selection; `bartizan rules` lists them all")
        return catalog
