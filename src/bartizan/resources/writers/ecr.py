"""Repositories and the registry of ECR as code."""

from __future__ import annotations

from bartizan.resources.ecr import Registry, Repository
from bartizan.resources.writing import CodeWriter, Own, Part, tags_map, tags_pairs

TERRAFORM_REPOSITORY = CodeWriter(
    "aws_ecr_repository",
    Repository,
    names={"repository_name": "name"},
    fields={
        "image_tag_mutability": "image_tag_mutability",
        "scan_on_push": "image_scanning_configuration.scan_on_push",
        "tags": tags_map,
    },
    parts=(Part("aws_ecr_repository_policy", {"policy": "policy"}, {"repository": Own("name")}),),
    import_id=lambda repository: repository.repository_name,
)

CLOUDFORMATION_REPOSITORY = CodeWriter(
    "AWS::ECR::Repository",
    Repository,
    names={"repository_name": "RepositoryName"},
    fields={
        "image_tag_mutability": "ImageTagMutability",
        "scan_on_push": "ImageScanningConfiguration.ScanOnPush",
        "policy": "RepositoryPolicyText",
        "tags": tags_pairs,
    },
)

TERRAFORM_REGISTRY = CodeWriter("", Registry, parts=(Part("aws_ecr_registry_policy", {"policy": "policy"}, {}),))
CLOUDFORMATION_REGISTRY = CodeWriter(
    "", Registry, parts=(Part("AWS::ECR::RegistryPolicy", {"policy": "PolicyText"}, {}),)
)
