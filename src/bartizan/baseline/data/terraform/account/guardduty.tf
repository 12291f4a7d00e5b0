# Looks for intruders in every region.
resource "aws_guardduty_detector" "this" {
  #checkov:skip=CKV2_AWS_3:this is a single account; there is no organization for which it could be set up
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

locals {
  guardduty_agents = ["EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"]

  guardduty_features = {
    for pair in setproduct(var.regions, [
      "S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS",
      "RUNTIME_MONITORING",
    ]) : join("/", pair) => { region = pair[0], name = pair[1] }
  }
}
