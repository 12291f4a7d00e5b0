# Checks the account against standards, and gathers what the other services find.
resource "aws_securityhub_account" "this" {
  for_each                  = toset(var.regions)
  region                    = each.value
  enable_default_standards  = false
  auto_enable_controls      = true
  control_finding_generator = "SECURITY_CONTROL"
}

locals {
  standards = {
    fsbp = "aws-foundational-security-best-practices/v/1.0.0"
    cis  = "cis-aws-foundations-benchmark/v/5.0.0"
    pci  = "pci-dss/v/4.0.1"
  }

  standards_on = {
    for pair in setproduct(var.regions, keys(local.standards)) : join("/", pair) => {
      region = pair[0]
      arn    = "arn:aws:securityhub:${pair[0]}::standards/${local.standards[pair[1]]}"
    }
  }

  # Controls are named with their standard: cis/IAM.6.
  controls_off = {
    for pair in setproduct(var.regions, keys(var.disabled_controls)) : join("/", pair) => {
      region   = pair[0]
      standard = "${pair[0]}/${dirname(pair[1])}"
      control  = basename(pair[1])
      reason   = var.disabled_controls[pair[1]]
    }
  }
}

resource "aws_securityhub_standards_subscription" "this" {
  for_each      = local.standards_on
  region        = each.value.region
  standards_arn = each.value.arn
  depends_on    = [aws_securityhub_account.this]
}

resource "aws_securityhub_standards_control_association" "off" {
  for_each            = local.controls_off
  region              = each.value.region
  standards_arn       = local.standards_on[each.value.standard].arn
  security_control_id = each.value.control
  association_status  = "DISABLED"
  updated_reason      = each.value.reason
  depends_on          = [aws_securityhub_standards_subscription.this]
}

resource "aws_securityhub_finding_aggregator" "this" {
  linking_mode = "ALL_REGIONS"
  depends_on   = [aws_securityhub_account.this]
}
