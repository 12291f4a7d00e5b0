resource "aws_iam_group" "developers" {
  name = "developers"
}

resource "aws_iam_group_policy" "quick" {
  name   = "quick"
  group  = aws_iam_group.developers.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "*"
      },
    ]
  })
}

resource "aws_iam_policy_attachment" "read" {
  name       = "read"
  groups     = ["developers", "elsewhere"]
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
