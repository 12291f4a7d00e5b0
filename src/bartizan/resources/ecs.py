"""Amazon Elastic Container Service."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.model import Resource, Unknown, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Batch, Call, Detail, Listing, Reader, Reply, Within
from bartizan.resources.secrets import in_variables
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags


@dataclass(frozen=True, slots=True)
class Container:
    """A container of a task definition.

    ``user`` is who its process runs as, empty where the image says it; ``secret_variables`` are environment variables
    that look like secrets, as name and kind.
    """

    name: str
    privileged: bool = False
    user: str = ""
    read_only: bool = True
    logged: bool = True
    secret_variables: tuple[str, ...] = ()

    @property
    def root(self) -> bool:
        """Whether its process is surely root."""
        return self.user.partition(":")[0] in {"root", "0"}


@resource("AWS::ECS::TaskDefinition", name="family")
class TaskDefinition(Resource):
    """The newest active revision of a task definition."""

    family: str = field("Its name.")
    network_mode: str | None = field("`awsvpc`, `bridge`, `host` or `none`; null for the default.", default="awsvpc")
    pid_mode: str | None = field("`host` or `task`, where containers share processes.", default=None)
    windows: bool = field("Whether its containers are of Windows.", default=False)
    containers: tuple[Container, ...] = field("Its containers.", default=(Container("web"),))
    host_paths: tuple[str, ...] = field("The paths of the host that containers may see.", default=())
    plain_efs: tuple[str, ...] = field("Its EFS volumes that are mounted without TLS.", default=())
    task_role: str | None = field("The role of its containers.", default="arn:aws:iam::111122223333:role/web")
    execution_role: str | None = field("The role by which ECS starts it.", default=None)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::ECS::Service", name="service_name")
class Service(Resource):
    """A service that keeps tasks running."""

    service_name: str = field("Its name.")
    cluster: str = field("The ARN of its cluster.", default="arn:aws:ecs:eu-west-1:111122223333:cluster/shop")
    assign_public_ip: bool = field("Whether its tasks get public addresses.", default=False)
    execute_command: bool = field("Whether people may run commands in its containers.", default=False)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::ECS::Cluster", name="cluster_name")
class Cluster(Resource):
    """A cluster of ECS."""

    cluster_name: str = field("Its name.")
    container_insights: bool = field("Whether Container Insights watches it.", default=True)
    exec_logging: str = field(
        "Where commands run in containers are logged: `DEFAULT`, `OVERRIDE`, `NONE`.", default="DEFAULT"
    )
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


def _container(each: Mapping[str, Any]) -> Container:
    return Container(
        name=each["name"],
        privileged=bool(each.get("privileged")),
        user=str(each.get("user") or ""),
        read_only=bool(each.get("readonlyRootFilesystem")),
        logged=bool(each.get("logConfiguration")),
        secret_variables=in_variables({one["name"]: one["value"] for one in each.get("environment") or ()}),
    )


def _of(part: str, take: Callable[[Mapping[str, Any]], Any]) -> Callable[[Reply], Any]:
    return lambda reply: take(reply[part])


def _host_paths(volumes: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    paths = ((each.get("host") or {}).get("sourcePath") for each in volumes)
    return tuple(sorted(path for path in paths if path))


def _plain_efs(volumes: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(
        sorted(
            each["name"]
            for each in volumes
            if (efs := each.get("efsVolumeConfiguration")) and efs.get("transitEncryption", "DISABLED") != "ENABLED"
        )
    )


def _windows(definition: Mapping[str, Any]) -> bool:
    return str((definition.get("runtimePlatform") or {}).get("operatingSystemFamily", "")).startswith("WINDOWS")


TASK_DEFINITIONS = Reader(
    TaskDefinition,
    listing=Listing(
        Call("ecs:ListTaskDefinitionFamilies"),
        items="families",
        params={"status": "ACTIVE", "maxResults": 100},
        fields={"family": lambda family: family},
    ),
    arn=lambda family, scope: scope.arn("ecs", f"task-definition/{family}"),
    details=(
        Detail(
            Call("ecs:DescribeTaskDefinition"),
            params=lambda family: {"taskDefinition": family, "include": ["TAGS"]},
            fields={
                "network_mode": _of("taskDefinition", lambda it: it.get("networkMode")),
                "pid_mode": _of("taskDefinition", lambda it: it.get("pidMode")),
                "windows": _of("taskDefinition", _windows),
                "containers": _of("taskDefinition", lambda it: tuple(map(_container, it["containerDefinitions"]))),
                "host_paths": _of("taskDefinition", lambda it: _host_paths(it.get("volumes") or ())),
                "plain_efs": _of("taskDefinition", lambda it: _plain_efs(it.get("volumes") or ())),
                "task_role": _of("taskDefinition", lambda it: it.get("taskRoleArn")),
                "execution_role": _of("taskDefinition", lambda it: it.get("executionRoleArn")),
                "tags": lambda reply: tags_in(reply.get("tags") or (), "key", "value"),
            },
        ),
    ),
)

_CLUSTERS = Listing(
    Call("ecs:ListClusters"),
    items=lambda reply: [{"clusterArn": arn} for arn in reply["clusterArns"]],
    params={"maxResults": 100},
    fields={"cluster_name": lambda item: item["clusterArn"].rpartition("/")[2]},
)


def _insights(settings: Iterable[Mapping[str, Any]]) -> bool:
    found = next((each["value"] for each in settings if each["name"] == "containerInsights"), "disabled")
    return bool(found != "disabled")


CLUSTERS = Reader(
    Cluster,
    listing=_CLUSTERS,
    arn=lambda item, _: item["clusterArn"],
    batch=Batch(
        Call("ecs:DescribeClusters"),
        size=100,
        params=lambda items: {
            "clusters": [each["clusterArn"] for each in items],
            "include": ["CONFIGURATIONS", "SETTINGS", "TAGS"],
        },
        items="clusters",
        key=lambda item: item["clusterArn"],
        found=lambda item: item["clusterArn"],
        fields={
            "container_insights": lambda item: _insights(item.get("settings") or ()),
            "exec_logging": lambda item: (
                (item.get("configuration") or {}).get("executeCommandConfiguration", {}).get("logging", "DEFAULT")
            ),
            "tags": lambda item: tags_in(item.get("tags") or (), "key", "value"),
        },
    ),
)

SERVICES = Reader(
    Service,
    listing=Listing(
        Call("ecs:ListServices"),
        items=lambda reply: [{"serviceArn": arn} for arn in reply["serviceArns"]],
        params={"maxResults": 100},
        fields={
            "service_name": lambda item: item["serviceArn"].rpartition("/")[2],
            "cluster": lambda item: item["clusterArn"],
        },
        within=Within(_CLUSTERS, params=lambda item: {"cluster": item["clusterArn"]}),
    ),
    arn=lambda item, _: item["serviceArn"],
    batch=Batch(
        Call("ecs:DescribeServices"),
        size=10,
        params=lambda items: {
            "cluster": items[0]["clusterArn"],
            "services": [each["serviceArn"] for each in items],
            "include": ["TAGS"],
        },
        apart=lambda item: item["clusterArn"],
        items="services",
        key=lambda item: item["serviceArn"],
        found=lambda item: item["serviceArn"],
        fields={
            "assign_public_ip": lambda item: (
                (item.get("networkConfiguration") or {}).get("awsvpcConfiguration", {}).get("assignPublicIp")
                == "ENABLED"
            ),
            "execute_command": lambda item: item.get("enableExecuteCommand", False),
            "tags": lambda item: tags_in(item.get("tags") or (), "key", "value"),
        },
    ),
)


def _tf_volumes(block: Block) -> list[Mapping[str, Any]]:
    volumes: list[Mapping[str, Any]] = []
    for each in block.get("volume", ()):
        efs = each.get("efs_volume_configuration")
        settings = {"transitEncryption": efs[0].get("transit_encryption", "DISABLED")} if efs else None
        volumes.append(
            {
                "name": each["name"],
                "host": {"sourcePath": each.get("host_path")},
                "efsVolumeConfiguration": settings,
            }
        )
    return volumes


def _tf_windows(block: Block) -> bool:
    platforms: list[Block] = block.get("runtime_platform", [])
    return any(str(each.get("operating_system_family", "")).startswith("WINDOWS") for each in platforms)


TERRAFORM_TASK_DEFINITION = CodeReader(
    "aws_ecs_task_definition",
    TaskDefinition,
    defaulted={"aws_ecs_task_definition": ("network_mode", "tags_all")},
    fields={
        "family": lambda block: block["family"],
        "network_mode": lambda block: block.get("network_mode"),
        "pid_mode": lambda block: block.get("pid_mode"),
        "windows": _tf_windows,
        "containers": lambda block: tuple(map(_container, json.loads(block["container_definitions"]))),
        "host_paths": lambda block: _host_paths(_tf_volumes(block)),
        "plain_efs": lambda block: _plain_efs(_tf_volumes(block)),
        "task_role": lambda block: block.get("task_role_arn"),
        "execution_role": lambda block: block.get("execution_role_arn"),
        "tags": terraform_tags,
    },
)


def _written(block: Block) -> dict[str, str]:
    """The variables whose value the template writes out; what it takes from elsewhere is not in it."""
    found: dict[str, str] = {}
    for each in block.get("Environment", ()):
        try:
            found[each["Name"]] = str(each["Value"])
        except (Unknown, KeyError):
            continue
    return found


def _cfn_container(block: Block) -> Container:
    return Container(
        name=block["Name"],
        privileged=bool(block.get("Privileged")),
        user=str(block.get("User", "")),
        read_only=bool(block.get("ReadonlyRootFilesystem")),
        logged="LogConfiguration" in block,
        secret_variables=in_variables(_written(block)),
    )


def _cfn_volumes(block: Block) -> list[Mapping[str, Any]]:
    volumes: list[Mapping[str, Any]] = []
    for each in block.get("Volumes", ()):
        efs = each.get("EFSVolumeConfiguration")
        settings = {"transitEncryption": efs.get("TransitEncryption", "DISABLED")} if efs else None
        volumes.append(
            {
                "name": each["Name"],
                "host": {"sourcePath": each.get("Host", {}).get("SourcePath")},
                "efsVolumeConfiguration": settings,
            }
        )
    return volumes


CLOUDFORMATION_TASK_DEFINITION = CodeReader(
    "AWS::ECS::TaskDefinition",
    TaskDefinition,
    fields={
        "family": lambda block: block["Family"],
        "network_mode": lambda block: block.get("NetworkMode"),
        "pid_mode": lambda block: block.get("PidMode"),
        "windows": lambda block: str(block.get("RuntimePlatform", {}).get("OperatingSystemFamily", "")).startswith(
            "WINDOWS"
        ),
        "containers": lambda block: tuple(map(_cfn_container, block["ContainerDefinitions"])),
        "host_paths": lambda block: _host_paths(_cfn_volumes(block)),
        "plain_efs": lambda block: _plain_efs(_cfn_volumes(block)),
        "task_role": lambda block: block.get("TaskRoleArn"),
        "execution_role": lambda block: block.get("ExecutionRoleArn"),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)


def _tf_public(block: Block) -> bool:
    networks: list[Block] = block.get("network_configuration", [])
    return any(each.get("assign_public_ip", False) for each in networks)


TERRAFORM_SERVICE = CodeReader(
    "aws_ecs_service",
    Service,
    defaulted={"aws_ecs_service": ("cluster", "tags_all")},
    fields={
        "service_name": lambda block: block["name"],
        "cluster": lambda block: block.get("cluster", "default"),
        "assign_public_ip": _tf_public,
        "execute_command": lambda block: bool(block.get("enable_execute_command", False)),
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_SERVICE = CodeReader(
    "AWS::ECS::Service",
    Service,
    fields={
        "service_name": lambda block: block["ServiceName"],
        "cluster": lambda block: block.get("Cluster", "default"),
        "assign_public_ip": lambda block: (
            block.get("NetworkConfiguration", {}).get("AwsvpcConfiguration", {}).get("AssignPublicIp") == "ENABLED"
        ),
        "execute_command": lambda block: bool(block.get("EnableExecuteCommand", False)),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)


def _tf_logging(block: Block) -> str:
    configuration = block.get("configuration")
    commands = configuration[0].get("execute_command_configuration") if configuration else None
    logging: str = commands[0].get("logging", "DEFAULT") if commands else "DEFAULT"
    return logging


TERRAFORM_CLUSTER = CodeReader(
    "aws_ecs_cluster",
    Cluster,
    fields={
        "cluster_name": lambda block: block["name"],
        "container_insights": lambda block: _insights(block.get("setting", ())),
        "exec_logging": _tf_logging,
        "tags": terraform_tags,
    },
    defaulted={"aws_ecs_cluster": ("tags_all",)},
)


def _cfn_settings(block: Block) -> list[Mapping[str, str]]:
    return [{"name": each["Name"], "value": each["Value"]} for each in block.get("ClusterSettings", ())]


CLOUDFORMATION_CLUSTER = CodeReader(
    "AWS::ECS::Cluster",
    Cluster,
    fields={
        "cluster_name": lambda block: block["ClusterName"],
        "container_insights": lambda block: _insights(_cfn_settings(block)),
        "exec_logging": lambda block: (
            block.get("Configuration", {}).get("ExecuteCommandConfiguration", {}).get("Logging", "DEFAULT")
        ),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
