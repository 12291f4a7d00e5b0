resource "aws_organizations_organizational_unit" "workloads" {
  name      = "Workloads"
  parent_id = "r-abcd"
}
