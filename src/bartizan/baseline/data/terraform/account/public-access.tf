# Nothing of the account is public by accident: buckets, snapshots and images.
resource "aws_s3_account_public_access_block" "this" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_ebs_snapshot_block_public_access" "this" {
  for_each = toset(var.regions)
  region   = each.value
  state    = "block-all-sharing"
}

resource "aws_ec2_image_block_public_access" "this" {
  for_each = toset(var.regions)
  region   = each.value
  state    = "block-new-sharing"
}
