# Looks for known holes in machines, images and functions of all accounts.
data "aws_caller_identity" "inspector" {}

data "aws_organizations_organization" "inspector" {}

resource "aws_inspector2_enabler" "administrator" {
  for_each       = toset(var.regions)
  region         = each.value
  account_ids    = [data.aws_caller_identity.inspector.account_id]
  resource_types = ["EC2", "ECR", "LAMBDA"]
}

# Accounts that join are enrolled by AWS, those that are there already below.
resource "aws_inspector2_organization_configuration" "this" {
  for_each = aws_inspector2_enabler.administrator
  region   = each.key

  auto_enable {
    ec2    = true
    ecr    = true
    lambda = true
  }
}

locals {
  inspector_members = [
    for each in data.aws_organizations_organization.inspector.accounts : each.id
    if each.status == "ACTIVE" && each.id != data.aws_caller_identity.inspector.account_id
  ]

  inspector_associations = {
    for pair in setproduct(var.regions, local.inspector_members) : join("/", pair) => {
      region  = pair[0]
      account = pair[1]
    }
  }
}

resource "aws_inspector2_member_association" "this" {
  for_each   = local.inspector_associations
  region     = each.value.region
  account_id = each.value.account
  depends_on = [aws_inspector2_enabler.administrator]
}

resource "aws_inspector2_enabler" "member" {
  for_each       = local.inspector_associations
  region         = each.value.region
  account_ids    = [aws_inspector2_member_association.this[each.key].account_id]
  resource_types = ["EC2", "ECR", "LAMBDA"]
}
