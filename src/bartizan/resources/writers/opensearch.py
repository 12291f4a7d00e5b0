"""Domains of OpenSearch as code."""

from __future__ import annotations

from bartizan.resources.opensearch import Domain
from bartizan.resources.writing import CodeWriter, Own, Part, tags_map, tags_pairs

TERRAFORM_DOMAIN = CodeWriter(
    "aws_opensearch_domain",
    Domain,
    names={"domain_name": "domain_name"},
    fields={
        "encrypted": "encrypt_at_rest.enabled",
        "node_to_node_encryption": "node_to_node_encryption.enabled",
        "enforce_https": "domain_endpoint_options.enforce_https",
        "tls_security_policy": "domain_endpoint_options.tls_security_policy",
        "fine_grained_access": "advanced_security_options.enabled",
        "tags": tags_map,
    },
    parts=(
        Part(
            "aws_opensearch_domain_policy", {"access_policies": "access_policies"}, {"domain_name": Own("domain_name")}
        ),
    ),
    import_id=lambda domain: domain.domain_name,
)

CLOUDFORMATION_DOMAIN = CodeWriter(
    "AWS::OpenSearchService::Domain",
    Domain,
    names={"domain_name": "DomainName"},
    fields={
        "access_policies": "AccessPolicies",
        "encrypted": "EncryptionAtRestOptions.Enabled",
        "node_to_node_encryption": "NodeToNodeEncryptionOptions.Enabled",
        "enforce_https": "DomainEndpointOptions.EnforceHTTPS",
        "tls_security_policy": "DomainEndpointOptions.TLSSecurityPolicy",
        "fine_grained_access": "AdvancedSecurityOptions.Enabled",
        "tags": tags_pairs,
    },
)
