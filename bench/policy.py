"""How fast requests are decided, on one core, over all layers of policy.

    python bench/policy.py [--requests 20000] [--passes 5]

The policies are AWS's managed ones, as moto ships them, and synthetic ones with conditions and variables: identity
policies, boundaries, session policies, SCPs, RCPs, and the policies of buckets and keys. Requests are ready made; what
is measured is the processor's time for ``decide`` alone, after one pass in which policies learn which of their
statements concern which action.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

from bartizan.policy import Authorization, Layer, Policy, Principal, PrincipalKind, Request, decide, parse_policy

ACCOUNTS = [f"{number:012}" for number in range(111111111111, 111111111115)]
FULL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
OFFICE = ["192.0.2.0/24", "198.51.100.0/24", "2001:db8:7::/48"]


def policy(layer: Layer, *statements: dict[str, Any]) -> Policy:
    """A synthetic policy."""
    return Policy(parse_policy({"Version": "2012-10-17", "Statement": list(statements)}), layer)


def home() -> Policy:
    """What users and roles have of their own: a folder by name and by tag, keys of their account, from the office."""
    return policy(
        Layer.IDENTITY,
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": ["arn:aws:s3:::shared-*/${aws:username}/*", "arn:aws:s3:::shared-*/${aws:PrincipalTag/team}/*"],
        },
        {
            "Effect": "Allow",
            "Action": "kms:*",
            "Resource": "arn:aws:kms:*:${aws:PrincipalAccount}:key/*",
            "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
        },
        {
            "Effect": "Deny",
            "Action": ["iam:*", "organizations:*"],
            "Resource": "*",
            "Condition": {"NotIpAddress": {"aws:SourceIp": OFFICE}, "Bool": {"aws:ViaAWSService": "false"}},
        },
    )


def scps() -> tuple[tuple[Policy, ...], ...]:
    """Root, unit and account: regions, trails, the root user."""
    regions = {
        "Effect": "Deny",
        "NotAction": ["iam:*", "organizations:*", "route53:*", "support:*", "sts:*", "cloudfront:*", "kms:*"],
        "Resource": "*",
        "Condition": {
            "StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]},
            "ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/platform-*"]},
        },
    }
    trails = {"Effect": "Deny", "Action": ["cloudtrail:Stop*", "cloudtrail:Delete*", "config:Delete*"], "Resource": "*"}
    root = {**FULL, "Effect": "Deny", "Condition": {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}}
    full = policy(Layer.SCP, FULL)
    return ((full, policy(Layer.SCP, trails)), (full, policy(Layer.SCP, regions)), (full, policy(Layer.SCP, root)))


def rcps() -> tuple[tuple[Policy, ...], ...]:
    """Nobody from outside, nothing over plain HTTP."""
    outside = {
        **FULL,
        "Effect": "Deny",
        "Action": ["s3:*", "kms:*", "sqs:*"],
        "Principal": "*",
        "Condition": {
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-example"},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
    }
    plain = {
        **FULL,
        "Effect": "Deny",
        "Principal": "*",
        "Condition": {"BoolIfExists": {"aws:SecureTransport": "false"}},
    }
    return ((policy(Layer.RCP, {**FULL, "Principal": "*"}), policy(Layer.RCP, outside, plain)),)


def of_bucket(owner: str, bucket: str, readers: list[Principal]) -> Policy:
    """HTTPS only, the organization's readers, a service for its account."""
    both = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    return policy(
        Layer.RESOURCE,
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": both,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Effect": "Allow",
            "Principal": {"AWS": [each.arn for each in readers]},
            "Action": ["s3:GetObject", "s3:ListBucket"],
            "Resource": both,
            "Condition": {"IpAddress": {"aws:SourceIp": OFFICE}},
        },
        {
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": both[1],
            "Condition": {"StringEquals": {"aws:SourceAccount": owner}},
        },
    )


def of_key(owner: str) -> Policy:
    """The account decides; through S3 everybody of the organization may decrypt."""
    return policy(
        Layer.RESOURCE,
        {"Effect": "Allow", "Principal": {"AWS": owner}, "Action": "kms:*", "Resource": "*"},
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": {
                "StringEquals": {"aws:PrincipalOrgID": "o-example"},
                "StringLike": {"kms:ViaService": "s3.*.amazonaws.com"},
            },
        },
    )


def principals(chance: random.Random) -> list[Principal]:
    """Users and roles of all accounts, in one organization."""
    made = []
    for number in range(60):
        account = chance.choice(ACCOUNTS)
        role = number % 3 > 0
        made.append(
            Principal(
                kind=PrincipalKind.ROLE if role else PrincipalKind.USER,
                arn=f"arn:aws:iam::{account}:{'role' if role else 'user'}/person-{number}",
                account=account,
                session=f"arn:aws:sts::{account}:assumed-role/person-{number}/s" if role else "",
                unique_id=f"AROA{number}",
                organization="o-example",
                tags={"team": chance.choice(["red", "blue"])},
            )
        )
    return made


