# Somebody is told of sign-ins and of changes to access, records and networks: the events of the CIS benchmark.
data "aws_caller_identity" "alarms" {}

locals {
  # Which events count. Those of a service are named by its calls.
  alarm_patterns = {
    refused-calls        = "{ ($.errorCode = \"*UnauthorizedOperation\") || ($.errorCode = \"AccessDenied*\") }"
    sign-in-without-mfa  = "{ ($.eventName = \"ConsoleLogin\") && ($.additionalEventData.MFAUsed != \"Yes\") && ($.userIdentity.type = \"IAMUser\") && ($.responseElements.ConsoleLogin = \"Success\") }"
    refused-sign-ins     = "{ ($.eventName = \"ConsoleLogin\") && ($.errorMessage = \"Failed authentication\") }"
    root-use             = "{ ($.userIdentity.type = \"Root\") && ($.userIdentity.invokedBy NOT EXISTS) && ($.eventType != \"AwsServiceEvent\") }"
    organization-changes = "{ ($.eventSource = \"organizations.amazonaws.com\") && ($.readOnly IS FALSE) }"
  }

  alarm_calls = {
    policy-changes = {
      source = "iam"
      names = [
        "CreatePolicy", "DeletePolicy", "CreatePolicyVersion", "DeletePolicyVersion", "PutUserPolicy",
        "PutGroupPolicy", "PutRolePolicy", "DeleteUserPolicy", "DeleteGroupPolicy", "DeleteRolePolicy",
        "AttachUserPolicy", "AttachGroupPolicy", "AttachRolePolicy", "DetachUserPolicy", "DetachGroupPolicy",
        "DetachRolePolicy",
      ]
    }
    trail-changes = {
      source = "cloudtrail"
      names  = ["CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"]
    }
    key-removal = {
      source = "kms"
      names  = ["DisableKey", "ScheduleKeyDeletion"]
    }
    bucket-changes = {
      source = "s3"
      names = [
        "PutBucketAcl", "PutBucketPolicy", "PutBucketCors", "PutBucketLifecycle", "PutBucketReplication",
        "DeleteBucketPolicy", "DeleteBucketCors", "DeleteBucketLifecycle", "DeleteBucketReplication",
      ]
    }
    config-changes = {
      source = "config"
      names = [
        "StopConfigurationRecorder", "PutConfigurationRecorder", "PutDeliveryChannel", "DeleteDeliveryChannel",
      ]
    }
    security-group-changes = {
      source = "ec2"
      names = [
        "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupIngress",
        "RevokeSecurityGroupEgress", "CreateSecurityGroup", "DeleteSecurityGroup",
      ]
    }
    network-acl-changes = {
      source = "ec2"
      names = [
        "CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry",
        "ReplaceNetworkAclEntry", "ReplaceNetworkAclAssociation",
      ]
    }
    gateway-changes = {
      source = "ec2"
      names = [
        "CreateCustomerGateway", "DeleteCustomerGateway", "AttachInternetGateway", "CreateInternetGateway",
        "DeleteInternetGateway", "DetachInternetGateway",
      ]
    }
    route-changes = {
      source = "ec2"
      names = [
        "CreateRoute", "CreateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation", "DeleteRouteTable",
        "DeleteRoute", "DisassociateRouteTable",
      ]
    }
    network-changes = {
      source = "ec2"
      names = [
        "CreateVpc", "DeleteVpc", "ModifyVpcAttribute", "AcceptVpcPeeringConnection",
        "CreateVpcPeeringConnection", "DeleteVpcPeeringConnection", "RejectVpcPeeringConnection",
      ]
    }
  }

  alarms = merge(local.alarm_patterns, {
    for name, each in local.alarm_calls : name => format(
      "{ ($.eventSource = \"%s.amazonaws.com\") && (%s) }",
      each.source,
      join(" || ", [for call in each.names : "($.eventName = \"${call}\")"])
    )
  })
}

resource "aws_cloudwatch_log_metric_filter" "alarm" {
  for_each       = local.alarms
  name           = each.key
  log_group_name = var.trail_log_group
  pattern        = each.value

  metric_transformation {
    name      = each.key
    namespace = "Trail"
    value     = "1"
  }

  depends_on = [aws_cloudwatch_log_group.trail] # with trail organization-trail
}

resource "aws_cloudwatch_metric_alarm" "alarm" {
  for_each            = local.alarms
  alarm_name          = each.key
  namespace           = "Trail"
  metric_name         = aws_cloudwatch_log_metric_filter.alarm[each.key].name
  statistic           = "Sum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
}

resource "aws_sns_topic" "alarms" {
  name              = "security-alarms"
  kms_master_key_id = aws_kms_key.alarms.arn

  tags = {
    DataClassification = "internal"
  }
}

# AWS sends a mail to confirm; until that is done nobody hears the alarms.
resource "aws_sns_topic_subscription" "alarms" {
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.notify
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Alarm"
        Effect    = "Allow"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.alarms.arn
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.alarms.account_id } }
      },
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.alarms.arn
        Principal = "*"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_kms_key" "alarms" {
  description             = "Encrypts the topic of alarms"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Administer"
        Effect    = "Allow"
        Action    = "kms:*"
        Resource  = "*"
        Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.alarms.account_id}:root" }
      },
      {
        Sid       = "Alarm"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.alarms.account_id } }
      },
    ]
  })
}
