resource "aws_iam_user" "anna" {
  name                 = "anna"
  permissions_boundary = "arn:aws:iam::111122223333:policy/bound"
  tags                 = {
    team = "shop"
  }
}

resource "aws_iam_user_policy" "quick" {
  name   = "quick"
  user   = aws_iam_user.anna.name
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

resource "aws_iam_user_policy_attachment" "read" {
  user       = aws_iam_user.anna.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_user_group_membership" "anna" {
  user   = aws_iam_user.anna.name
  groups = ["developers"]
}

resource "aws_iam_group_membership" "admins" {
  name  = "admins"
  group = "admins"
  users = ["anna", "zoe"]
}

resource "aws_iam_user_login_profile" "anna" {
  user = aws_iam_user.anna.name
}

resource "aws_iam_access_key" "anna" {
  user = aws_iam_user.anna.name
}

resource "aws_iam_user" "robot" {
  name = "robot"
  path = "/ci/"
}
