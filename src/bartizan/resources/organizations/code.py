"""How the tree of an organization is read from infrastructure code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.organizations.tree import DOCUMENT_TYPES, MemberAccount, OrganizationalUnit, OrganizationPolicy
from bartizan.resources.tags import NO_TAGS


def _document(kind: str, content: Any) -> PolicyDocument | None:
    return parse_policy(content) if kind in DOCUMENT_TYPES else None


def _settings(kind: str, content: Any) -> Mapping[str, Any]:
    if kind in DOCUMENT_TYPES:
        return NO_TAGS
    found: Mapping[str, Any] = json.loads(content) if isinstance(content, str) else content
    return found


def _kind(block: Block) -> str:
    kind: str = block.get("type", "SERVICE_CONTROL_POLICY")
    return kind


def _targets(block: Block) -> tuple[str, ...]:
    attached = (each["target_id"] for each in block.parts("aws_organizations_policy_attachment"))
    return tuple(sorted(attached)) or block.if_new((), "what it is attached to")


TERRAFORM_POLICY = CodeReader(
    "aws_organizations_policy",
    OrganizationPolicy,
    parts={"aws_organizations_policy_attachment": "policy_id"},
    fields={
        "policy_name": lambda block: block["name"],
        "type": _kind,
        "aws_managed": lambda _: False,
        "document": lambda block: _document(_kind(block), block["content"]),
        "settings": lambda block: _settings(_kind(block), block["content"]),
        "targets": _targets,
    },
)

TERRAFORM_UNIT = CodeReader(
    "aws_organizations_organizational_unit",
    OrganizationalUnit,
    fields={"unit_name": lambda block: block["name"], "parent_id": lambda block: block["parent_id"]},
)

TERRAFORM_ACCOUNT = CodeReader(
    "aws_organizations_account", MemberAccount, fields={"account_name": lambda block: block["name"]}
)

CLOUDFORMATION_POLICY = CodeReader(
    "AWS::Organizations::Policy",
    OrganizationPolicy,
    fields={
        "policy_name": lambda block: block["Name"],
        "type": lambda block: block["Type"],
        "aws_managed": lambda _: False,
        "document": lambda block: _document(block["Type"], block.plain("Content")),
        "settings": lambda block: _settings(block["Type"], block.plain("Content")),
        "targets": lambda block: tuple(sorted(block.get("TargetIds", ()))),
    },
)

CLOUDFORMATION_UNIT = CodeReader(
    "AWS::Organizations::OrganizationalUnit",
    OrganizationalUnit,
    fields={"unit_name": lambda block: block["Name"], "parent_id": lambda block: block["ParentId"]},
)

CLOUDFORMATION_ACCOUNT = CodeReader(
    "AWS::Organizations::Account", MemberAccount, fields={"account_name": lambda block: block["AccountName"]}
)
