# What new volumes and machines are like unless somebody says otherwise.
resource "aws_ebs_encryption_by_default" "this" {
  for_each = toset(var.regions)
  region   = each.value
  enabled  = true
}

resource "aws_ec2_instance_metadata_defaults" "this" {
  for_each                    = toset(var.regions)
  region                      = each.value
  http_tokens                 = "required"
  http_put_response_hop_limit = 1
}

resource "aws_ec2_serial_console_access" "this" {
  for_each = toset(var.regions)
  region   = each.value
  enabled  = false
}
