"""Symbolic questions: sets of requests, whether they are empty, and a request from each that is not. Exact."""

from bartizan.policy.symbolic.callers import Caller, Reach, callers
from bartizan.policy.symbolic.exposure import Exposure, Exposures, exposures, request_of, undenied
from bartizan.policy.symbolic.formula import FALSE, TRUE, And, Formula, Or, both, either, holds, opposite
from bartizan.policy.symbolic.known import simplified
from bartizan.policy.symbolic.language import Undecided
from bartizan.policy.symbolic.permission import allowed_by, denied_by, granted_by, permitted
from bartizan.policy.symbolic.sets import EVERYTHING, NO_REQUEST, RequestSet
from bartizan.policy.symbolic.solver import solve
from bartizan.policy.symbolic.vocabulary import ReferenceVocabulary, Use, Vocabulary, solve_real

__all__ = [
    "EVERYTHING",
    "FALSE",
    "NO_REQUEST",
    "TRUE",
    "And",
    "Caller",
    "Exposure",
    "Exposures",
    "Formula",
    "Or",
    "Reach",
    "ReferenceVocabulary",
    "RequestSet",
    "Undecided",
    "Use",
    "Vocabulary",
    "allowed_by",
    "both",
    "callers",
    "denied_by",
    "either",
    "exposures",
    "granted_by",
    "holds",
    "opposite",
    "permitted",
    "request_of",
    "simplified",
    "solve",
    "solve_real",
    "undenied",
]
