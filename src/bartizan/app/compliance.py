"""Compliance: what frameworks cover, and what a scan or check says of their controls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from bartizan.app.settings import changed_files
from bartizan.engine.catalog import Catalog
from bartizan.engine.compliance import Attested, Compliance, assess
from bartizan.engine.outcome import Results
from bartizan.engine.settings import Settings
from bartizan.frameworks import Framework, Kind, framework
from bartizan.model import CoverageGap


def assessed(
    frameworks: Iterable[str],
    results: Results,
    catalog: Catalog,
    gaps: Iterable[CoverageGap] = (),
    settings: Settings | None = None,
) -> tuple[Compliance, ...]:
    """What the verdicts say of these frameworks, each once; ``catalog`` holds the rules that took part.

    ``settings`` hold what people attest. Raises ``InputError`` for a framework that there is not.
    """
    asked = [framework(each) for each in dict.fromkeys(frameworks)]
    known = tuple(Catalog.load().rules) if asked else ()
    unseen = tuple(gaps)
    said = settings or Settings()
    today = dt.datetime.now(dt.UTC).date()
    changed = changed_files(said) if asked else frozenset()
    attested = Attested(evidence=said.evidence, today=today, changed=changed)
    return tuple(assess(each, results, catalog, unseen, known, attested=attested) for each in asked)


def describe_framework(asked: Framework, catalog: Catalog) -> dict[str, Any]:
    """All that is to say of a framework, as plain JSON values; patterns are replaced by the rules that there are."""
    coverage = asked.coverage()
    return {
        "id": asked.id,
        "title": asked.title,
        "version": asked.version,
        "url": asked.url,
        "note": asked.note,
        "coverage": {str(kind): coverage[kind] for kind in Kind},
        "rules": len(asked.rules(catalog.rules)),
        "controls": [
            {
                "id": each.id,
                "title": each.title,
                "kind": str(each.kind),
                "rules": list(each.of(catalog.rules)),
                "check": each.check,
            }
            for each in asked.controls
        ],
    }
