"""An organization as code; CloudFormation cannot say which types of policies are on."""

from __future__ import annotations

from bartizan.resources.organizations import Organization
from bartizan.resources.writing import CodeWriter

TERRAFORM_ORGANIZATION = CodeWriter(
    "aws_organizations_organization",
    Organization,
    fields={
        "enabled_policy_types": "enabled_policy_types",
        "feature_set": "feature_set",
        "trusted_services": "aws_service_access_principals",
    },
    import_id=lambda organization: organization.organization_id or "",
)
