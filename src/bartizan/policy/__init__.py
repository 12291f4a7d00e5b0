"""IAM policies as typed values. Pure: no AWS, no files."""

from bartizan.policy.document import MalformedPolicy, PolicyDocument, Principals, Statement, parse_policy

__all__ = ["MalformedPolicy", "PolicyDocument", "Principals", "Statement", "parse_policy"]
