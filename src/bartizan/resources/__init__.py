"""Resource types, one module per service, with the pure mappings from and to AWS, Terraform and CloudFormation."""
