"""Domains and repositories of CodeArtifact as code."""

from __future__ import annotations

from bartizan.resources.codeartifact import Domain, Repository
from bartizan.resources.writing import CodeWriter, Own, Part, tags_map, tags_pairs

_POLICY = {"permissions_policy_document": "policy_document"}

TERRAFORM_DOMAIN = CodeWriter(
    "aws_codeartifact_domain",
    Domain,
    names={"domain_name": "domain"},
    fields={"tags": tags_map},
    parts=(Part("aws_codeartifact_domain_permissions_policy", _POLICY, {"domain": Own("domain")}),),
    import_id=lambda domain: domain.arn,
)

CLOUDFORMATION_DOMAIN = CodeWriter(
    "AWS::CodeArtifact::Domain",
    Domain,
    names={"domain_name": "DomainName"},
    fields={"permissions_policy_document": "PermissionsPolicyDocument", "tags": tags_pairs},
)

TERRAFORM_REPOSITORY = CodeWriter(
    "aws_codeartifact_repository",
    Repository,
    names={"repository_name": "repository"},
    fields={"tags": tags_map},
    parts=(
        Part(
            "aws_codeartifact_repository_permissions_policy",
            _POLICY,
            {"domain": Own("domain"), "repository": Own("repository")},
        ),
    ),
    import_id=lambda repository: repository.arn,
)

CLOUDFORMATION_REPOSITORY = CodeWriter(
    "AWS::CodeArtifact::Repository",
    Repository,
    names={"repository_name": "RepositoryName"},
    fields={"permissions_policy_document": "PermissionsPolicyDocument", "tags": tags_pairs},
)
