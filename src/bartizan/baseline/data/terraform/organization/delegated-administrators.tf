# The security account runs these services for all, so that nobody has to work in the management account.
resource "aws_guardduty_organization_admin_account" "security" {
  for_each         = toset(var.regions)
  region           = each.value
  admin_account_id = var.security_account
  depends_on       = [aws_organizations_organization.this] # with policy-types
}

resource "aws_securityhub_organization_admin_account" "security" {
  for_each         = toset(var.regions)
  region           = each.value
  admin_account_id = var.security_account
  depends_on       = [aws_organizations_organization.this] # with policy-types
}

resource "aws_macie2_organization_admin_account" "security" {
  for_each         = toset(var.regions)
  region           = each.value
  admin_account_id = var.security_account
  depends_on       = [aws_organizations_organization.this] # with policy-types
}

resource "aws_inspector2_delegated_admin_account" "security" {
  for_each   = toset(var.regions)
  region     = each.value
  account_id = var.security_account
  depends_on = [aws_organizations_organization.this] # with policy-types
}

resource "aws_detective_organization_admin_account" "security" {
  for_each   = toset(var.regions)
  region     = each.value
  account_id = var.security_account
  depends_on = [aws_organizations_organization.this] # with policy-types
}

resource "aws_organizations_delegated_administrator" "security" {
  for_each = toset([
    "access-analyzer.amazonaws.com",
    "config-multiaccountsetup.amazonaws.com",
    "config.amazonaws.com",
  ])
  account_id        = var.security_account
  service_principal = each.value
  depends_on        = [aws_organizations_organization.this] # with policy-types
}
