"""Notebook instances and domains of SageMaker: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, Refused
from bartizan.resources.reading import Call
from bartizan.resources.sagemaker import Domain, NotebookInstance


def _notebook(edit: Edit) -> Params:
    # It could be stopped and started, but all outside of /home/ec2-user/SageMaker is lost by that:
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopNotebookInstance.html
    if edit.now not in {"Stopped", "Failed"}:
        raise Refused(f"{edit.after.name} is {edit.now}, and must be stopped for the change: stop it, and try again")
    given: dict[str, Any] = {"NotebookInstanceName": edit.after.notebook_instance_name}
    if edit.changes("root_access"):
        given["RootAccess"] = "Enabled" if edit.after.root_access else "Disabled"
    if edit.changes("metadata_version"):
        version = {"MinimumInstanceMetadataServiceVersion": str(edit.after.metadata_version)}
        given["InstanceMetadataServiceConfiguration"] = version
    return given


NOTEBOOK = ApiWriter(
    NotebookInstance,
    puts=(
        Put(
            Call("sagemaker:UpdateNotebookInstance"),
            _notebook,
            ("root_access", "metadata_version"),
            look=Look(
                Call("sagemaker:DescribeNotebookInstance"),
                lambda notebook: {"NotebookInstanceName": notebook.notebook_instance_name},
                lambda reply: reply["NotebookInstanceStatus"],
            ),
        ),
    ),
)


def _domain(edit: Edit) -> Params:
    return {
        "DomainId": edit.after.arn.rpartition("/")[2],
        "AppNetworkAccessType": "VpcOnly" if edit.after.vpc_only else "PublicInternetOnly",
    }


DOMAIN = ApiWriter(
    Domain,
    # A domain is in use as well while it has apps, which no time takes away.
    puts=(Put(Call("sagemaker:UpdateDomain"), _domain, ("vpc_only",), busy=("ResourceInUse",)),),
)
