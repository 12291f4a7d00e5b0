"""Seeds: functions that put into an empty account what fails some rules, gathered from the modules beside."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from harden.aws import Aws

State = Callable[[], Any]
"""What AWS holds of what was put there, beyond what our resources tell; an undo must give all of it back."""

Fill = Callable[[Aws], State | None]

SECRET = "hunter2-is-nobodys-business"
"""What seeds put where secrets may be: no plan and no journal may hold it."""


@dataclass(frozen=True)
class Seed:
    """What a function puts into an account: it must fail these rules, and their fixes must make them pass.

    ``lasting`` are the rules whose fix cannot be undone.
    """

    name: str
    rules: tuple[str, ...]
    fill: Fill
    lasting: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Seeding:
    """A function with what it is for; ``gather`` makes a seed of it."""

    rules: tuple[str, ...]
    lasting: tuple[str, ...]
    fill: Fill


def seeds(*rules: str, lasting: tuple[str, ...] = ()) -> Callable[[Fill], _Seeding]:
    """Mark a function as one that makes an account fail these rules; it may give back how to ask for the ``State``."""
    return lambda fill: _Seeding(rules, lasting, fill)


def gather() -> Iterator[Seed]:
    """All seeds, in the order of their names."""
    package = importlib.import_module("harden.seeds")
    for info in pkgutil.iter_modules(package.__path__, "harden.seeds."):
        for name, value in vars(importlib.import_module(info.name)).items():
            if isinstance(value, _Seeding):
                yield Seed(f"{info.name.rpartition('.')[2]}.{name}", value.rules, value.fill, value.lasting)
