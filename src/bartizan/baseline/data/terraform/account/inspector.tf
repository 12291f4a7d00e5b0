# Looks for known holes in machines, images and functions.
data "aws_caller_identity" "inspector" {}

resource "aws_inspector2_enabler" "this" {
  for_each       = toset(var.regions)
  region         = each.value
  account_ids    = [data.aws_caller_identity.inspector.account_id]
  resource_types = ["EC2", "ECR", "LAMBDA"]
}
