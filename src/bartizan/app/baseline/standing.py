"""How an account compares with a baseline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bartizan.app.baseline.answers import Answers
from bartizan.baseline import Piece, pieces
from bartizan.engine.catalog import Catalog
from bartizan.engine.outcome import Results
from bartizan.model import Status


def rules_of(piece: Piece, catalog: Catalog) -> tuple[str, ...]:
    """The rules that a piece is for; its patterns spelled out."""
    return tuple(rule for rule in catalog.rules if any(fnmatchcase(rule, each) for each in piece.rules))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an account compares with one piece: how many of its rules' verdicts have which status."""

    piece: Piece
    passed: int
    failed: int
    unknown: int
    left_out: str = ""

    @property
    def word(self) -> str:
        """In place, missing, unknown, left out, or without a check."""
        if self.left_out:
            return "left out"
        if self.failed:
            return "missing"
        if self.unknown:
            return "unknown"
        return "in place" if self.passed else "not checked"


def standings(answers: Answers, results: Results, catalog: Catalog) -> Iterator[Standing]:
    """How what was judged compares with each piece."""
    tally = results.tally()
    for each in pieces().values():
        if answers.kind not in each.kinds:
            continue
        counts = [tally[rule] for rule in rules_of(each, catalog) if rule in tally]
        yield Standing(
            piece=each,
            passed=sum(count[Status.PASS] + count[Status.SUPPRESSED] for count in counts),
            # What is advice to others is what a baseline asks for.
            failed=sum(count[Status.FAIL] + count[Status.ADVICE] for count in counts),
            unknown=sum(count[Status.UNKNOWN] + count[Status.ERROR] for count in counts),
            left_out=answers.left_out.get(each.id, ""),
        )
