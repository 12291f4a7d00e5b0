resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_flow_log" "main" {
  vpc_id               = aws_vpc.main.id
  traffic_type         = "REJECT"
  log_destination      = "arn:aws:s3:::logs"
  log_destination_type = "s3"
  tags                 = { data = "orders", empty = "" }
}

resource "aws_flow_log" "transit" {
  transit_gateway_id   = "tgw-1"
  log_destination      = "arn:aws:s3:::logs"
  log_destination_type = "s3"
}
