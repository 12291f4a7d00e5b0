resource "aws_config_configuration_aggregator" "all" {
  name = "all"
  organization_aggregation_source {
    all_regions = true
    role_arn    = "arn:aws:iam::111122223333:role/aggregate"
  }
}

resource "aws_config_configuration_aggregator" "some" {
  name = "some"
  account_aggregation_source {
    account_ids = ["222233334444"]
    regions     = ["us-east-1", "eu-west-1"]
  }
}
