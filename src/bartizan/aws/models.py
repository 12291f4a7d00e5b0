"""Botocore's descriptions of services, without what only people read.

Botocore keeps each description whole and in ordered dictionaries. The documentation in them and the order, which
dictionaries have anyway, are more than half of a scan's memory.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from botocore.loaders import JSONFileLoader, Loader, create_loader


class _Files(JSONFileLoader):  # type: ignore[misc]  # botocore has no types
    """Reads descriptions into plain dictionaries, without documentation."""

    def _load_file(self, full_path: str, open_method: Callable[..., Any]) -> Any:
        try:
            with open_method(full_path, "rb") as file:
                return json.loads(file.read(), object_hook=for_machines)
        except FileNotFoundError:
            return None  # there are two kinds of file, and botocore tries both


def for_machines(part: dict[str, Any]) -> dict[str, Any]:
    """A part of a description, its documentation emptied in place."""
    # A member of that name, as API Gateway has, is described by a dictionary. Botocore wants the key in some places.
    if isinstance(part.get("documentation"), str):
        part["documentation"] = ""
    return part


@cache
def models(data_path: str | None) -> Loader:
    """The descriptions, read once for all sessions: that of EC2 alone takes megabytes."""
    loader = create_loader(data_path)
    loader.file_loader = _Files()
    return loader
