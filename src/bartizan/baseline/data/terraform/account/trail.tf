# Every call in every region, signed and encrypted, in the bucket that nobody can change; and in a log group, for alarms.
data "aws_caller_identity" "trail" {}

locals {
  trail_name      = "account"
  trail_account   = data.aws_caller_identity.trail.account_id
  trail_arn       = "arn:aws:cloudtrail:${var.home_region}:${local.trail_account}:trail/${local.trail_name}"
  trail_group_arn = "arn:aws:logs:${var.home_region}:${local.trail_account}:log-group:${var.trail_log_group}"
}

resource "aws_cloudtrail" "account" {
  #checkov:skip=CKV_AWS_252:what happens is told by alarms; a message for each file of logs tells nobody anything
  name                          = local.trail_name
  s3_bucket_name                = var.log_bucket
  kms_key_id                    = var.log_key_arn
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_log_file_validation    = true
  cloud_watch_logs_group_arn    = "${aws_cloudwatch_log_group.trail.arn}:*"
  cloud_watch_logs_role_arn     = aws_iam_role.trail.arn

  lifecycle {
    precondition {
      condition     = var.log_key_arn != ""
      error_message = "Apply the logging stage first, and give its log_key_arn."
    }
  }
}

resource "aws_cloudwatch_log_group" "trail" {
  name              = var.trail_log_group
  retention_in_days = 365
  kms_key_id        = aws_kms_key.trail.arn
}

resource "aws_kms_key" "trail" {
  description             = "Encrypts the log group of the trail"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Administer"
        Effect    = "Allow"
        Action    = "kms:*"
        Resource  = "*"
        Principal = { AWS = "arn:aws:iam::${local.trail_account}:root" }
      },
      {
        Sid       = "Encrypt"
        Effect    = "Allow"
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
        Resource  = "*"
        Principal = { Service = "logs.${var.home_region}.amazonaws.com" }
        Condition = { ArnEquals = { "kms:EncryptionContext:aws:logs:arn" = local.trail_group_arn } }
      },
    ]
  })
}

resource "aws_iam_role" "trail" {
  name                 = "trail-to-log-group"
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "cloudtrail.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceArn" = local.trail_arn } }
    }]
  })
}

resource "aws_iam_role_policy" "trail" {
  name = "write-events"
  role = aws_iam_role.trail.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${local.trail_group_arn}:log-stream:*"
    }]
  })
}
