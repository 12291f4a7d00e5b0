"""Amazon SageMaker: notebook instances."""

from __future__ import annotations

from collections.abc import Mapping

from bartizan.model import Resource, field, resource
from bartizan.resources.code import CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags, whole


@resource("AWS::SageMaker::NotebookInstance", name="notebook_instance_name")
class NotebookInstance(Resource):
    """A machine on which notebooks run."""

    notebook_instance_name: str = field("Its name.", default="study")
    direct_internet_access: bool = field("Whether it reaches the internet past your VPC.", default=False)
    root_access: bool = field("Whether its users are root on it.", default=False)
    subnet_id: str | None = field("The subnet of yours that it is in.", default="subnet-1")
    kms_key_id: str | None = field("The KMS key that encrypts its volume.", default="alias/study")
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


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
            },
        ),
        Detail(
            Call("sagemaker:ListTags"),
            params=lambda _: {},
            arn_as="ResourceArn",
            fields={"tags": lambda reply: tags_in(whole(reply, "NextToken").get("Tags") or ())},
        ),
    ),
)

TERRAFORM_NOTEBOOK = CodeReader(
    "aws_sagemaker_notebook_instance",
    NotebookInstance,
    defaulted={"aws_sagemaker_notebook_instance": ("tags_all",)},
    fields={
        "notebook_instance_name": lambda block: block["name"],
        "direct_internet_access": lambda block: block.get("direct_internet_access", "Enabled") == "Enabled",
        "root_access": lambda block: block.get("root_access", "Enabled") == "Enabled",
        "subnet_id": lambda block: block.get("subnet_id"),
        "kms_key_id": lambda block: block.get("kms_key_id"),
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
        "kms_key_id": lambda block: block.get("KmsKeyId"),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
