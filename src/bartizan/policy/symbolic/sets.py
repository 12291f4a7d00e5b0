"""Sets of requests as values: joined, cut and compared, with a request from each that is not empty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bartizan.policy.compiled import Policy
from bartizan.policy.conditions import Constraint, texts
from bartizan.policy.patterns import Attributes
from bartizan.policy.symbolic.formula import FALSE, TRUE, Formula, both, either, holds, opposite
from bartizan.policy.symbolic.permission import allowed_by, denied_by, granted_by
from bartizan.policy.symbolic.solver import solve
from bartizan.policy.symbolic.vocabulary import MOST_KINDS, Vocabulary, solve_real


@dataclass(frozen=True, slots=True)
class RequestSet:
    """All requests for which a formula holds; ``known`` fixes attributes of every request in question.

    ``&``, ``|``, ``-`` and ``~`` mean what they mean for sets. Sets that are joined must know the same.
    """

    formula: Formula = TRUE
    known: Attributes = field(default_factory=dict, hash=False)

    @classmethod
    def allowed(cls, policies: Iterable[Policy]) -> RequestSet:
        """What the allowing statements of the policies apply to."""
        return cls(allowed_by(policies))

    @classmethod
    def denied(cls, policies: Iterable[Policy]) -> RequestSet:
        """What the denying statements of the policies apply to."""
        return cls(denied_by(policies))

    @classmethod
    def granted(cls, policies: Iterable[Policy]) -> RequestSet:
        """What the policies together allow."""
        return cls(granted_by(policies))

    @classmethod
    def where(cls, key: str, *patterns: str) -> RequestSet:
        """The requests with a value of the attribute that one of the patterns matches (``action``, ``s3:Get*``)."""
        return cls(Constraint(key.lower(), texts(patterns, variables=False, nocase=key == "action")))

    def given(self, known: Mapping[str, tuple[str, ...]]) -> RequestSet:
        """The same where these attributes have these values; an empty tuple says that one is missing."""
        return RequestSet(self.formula, {**self.known, **known})

    def __and__(self, other: RequestSet) -> RequestSet:
        return RequestSet(both(self.formula, other.formula), {**other.known, **self.known})

    def __or__(self, other: RequestSet) -> RequestSet:
        return RequestSet(either(self.formula, other.formula), {**other.known, **self.known})

    def __sub__(self, other: RequestSet) -> RequestSet:
        return RequestSet(both(self.formula, opposite(other.formula)), {**other.known, **self.known})

    def __invert__(self) -> RequestSet:
        return RequestSet(opposite(self.formula), self.known)

    def __contains__(self, attributes: Attributes) -> bool:
        return holds(self.formula, attributes)

    def witness(
        self,
        *,
        preferred: Mapping[str, Sequence[str]] | None = None,
        vocabulary: Vocabulary | None = None,
        kinds: int = MOST_KINDS,
    ) -> dict[str, tuple[str, ...]] | None:
        """The attributes of a request in the set, or ``None``: proven, it is empty. Raises ``Undecided``.

        ``preferred`` are values to try first. With a ``vocabulary`` only requests in it count: ``None`` then means that
        none of its actions is in the set on a resource that it takes; so many ``kinds`` of them are tried.
        """
        if vocabulary is not None:
            return solve_real(self.formula, self.known, vocabulary, preferred=preferred, kinds=kinds)
        return solve(self.formula, self.known, preferred=preferred)

    @property
    def empty(self) -> bool:
        """Whether nothing is in it; raises ``Undecided``."""
        return self.witness() is None

    def within(self, other: RequestSet) -> bool:
        """Whether all of it is in the other set; raises ``Undecided``."""
        return (self - other).empty


EVERYTHING = RequestSet(TRUE)
"""All requests."""

NO_REQUEST = RequestSet(FALSE)
"""No request."""
