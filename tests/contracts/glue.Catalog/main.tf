resource "aws_glue_data_catalog_encryption_settings" "this" {
  data_catalog_encryption_settings {
    connection_password_encryption {
      return_connection_password_encrypted = false
    }

    encryption_at_rest {
      catalog_encryption_mode = "SSE-KMS"
      sse_aws_kms_key_id      = "alias/aws/glue"
    }
  }
}

resource "aws_glue_resource_policy" "this" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = {
          AWS = "arn:aws:iam::444455556666:root"
        }
        Action    = "glue:GetTable"
        Resource  = "arn:aws:glue:eu-west-1:111122223333:*"
      },
    ]
  })
}
