"""How fields of resources are taken from AWS Config's configuration items, as data.

A ``ConfigReader`` stands next to the ``Reader`` of a type. What exists is always listed directly; where the item of a
listed resource tells all wanted fields of a call for its details, that call is not made. A field that an item does not
hold, or not in a shape that is known, is read directly: nothing is made up for it.

Only those fields are declared by which AWS's managed rules of Config judge when a configuration changes, since those
Config records at each change. The shapes: https://github.com/awslabs/aws-config-resource-schema.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.model import Resource
from bartizan.resources.reading import Fields, take
from bartizan.resources.tags import tags_in

ConfigurationItem = Mapping[str, Any]
"""A configuration item as a query of Config gives it."""

_CURRENT = frozenset({"OK", "ResourceDiscovered"})


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a configuration item says of a resource: values by field, and when they were captured."""

    captured: dt.datetime
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ConfigReader:
    """How fields of a type are taken from its configuration items.

    A resource of which something was taken so counts as read when the item was captured. So no type is declared whose
    rules count days up to then, and none that has a time among its fields.
    """

    kind: type[Resource]
    fields: Fields

    def read(self, item: ConfigurationItem) -> Recorded | None:
        """What the item tells; ``None`` where it is not of the present, or does not say when it was captured."""
        values, _ = take({**self.fields, "": _captured}, item)
        captured = values.pop("", None)
        return Recorded(captured, values) if captured and item.get("configurationItemStatus") in _CURRENT else None


def _captured(item: ConfigurationItem) -> dt.datetime:
    captured = dt.datetime.fromisoformat(item["configurationItemCaptureTime"])
    return captured if captured.tzinfo else captured.replace(tzinfo=dt.UTC)


def supplement(item: ConfigurationItem, name: str) -> Any:
    """A part of what Config read by calls of its own, which it holds as JSON or as the text of JSON."""
    found = item["supplementaryConfiguration"][name]
    return json.loads(found) if isinstance(found, str) else found


def recorded_tags(item: ConfigurationItem) -> Mapping[str, str]:
    """The tags of an item; raises ``LookupError`` where there are none, which may also mean that none were recorded."""
    if not item["tags"]:
        raise LookupError("tags")
    return tags_in(item["tags"], "key", "value")
