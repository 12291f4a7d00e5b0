resource "aws_ecr_registry_scanning_configuration" "this" {
  scan_type = "ENHANCED"

  rule {
    scan_frequency = "CONTINUOUS_SCAN"

    repository_filter {
      filter      = "shop/*"
      filter_type = "WILDCARD"
    }
  }
}

resource "aws_ecr_registry_policy" "this" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [
      {
        Sid       = "Replicate"
        Effect    = "Allow"
        Principal = {
          AWS = "arn:aws:iam::444455556666:root"
        }
        Action    = "ecr:ReplicateImage"
        Resource  = "arn:aws:ecr:eu-west-1:111122223333:repository/*"
      },
    ]
  })
}
