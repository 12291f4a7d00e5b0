# What the organization may do at all. The organization is there already: it is taken over, and nothing that is on
# in it is turned off.
data "aws_organizations_organization" "before" {}

import {
  to = aws_organizations_organization.this
  id = var.organization_id
}

resource "aws_organizations_organization" "this" {
  feature_set = "ALL"

  enabled_policy_types = setunion(
    [for each in data.aws_organizations_organization.before.roots[0].policy_types : each.type if each.status == "ENABLED"],
    ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "TAG_POLICY"],
  )

  aws_service_access_principals = setunion(data.aws_organizations_organization.before.aws_service_access_principals, [
    "access-analyzer.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "config-multiaccountsetup.amazonaws.com",
    "config.amazonaws.com",
    "detective.amazonaws.com",
    "guardduty.amazonaws.com",
    "iam.amazonaws.com",
    "inspector2.amazonaws.com",
    "macie.amazonaws.com",
    "malware-protection.guardduty.amazonaws.com",
    "securityhub.amazonaws.com",
    "sso.amazonaws.com",
    "tagpolicies.tag.amazonaws.com",
  ])

  lifecycle {
    prevent_destroy = true
  }
}

# Root users of member accounts need no credentials any more.
resource "aws_iam_organizations_features" "this" {
  enabled_features = ["RootCredentialsManagement", "RootSessions"]
  depends_on       = [aws_organizations_organization.this]
}
