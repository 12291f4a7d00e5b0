resource "aws_db_snapshot" "given" {
  db_instance_identifier = "shop"
  db_snapshot_identifier = "given"
  shared_accounts        = ["444455556666", "all"]
  tags                   = {
    data = "orders"
  }
}
