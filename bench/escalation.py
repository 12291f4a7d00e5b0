"""How fast privilege escalation is found in a synthetic account, on one core.

    python bench/escalation.py [--users 500] [--roles 1000] [--policies 2000]
    python bench/escalation.py --accounts 50 [--users 50] [--roles 100] [--policies 200]

Each identity has a few of the policies: a few are administrators, a few may pass or assume roles (all, by prefix, by
name) or make keys with MFA, many may only use services. ``--write`` writes the account as JSON, for other tools. With
``--accounts`` it is an organization of so many: an SCP denies each account something, each has a role that the
management account may assume, and one in twenty roles trusts another account.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import time
from pathlib import Path
from typing import Any

from bartizan.policy import Estate, Group, Identity, Layer, Organization, Policy, Principal, parse_policy
from bartizan.policy.escalation import Paths, build_graph

ACCOUNT = "111122223333"
GROUP = f"arn:aws:iam::{ACCOUNT}:group/none"
SERVICES = ("lambda", "ec2", "ecs-tasks", "glue", "codebuild", "cloudformation", "sagemaker", "states", "ssm")
USUAL = (
    ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
    ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"],
    ["logs:CreateLogStream", "logs:PutLogEvents"],
    ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"],
    ["ec2:Describe*", "cloudwatch:Get*", "cloudwatch:List*"],
    ["lambda:InvokeFunction", "lambda:GetFunction", "lambda:UpdateFunctionCode"],
    ["glue:StartJobRun", "glue:CreateJob", "states:StartExecution"],
    ["ssm:StartSession", "ssm:SendCommand", "ec2:RunInstances", "ec2:StartInstances"],
)
Document = dict[str, Any]


def document(chance: random.Random, number: int, owner: str = ACCOUNT) -> Document:
    """A policy: one of the usual ones on some resources, and now and then a way to more."""
    chosen = chance.choice(USUAL)
    statements: list[Document] = [
        {
            "Effect": "Allow",
            "Action": chosen,
            "Resource": f"arn:aws:{chosen[0].partition(':')[0]}:*:*:app{number % 97}*",
        },
        {"Effect": "Allow", "Action": chance.choice(USUAL), "Resource": "*"},
    ]
    draw = chance.random()
    if draw < 0.01:
        statements.append({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"})
    elif draw < 0.04:
        statements.append(
            {"Effect": "Allow", "Action": "iam:PassRole", "Resource": f"arn:aws:iam::{owner}:role/r{number % 10}*"}
        )
    elif draw < 0.05:
        statements.append({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
    elif draw < 0.15:
        role = f"arn:aws:iam::{owner}:role/r{chance.randrange(1000)}"
        statements.append({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role})
    elif draw < 0.16:
        mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
        statements.append(
            {
                "Effect": "Allow",
                "Action": "iam:*AccessKey*",
                "Resource": "arn:aws:iam::*:user/${aws:username}",
                "Condition": mfa,
            }
        )
    elif draw < 0.165:
        statements.append({"Effect": "Allow", "Action": "lambda:*", "Resource": "*"})
    if number % 20 == 0:
        statements.append(
            {
                "Effect": "Deny",
                "Action": "iam:*",
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}},
            }
        )
    return {"Version": "2012-10-17", "Statement": statements}


def trust(chance: random.Random, users: int, owner: str = ACCOUNT, other: str = "444455556666") -> Document:
    """A trust policy: of a service, of the account, of a user, or of another account."""
    draw = chance.random()
    principal: Document = {"Service": f"{chance.choice(SERVICES)}.amazonaws.com"}
    if draw > 0.95:
        principal = {"AWS": other}
    elif draw > 0.85:
        principal = {"AWS": f"arn:aws:iam::{owner}:user/u{chance.randrange(users)}"}
    elif draw > 0.7:
        principal = {"AWS": f"arn:aws:iam::{owner}:root"}
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}],
    }


def account(users: int, roles: int, policies: int, owner: str = ACCOUNT, other: str = "444455556666") -> Document:
    """The account as ``iam get-account-authorization-details`` tells it; ``other`` is trusted by some of its roles."""
    chance = random.Random(7 if owner == ACCOUNT else int(owner))
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    documents = {
        f"arn:aws:iam::{owner}:policy/p{number}": document(chance, number, owner) for number in range(policies)
    }
    documents["arn:aws:iam::aws:policy/AdministratorAccess"] = everything
    arns = list(documents)

    def attached(number: int) -> list[Document]:
        chosen = (
            ["arn:aws:iam::aws:policy/AdministratorAccess"]
            if number % 100 == 0
            else chance.sample(arns[:-1], chance.randint(1, 4))
        )
        return [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in chosen]

    path = {"Path": "/", "CreateDate": "2026-01-01T00:00:00Z"}
    return {
        "UserDetailList": [
            {
                **path,
                "UserName": f"u{n}",
                "UserId": f"AIDA{n:017}",
                "Arn": f"arn:aws:iam::{owner}:user/u{n}",
                "GroupList": [],
                "AttachedManagedPolicies": attached(n),
            }
            for n in range(1, users + 1)
        ],
        "GroupDetailList": [],
        "RoleDetailList": [
            {
                **path,
                "RoleName": f"r{n}",
                "RoleId": f"AROA{n:017}",
                "Arn": f"arn:aws:iam::{owner}:role/r{n}",
                "AssumeRolePolicyDocument": trust(chance, users, owner, other),
                "InstanceProfileList": [],
                "RolePolicyList": [],
                "AttachedManagedPolicies": attached(n),
            }
            for n in range(1, roles + 1)
        ],
        "Policies": [
            {
                **path,
                "PolicyName": arn.rpartition("/")[2],
                "PolicyId": f"ANPA{n:017}",
                "Arn": arn,
                "DefaultVersionId": "v1",
                "AttachmentCount": 1,
                "IsAttachable": True,
                "PolicyVersionList": [
                    {
                        "VersionId": "v1",
                        "IsDefaultVersion": True,
                        "Document": body,
                        "CreateDate": "2026-01-01T00:00:00Z",
                    }
                ],
            }
            for n, (arn, body) in enumerate(documents.items())
        ],
    }


def estate(*accounts: Document, organization: Organization | None = None) -> Estate:
    """The estate of such accounts."""
    identities = [each for details in accounts for each in identities_of(details)]
    return Estate(identities, organization=organization, groups=(Group(arn=GROUP),), workloads=())


def identities_of(details: Document) -> list[Identity]:
    """The users and roles of such an account."""
    policies = {
        each["Arn"]: Policy(parse_policy(each["PolicyVersionList"][0]["Document"]), Layer.IDENTITY, each["Arn"])
        for each in details["Policies"]
    }

    def identity(each: Document) -> Identity:
        arns = tuple(attached["PolicyArn"] for attached in each["AttachedManagedPolicies"])
        written = each.get("AssumeRolePolicyDocument")
        return Identity(
            principal=Principal.parse(each["Arn"]),
            policies=tuple(policies[arn] for arn in arns),
            attached=arns,
            trust=Policy(parse_policy(written), Layer.RESOURCE, f"trust policy of {each['Arn']}") if written else None,
        )

    return [identity(each) for each in (*details["UserDetailList"], *details["RoleDetailList"])]


def company(accounts: int, users: int, roles: int, policies: int) -> tuple[list[Document], Organization]:
    """The accounts of an organization, the first of which manages it, and its policies."""
    numbers = [f"{100000000000 + each}" for each in range(accounts)]
    made = [account(users, roles, policies, each, numbers[place - 1]) for place, each in enumerate(numbers)]
    for each, number in zip(made[1:], numbers[1:], strict=True):
        each["RoleDetailList"].append(access_role(number, numbers[0]))
    full = Policy(parse_policy(scp("Allow", "*")), Layer.SCP, "FullAWSAccess")
    denied = [
        Policy(parse_policy(scp("Deny", f"{each}:Delete*")), Layer.SCP, f"keep-{each}") for each in ("s3", "rds", "kms")
    ]
    return made, Organization(
        id="o-abcdefghij",
        management_account=numbers[0],
        scps={each: ((full,), (full, denied[place % 3]), (full,)) for place, each in enumerate(numbers)},
        paths={each: f"o-abcdefghij/r-ab12/ou-ab12-{place % 3}/" for place, each in enumerate(numbers)},
        whole=True,
    )


def access_role(number: str, management: str) -> Document:
    """The role that Organizations makes in an account that it creates."""
    trusting = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{management}:root"}}
    return {
        "Arn": f"arn:aws:iam::{number}:role/OrganizationAccountAccessRole",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trusting]},
        "AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}],
    }


def scp(effect: str, action: str) -> Document:
    """A service control policy of one statement."""
    return {"Version": "2012-10-17", "Statement": {"Effect": effect, "Action": action, "Resource": "*"}}


def main() -> None:
    """Print the times and the peak memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=1)
    parser.add_argument("--users", type=int, default=500)
    parser.add_argument("--roles", type=int, default=1000)
    parser.add_argument("--policies", type=int, default=2000)
    parser.add_argument("--write", type=Path, help="Write the account as JSON to this file.")
    given = parser.parse_args()
    organization: Organization | None = None
    listed = [account(given.users, given.roles, given.policies)]
    if given.accounts > 1:
        listed, organization = company(given.accounts, given.users, given.roles, given.policies)
    if given.write:
        given.write.write_text(json.dumps(listed[0]))
    started = time.perf_counter()
    made = estate(*listed, organization=organization)
    parsed = time.perf_counter()
    graph = build_graph(made)
    built = time.perf_counter()
    paths = Paths(graph)
    answer = paths.ask()
    asked = time.perf_counter()
    paths.ask(source=answer.paths[0].source if answer.paths else "", most=20)
    single = time.perf_counter()
    ways = [way for each in sorted(made.accounts) for way in paths.into(each)] if organization else []
    across = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{given.accounts} x {given.users} users, {given.roles} roles, {given.policies} policies")
    print(f"estate {parsed - started:.2f} s, graph {built - parsed:.2f} s, {graph.count():,} hops")
    print(
        f"all paths and cuts {asked - built:.2f} s, up to 20 paths from one {single - asked:.3f} s, peak {peak:.0f} MiB"
    )
    print(f"{len(graph.admins)} administrators, {len(answer.paths)} others with a path")
    if organization:
        print(f"all ways from one account into another {across - single:.2f} s, {len(ways):,} of them")


if __name__ == "__main__":
    main()
