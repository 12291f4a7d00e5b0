"""Amazon SageMaker: notebook instances, domains of Studio, models, and the configurations of endpoints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader, Reply
from bartizan.resources.secrets import in_variables
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags, whole


@resource("AWS::SageMaker::NotebookInstance", name="notebook_instance_name")
class NotebookInstance(Resource):
    """A machine on which notebooks run."""

    notebook_instance_name: str = field("Its name.", default="study")
    direct_internet_access: bool = field("Whether it reaches the internet past your VPC.", default=False)
    root_access: bool = field("Whether its users are root on it.", default=False)
    subnet_id: str | None = field("The subnet of yours that it is in.", default="subnet-1")
    kms_key_id: str | None = field("The KMS key that encrypts its volume.", default="alias/study")
    platform_identifier: str = field("The system that it runs.", default="notebook-al2023-v1")
    metadata_version: int = field("The oldest version of the instance metadata service that it takes.", default=2)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::SageMaker::Domain", name="domain_name")
class Domain(Resource):
    """A domain of SageMaker Studio: the people who work in it, and what they share."""

    domain_name: str = field("Its name.", default="research")
    vpc_only: bool = field("Whether all its traffic goes through your VPC.", default=True)
    auth_mode: str = field("How people sign in: `SSO` or `IAM`.", default="SSO")
    kms_key_id: str | None = field("The KMS key that encrypts its volumes.", default="alias/research")
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::SageMaker::Model", name="model_name")
class Model(Resource):
    """A model with the containers that answer for it."""

    model_name: str = field("Its name.", default="prices")
    network_isolation: bool = field("Whether its containers have no network at all.", default=True)
    in_vpc: bool = field("Whether its containers reach the network through your VPC.", default=False)
    secret_variables: tuple[str, ...] = field(
        "Environment variables that look like secrets: name and kind, never the value.", default=()
    )
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::SageMaker::EndpointConfig", name="endpoint_config_name")
class EndpointConfig(Resource):
    """What an endpoint serves, and on which machines."""

    endpoint_config_name: str = field("Its name.", default="prices")
    smallest_variant: int | None = field(
        "How many machines the smallest of its variants begins with; null where none has machines.", default=2
    )
    kms_key_id: str | None = field("The KMS key that encrypts the volumes of its machines.", default="alias/prices")
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


_TAGS = Detail(
    Call("sagemaker:ListTags"),
    params=lambda _: {},
    arn_as="ResourceArn",
    fields={"tags": lambda reply: tags_in(whole(reply, "NextToken").get("Tags") or ())},
)


def _metadata_version(source: Mapping[str, Any]) -> int:
    service = source.get("InstanceMetadataServiceConfiguration") or {}
    return int(service.get("MinimumInstanceMetadataServiceVersion", 1))


NOTEBOOKS = Reader(
    NotebookInstance,
    listing=Listing(
        Call("sagemaker:ListNotebookInstances"),
        items="NotebookInstances",
        params={"MaxResults": 100},
        fields={"notebook_instance_name": lambda item: item["NotebookInstanceName"]},
    ),
    arn=lambda item, _: item["NotebookInstanceArn"],
    details=(
        Detail(
            Call("sagemaker:DescribeNotebookInstance"),
            params=lambda item: {"NotebookInstanceName": item["NotebookInstanceName"]},
            fields={
                "direct_internet_access": lambda reply: reply.get("DirectInternetAccess", "Enabled") == "Enabled",
                "root_access": lambda reply: reply.get("RootAccess", "Enabled") == "Enabled",
                "subnet_id": lambda reply: reply.get("SubnetId"),
                "kms_key_id": lambda reply: reply.get("KmsKeyId"),
                "platform_identifier": lambda reply: reply.get("PlatformIdentifier") or _AL1,
                "metadata_version": _metadata_version,
            },
        ),
        _TAGS,
    ),
)

_AL1 = "notebook-al1-v1"  # the only one there was, before AWS said which it is
_NEWEST = "notebook-al2023-v1"

DOMAINS = Reader(
    Domain,
    listing=Listing(
        Call("sagemaker:ListDomains"),
        items="Domains",
        params={"MaxResults": 100},
        fields={"domain_name": lambda item: item["DomainName"]},
    ),
    arn=lambda item, _: item["DomainArn"],
    details=(
        Detail(
            Call("sagemaker:DescribeDomain"),
            params=lambda item: {"DomainId": item["DomainId"]},
            fields={
                "vpc_only": lambda reply: reply.get("AppNetworkAccessType") == "VpcOnly",
                "auth_mode": lambda reply: reply["AuthMode"],
                "kms_key_id": lambda reply: reply.get("KmsKeyId"),
            },
        ),
        _TAGS,
    ),
)


def _secrets(containers: Iterable[Mapping[str, Any]], key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for each in containers for found in in_variables(dict(each.get(key) or {}))))


def _containers(source: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What AWS and CloudFormation call containers: a primary one, or several in a row."""
    primary = source.get("PrimaryContainer")
    return [*([primary] if primary else []), *(source.get("Containers") or ())]


MODELS = Reader(
    Model,
    listing=Listing(
        Call("sagemaker:ListModels"),
        items="Models",
        params={"MaxResults": 100},
        fields={"model_name": lambda item: item["ModelName"]},
    ),
    arn=lambda item, _: item["ModelArn"],
    details=(
        Detail(
            Call("sagemaker:DescribeModel"),
            params=lambda item: {"ModelName": item["ModelName"]},
            fields={
                "network_isolation": lambda reply: bool(reply.get("EnableNetworkIsolation")),
                "in_vpc": lambda reply: bool((reply.get("VpcConfig") or {}).get("Subnets")),
                "secret_variables": lambda reply: _secrets(_containers(reply), "Environment"),
            },
        ),
        _TAGS,
    ),
)


