resource "aws_cloudwatch_composite_alarm" "any" {
  alarm_name    = "any"
  alarm_rule    = "(ALARM(root) OR ALARM(\"no mfa\") OR ALARM(arn:aws:cloudwatch:eu-west-1:111122223333:alarm:trail)) AND NOT OK(\"quiet\")"
  alarm_actions = ["arn:aws:sns:eu-west-1:111122223333:security"]
}
