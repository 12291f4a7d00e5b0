resource "aws_ebs_encryption_by_default" "it" {
  enabled = true
}

resource "aws_ebs_snapshot_block_public_access" "it" {
  state = "block-new-sharing"
}

resource "aws_ec2_image_block_public_access" "it" {
  state = "unblocked"
}

resource "aws_ec2_instance_metadata_defaults" "it" {
  http_tokens = "required"
}

resource "aws_ec2_serial_console_access" "it" {
  enabled = false
}
