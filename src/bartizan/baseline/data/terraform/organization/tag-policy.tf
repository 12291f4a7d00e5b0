# One spelling for the tags that say whose a resource is and which data it holds.
resource "aws_organizations_policy" "tags" {
  name = "tags"
  type = "TAG_POLICY"

  content = jsonencode({
    tags = {
      for each in var.required_tags : lower(each) => {
        tag_key      = { "@@assign" = each }
        enforced_for = { "@@assign" = ["ec2:instance", "ec2:volume", "rds:db", "s3:bucket"] }
      }
    }
  })

  depends_on = [aws_organizations_organization.this] # with policy-types
}

resource "aws_organizations_policy_attachment" "tags" {
  policy_id = aws_organizations_policy.tags.id
  target_id = var.organization_root
}
