"""EMR clusters, and settings of a Region, that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import Aws
from harden.seeded import State, seeds


@seeds("emr.no-termination-protection")
def cluster_that_one_call_ends(aws: Aws) -> None:
    aws.client("emr").run_job_flow(
        Name="reports",
        ReleaseLabel="emr-7.5.0",
        Instances={
            "MasterInstanceType": "m5.xlarge",
            "SlaveInstanceType": "m5.xlarge",
            "InstanceCount": 2,
            "KeepJobFlowAliveWhenNoSteps": True,
            "TerminationProtected": False,
        },
        JobFlowRole="EMR_EC2_DefaultRole",
        ServiceRole="EMR_DefaultRole",
        VisibleToAllUsers=False,
    )


def _block(aws: Aws, *ranges: dict[str, int], on: bool = True) -> State:
    held: dict[str, Any] = {
        "BlockPublicSecurityGroupRules": on,
        "PermittedPublicSecurityGroupRuleRanges": list(ranges),
    }
    said = {"CreationDateTime": "2024-01-01T00:00:00Z", "CreatedByArn": "arn:aws:iam::123456789012:user/anna"}

    def put(params: dict[str, Any]) -> None:
        held.clear()
        held.update(params["BlockPublicAccessConfiguration"])

    aws.answers(
        "emr:GetBlockPublicAccessConfiguration",
        lambda _: {"BlockPublicAccessConfiguration": held, "BlockPublicAccessConfigurationMetadata": said},
    )
    aws.answers("emr:PutBlockPublicAccessConfiguration", put)
    return lambda: held


@seeds("emr.public-clusters-possible")
def region_without_a_block(aws: Aws) -> State:
    return _block(aws, {"MinRange": 22}, on=False)


@seeds("emr.public-ports-excepted")
def region_with_exceptions(aws: Aws) -> State:
    return _block(aws, {"MinRange": 22, "MaxRange": 22}, {"MinRange": 8443}, {"MinRange": 9000, "MaxRange": 9100})
