resource "aws_ssm_service_setting" "sharing" {
  setting_id    = "/ssm/documents/console/public-sharing-permission"
  setting_value = "Enable"
}

resource "aws_ssm_service_setting" "tier" {
  setting_id    = "/ssm/parameter-store/default-parameter-tier"
  setting_value = "Advanced"
}
