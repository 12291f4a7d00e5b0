variable "queues" {
  default = { jobs = "alias/jobs", plain = null }
}

resource "aws_sqs_queue" "all" {
  for_each                = var.queues
  name                    = each.key
  kms_master_key_id       = each.value
  sqs_managed_sse_enabled = each.value == null
  redrive_policy = each.value == null ? null : jsonencode({
    deadLetterTargetArn = "arn:aws:sqs:eu-west-1:111122223333:failed"
    maxReceiveCount     = 5
  })
  redrive_allow_policy = each.value == null ? null : jsonencode({ redrivePermission = "denyAll" })
  tags                 = each.value == null ? {} : { data = "orders", empty = "" }
}

resource "aws_sqs_queue_policy" "jobs" {
  queue_url = aws_sqs_queue.all["jobs"].id
  policy    = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [{
        "Sid": "Orders",
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "arn:aws:sqs:eu-west-1:111122223333:${join("", ["jo", "bs"])}",
        "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:orders"}}
      }]
    }
  EOT
}
