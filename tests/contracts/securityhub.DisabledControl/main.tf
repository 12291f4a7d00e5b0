resource "aws_securityhub_standards_control" "root" {
  standards_control_arn = "arn:aws:securityhub:eu-west-1:111122223333:control/aws-foundational-security-best-practices/v/1.0.0/IAM.6"
  control_status        = "DISABLED"
  disabled_reason       = "No root credentials."
}

resource "aws_securityhub_standards_control" "public" {
  standards_control_arn = "arn:aws:securityhub:eu-west-1:111122223333:control/aws-foundational-security-best-practices/v/1.0.0/S3.7"
  control_status        = "DISABLED"
}

resource "aws_securityhub_standards_control" "on" {
  standards_control_arn = "arn:aws:securityhub:eu-west-1:111122223333:control/aws-foundational-security-best-practices/v/1.0.0/S3.1"
  control_status        = "ENABLED"
}
