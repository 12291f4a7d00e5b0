"""A policy with some of its statements taken out."""

from __future__ import annotations

from collections.abc import Iterable

from bartizan.policy.document import PolicyDocument, Statement, parse_policy


def without_statements(document: PolicyDocument | None, statements: Iterable[Statement]) -> PolicyDocument | None:
    """The policy without these statements of its own; none where nothing is left of it."""
    gone = {id(each) for each in statements}
    if document is None or not gone:
        return document
    raw = document.source["Statement"]
    listed = raw if isinstance(raw, list) else [raw]
    kept = [each for each, parsed in zip(listed, document.statements, strict=True) if id(parsed) not in gone]
    return parse_policy({**document.source, "Statement": kept}) if kept else None
