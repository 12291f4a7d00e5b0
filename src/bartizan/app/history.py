"""What changed between snapshots, as plain JSON values and as text."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any

from bartizan.engine.diff import Change, FieldChange
from bartizan.model import Severity, plain
from bartizan.store.compare import Changed, Comparison
from bartizan.store.drifting import Drift, Drifted, Way

_SHORT = 80


def comparison_facts(found: Comparison, least: Severity) -> dict[str, Any]:
    """A comparison as plain JSON values, of failures at least that severe."""
    chosen = [each for each in found.changed if each.severity >= least]
    counted = {key: changes for key, changes in found.count().items() if key[1] >= least}
    total = {str(change): sum(changes[change] for changes in counted.values()) for change in Change}
    return {
        "before": found.before.id,
        "after": found.after.id,
        "counts": total,
        "by_account": [
            {"account": account, "severity": str(severity), **{str(name): number for name, number in changes.items()}}
            for (account, severity), changes in counted.items()
        ],
        "oldest_open": found.oldest.isoformat() if found.oldest else None,
        "findings": [_changed_facts(each, found.after.started) for each in chosen],
    }


def comparison_text(found: Comparison, least: Severity) -> Iterator[str]:
    """A comparison as lines, of failures at least that severe."""
    facts = comparison_facts(found, least)
    yield f"From {found.before.id} to {found.after.id}"
    yield ", ".join(f"{number:,} {name}" for name, number in facts["counts"].items())
    if facts["by_account"]:
        yield ""
        yield f"{'account':<14}{'severity':<10}" + "".join(f"{change!s:>12}" for change in Change)
    for each in facts["by_account"]:
        numbers = "".join(f"{each[str(change)]:>12,}" for change in Change)
        yield f"{each['account']:<14}{each['severity']:<10}{numbers}"
    last: Change | None = None
    for finding in found.changed:
        if finding.severity < least:
            continue
        if finding.difference.change is not last:
            last = finding.difference.change
            yield from ("", str(last).capitalize())
        yield f"  {finding.severity!s:<8}  {finding.rule}  {finding.account}  {finding.region}  {finding.name}"
        yield f"    {finding.difference.why}"
        yield from _field_lines(finding.difference.fields)


def drift_facts(found: Drift) -> dict[str, Any]:
    """Drift as plain JSON values."""
    return {
        "approved": found.approved.id,
        "now": found.now.id,
        "drifted": found.any,
        "counts": {str(way): sum(each.way is way for each in found.resources) for way in Way},
        "resources": [
            {
                "way": str(each.way),
                "table": each.table,
                "account": each.account,
                "region": each.region,
                "arn": each.arn,
                "name": each.name,
                "why": each.why,
                "fields": _field_facts(each.fields),
            }
            for each in found.resources
        ],
        "settings": _field_facts(found.settings),
        "rules_added": list(found.rules_added),
        "rules_removed": list(found.rules_removed),
    }


def drift_text(found: Drift) -> Iterator[str]:
    """Drift as lines."""
    facts = drift_facts(found)
    yield f"From the approved {found.approved.id} to {found.now.id}"
    yield ", ".join(f"{number:,} {way}" for way, number in facts["counts"].items())
    for way in Way:
        some: list[Drifted] = [each for each in found.resources if each.way is way]
        if some:
            yield from ("", str(way).capitalize())
        for each in some:
            why = f"  ({each.why})" if each.why else ""
            yield f"  {each.table}  {each.account}  {each.region}  {each.name}{why}"
            yield from _field_lines(each.fields)
    if found.settings:
        yield from ("", "Settings", *_field_lines(found.settings))
    if found.rules_added or found.rules_removed:
        yield from ("", "Rules", *(f"    + {each}" for each in found.rules_added))
        yield from (f"    - {each}" for each in found.rules_removed)


def _changed_facts(each: Changed, now: dt.datetime) -> dict[str, Any]:
    return {
        "change": str(each.difference.change),
        "why": each.difference.why,
        "severity": str(each.severity),
        "rule": each.rule,
        "title": each.title,
        "account": each.account,
        "region": each.region,
        "table": each.table,
        "arn": each.arn,
        "name": each.name,
        "problems": list(each.problems),
        "first_seen": each.first_seen.isoformat(),
        "days": (now - each.first_seen).days,
        "fingerprint": each.fingerprint,
        "fields": _field_facts(each.difference.fields),
    }


def _field_facts(fields: Iterable[FieldChange]) -> list[dict[str, Any]]:
    return [{"name": each.name, "before": plain(each.before), "after": plain(each.after)} for each in fields]


def _field_lines(fields: Iterable[FieldChange]) -> Iterator[str]:
    return (f"    {each.name}: {_short(each.before)} -> {_short(each.after)}" for each in fields)


def _short(value: Any) -> str:
    text = json.dumps(plain(value), ensure_ascii=False)
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 3]}..."
