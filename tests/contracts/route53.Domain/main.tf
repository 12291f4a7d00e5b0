resource "aws_route53domains_registered_domain" "com" {
  domain_name = "example.com"
}

resource "aws_route53domains_registered_domain" "net" {
  domain_name   = "example.net"
  auto_renew    = false
  transfer_lock = false
}
