# AWS Config records every type in every region; what is global is recorded in the home region alone.
resource "aws_iam_service_linked_role" "config" {
  aws_service_name = "config.amazonaws.com"
}

resource "aws_config_configuration_recorder" "this" {
  #checkov:skip=CKV2_AWS_48:all types are recorded; what is global is the same in each region, and paid for each time
  for_each = toset(var.regions)
  region   = each.value
  name     = "default"
  role_arn = aws_iam_service_linked_role.config.arn

  recording_group {
    all_supported                 = true
    include_global_resource_types = each.value == var.home_region
  }
}

resource "aws_config_delivery_channel" "this" {
  for_each       = toset(var.regions)
  region         = each.value
  name           = "default"
  s3_bucket_name = var.log_bucket
  depends_on     = [aws_config_configuration_recorder.this]
}

resource "aws_config_configuration_recorder_status" "this" {
  for_each   = toset(var.regions)
  region     = each.value
  name       = aws_config_configuration_recorder.this[each.value].name
  is_enabled = true
  depends_on = [aws_config_delivery_channel.this]
}

resource "aws_config_retention_configuration" "this" {
  for_each                 = toset(var.regions)
  region                   = each.value
  retention_period_in_days = 2557
}
