resource "aws_sns_topic" "orders" {
  name              = "orders"
  kms_master_key_id = "alias/shop"
  tags              = {
    data  = "orders"
    empty = ""
  }
}

resource "aws_sns_topic_policy" "orders" {
  arn    = aws_sns_topic.orders.arn
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [
      {
        Sid       = "own"
        Effect    = "Allow"
        Principal = {
          AWS = "*"
        }
        Action    = "SNS:Publish"
        Resource  = "arn:aws:sns:eu-west-1:111122223333:orders"
        Condition = {
          StringEquals = {
            "AWS:SourceOwner" = "111122223333"
          }
        }
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "orders" {
  topic_arn = aws_sns_topic.orders.arn
  protocol  = "https"
  endpoint  = "https://hooks.example.com"
}

resource "aws_sns_topic" "plain" {
  name = "plain"
}

resource "aws_sns_topic_subscription" "plain" {
  topic_arn = aws_sns_topic.plain.arn
  protocol  = "http"
  endpoint  = "http://user:made-up@hooks.example.com/x?token=made-up"
}
