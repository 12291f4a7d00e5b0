"""What the scan of an organization needs: a role in each account that only reads, as infrastructure code.

Sources: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stackset.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-associate-stackset-with-org.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from bartizan.aws.aggregator import SELECT, SOURCES
from bartizan.aws.regions import DESCRIBE_REGIONS
from bartizan.model import InputError
from bartizan.resources.organizations import TREE

_ACCOUNT = re.compile(r"\d{12}")
_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(root|role/[\w+=,.@/-]+|user/[\w+=,.@/-]+)")
_ROLE = re.compile(r"[\w+=,.@-]{1,64}")
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}")
_HOUR = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The role of an audit: its name, who may assume it, and what it may do (managed policies in AWS's size limit).

    ``trusted`` is the number of an account, or the ARN of a role or user. Raises ``InputError`` where a part is not as
    AWS wants it.
    """

    trusted: str
    policies: Sequence[Mapping[str, Any]]
    role: str = "BartizanAudit"
    external_id: str = ""

    def __post_init__(self) -> None:
        if not (_ACCOUNT.fullmatch(self.trusted) or _PRINCIPAL.fullmatch(self.trusted)):
            raise InputError(f"{self.trusted!r} is neither an account's 12 digits nor the ARN of a role or user")
        if not _ROLE.fullmatch(self.role):
            raise InputError(f"{self.role!r} is no name of a role: up to 64 letters, digits and _+=,.@-")
        if self.external_id and not _EXTERNAL_ID.fullmatch(self.external_id):
            raise InputError("an external id has 2 to 1224 letters, digits and _+=,.@:/-")


def files(setup: Setup) -> dict[str, str]:
    """The files by their name: the role for one account, the stack set for all, both for Terraform, and the caller's.

    The last is what whoever runs the scan must be allowed in the account that it starts from.
    """
    return {
        "caller.json": json.dumps(caller_policy(setup), indent=2) + "\n",
        "role.yaml": _HEAD + _yaml(role_template(setup)),
        "stack-set.yaml": _HEAD + _yaml(stack_set_template(setup)),
        "main.tf": _terraform(setup),
    }


def caller_policy(setup: Setup) -> dict[str, Any]:
    """The IAM policy of whoever scans an organization: see its accounts, and become the role in each of them.

    It also lets them ask an aggregator of AWS Config there.
    """
    seen = sorted({action for call in TREE.declared for action in call.actions} | set(DESCRIBE_REGIONS.actions))
    asked = sorted({action for call in (SELECT, SOURCES) for action in call.actions})
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "SeeTheOrganization", "Effect": "Allow", "Action": seen, "Resource": "*"},
            {"Sid": "AskTheAggregator", "Effect": "Allow", "Action": asked, "Resource": "*"},
            {
                "Sid": "BecomeTheAuditor",
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Resource": f"arn:*:iam::*:role/{setup.role}",
            },
        ],
    }


def role_template(setup: Setup) -> dict[str, Any]:
    """A CloudFormation template with the role and its policies, for one account."""
    names = [f"Read{number}" for number, _ in enumerate(setup.policies, 1)]
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "The role by which Bartizan reads this account; it can change nothing.",
        "Resources": {
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "RoleName": setup.role,
                    "Description": "Read by Bartizan, which assesses this account",
                    "MaxSessionDuration": _HOUR,
                    "AssumeRolePolicyDocument": _trust(setup),
                    "ManagedPolicyArns": [{"Ref": name} for name in names],
                },
            },
            **{
                name: {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": dict(document)}}
                for name, document in zip(names, setup.policies, strict=True)
            },
        },
    }


def stack_set_template(setup: Setup) -> dict[str, Any]:
    """A template for the management account: the role there, and a stack set that brings it to all other accounts.

    A stack set that AWS Organizations deploys leaves out the management account, new accounts get it by themselves.
    """
    role = role_template(setup)
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "The role by which Bartizan reads the accounts of this organization; deploy it in the"
        " management account.",
        "Parameters": {
            "Targets": {
                "Type": "CommaDelimitedList",
                "Description": "The organization's root (r-...), or the units whose accounts are to be read",
            }
        },
        "Resources": {
            **role["Resources"],
            "Everywhere": {
                "Type": "AWS::CloudFormation::StackSet",
                "Properties": {
                    "StackSetName": setup.role,
                    "Description": role["Description"],
                    "PermissionModel": "SERVICE_MANAGED",
                    "AutoDeployment": {"Enabled": True, "RetainStacksOnAccountRemoval": False},
                    "Capabilities": ["CAPABILITY_NAMED_IAM"],
                    "OperationPreferences": {"MaxConcurrentPercentage": 25, "FailureTolerancePercentage": 10},
                    "StackInstancesGroup": [
                        {
                            "DeploymentTargets": {"OrganizationalUnitIds": {"Ref": "Targets"}},
                            "Regions": [{"Ref": "AWS::Region"}],
                        }
                    ],
                    "TemplateBody": json.dumps(role, separators=(",", ":")),
                },
            },
        },
    }


