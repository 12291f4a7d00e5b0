data "aws_iam_policy_document" "trust" {
  for_each = toset(["ec2", "lambda"])
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["${each.value}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "app" {
  name                 = "app"
  path                 = "/apps/"
  assume_role_policy   = data.aws_iam_policy_document.trust["ec2"].json
  max_session_duration = "7200"
  permissions_boundary = "arn:aws:iam::111122223333:policy/limit"
  tags                 = { team = "ops" }
}

resource "aws_iam_role" "plain" {
  name               = "plain"
  assume_role_policy = data.aws_iam_policy_document.trust["lambda"].json
}

resource "aws_iam_role_policy" "jobs" {
  name = "jobs"
  role = aws_iam_role.app.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sqs:SendMessage", Resource = "*" }]
  })
}

resource "aws_iam_role_policy_attachment" "read" {
  role       = aws_iam_role.app.id
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
