"""Reads the pieces, the variables and the code of the baseline."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from bartizan.baseline.types import Kind, Language, Piece, Stage, Variable


def _data() -> Traversable:
    return files("bartizan.baseline") / "data"


@cache
def pieces() -> Mapping[str, Piece]:
    """All pieces by id, in the order in which they stand."""
    return {
        name: Piece(
            id=name,
            title=given["title"],
            stage=Stage(given["stage"]),
            rules=tuple(given["rules"]),
            kinds=tuple(Kind(each) for each in given.get("kinds", list(Kind))),
            variables=tuple(given.get("variables", ())),
            by_api=given.get("by_api", ""),
            same_as=given.get("same_as", ""),
        )
        for name, given in tomllib.loads((_data() / "pieces.toml").read_text("utf-8")).items()
    }


@cache
def variables() -> Mapping[str, Variable]:
    """All variables by name."""
    return {
        name: Variable(
            name=name,
            kind=given["kind"],
            doc=given["doc"],
            question=given.get("question", ""),
            default=given.get("default"),
        )
        for name, given in tomllib.loads((_data() / "variables.toml").read_text("utf-8")).items()
    }


def stages(kind: Kind) -> tuple[Stage, ...]:
    """The stages that have pieces in a baseline of this kind, in their order."""
    used = {each.stage for each in pieces().values() if kind in each.kinds}
    return tuple(each for each in Stage if each in used)


def text_of(piece: Piece, language: Language) -> str | None:
    """The code of a piece, or None where it has none in this language."""
    path = _data() / language / piece.stage / f"{piece.id}{language.suffix}"
    if path.is_file():
        return path.read_text("utf-8")
    return text_of(pieces()[piece.same_as], language) if piece.same_as else None
