"""Notebook instances and domains of SageMaker that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import Aws
from harden.seeded import State, seeds

_ARN = "arn:aws:sagemaker:eu-west-1:123456789012"


def _notebook(aws: Aws, **more: Any) -> State:
    """A notebook instance that is stopped; moto changes none."""
    listed = {
        "NotebookInstanceName": "study",
        "NotebookInstanceArn": f"{_ARN}:notebook-instance/study",
        "NotebookInstanceStatus": "Stopped",
    }
    state = {
        **listed,
        "DirectInternetAccess": "Disabled",
        "RootAccess": "Disabled",
        "SubnetId": "subnet-1",
        "PlatformIdentifier": "notebook-al2023-v1",
        "InstanceType": "ml.t3.medium",
        "VolumeSizeInGB": 20,
        **more,
    }

    def update(params: dict[str, Any]) -> None:
        assert params.pop("NotebookInstanceName") == "study"
        state.update(params)

    aws.answers("sagemaker:ListNotebookInstances", {"NotebookInstances": [listed]})
    aws.answers("sagemaker:DescribeNotebookInstance", lambda _: state)
    aws.answers("sagemaker:UpdateNotebookInstance", update)
    aws.answers("sagemaker:ListTags", {"Tags": []})
    return lambda: state


def _version(number: str) -> dict[str, str]:
    return {"MinimumInstanceMetadataServiceVersion": number}


@seeds("sagemaker.root-on-notebook", "sagemaker.imdsv1-on-notebook")
def notebook_with_everything_wrong(aws: Aws) -> State:
    return _notebook(aws, RootAccess="Enabled", InstanceMetadataServiceConfiguration=_version("1"))


@seeds("sagemaker.root-on-notebook")
def notebook_of_roots(aws: Aws) -> State:
    return _notebook(aws, RootAccess="Enabled", InstanceMetadataServiceConfiguration=_version("2"))


@seeds("sagemaker.domain-on-internet")
def domain_past_the_network(aws: Aws) -> State:
    listed = {"DomainArn": f"{_ARN}:domain/d-1", "DomainId": "d-1", "DomainName": "research", "Status": "InService"}
    state = {**listed, "AuthMode": "SSO", "AppNetworkAccessType": "PublicInternetOnly", "SubnetIds": ["subnet-1"]}

    def update(params: dict[str, Any]) -> dict[str, Any]:
        assert params.pop("DomainId") == "d-1"
        state.update(params)
        return {"DomainArn": listed["DomainArn"]}

    aws.answers("sagemaker:ListDomains", {"Domains": [listed]})
    aws.answers("sagemaker:DescribeDomain", lambda _: state)
    aws.answers("sagemaker:UpdateDomain", update)
    aws.answers("sagemaker:ListTags", {"Tags": []})
    return lambda: state
