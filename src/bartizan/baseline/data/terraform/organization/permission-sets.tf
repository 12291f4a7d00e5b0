# Who may do what in the accounts: sets of permissions for a working day, given to groups and never to a person.
data "aws_ssoadmin_instances" "this" {}

data "aws_organizations_organization" "people" {}

locals {
  identity_center = data.aws_ssoadmin_instances.this.arns[0]

  permission_sets = {
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    auditor       = "arn:aws:iam::aws:policy/SecurityAudit"
    read-only     = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
  }

  # No policy of the organization binds the management account: people are let into it one by one.
  assignments = {
    for pair in setproduct(keys(var.permission_groups), [
      for each in data.aws_organizations_organization.people.accounts : each.id
      if each.status == "ACTIVE" && each.id != data.aws_organizations_organization.people.master_account_id
    ]) : join("/", pair) => { set = pair[0], account = pair[1] }
  }
}

resource "aws_ssoadmin_permission_set" "this" {
  for_each         = local.permission_sets
  name             = each.key
  instance_arn     = local.identity_center
  session_duration = "PT10H"
}

resource "aws_ssoadmin_managed_policy_attachment" "this" {
  #checkov:skip=CKV_AWS_274:one set is for administrators; who has it is said by permission_groups, which is empty at first
  for_each           = local.permission_sets
  instance_arn       = local.identity_center
  permission_set_arn = aws_ssoadmin_permission_set.this[each.key].arn
  managed_policy_arn = each.value
}

data "aws_identitystore_group" "this" {
  for_each          = var.permission_groups
  identity_store_id = data.aws_ssoadmin_instances.this.identity_store_ids[0]

  alternate_identifier {
    unique_attribute {
      attribute_path  = "DisplayName"
      attribute_value = each.value
    }
  }
}

resource "aws_ssoadmin_account_assignment" "this" {
  for_each           = local.assignments
  instance_arn       = local.identity_center
  permission_set_arn = aws_ssoadmin_permission_set.this[each.value.set].arn
  principal_type     = "GROUP"
  principal_id       = data.aws_identitystore_group.this[each.value.set].group_id
  target_type        = "AWS_ACCOUNT"
  target_id          = each.value.account
  depends_on         = [aws_ssoadmin_managed_policy_attachment.this]
}
