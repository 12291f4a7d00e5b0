"""Infrastructure code as text: Terraform's language and CloudFormation's YAML."""
