"""IAM policies as typed values. Pure: no AWS, no files."""

from bartizan.policy.access import denies_plain_http, described, narrows, open_statements, other_accounts
from bartizan.policy.document import MalformedPolicy, PolicyDocument, Principals, Statement, parse_policy

__all__ = [
    "MalformedPolicy",
    "PolicyDocument",
    "Principals",
    "Statement",
    "denies_plain_http",
    "described",
    "narrows",
    "open_statements",
    "other_accounts",
    "parse_policy",
]
