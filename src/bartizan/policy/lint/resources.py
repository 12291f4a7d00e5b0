"""Checks of ARNs: that they have the parts that an ARN has.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bartizan.policy.lint.check import Level, Problem, Subject, check
from bartizan.policy.places import Path, shown

_PARTITION = re.compile(r"aws|aws-cn|aws-us-gov|aws-eusc|aws-iso(-[a-z])?")
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d+")
_ACCOUNT = re.compile(r"\d{12}|aws|aws-managed|third-party|cloudfront|amazon")
_OPEN = re.compile(r"[*?]|\$\{")
_WITHOUT_REGION = frozenset({"iam", "s3", "cloudfront", "route53", "organizations", "sts"})
_VARIABLE = re.compile(r"\$\{[^}]*\}")


def _arns(subject: Subject) -> Iterator[tuple[Path, str]]:
    """The resources that are no star and do not begin with a variable."""
    for each in subject.statements:
        for position, resource in enumerate(each.statement.resources):
            if resource != "*" and not resource.startswith("${"):
                yield each.resource_at(position), resource


def parts_of(arn: str) -> list[str]:
    """The six parts of an ARN, or fewer; colons in variables do not count."""
    return _VARIABLE.sub("${}", arn).split(":", 5)


@check(Level.ERROR)
def no_arn(subject: Subject) -> Iterator[Problem]:
    """A resource is an ARN or the star: AWS refuses what does not begin with `arn:`."""
    for path, resource in _arns(subject):
        if not resource.startswith("arn:") and resource.strip("*") and not resource.startswith("arn*"):
            yield Problem(path, f"{shown(resource)} is no ARN", "begin it with arn:, or write *")


@check(Level.WARNING)
def short_arn(subject: Subject) -> Iterator[Problem]:
    """An ARN has six parts: arn, partition, service, region, account and resource; region and account may be empty.

    A star at the end stands for the parts that follow. In policies of identities AWS takes missing parts for stars.
    """
    for path, resource in _arns(subject):
        parts = parts_of(resource)
        if resource.startswith("arn:") and len(parts) < 6 and not resource.endswith("*"):
            yield Problem(path, f"{shown(resource)} has {len(parts)} parts of the 6 that an ARN has",
                          "write arn:partition:service:region:account:resource")  # fmt: skip
        elif len(parts) == 6 and not parts[5]:
            yield Problem(path, f"{shown(resource)} names no resource", "write * for all of them")


@check(Level.ERROR)
def unknown_partition(subject: Subject) -> Iterator[Problem]:
    """The second part of an ARN is the partition: aws, aws-cn, aws-us-gov, aws-eusc or one of aws-iso."""
    for path, resource in _arns(subject):
        parts = parts_of(resource)
        if parts[0] == "arn" and len(parts) > 1 and not _OPEN.search(parts[1]) and not _PARTITION.fullmatch(parts[1]):
            yield Problem(path, f"AWS has no partition {shown(parts[1]) or 'without name'}", "write aws")


@check(Level.WARNING)
def unusual_region(subject: Subject) -> Iterator[Problem]:
    """The fourth part of an ARN is the region, as in eu-west-1, and empty for services that have none, such as IAM."""
    for path, resource in _arns(subject):
        parts = parts_of(resource)
        if parts[0] != "arn" or len(parts) < 6 or not parts[3] or _OPEN.search(parts[3]):
            continue
        if not _REGION.fullmatch(parts[3]) and parts[3] != "aws-global":
            yield Problem(path, f"{shown(parts[3])} is no region", "write one as in eu-west-1, or *")
        elif parts[2] in _WITHOUT_REGION and not _with_region(parts):
            yield Problem(path, f"ARNs of {parts[2]} have no region", "leave the fourth part empty")


def _with_region(parts: list[str]) -> bool:
    return parts[2] == "s3" and not parts[5].startswith("bucket") and "/" in parts[5]


@check(Level.ERROR)
def account_of_arn(subject: Subject) -> Iterator[Problem]:
    """The fifth part of an ARN is the account: 12 digits, or empty where a service has none in its ARNs."""
    for path, resource in _arns(subject):
        parts = parts_of(resource)
        if parts[0] != "arn" or len(parts) < 6 or not parts[4] or _OPEN.search(parts[4]):
            continue
        if not _ACCOUNT.fullmatch(parts[4]):
            digits = f", but {len(parts[4])}" if parts[4].isdigit() else ""
            yield Problem(path, f"{shown(parts[4])} is no account: it has not 12 digits{digits}",
                          "write the 12 digits of the account")  # fmt: skip
