"""Find privilege escalation: what ``bartizan paths`` says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bartizan.app.estate import FoundEstate, identity_named
from bartizan.policy.escalation import ADMIN, Answer, Paths, build_graph
from bartizan.report.paths import path_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class PathsFound:
    """The answer, and what limits it; ``partial`` where identities or policies were not seen."""

    answer: Answer
    notes: tuple[str, ...] = ()
    partial: bool = False

    @property
    def exit_code(self) -> int:
        """1 where there is a path, 3 where there may be one that could not be told, else 0."""
        if self.answer.paths:
            return 1
        return 3 if self.answer.possible or self.partial else 0

    def facts(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return {**path_facts(self.answer), "notes": list(self.notes), "partial": self.partial}


def find_paths(
    found: FoundEstate, *, source: str = "", target: str = ADMIN, most: int = 0, longest: int = 5
) -> PathsFound:
    """The paths in an estate; raises ``InputError`` for a name that it does not have. As ``Paths.ask``."""
    paths = Paths(build_graph(found.estate))
    answer = paths.ask(
        _node(found, source),
        target if target == ADMIN else _node(found, target),
        most=most,
        longest=longest,
    )
    return PathsFound(answer=answer, notes=found.notes, partial=found.partial)


def _node(found: FoundEstate, text: str) -> str:
    """The ARN of the identity that is named, or the text, which may name an outsider."""
    identity = identity_named(found, text) if text else None
    return identity.arn if identity else text
