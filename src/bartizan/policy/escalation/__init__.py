"""Privilege escalation: who can become whom, decided and explained. Pure."""

from bartizan.policy.escalation.admin import Admin
from bartizan.policy.escalation.build import build_graph
from bartizan.policy.escalation.caller import Step
from bartizan.policy.escalation.graph import Graph, Hop, everything_in
from bartizan.policy.escalation.method import Method, Need, On, Result, Target
from bartizan.policy.escalation.methods import METHODS
from bartizan.policy.escalation.paths import ADMIN, Answer, Cut, Path, Paths

__all__ = [
    "ADMIN",
    "METHODS",
    "Admin",
    "Answer",
    "Cut",
    "Graph",
    "Hop",
    "Method",
    "Need",
    "On",
    "Path",
    "Paths",
    "Result",
    "Step",
    "Target",
    "build_graph",
    "everything_in",
]
