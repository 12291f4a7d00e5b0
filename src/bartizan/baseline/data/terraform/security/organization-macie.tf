# Knows which buckets of all accounts are public or shared, and finds out which hold data of people. AWS turned Macie on
# in this account when it was told who administers.
data "aws_caller_identity" "macie" {}

data "aws_organizations_organization" "macie" {}

import {
  for_each = toset(var.regions)
  to       = aws_macie2_account.this[each.value]
  id       = "${data.aws_caller_identity.macie.account_id}@${each.value}"
}

resource "aws_macie2_account" "this" {
  for_each                     = toset(var.regions)
  region                       = each.value
  status                       = "ENABLED"
  finding_publishing_frequency = "FIFTEEN_MINUTES"
}

# Accounts that join are enrolled by AWS, those that are there already below.
resource "aws_macie2_organization_configuration" "this" {
  for_each    = aws_macie2_account.this
  region      = each.key
  auto_enable = true
}

locals {
  macie_members = {
    for pair in setproduct(var.regions, [
      for each in data.aws_organizations_organization.macie.accounts : each
      if each.status == "ACTIVE" && each.id != data.aws_caller_identity.macie.account_id
    ]) : "${pair[0]}/${pair[1].id}" => { region = pair[0], account = pair[1].id, email = pair[1].email }
  }
}

resource "aws_macie2_member" "this" {
  for_each   = local.macie_members
  region     = each.value.region
  account_id = each.value.account
  email      = each.value.email
  depends_on = [aws_macie2_organization_configuration.this]
}
