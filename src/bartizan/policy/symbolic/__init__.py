"""Symbolic questions: sets of requests, whether they are empty, and a request from each that is not. Exact."""

from bartizan.policy.symbolic.formula import FALSE, TRUE, And, Formula, Or, both, either, holds, opposite
from bartizan.policy.symbolic.language import Undecided
from bartizan.policy.symbolic.solver import solve

__all__ = ["FALSE", "TRUE", "And", "Formula", "Or", "Undecided", "both", "either", "holds", "opposite", "solve"]
