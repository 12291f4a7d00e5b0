"""Tags, in the several shapes in which AWS sends them, as a plain mapping."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from bartizan.model import Gap, Reason, Unknown
from bartizan.resources.code import Block


class Tags(Mapping[str, str]):
    """Tags by key, as a mapping that nobody can change."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        self._values = dict(values)

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(self._values)


NO_TAGS: Mapping[str, str] = Tags()
"""What a resource has that nobody tagged."""

TAGS_DOC = "Its tags, by key."


def tags_in(pairs: Iterable[Mapping[str, Any]], key: str = "Key", value: str = "Value") -> Mapping[str, str]:
    """The tags of a list of pairs, as most services send it."""
    return Tags((each[key], each.get(value) or "") for each in pairs)


def whole(reply: Mapping[str, Any], more: str) -> Mapping[str, Any]:
    """The reply, if it holds all there is; raises ``Unknown`` where ``more`` says that there is another page."""
    if reply.get(more):
        raise Unknown("tags", Gap(Reason.NOT_READ, detail="AWS sent only the first of them"))
    return reply


def terraform_tags(block: Block) -> Mapping[str, str]:
    """The tags of a Terraform resource, with those that the provider gives to everything (``tags_all``)."""
    return Tags({**block.plain("tags_all", NO_TAGS), **block.plain("tags", NO_TAGS)})


DATA_TAGS = ("classification", "confidentiality", "data", "data-class", "data-classification", "sensitivity")
"""Keys of tags that say which data a resource holds, in one of the spellings in use."""

SENSITIVE = (
    "cardholder", "confidential", "gdpr", "health", "hipaa", "pci", "personal", "phi", "pii", "private", "restricted",
    "secret", "sensitive",
)  # fmt: skip
"""Words that call data sensitive."""

_WORD = re.compile(r"[a-z0-9]+")


def said_sensitive(
    tags: Mapping[str, str], keys: Iterable[str] = DATA_TAGS, sensitive: Iterable[str] = SENSITIVE
) -> str:
    """The tag (``key=value``) that says that a resource holds sensitive data; empty where none does.

    Case and the marks between words do not matter, and a value that says no (``non-sensitive``) is none.
    """
    calling = {each.lower() for each in sensitive}
    for key, value in data_tags_in(tags, keys).items():
        words = set(_WORD.findall(value.lower()))
        if calling & words and not words & {"no", "non", "none", "not"}:
            return f"{key}={value}"
    return ""


def data_tags_in(tags: Mapping[str, str], keys: Iterable[str] = DATA_TAGS) -> dict[str, str]:
    """The tags that say which data a resource holds; in their keys, case and the marks between words do not matter."""
    wanted = _all_folded(tuple(keys))
    return {key: tags[key] for key in tags if _folded(key) in wanted}


@lru_cache(maxsize=64)
def _all_folded(keys: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_folded, keys))


@lru_cache(maxsize=4096)
def _folded(key: str) -> str:
    return "".join(_WORD.findall(key.lower()))
