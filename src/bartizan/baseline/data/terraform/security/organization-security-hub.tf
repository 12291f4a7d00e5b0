# Checks every account against standards, and gathers what is found, here. AWS turned Security Hub on in this account
# when it was told who administers.
data "aws_caller_identity" "security_hub" {}

import {
  for_each = toset(var.regions)
  to       = aws_securityhub_account.this[each.value]
  id       = "${data.aws_caller_identity.security_hub.account_id}@${each.value}"
}

resource "aws_securityhub_account" "this" {
  for_each                  = toset(var.regions)
  region                    = each.value
  auto_enable_controls      = true
  control_finding_generator = "SECURITY_CONTROL"

  lifecycle {
    # AWS does not say later how it was turned on.
    ignore_changes = [enable_default_standards]
  }
}

resource "aws_securityhub_finding_aggregator" "this" {
  linking_mode = "ALL_REGIONS"
  depends_on   = [aws_securityhub_account.this]
}

# Central configuration: the policy below is for all accounts and regions, new ones too.
resource "aws_securityhub_organization_configuration" "this" {
  auto_enable           = false
  auto_enable_standards = "NONE"

  organization_configuration {
    configuration_type = "CENTRAL"
  }

  depends_on = [aws_securityhub_finding_aggregator.this]
}

locals {
  disabled_controls = distinct([for each in keys(var.disabled_controls) : basename(each)])
}

resource "aws_securityhub_configuration_policy" "this" {
  name        = "baseline"
  description = "Standards of the security baseline; why controls are off stands in its answers"

  configuration_policy {
    service_enabled = true

    enabled_standard_arns = [
      "arn:aws:securityhub:${var.home_region}::standards/aws-foundational-security-best-practices/v/1.0.0",
      "arn:aws:securityhub:${var.home_region}::standards/cis-aws-foundations-benchmark/v/5.0.0",
      "arn:aws:securityhub:${var.home_region}::standards/pci-dss/v/4.0.1",
    ]

    security_controls_configuration {
      disabled_control_identifiers = local.disabled_controls
    }
  }

  depends_on = [aws_securityhub_organization_configuration.this]
}

resource "aws_securityhub_configuration_policy_association" "root" {
  policy_id = aws_securityhub_configuration_policy.this.id
  target_id = var.organization_root
}
