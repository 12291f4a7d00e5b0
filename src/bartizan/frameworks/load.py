"""Reads the frameworks' files, each when it is asked for and once."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

from bartizan.frameworks.types import Control, Framework
from bartizan.model import DeclarationError, InputError

_KEYS = frozenset({"title", "version", "url", "note", "controls"})
_CONTROL_KEYS = frozenset({"title", "rules", "check"})


@cache
def framework_ids() -> tuple[str, ...]:
    """The ids of all frameworks, in order."""
    names = (each.name for each in (files("bartizan.frameworks") / "data").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def framework(framework_id: str) -> Framework:
    """The framework of that id; raises ``InputError`` with the nearest ids where there is none."""
    if framework_id not in framework_ids():
        near = difflib.get_close_matches(framework_id, framework_ids(), n=3, cutoff=0.4)
        hint = f"; did you mean {' or '.join(near)}?" if near else "; `bartizan frameworks` lists them all"
        raise InputError(f"there is no framework {framework_id!r}{hint}")
    return parse(framework_id, _read(f"data/{framework_id}.toml"), themes())


def all_frameworks() -> tuple[Framework, ...]:
    """All frameworks, in order of id."""
    return tuple(framework(each) for each in framework_ids())


@cache
def themes() -> Mapping[str, tuple[str, ...]]:
    """The rules that stand together under a theme, which many frameworks ask for in words of their own."""
    return {name: tuple(rules) for name, rules in _read("themes.toml")["themes"].items()}


def parse(framework_id: str, document: Mapping[str, Any], known: Mapping[str, Iterable[str]]) -> Framework:
    """A framework from decoded TOML; raises ``DeclarationError`` for what is written wrongly."""
    strange = sorted(set(document) - _KEYS)
    if strange:
        raise DeclarationError(f"framework {framework_id}: there is no {', '.join(strange)}")
    controls = tuple(_control(framework_id, name, facts, known) for name, facts in document["controls"].items())
    return Framework(
        id=framework_id,
        title=document["title"],
        version=document["version"],
        url=document.get("url", ""),
        note=document.get("note", ""),
        controls=controls,
    )


def _control(owner: str, name: str, facts: Mapping[str, Any], known: Mapping[str, Iterable[str]]) -> Control:
    strange = sorted(set(facts) - _CONTROL_KEYS)
    if strange or not facts.get("title"):
        raise DeclarationError(
            f"framework {owner}, control {name}: {', '.join(strange) or 'title'} is wrong or missing"
        )
    rules: dict[str, None] = {}
    for each in facts.get("rules", ()):
        theme = each.removeprefix("@")
        if theme == each:
            rules[each] = None
        elif theme in known:
            rules |= dict.fromkeys(known[theme])
        else:
            raise DeclarationError(f"framework {owner}, control {name}: there is no theme {theme}")
    return Control(id=name, title=facts["title"], rules=tuple(rules), check=facts.get("check", ""))


def _read(path: str) -> dict[str, Any]:
    return tomllib.loads(files("bartizan.frameworks").joinpath(path).read_text(encoding="utf-8"))


@cache
def controls_of(rule: str) -> tuple[tuple[str, str], ...]:
    """The controls that the rule answers: id of the framework and of the control, in order of framework."""
    exact, patterns = _index()
    found = dict.fromkeys(exact.get(rule, ()))
    for pattern, controls in patterns.items():
        if fnmatchcase(rule, pattern):
            found |= dict.fromkeys(controls)
    order = {each: number for number, each in enumerate(framework_ids())}
    return tuple(sorted(found, key=lambda each: order[each[0]]))


@cache
def _index() -> tuple[Mapping[str, list[tuple[str, str]]], Mapping[str, list[tuple[str, str]]]]:
    """Which controls name which rule id, and which pattern."""
    exact: dict[str, list[tuple[str, str]]] = {}
    patterns: dict[str, list[tuple[str, str]]] = {}
    for each in all_frameworks():
        for control in each.controls:
            for rule in control.rules:
                (patterns if "*" in rule else exact).setdefault(rule, []).append((each.id, control.id))
    return exact, patterns
