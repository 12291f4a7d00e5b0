# One bucket for the logs of all accounts, in which nobody can change or delete what lies there.
resource "aws_kms_key" "logs" {
  description             = "Encrypts the logs of CloudTrail and AWS Config"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.log_key.json
}

resource "aws_kms_alias" "logs" {
  name          = "alias/logs"
  target_key_id = aws_kms_key.logs.key_id
}

resource "aws_s3_bucket" "logs" {
  #checkov:skip=CKV_AWS_18:who reads the logs is seen by the data events of CloudTrail, which are complete; access logs are not
  #checkov:skip=CKV_AWS_144:nobody can delete what is here, and the trail keeps its events in a log group besides
  #checkov:skip=CKV2_AWS_62:a message for each file of logs tells nobody anything; alarms are set on the events
  bucket              = var.log_bucket
  object_lock_enabled = true

  tags = {
    DataClassification = "internal"
  }
}

resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "logs" {
  bucket = aws_s3_bucket_versioning.logs.id

  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = var.log_days
    }
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.logs.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket                  = aws_s3_bucket.logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket     = aws_s3_bucket.logs.id
  depends_on = [aws_s3_bucket_versioning.logs]

  rule {
    id     = "older-logs"
    status = "Enabled"

    filter {}

    transition {
      days          = 90
      storage_class = "GLACIER_IR"
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = data.aws_iam_policy_document.log_bucket.json
}

data "aws_caller_identity" "logs" {}

locals {
  # Only this organization, or only this account, may have the services write here.
  log_source = (
    var.organization_id == ""
    ? { key = "aws:SourceAccount", value = data.aws_caller_identity.logs.account_id }
    : { key = "aws:SourceOrgID", value = var.organization_id }
  )
}

data "aws_iam_policy_document" "log_bucket" {
  statement {
    sid       = "Deliver"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.logs.arn}/*"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com", "config.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = local.log_source.key
      values   = [local.log_source.value]
    }
  }

  statement {
    sid       = "LookBeforeDelivery"
    actions   = ["s3:GetBucketAcl", "s3:ListBucket"]
    resources = [aws_s3_bucket.logs.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com", "config.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = local.log_source.key
      values   = [local.log_source.value]
    }
  }

  statement {
    sid       = "DenyPlainHttp"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.logs.arn, "${aws_s3_bucket.logs.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

data "aws_iam_policy_document" "log_key" {
  #checkov:skip=CKV_AWS_109:in the policy of a key * is that key, whose own account must be able to administer it
  #checkov:skip=CKV_AWS_111:in the policy of a key * is that key, whose own account must be able to administer it
  #checkov:skip=CKV_AWS_356:in the policy of a key * is that key
  statement {
    sid       = "Administer"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.logs.account_id}:root"]
    }
  }

  statement {
    sid       = "Encrypt"
    actions   = ["kms:GenerateDataKey*", "kms:Decrypt", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com", "config.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = local.log_source.key
      values   = [local.log_source.value]
    }
  }
}

output "log_key_arn" {
  value = aws_kms_key.logs.arn
}
