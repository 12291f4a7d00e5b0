"""Domain names that Route 53 registered, as code; CloudFormation has none of them."""

from __future__ import annotations

from bartizan.resources.route53 import Domain
from bartizan.resources.writing import CodeWriter

TERRAFORM_DOMAIN = CodeWriter(
    "aws_route53domains_registered_domain",
    Domain,
    names={"domain_name": "domain_name"},
    fields={"transfer_lock": "transfer_lock", "auto_renew": "auto_renew"},
)
