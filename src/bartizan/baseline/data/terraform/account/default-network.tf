# The VPC that AWS puts into each region is closed: whoever needs a network makes one on purpose.
data "aws_vpcs" "default" {
  for_each = toset(var.regions)
  region   = each.value

  filter {
    name   = "is-default"
    values = ["true"]
  }
}

data "aws_network_acls" "default" {
  for_each = local.default_vpcs
  region   = each.key
  vpc_id   = each.value

  filter {
    name   = "default"
    values = ["true"]
  }
}

locals {
  default_vpcs = { for region, found in data.aws_vpcs.default : region => found.ids[0] if length(found.ids) > 0 }
}

# Without a rule nothing passes.
resource "aws_default_security_group" "closed" {
  for_each = local.default_vpcs
  region   = each.key
  vpc_id   = each.value
}

resource "aws_default_network_acl" "closed" {
  for_each               = data.aws_network_acls.default
  region                 = each.key
  default_network_acl_id = each.value.ids[0]

  lifecycle {
    ignore_changes = [subnet_ids]
  }
}
