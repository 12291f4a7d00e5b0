"""Kafka clusters that fail."""

from __future__ import annotations

import copy
import json
from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import State, seeds

_ARN = "arn:aws:kafka:eu-west-1:123456789012:cluster/events/1"
_OPEN = {"Effect": "Allow", "Principal": "*", "Action": "kafka:CreateVpcConnection", "Resource": _ARN}
_PARTNER = {**_OPEN, "Principal": {"AWS": "arn:aws:iam::444455556666:root"}}
_OVER_IAM = {"Sasl": {"Scram": {"Enabled": False}, "Iam": {"Enabled": True}}}
_TLS = {"Tls": {"CertificateAuthorityArnList": ["arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/1"]}}


class _Kafka:
    """A cluster, each change of which asks for its version and gives it a new one, and its policy."""

    def __init__(self, aws: Aws, *statements: dict[str, Any], access: str, ways: dict[str, Any]) -> None:
        self.version, self.policy_version = 1, 1
        self.policy = json.dumps({"Version": "2012-10-17", "Statement": statements}) if statements else None
        self.ways = ways
        self.connectivity: dict[str, Any] = {
            "PublicAccess": {"Type": access},
            "VpcConnectivity": {"ClientAuthentication": _OVER_IAM},
        }
        aws.answers("kafka:ListClustersV2", lambda _: {"ClusterInfoList": [self.info()]})
        aws.answers("kafka:DescribeClusterV2", lambda _: {"ClusterInfo": self.info()})
        aws.answers("kafka:UpdateConnectivity", self.connect)
        aws.answers("kafka:UpdateSecurity", self.secure)
        aws.answers("kafka:GetClusterPolicy", lambda _: self.told())
        aws.answers("kafka:PutClusterPolicy", self.put_policy)
        aws.answers("kafka:DeleteClusterPolicy", self.delete_policy)

    def info(self) -> dict[str, Any]:
        nodes = {
            "ClientSubnets": ["subnet-1"],
            "InstanceType": "kafka.m7g.large",
            "ConnectivityInfo": self.connectivity,
        }
        provisioned = {"BrokerNodeGroupInfo": nodes, "ClientAuthentication": self.ways, "NumberOfBrokerNodes": 2}
        return {
            "ClusterName": "events",
            "ClusterArn": _ARN,
            "ClusterType": "PROVISIONED",
            "State": "ACTIVE",
            "CurrentVersion": f"K{self.version}",
            "Provisioned": provisioned,
        }

    def changed(self, params: dict[str, Any]) -> None:
        if params["CurrentVersion"] != f"K{self.version}":
            raise AwsError("BadRequestException", "the version of the cluster is another by now")
        self.version += 1

    def connect(self, params: dict[str, Any]) -> None:
        self.changed(params)
        if len(params["ConnectivityInfo"]) != 1:
            raise AwsError("BadRequestException", "one setting at a time")
        self.connectivity |= params["ConnectivityInfo"]

    def secure(self, params: dict[str, Any]) -> None:
        self.changed(params)
        self.ways = params["ClientAuthentication"]

    def told(self) -> dict[str, Any]:
        if self.policy is None:
            raise AwsError("NotFoundException", "the cluster has no policy")
        return {"Policy": self.policy, "CurrentVersion": f"P{self.policy_version}"}

    def put_policy(self, params: dict[str, Any]) -> None:
        if self.policy and params.get("CurrentVersion") != f"P{self.policy_version}":
            raise AwsError("BadRequestException", "the version of the policy is another by now")
        self.policy = params["Policy"]
        self.policy_version += 1

    def delete_policy(self, _: dict[str, Any]) -> None:
        self.told()
        self.policy = None

    def state(self) -> Any:
        return copy.deepcopy((self.connectivity, self.ways, json.loads(self.policy or "null")))


@seeds("kafka.public-brokers", "kafka.public-policy", "kafka.unauthenticated-access")
def cluster_with_everything_wrong(aws: Aws) -> State:
    ways = {**_OVER_IAM, **_TLS, "Unauthenticated": {"Enabled": True}}
    return _Kafka(aws, _OPEN, _PARTNER, access="SERVICE_PROVIDED_EIPS", ways=ways).state


@seeds("kafka.public-policy")
def cluster_that_is_nothing_but_open(aws: Aws) -> State:
    return _Kafka(aws, _OPEN, access="DISABLED", ways=_OVER_IAM).state
