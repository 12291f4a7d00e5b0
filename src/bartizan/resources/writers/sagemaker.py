"""Notebooks of SageMaker as code."""

from __future__ import annotations

from bartizan.resources.sagemaker import Domain, NotebookInstance
from bartizan.resources.writing import CodeWriter, nested, tags_map, tags_pairs


def _switch(on: bool) -> str:
    return "Enabled" if on else "Disabled"


TERRAFORM_NOTEBOOK = CodeWriter(
    "aws_sagemaker_notebook_instance",
    NotebookInstance,
    names={"notebook_instance_name": "name"},
    fields={
        "direct_internet_access": lambda book: {"direct_internet_access": _switch(book.direct_internet_access)},
        "root_access": lambda book: {"root_access": _switch(book.root_access)},
        "metadata_version": lambda book: {
            "instance_metadata_service_configuration": nested(
                minimum_instance_metadata_service_version=str(book.metadata_version)
            )
        },
        "subnet_id": "subnet_id",
        "kms_key_id": "kms_key_id",
        "tags": tags_map,
    },
    import_id=lambda book: book.notebook_instance_name,
)

CLOUDFORMATION_NOTEBOOK = CodeWriter(
    "AWS::SageMaker::NotebookInstance",
    NotebookInstance,
    names={"notebook_instance_name": "NotebookInstanceName"},
    fields={
        "direct_internet_access": lambda book: {"DirectInternetAccess": _switch(book.direct_internet_access)},
        "root_access": lambda book: {"RootAccess": _switch(book.root_access)},
        "metadata_version": lambda book: {
            "InstanceMetadataServiceConfiguration": {
                "MinimumInstanceMetadataServiceVersion": str(book.metadata_version)
            }
        },
        "subnet_id": "SubnetId",
        "kms_key_id": "KmsKeyId",
        "tags": tags_pairs,
    },
)


def _network(domain: Domain) -> str:
    return "VpcOnly" if domain.vpc_only else "PublicInternetOnly"


TERRAFORM_DOMAIN = CodeWriter(
    "aws_sagemaker_domain",
    Domain,
    names={"domain_name": "domain_name"},
    fields={"vpc_only": lambda domain: {"app_network_access_type": _network(domain)}, "tags": tags_map},
    import_id=lambda domain: domain.arn.rpartition("/")[2],
)

CLOUDFORMATION_DOMAIN = CodeWriter(
    "AWS::SageMaker::Domain",
    Domain,
    names={"domain_name": "DomainName"},
    fields={"vpc_only": lambda domain: {"AppNetworkAccessType": _network(domain)}, "tags": tags_pairs},
)