def _trust(setup: Setup) -> dict[str, Any]:
    principal = f"arn:aws:iam::{setup.trusted}:root" if _ACCOUNT.fullmatch(setup.trusted) else setup.trusted
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    if setup.external_id:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": setup.external_id}}
    return {"Version": "2012-10-17", "Statement": [statement]}


_HEAD = "# Written by `bartizan setup`; write it anew after an upgrade, since new rules may read more.\n"


class _Dumper(yaml.SafeDumper):
    """Lists indented below their key, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - its base's
        super().increase_indent(flow, False)


def _yaml(template: Mapping[str, Any]) -> str:
    return yaml.dump(template, Dumper=_Dumper, sort_keys=False, width=10_000)


def _terraform(setup: Setup) -> str:
    return _TERRAFORM.format(
        head=_HEAD,
        role=json.dumps(setup.role),
        trust=_hcl(_trust(setup)),
        policies="[\n" + "".join(f"    {_hcl(each, 4)},\n" for each in setup.policies) + "  ]",
        template=_hcl(role_template(setup)),
    )


def _hcl(value: Any, indent: int = 2) -> str:
    """A value as Terraform writes it; what would begin a template in a text is escaped."""
    inner, outer = " " * (indent + 2), " " * indent
    if isinstance(value, Mapping):
        width = max((len(_key(name)) for name in value), default=0)
        lines = "".join(f"{inner}{_key(name):<{width}} = {_hcl(each, indent + 2)}\n" for name, each in value.items())
        return f"{{\n{lines}{outer}}}"
    if isinstance(value, (list, tuple)):
        return "[\n" + "".join(f"{inner}{_hcl(each, indent + 2)},\n" for each in value) + f"{outer}]"
    return json.dumps(value).replace("${", "$${").replace("%{", "%%{")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else json.dumps(name)


_TERRAFORM = """\
{head}
terraform {{
  required_version = ">= 1.5"
  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }}
  }}
}}

variable "targets" {{
  description = "The organization's root (r-...) or units whose accounts are to be read; none for this one only"
  type        = list(string)
  default     = []
}}

data "aws_region" "here" {{}}

locals {{
  role     = {role}
  trust    = {trust}
  policies = {policies}
  # CloudFormation brings the role to the other accounts, the ones to come included; Terraform alone cannot.
  template = {template}
}}

resource "aws_iam_role" "audit" {{
  name                 = local.role
  description          = "Read by Bartizan, which assesses this account"
  max_session_duration = 3600
  assume_role_policy   = jsonencode(local.trust)
}}

resource "aws_iam_policy" "read" {{
  count  = length(local.policies)
  name   = "${{local.role}}${{count.index + 1}}"
  policy = jsonencode(local.policies[count.index])
}}

resource "aws_iam_role_policy_attachment" "read" {{
  count      = length(local.policies)
  role       = aws_iam_role.audit.name
  policy_arn = aws_iam_policy.read[count.index].arn
}}

resource "aws_cloudformation_stack_set" "audit" {{
  count            = length(var.targets) > 0 ? 1 : 0
  name             = local.role
  description      = "The role by which Bartizan reads the accounts of this organization"
  permission_model = "SERVICE_MANAGED"
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  template_body    = jsonencode(local.template)

  auto_deployment {{
    enabled                          = true
    retain_stacks_on_account_removal = false
  }}

  lifecycle {{
    # AWS fills it in for stack sets that it manages.
    ignore_changes = [administration_role_arn]
  }}
}}

resource "aws_cloudformation_stack_set_instance" "audit" {{
  count          = length(var.targets) > 0 ? 1 : 0
  stack_set_name = aws_cloudformation_stack_set.audit[0].name
  region         = data.aws_region.here.name

  deployment_targets {{
    organizational_unit_ids = var.targets
  }}
}}
"""
