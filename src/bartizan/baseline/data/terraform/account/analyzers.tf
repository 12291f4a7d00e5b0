# Says which policies let somebody in from outside, in every region, and in one region which access nobody uses.
resource "aws_accessanalyzer_analyzer" "external" {
  for_each      = toset(var.regions)
  region        = each.value
  analyzer_name = "external-access"
  type          = "ACCOUNT"
}

resource "aws_accessanalyzer_analyzer" "unused" {
  analyzer_name = "unused-access"
  type          = "ACCOUNT_UNUSED_ACCESS"

  configuration {
    unused_access {
      unused_access_age = 90
    }
  }
}
