"""IAM policies as typed values. Pure: no AWS, no files."""

from bartizan.policy.compiled import Clause, Layer, Policy
from bartizan.policy.decision import Authorization, Decision, Outcome, decide
from bartizan.policy.document import MalformedPolicy, PolicyDocument, Principals, Statement, parse_policy
from bartizan.policy.estate import Estate, Group, GuardedResource, Identity, Organization, Workload
from bartizan.policy.requests import ANONYMOUS, Principal, PrincipalKind, Request

__all__ = [
    "ANONYMOUS",
    "Authorization",
    "Clause",
    "Decision",
    "Estate",
    "Group",
    "GuardedResource",
    "Identity",
    "Layer",
    "MalformedPolicy",
    "Organization",
    "Outcome",
    "Policy",
    "PolicyDocument",
    "Principal",
    "PrincipalKind",
    "Principals",
    "Request",
    "Statement",
    "Workload",
    "decide",
    "parse_policy",
]
