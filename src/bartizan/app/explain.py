"""Explain rules and resource types: what the documentation, ``bartizan rule`` and ``bartizan show`` say."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from bartizan.app.fixing import sample_calls, sample_code
from bartizan.app.scan import wanted_by
from bartizan.engine.catalog import Catalog
from bartizan.engine.trace import trace
from bartizan.frameworks import controls_of
from bartizan.model import Resource, Rule, Sample, Snapshot, field_docs, judged, plain
from bartizan.model.resource import BASE_FIELDS
from bartizan.resources.index import ResourceIndex
from bartizan.resources.reading import CustomReader, Reader


def explain(rule: Rule, catalog: Catalog, index: ResourceIndex | None = None) -> dict[str, Any]:
    """All that is to say of a rule, as plain JSON values; who explains many passes the ``index`` of types."""
    index = index or ResourceIndex.load()
    fix = catalog.fixes.get(rule.id)
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": str(rule.severity),
        "service": rule.service,
        "resource_type": rule.resource.cfn_type,
        "also_reads": [kind.cfn_type for kind in rule.reads],
        "why": rule.doc.why,
        "how_to_fix": rule.doc.how_to_fix,
        "references": list(rule.doc.references),
        "advice": rule.advice,
        "controls": controls_by_framework(rule),
        "parameters": [
            f"{name} = {json.dumps(plain(value))}: {rule.doc.parameters[name]}"
            for name, value in rule.parameters.items()
        ],
        "fix": {"what": fix.what, "breaks": fix.breaks, "code": sample_code(fix, index), **sample_calls(fix)}
        if fix
        else None,
        "passes": [_sample(rule, each) for each in rule.passes],
        "fails": [_sample(rule, each) for each in rule.fails],
        "actions": actions_of(rule, index),
    }


def controls_by_framework(rule: Rule) -> dict[str, list[str]]:
    """The controls that the rule answers, by framework."""
    found: dict[str, list[str]] = {}
    for framework, control in controls_of(rule.id):
        found.setdefault(framework, []).append(control)
    return found


def actions_of(rule: Rule, index: ResourceIndex | None = None) -> list[str]:
    """The IAM actions that reading for the rule takes, in order."""
    wanted = wanted_by([rule])
    index = index or ResourceIndex.load()
    return sorted(
        {
            action
            for reader in index.readers_of(frozenset(wanted))
            for call in reader.calls(wanted.get(reader.kind) if isinstance(reader, Reader) else None)
            for action in call.actions
        }
    )


def describe(kind: type[Resource], index: ResourceIndex) -> dict[str, Any]:
    """All that is to say of a resource type, as plain JSON values: fields with docs, and where each is read from."""
    origins: dict[str, str] = {}
    for reader in index.readers_of(frozenset({kind})):
        if isinstance(reader, CustomReader):
            calls = ", ".join(call.name for call in reader.declared)
            origins |= dict.fromkeys(kind.defaults, calls)
            continue
        origins |= dict.fromkeys(("arn", "region", *reader.listing.fields), reader.listing.call.name)
        origins |= {name: join.listing.call.name for join in reader.joins for name in join.fields}
        origins |= dict.fromkeys(reader.batch.fields, reader.batch.call.name) if reader.batch else {}
        origins |= {name: detail.call.name for detail in reader.details for name in detail.fields}
    return {
        "type": kind.cfn_type,
        "doc": (kind.__doc__ or "").strip(),
        "code": sorted(name for name, reader in index.code_readers.items() if reader.kind is kind),
        "fields": [
            {"name": name, "type": written, "doc": doc, "from": origins.get(name, "")}
            for name, written, doc in field_docs(kind)
        ],
    }


def _sample(rule: Rule, sample: Sample) -> str:
    """The sample in one line, with the fields that the rule looks at."""
    resource, around = judged(sample)
    read = trace(rule, resource, Snapshot(around))
    others = [_written(each, {name for name in each.known() if name not in BASE_FIELDS}) for each in around]
    beside = f" beside {', '.join(others[1:])}" if len(others) > 1 else ""
    return _written(resource, read) + beside


def _written(resource: Resource, names: Collection[str]) -> str:
    shown = (
        f"{name}={json.dumps(plain(value))}"
        for name, value in resource.known().items()
        if name in names and value != resource.defaults[name]
    )
    return f"{type(resource).__name__}({', '.join(shown)})"
