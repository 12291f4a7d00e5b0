resource "aws_organizations_organization" "this" {
  enabled_policy_types          = ["SERVICE_CONTROL_POLICY"]
  aws_service_access_principals = ["sso.amazonaws.com", "cloudtrail.amazonaws.com"]
}
