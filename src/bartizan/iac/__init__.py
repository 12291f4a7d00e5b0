"""The adapter to infrastructure code: reads Terraform plans and CloudFormation templates into blocks."""
