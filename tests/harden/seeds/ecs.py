"""Task definitions, services and clusters of ECS that fail."""

from __future__ import annotations

import copy
from typing import Any

from harden.aws import ACCOUNT, REGION, Aws, AwsError
from harden.seeded import SECRET, State, seeds

_HERE = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
_CLUSTER = f"{_HERE}:cluster/shop"

_TASK: dict[str, Any] = {
    "family": "web",
    "taskRoleArn": f"arn:aws:iam::{ACCOUNT}:role/web",
    "executionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/start",
    "networkMode": "bridge",
    "pidMode": "host",
    "cpu": "256",
    "requiresCompatibilities": ["EC2"],
    "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
    "placementConstraints": [],
    "containerDefinitions": [
        {
            "name": "web",
            "image": "shop/web:1",
            "privileged": True,
            "environment": [{"name": "DB_PASSWORD", "value": SECRET}],
            "logConfiguration": {"logDriver": "splunk", "options": {"splunk-token": SECRET}},
            "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}],
        },
        {"name": "helper", "image": "shop/helper:1", "portMappings": [], "essential": False},
    ],
    "volumes": [
        {
            "name": "data",
            "efsVolumeConfiguration": {
                "fileSystemId": "fs-1",
                "rootDirectory": "/web",
                "transitEncryption": "DISABLED",
            },
        },
        {"name": "scratch", "host": {}},
    ],
}
_TAGS = [{"key": "team", "value": "shop"}]


@seeds("ecs.privileged-container", "ecs.host-processes", "ecs.plain-file-traffic")
def task_with_everything_wrong(aws: Aws) -> State:
    secured = copy.deepcopy(_TASK)
    del secured["pidMode"]
    secured["containerDefinitions"][0]["privileged"] = False
    secured["volumes"][0]["efsVolumeConfiguration"]["transitEncryption"] = "ENABLED"
    active: dict[int, dict[str, Any]] = {4: copy.deepcopy(_TASK)}
    made = [4]

    def register(asked: dict[str, Any]) -> dict[str, Any]:
        assert asked.pop("tags") == _TAGS
        assert asked == secured
        made.append(made[-1] + 1)
        active[made[-1]] = asked
        return {"taskDefinition": told(made[-1])}

    def deregister(asked: dict[str, Any]) -> dict[str, Any]:
        family, _, revision = asked["taskDefinition"].partition(":")
        assert family == "web"
        return {"taskDefinition": active.pop(int(revision))}

    def told(revision: int) -> dict[str, Any]:
        arn = f"{_HERE}:task-definition/web:{revision}"
        return {**active[revision], "taskDefinitionArn": arn, "revision": revision, "status": "ACTIVE"}

    def describe(asked: dict[str, Any]) -> dict[str, Any]:
        assert asked["taskDefinition"] == "web"
        return {"taskDefinition": told(max(active)), "tags": _TAGS}

    aws.answers("ecs:ListTaskDefinitionFamilies", {"families": ["web"]})
    aws.answers("ecs:DescribeTaskDefinition", describe)
    aws.answers("ecs:RegisterTaskDefinition", register)
    aws.answers("ecs:DeregisterTaskDefinition", deregister)
    return lambda: active


@seeds("ecs.public-tasks")
def service_with_public_tasks(aws: Aws) -> State:
    arn = f"{_HERE}:service/shop/web"
    network = {"subnets": ["subnet-1"], "securityGroups": ["sg-1"], "assignPublicIp": "ENABLED"}
    service = {
        "serviceArn": arn,
        "serviceName": "web",
        "clusterArn": _CLUSTER,
        "platformVersion": "1.4.0",
        "propagateTags": "SERVICE",
        "enableECSManagedTags": True,
        "enableExecuteCommand": True,
        "healthCheckGracePeriodSeconds": 0,
        "networkConfiguration": {"awsvpcConfiguration": network},
    }
    other = {name: value for name, value in service.items() if name != "networkConfiguration"}

    def update(asked: dict[str, Any]) -> dict[str, Any]:
        assert (asked.pop("cluster"), asked.pop("service")) == (_CLUSTER, arn)
        if "healthCheckGracePeriodSeconds" in asked:
            raise AwsError("InvalidParameterException", "Health check grace period is only valid with load balancers")
        unsaid = {"platformVersion": "LATEST", "propagateTags": "NONE", "enableECSManagedTags": False}
        service.update({**unsaid, **asked})
        assert {name: value for name, value in service.items() if name != "networkConfiguration"} == other
        kept = service["networkConfiguration"]["awsvpcConfiguration"]
        assert {**kept, "assignPublicIp": ""} == {**network, "assignPublicIp": ""}
        return {"service": service}

    aws.answers("ecs:ListClusters", {"clusterArns": [_CLUSTER]})
    aws.answers("ecs:ListServices", {"serviceArns": [arn]})
    aws.answers("ecs:DescribeServices", lambda _: {"services": [service]})
    aws.answers("ecs:UpdateService", update)
    return lambda: service


@seeds("ecs.no-container-insights")
def cluster_without_insights(aws: Aws) -> State:
    told = {
        "clusterArn": _CLUSTER,
        "clusterName": "shop",
        "settings": [{"name": "containerInsights", "value": "disabled"}],
    }

    def update(asked: dict[str, Any]) -> dict[str, Any]:
        assert asked["cluster"] == _CLUSTER
        told["settings"] = asked["settings"]
        return {"cluster": told}

    aws.answers("ecs:ListClusters", {"clusterArns": [_CLUSTER]})
    aws.answers("ecs:DescribeClusters", lambda _: {"clusters": [told]})
    aws.answers("ecs:UpdateClusterSettings", update)
    return lambda: told