def _smallest(variants: Iterable[Mapping[str, Any]], count: str, serverless: str) -> int | None:
    counts = [int(each[count]) for each in variants if each.get(count) and not each.get(serverless)]
    return min(counts, default=None)


def _variants(reply: Reply) -> int | None:
    return _smallest(reply["ProductionVariants"], "InitialInstanceCount", "ServerlessConfig")


ENDPOINT_CONFIGS = Reader(
    EndpointConfig,
    listing=Listing(
        Call("sagemaker:ListEndpointConfigs"),
        items="EndpointConfigs",
        params={"MaxResults": 100},
        fields={"endpoint_config_name": lambda item: item["EndpointConfigName"]},
    ),
    arn=lambda item, _: item["EndpointConfigArn"],
    details=(
        Detail(
            Call("sagemaker:DescribeEndpointConfig"),
            params=lambda item: {"EndpointConfigName": item["EndpointConfigName"]},
            fields={"smallest_variant": _variants, "kms_key_id": lambda reply: reply.get("KmsKeyId")},
        ),
        _TAGS,
    ),
)


def _tf_metadata_version(block: Block) -> int:
    service = block.get("instance_metadata_service_configuration") or ()
    return int(service[0].get("minimum_instance_metadata_service_version", 1)) if service else 1


TERRAFORM_NOTEBOOK = CodeReader(
    "aws_sagemaker_notebook_instance",
    NotebookInstance,
    defaulted={
        "aws_sagemaker_notebook_instance": (
            "tags_all",
            "platform_identifier",
            "instance_metadata_service_configuration",
        )
    },
    fields={
        "notebook_instance_name": lambda block: block["name"],
        "direct_internet_access": lambda block: block.get("direct_internet_access", "Enabled") == "Enabled",
        "root_access": lambda block: block.get("root_access", "Enabled") == "Enabled",
        "subnet_id": lambda block: block.get("subnet_id"),
        "kms_key_id": lambda block: block.id_if_given("kms_key_id"),
        "platform_identifier": lambda block: block.get("platform_identifier", _NEWEST),
        "metadata_version": _tf_metadata_version,
        "tags": terraform_tags,
    },
)

TERRAFORM_DOMAIN = CodeReader(
    "aws_sagemaker_domain",
    Domain,
    defaulted={"aws_sagemaker_domain": ("tags_all",)},
    fields={
        "domain_name": lambda block: block["domain_name"],
        "vpc_only": lambda block: block.get("app_network_access_type") == "VpcOnly",
        "auth_mode": lambda block: block["auth_mode"],
        "kms_key_id": lambda block: block.id_if_given("kms_key_id"),
        "tags": terraform_tags,
    },
)

TERRAFORM_MODEL = CodeReader(
    "aws_sagemaker_model",
    Model,
    defaulted={"aws_sagemaker_model": ("tags_all", "container", "primary_container")},
    fields={
        "model_name": lambda block: block["name"],
        "network_isolation": lambda block: bool(block.get("enable_network_isolation", False)),
        "in_vpc": lambda block: bool(block.get("vpc_config")),
        "secret_variables": lambda block: _secrets(
            [*(block.get("primary_container") or ()), *(block.get("container") or ())], "environment"
        ),
        "tags": terraform_tags,
    },
)

TERRAFORM_ENDPOINT_CONFIG = CodeReader(
    "aws_sagemaker_endpoint_configuration",
    EndpointConfig,
    defaulted={"aws_sagemaker_endpoint_configuration": ("tags_all",)},
    fields={
        "endpoint_config_name": lambda block: block["name"],
        "smallest_variant": lambda block: _smallest(
            block["production_variants"], "initial_instance_count", "serverless_config"
        ),
        "kms_key_id": lambda block: block.get("kms_key_arn"),
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_NOTEBOOK = CodeReader(
    "AWS::SageMaker::NotebookInstance",
    NotebookInstance,
    fields={
        "notebook_instance_name": lambda block: block["NotebookInstanceName"],
        "direct_internet_access": lambda block: block.get("DirectInternetAccess", "Enabled") == "Enabled",
        "root_access": lambda block: block.get("RootAccess", "Enabled") == "Enabled",
        "subnet_id": lambda block: block.get("SubnetId"),
        "kms_key_id": lambda block: block.id_if_given("KmsKeyId"),
        "platform_identifier": lambda block: block.get("PlatformIdentifier", _NEWEST),
        "metadata_version": _metadata_version,
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)

CLOUDFORMATION_DOMAIN = CodeReader(
    "AWS::SageMaker::Domain",
    Domain,
    fields={
        "domain_name": lambda block: block["DomainName"],
        "vpc_only": lambda block: block.get("AppNetworkAccessType") == "VpcOnly",
        "auth_mode": lambda block: block["AuthMode"],
        "kms_key_id": lambda block: block.id_if_given("KmsKeyId"),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)

CLOUDFORMATION_MODEL = CodeReader(
    "AWS::SageMaker::Model",
    Model,
    fields={
        "model_name": lambda block: block["ModelName"],
        "network_isolation": lambda block: block.get("EnableNetworkIsolation", False),
        "in_vpc": lambda block: "VpcConfig" in block,
        "secret_variables": lambda block: _secrets(_containers(block), "Environment"),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)

CLOUDFORMATION_ENDPOINT_CONFIG = CodeReader(
    "AWS::SageMaker::EndpointConfig",
    EndpointConfig,
    fields={
        "endpoint_config_name": lambda block: block["EndpointConfigName"],
        "smallest_variant": _variants,
        "kms_key_id": lambda block: block.id_if_given("KmsKeyId"),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
