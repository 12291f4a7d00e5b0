resource "aws_shield_subscription" "this" {
}
