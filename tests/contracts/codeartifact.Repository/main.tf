resource "aws_codeartifact_repository" "shop" {
  repository = "shop"
  domain     = "shop"
  tags       = { data = "code" }

  upstream {
    repository_name = "npm-store"
  }
}

resource "aws_codeartifact_repository_permissions_policy" "shop" {
  repository      = aws_codeartifact_repository.shop.repository
  domain          = "shop"
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

resource "aws_codeartifact_repository" "store" {
  repository = "npm-store"
  domain     = "shop"

  external_connections {
    external_connection_name = "public:npmjs"
  }
}

resource "aws_codeartifact_repository" "attic" {
  repository = "attic"
  domain     = "shop"
}
