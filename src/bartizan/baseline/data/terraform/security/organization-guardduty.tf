# Looks for intruders in every account and region. AWS made these detectors when it was told who administers.
data "aws_guardduty_detector" "administrator" {
  for_each = toset(var.regions)
  region   = each.value
}

import {
  for_each = data.aws_guardduty_detector.administrator
  to       = aws_guardduty_detector.this[each.key]
  id       = "${each.value.id}@${each.key}"
}

resource "aws_guardduty_detector" "this" {
  for_each                     = toset(var.regions)
  region                       = each.value
  enable                       = true
  finding_publishing_frequency = "FIFTEEN_MINUTES"
}

resource "aws_guardduty_detector_feature" "this" {
  for_each    = local.guardduty_features
  region      = each.value.region
  detector_id = aws_guardduty_detector.this[each.value.region].id
  name        = each.value.name
  status      = "ENABLED"

  dynamic "additional_configuration" {
    for_each = each.value.name == "RUNTIME_MONITORING" ? local.guardduty_agents : []

    content {
      name   = additional_configuration.value
      status = "ENABLED"
    }
  }
}

resource "aws_guardduty_organization_configuration" "this" {
  for_each                         = toset(var.regions)
  region                           = each.value
  detector_id                      = aws_guardduty_detector.this[each.value].id
  auto_enable_organization_members = "ALL"
}

resource "aws_guardduty_organization_configuration_feature" "this" {
  for_each    = local.guardduty_features
  region      = each.value.region
  detector_id = aws_guardduty_organization_configuration.this[each.value.region].detector_id
  name        = each.value.name
  auto_enable = "ALL"

  dynamic "additional_configuration" {
    for_each = each.value.name == "RUNTIME_MONITORING" ? local.guardduty_agents : []

    content {
      name        = additional_configuration.value
      auto_enable = "ALL"
    }
  }
}

locals {
  guardduty_agents = ["EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"]

  guardduty_features = {
    for pair in setproduct(var.regions, [
      "S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS",
      "RUNTIME_MONITORING",
    ]) : join("/", pair) => { region = pair[0], name = pair[1] }
  }
}
