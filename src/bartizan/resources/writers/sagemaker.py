"""Notebooks of SageMaker as code."""

from __future__ import annotations

from bartizan.resources.sagemaker import NotebookInstance
from bartizan.resources.writing import CodeWriter, tags_map, tags_pairs


def _switch(on: bool) -> str:
    return "Enabled" if on else "Disabled"


TERRAFORM_NOTEBOOK = CodeWriter(
    "aws_sagemaker_notebook_instance",
    NotebookInstance,
    names={"notebook_instance_name": "name"},
    fields={
        "direct_internet_access": lambda book: {"direct_internet_access": _switch(book.direct_internet_access)},
        "root_access": lambda book: {"root_access": _switch(book.root_access)},
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
        "subnet_id": "SubnetId",
        "kms_key_id": "KmsKeyId",
        "tags": tags_pairs,
    },
)
