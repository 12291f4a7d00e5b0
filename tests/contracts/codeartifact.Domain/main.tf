resource "aws_codeartifact_domain" "shop" {
  domain = "shop"
  tags   = { data = "code" }
}

resource "aws_codeartifact_domain_permissions_policy" "shop" {
  domain          = aws_codeartifact_domain.shop.domain
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::444455556666:root" }
      Action    = ["codeartifact:ReadFromRepository"]
      Resource  = "*"
    }]
  })
}

resource "aws_codeartifact_domain" "bare" {
  domain = "bare"
}
