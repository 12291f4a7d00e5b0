# Whom AWS writes to when it sees keys of the account where they should not be.
resource "aws_account_alternate_contact" "security" {
  alternate_contact_type = "SECURITY"
  name                   = var.security_contact_name
  title                  = "Security"
  email_address          = var.notify
  phone_number           = var.security_contact_phone
}
