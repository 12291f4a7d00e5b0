resource "aws_cloudformation_stack" "shop" {
  name         = "shop"
  iam_role_arn = "arn:aws:iam::111122223333:role/deploy"
  template_url = "https://templates.s3.amazonaws.com/shop.yaml"
  parameters   = {
    DbPassword = "made-up-hunter2"
  }
  tags         = {
    team = "shop"
  }
}
