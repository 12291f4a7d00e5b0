"""An account as `aws iam get-account-authorization-details` tells of it, with an organization and resource policies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bartizan.app.estate import FoundEstate, Source, find_estate

OWN, MANAGEMENT, VENDOR = "111122223333", "999900001111", "464622532012"
ANNA, BOB = f"arn:aws:iam::{OWN}:user/anna", f"arn:aws:iam::{OWN}:user/bob"
APP, ADMIN = f"arn:aws:iam::{OWN}:role/teams/app", f"arn:aws:iam::{OWN}:role/admin"
SESSION = f"arn:aws:sts::{OWN}:assumed-role/app/build"
KEY = f"arn:aws:kms:eu-west-1:{OWN}:key/1"
QUEUE = f"arn:aws:sqs:eu-west-1:{OWN}:jobs"
MEDIA, PUBLIC, SHARED = "arn:aws:s3:::media", "arn:aws:s3:::public", "arn:aws:s3:::shared"


def statement(effect: str, action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def managed(arn: str, *statements: dict[str, Any]) -> dict[str, Any]:
    version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": document(*statements)}
    name = arn.rpartition("/")[2]
    return {"PolicyName": name, "Arn": arn, "Path": "/", "AttachmentCount": 1, "PolicyVersionList": [version]}


def attached(*arns: str) -> list[dict[str, str]]:
    return [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in arns]


def inline(name: str, *statements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"PolicyName": name, "PolicyDocument": document(*statements)}]


READ_ONLY, BOUND = "arn:aws:iam::aws:policy/ReadOnlyAccess", f"arn:aws:iam::{OWN}:policy/bound"


def details() -> dict[str, Any]:
    """Anna is in a group, Bob is bounded, the app reads one folder from the office, the admin may do everything."""
    from_office = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    trust = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}})
    vendor = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": VENDOR}})
    base = {"Path": "/", "CreateDate": "2025-01-01T00:00:00+00:00"}
    folder = statement("Allow", "s3:GetObject", f"{MEDIA}/a/*", Condition=from_office)
    user = {**base, "GroupList": [], "AttachedManagedPolicies": [], "UserPolicyList": []}
    role = {**base, "AttachedManagedPolicies": [], "RolePolicyList": [], "InstanceProfileList": []}
    bound = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": BOUND}
    return {
        "UserDetailList": [
            {**user, "UserName": "anna", "UserId": "AIDA1", "Arn": ANNA, "GroupList": ["readers"]},
            {
                **user, "UserName": "bob", "UserId": "AIDA2", "Arn": BOB, "PermissionsBoundary": bound,
                "UserPolicyList": inline("all", statement("Allow", "s3:*")),
            },
        ],
        "GroupDetailList": [
            {
                **base, "GroupName": "readers", "GroupId": "AGPA1", "Arn": f"arn:aws:iam::{OWN}:group/readers",
                "GroupPolicyList": [], "AttachedManagedPolicies": attached(READ_ONLY),
            }
        ],
        "RoleDetailList": [
            {
                **role, "RoleName": "app", "RoleId": "AROA1", "Arn": APP, "AssumeRolePolicyDocument": trust,
                "RolePolicyList": inline("folder", folder),
            },
            {
                **role, "RoleName": "admin", "RoleId": "AROA2", "Arn": ADMIN, "AssumeRolePolicyDocument": vendor,
                "RolePolicyList": inline("everything", statement("Allow", "*")),
            },
        ],
        "Policies": [
            managed(READ_ONLY, statement("Allow", ["s3:Get*", "s3:List*", "sqs:Get*", "ec2:Describe*"])),
            managed(BOUND, statement("Allow", "s3:Get*")),
        ],
    }  # fmt: skip


def organization() -> dict[str, Any]:
    """The account is a member that may not delete buckets."""
    guard = document(statement("Deny", "s3:DeleteBucket"))
    levels = [["FullAWSAccess"], ["p-guard", "FullAWSAccess"]]
    return {
        "Organization": {"Id": "o-abc123", "MasterAccountId": MANAGEMENT},
        "Policies": {"p-guard": {"Name": "guard", "Content": json.dumps(guard)}},
        "Accounts": [{"Id": OWN, "Path": "o-abc123/r-ab12/", "ServiceControlPolicies": levels}],
    }


def resource_policies() -> dict[str, Any]:
    """A bucket for everyone, one for a vendor and a session, a key that leaves the choice to its account, a queue."""
    return {
        PUBLIC: document(statement("Allow", "s3:GetObject", f"{PUBLIC}/*", Principal="*")),
        SHARED: document(
            statement("Allow", "s3:GetObject", f"{SHARED}/*", Principal={"AWS": VENDOR}),
            statement("Allow", "s3:PutObject", f"{SHARED}/*", Principal={"AWS": SESSION}),
        ),
        MEDIA: None,
        KEY: document(statement("Allow", "kms:*", Principal={"AWS": f"arn:aws:iam::{OWN}:root"})),
        QUEUE: {
            "Policy": document(statement("Allow", "sqs:SendMessage", QUEUE, Principal={"Service": "s3.amazonaws.com"}))
        },
    }


def write(folder: Path, **files: Any) -> Source:
    """The sample as files in a folder, with some of them changed."""
    content = {"details": details(), "organization": organization(), "resources": resource_policies(), **files}
    for name, value in content.items():
        (folder / f"{name}.json").write_text(value if isinstance(value, str) else json.dumps(value))
    return Source(
        files=(folder / "details.json",),
        organization=folder / "organization.json",
        resource_policies=(folder / "resources.json",),
    )


def found_in(folder: Path, **files: Any) -> FoundEstate:
    return find_estate(write(folder, **files))
