resource "aws_ssoadmin_account_assignment" "group" {
  instance_arn       = "arn:aws:sso:::instance/ssoins-1111111111111111"
  permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-1111111111111111/ps-admin"
  principal_type     = "GROUP"
  principal_id       = "9067e1a2b3-11111111-1111-1111-1111-111111111111"
  target_id          = "222233334444"
  target_type        = "AWS_ACCOUNT"
}

resource "aws_ssoadmin_account_assignment" "person" {
  instance_arn       = "arn:aws:sso:::instance/ssoins-1111111111111111"
  permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-1111111111111111/ps-admin"
  principal_type     = "USER"
  principal_id       = "9067e1a2b3-22222222-2222-2222-2222-222222222222"
  target_id          = "222233334444"
  target_type        = "AWS_ACCOUNT"
}
