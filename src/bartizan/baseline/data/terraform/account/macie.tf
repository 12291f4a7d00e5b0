# Knows which buckets are public or shared, and finds out which hold data of people.
resource "aws_macie2_account" "this" {
  for_each                     = toset(var.regions)
  region                       = each.value
  status                       = "ENABLED"
  finding_publishing_frequency = "FIFTEEN_MINUTES"
}
