"""How fields of resources are taken from AWS Config's configuration items, as data.

A ``ConfigReader`` stands next to the ``Reader`` of a type. Where the item of a listed resource tells all wanted fields
of a call for its details, that call is not made. A field that an item does not hold, or not in a shape that is known,
is read directly: nothing is made up for it. Only those fields are declared by which AWS's managed rules of Config judge
when a configuration changes, since those Config records at each change.

A ``ConfigListing`` says that the items of a type hold all that a listing of the API would tell of it, so that the
listing need not be made either, and the ``Reader`` of the type makes the same of them.

The shapes: https://github.com/awslabs/aws-config-resource-schema.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bartizan.model import Resource
from bartizan.resources.reading import Fields, Item, Reply, take
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


@dataclass(frozen=True, slots=True)
class ConfigListing:
    """A listing that the configuration items of a type answer, since each holds what the API tells of its resource.

    ``call`` names the operation, ``reply`` makes its reply of all items. ``adapted`` puts right, of what an item told,
    what Config names differently; it raises ``LookupError`` where something is missing that the API would tell.
    ``tags`` is what the API calls the tags, which Config has beside what it told.
    """

    type: str
    call: str
    reply: Callable[[Sequence[Item]], Reply]
    adapted: Callable[[Item], Item] = lambda told: told
    tags: str = "Tags"

    def told(self, item: ConfigurationItem) -> Item | None:
        """What the API would tell of the resource; ``None`` where the item does not hold all of it, or is no more."""
        if item.get("configurationItemStatus") not in _CURRENT:
            return None
        try:
            configuration = item["configuration"]
            told = as_told(json.loads(configuration) if isinstance(configuration, str) else configuration)
            tags = [{"Key": each["key"], "Value": each["value"]} for each in item["tags"]]
            return self.adapted({**told, self.tags: tags})
        except (LookupError, TypeError, ValueError, AttributeError):
            return None


def as_told(value: Any) -> Any:
    """A part of a configuration as the API tells it: names begin with a capital, and what is null is not there."""
    if isinstance(value, Mapping):
        return {name[:1].upper() + name[1:]: as_told(each) for name, each in value.items() if each is not None}
    return [as_told(each) for each in value] if isinstance(value, list) else value


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