def managed() -> list[dict[str, Any]]:
    """AWS's managed policies."""
    return [each["Document"] for each in json.loads(aws_managed_policies_data).values()]


def compiled(documents: list[dict[str, Any]]) -> list[Policy]:
    """Compile them all; prints how long each took."""
    seconds, made = [], []
    for document in documents:
        started = time.process_time()
        made.append(Policy(parse_policy(document), Layer.IDENTITY))
        seconds.append((time.process_time() - started) * 1e6)
    cuts = statistics.quantiles(seconds, n=100)
    print(f"compiled {len(made):,} managed policies: p50 {cuts[49]:.0f} us, p99 {cuts[98]:.0f} us per policy")
    return made


def targets(chance: random.Random, everybody: list[Principal]) -> list[tuple[str, str, tuple[Policy, ...]]]:
    """Resources: their ARNs, owners and policies."""
    made: list[tuple[str, str, tuple[Policy, ...]]] = []
    for number in range(40):
        owner = chance.choice(ACCOUNTS)
        bucket = f"shared-{number}"
        guarded = (of_bucket(owner, bucket, chance.sample(everybody, 10)),)
        made += [(f"arn:aws:s3:::{bucket}/{folder}/file", owner, guarded) for folder in ("red", "person-3", "x")]
        made.append((f"arn:aws:kms:eu-west-1:{owner}:key/{number}", owner, (of_key(owner),)))
        made.append((f"arn:aws:dynamodb:eu-west-1:{owner}:table/t{number}", owner, ()))
        made.append((f"arn:aws:ec2:eu-west-1:{owner}:instance/i-{number}", owner, ()))
    return made


ACTIONS = {
    "s3": ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject"],
    "kms": ["kms:Decrypt", "kms:GenerateDataKey", "kms:ScheduleKeyDeletion"],
    "dynamodb": ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:DeleteTable"],
    "ec2": ["ec2:RunInstances", "ec2:DescribeInstances", "ec2:TerminateInstances"],
}


def corpus(size: int, policies: list[Policy]) -> Iterator[tuple[Request, Authorization]]:
    """Requests with all policies that have a say in them."""
    chance = random.Random(7)
    everybody = principals(chance)
    own = {each.arn: (home(), *chance.sample(policies, 3)) for each in everybody}
    bound = policy(Layer.BOUNDARY, {**FULL, "Action": ["s3:*", "kms:*", "dynamodb:*", "ec2:*"]})
    session = policy(Layer.SESSION, {**FULL, "Action": ["s3:*", "ec2:Describe*"]})
    resources, above, around = targets(chance, everybody), scps(), rcps()
    for _ in range(size):
        caller = chance.choice(everybody)
        arn, owner, guards = chance.choice(resources)
        context = {
            "aws:SourceIp": (chance.choice(["192.0.2.77", "203.0.113.9", "2001:db8:7::1"]),),
            "aws:SecureTransport": (chance.choice(["true", "true", "false"]),),
            "aws:RequestedRegion": (chance.choice(["eu-west-1", "eu-west-1", "us-east-1"]),),
            "aws:ViaAWSService": ("false",),
        }
        request = Request(
            principal=caller,
            action=chance.choice(ACTIONS[arn.split(":")[2]]),
            resource=arn,
            resource_account=owner,
            resource_tags={"team": "red"},
            context=context,
        )
        yield (
            request,
            Authorization(
                identity=own[caller.arn],
                resource=guards,
                boundary=(bound,) if chance.random() < 0.25 else None,
                session=(session,) if caller.session and chance.random() < 0.2 else None,
                scps=above,
                rcps=around,
            ),
        )


def main() -> None:
    """Print compile times, decisions per second and the spread of single decisions."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--passes", type=int, default=5)
    given = parser.parse_args()
    asked = list(corpus(given.requests, compiled(managed())))
    outcomes = Counter(decide(*each).outcome for each in asked)
    print(", ".join(f"{count:,} {outcome}" for outcome, count in outcomes.most_common()))
    gc.collect()
    gc.freeze()
    rates = []
    for _ in range(given.passes):
        started = time.process_time()
        for request, authorization in asked:
            decide(request, authorization)
        rates.append(len(asked) / (time.process_time() - started))
    single = []
    for request, authorization in asked:
        started = time.process_time()
        decide(request, authorization)
        single.append((time.process_time() - started) * 1e6)
    cuts = statistics.quantiles(single, n=100)
    print(f"best of {given.passes} passes: {max(rates):,.0f} decisions/s; median pass {statistics.median(rates):,.0f}")
    print(f"single decisions: p50 {cuts[49]:.1f} us, p99 {cuts[98]:.1f} us")


if __name__ == "__main__":
    main()
