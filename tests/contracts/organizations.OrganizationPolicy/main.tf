resource "aws_organizations_policy" "data" {
  name    = "data"
  type    = "TAG_POLICY"
  content = jsonencode({
    tags = {
      data = {
        tag_key = {
          "@@assign" = "data"
        }
      }
    }
  })
}

resource "aws_organizations_policy_attachment" "data" {
  policy_id = aws_organizations_policy.data.id
  target_id = "ou-abcd-11111111"
}
