resource "aws_db_cluster_snapshot" "given" {
  db_cluster_identifier          = "shop"
  db_cluster_snapshot_identifier = "given"
  shared_accounts                = ["444455556666"]
  tags                           = {
    data = "orders"
  }
}
