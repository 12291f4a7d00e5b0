"""Values of the model as plain JSON values, for reports and for comparison."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from enum import Enum
from typing import Any

from bartizan.model.resource import Resource


def plain(value: Any) -> Any:  # noqa: PLR0911 - one line per kind of value
    """The value as dicts, lists, texts, numbers and truth values; what has a ``source`` JSON is given as that."""
    if isinstance(value, Enum):
        return str(value)
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, Resource):
        return plain(value.known())
    if dataclasses.is_dataclass(value):
        source = getattr(value, "source", None)
        if isinstance(source, Mapping):
            return plain(source)
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, (frozenset, set)):
        return sorted(plain(each) for each in value)
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return str(value)
