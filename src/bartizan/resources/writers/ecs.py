"""Task definitions, services and clusters of ECS as code."""

from __future__ import annotations

from typing import Any

from bartizan.resources.ecs import Cluster, Container, Service, TaskDefinition
from bartizan.resources.writing import CodeWriter, Json, Since, nested, tags_map, tags_pairs


def _container(each: Container, *, api: bool) -> dict[str, Any]:
    """A container, in the API's spelling or CloudFormation's."""
    known = {
        "name": each.name,
        "privileged": each.privileged,
        "user": each.user or None,
        "readonlyRootFilesystem": each.read_only,
    }
    given = {name: value for name, value in known.items() if value is not None}
    return given if api else {name[0].upper() + name[1:]: value for name, value in given.items()}


def _volumes(was: TaskDefinition, task: TaskDefinition) -> list[tuple[str, str]]:
    return [(name, "DISABLED" if name in task.plain_efs else "ENABLED") for name in was.plain_efs]


TERRAFORM_TASK_DEFINITION = CodeWriter(
    "aws_ecs_task_definition",
    TaskDefinition,
    names={"family": "family"},
    fields={
        "network_mode": "network_mode",
        "pid_mode": "pid_mode",
        "containers": lambda task: {
            "container_definitions": Json([_container(each, api=True) for each in task.containers])
        },
        "plain_efs": Since(
            lambda task, was: {
                "volume": [
                    nested(name=name, efs_volume_configuration=nested(transit_encryption=status))
                    for name, status in _volumes(was, task)
                ]
                or None
            }
        ),
        "tags": tags_map,
    },
    import_id=lambda task: task.arn,
)

CLOUDFORMATION_TASK_DEFINITION = CodeWriter(
    "AWS::ECS::TaskDefinition",
    TaskDefinition,
    names={"family": "Family"},
    fields={
        "network_mode": "NetworkMode",
        "pid_mode": "PidMode",
        "containers": lambda task: {"ContainerDefinitions": [_container(each, api=False) for each in task.containers]},
        "plain_efs": Since(
            lambda task, was: {
                "Volumes": [
                    {"Name": name, "EFSVolumeConfiguration": {"TransitEncryption": status}}
                    for name, status in _volumes(was, task)
                ]
                or None
            }
        ),
        "tags": tags_pairs,
    },
)

TERRAFORM_SERVICE = CodeWriter(
    "aws_ecs_service",
    Service,
    names={"service_name": "name", "cluster": "cluster"},
    fields={
        "assign_public_ip": "network_configuration.assign_public_ip",
        "execute_command": "enable_execute_command",
        "tags": tags_map,
    },
    import_id=lambda service: f"{service.cluster.rpartition('/')[2]}/{service.service_name}",
)

CLOUDFORMATION_SERVICE = CodeWriter(
    "AWS::ECS::Service",
    Service,
    names={"service_name": "ServiceName", "cluster": "Cluster"},
    fields={
        "assign_public_ip": lambda service: {
            "NetworkConfiguration": {
                "AwsvpcConfiguration": {"AssignPublicIp": "ENABLED" if service.assign_public_ip else "DISABLED"}
            }
        },
        "execute_command": "EnableExecuteCommand",
        "tags": tags_pairs,
    },
)


def _insights(cluster: Cluster) -> str:
    return "enabled" if cluster.container_insights else "disabled"


TERRAFORM_CLUSTER = CodeWriter(
    "aws_ecs_cluster",
    Cluster,
    names={"cluster_name": "name"},
    fields={
        "container_insights": lambda cluster: {"setting": nested(name="containerInsights", value=_insights(cluster))},
        "exec_logging": "configuration.execute_command_configuration.logging",
        "tags": tags_map,
    },
    import_id=lambda cluster: cluster.cluster_name,
)

CLOUDFORMATION_CLUSTER = CodeWriter(
    "AWS::ECS::Cluster",
    Cluster,
    names={"cluster_name": "ClusterName"},
    fields={
        "container_insights": lambda cluster: {
            "ClusterSettings": [{"Name": "containerInsights", "Value": _insights(cluster)}]
        },
        "exec_logging": "Configuration.ExecuteCommandConfiguration.Logging",
        "tags": tags_pairs,
    },
)
