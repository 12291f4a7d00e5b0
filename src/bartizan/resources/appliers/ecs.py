"""Task definitions, services and clusters of ECS: changing them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, Refused
from bartizan.resources.ecs import Cluster, Service, TaskDefinition
from bartizan.resources.reading import Call, Reply

CLUSTER = ApiWriter(
    Cluster,
    puts=(
        Put(
            Call("ecs:UpdateClusterSettings"),
            lambda edit: {
                "cluster": edit.after.arn,
                "settings": [
                    {"name": "containerInsights", "value": "enabled" if edit.after.container_insights else "disabled"}
                ],
            },
            ("container_insights",),
            busy=("UpdateInProgressException",),
        ),
    ),
)


_RESET = (
    "availabilityZoneRebalancing",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "platformVersion",
    "propagateTags",
)
"""What an update that does not say it may set to AWS's default.

Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
"""


def _kept_of_service(reply: Reply) -> dict[str, Any]:
    service = reply["services"][0]
    kept = {name: service[name] for name in _RESET if name in service}
    # ECS takes no grace period, not even of zero, for a service without a load balancer.
    if service.get("healthCheckGracePeriodSeconds"):
        kept["healthCheckGracePeriodSeconds"] = service["healthCheckGracePeriodSeconds"]
    return {
        "controller": (service.get("deploymentController") or {}).get("type", "ECS"),
        "network": service["networkConfiguration"]["awsvpcConfiguration"],
        "kept": kept,
    }


_SERVICE = Look(
    Call("ecs:DescribeServices"),
    lambda service: {"cluster": service.cluster, "services": [service.arn]},
    _kept_of_service,
)


def _network(edit: Edit) -> Params:
    if edit.now["controller"] != "ECS":
        raise Refused(f"{edit.now['controller']} deploys it; change its network configuration there")
    address = "ENABLED" if edit.after.assign_public_ip else "DISABLED"
    return {
        "cluster": edit.after.cluster,
        "service": edit.after.arn,
        "networkConfiguration": {"awsvpcConfiguration": {**edit.now["network"], "assignPublicIp": address}},
        **edit.now["kept"],
    }


SERVICE = ApiWriter(
    Service,
    puts=(Put(Call("ecs:UpdateService"), _network, ("assign_public_ip",), look=_SERVICE),),
)


_OF_REVISION = frozenset(
    {
        "taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt",
        "deregisteredAt", "deleteRequestedAt", "registeredBy",
    }
)  # fmt: skip
_SECRET = ("command", "driverOpts", "environment", "options")
"""Members of a task definition that people put secrets into."""


def _kept_of_task(reply: Reply) -> dict[str, Any]:
    task = reply["taskDefinition"]
    return {
        "revision": task["revision"],
        "definition": {name: value for name, value in task.items() if name not in _OF_REVISION},
        "tags": [each for each in reply.get("tags") or () if not each["key"].startswith("aws:")],
    }


_TASK = Look(
    Call("ecs:DescribeTaskDefinition"),
    lambda task: {"taskDefinition": task.family, "include": ["TAGS"]},
    _kept_of_task,
    hidden=_SECRET,
)


def _register(edit: Edit) -> Params | None:
    if edit.undoing:
        return None
    definition = dict(edit.now["definition"])
    if edit.changes("containers"):
        privileged = {each.name: each.privileged for each in edit.after.containers}
        definition["containerDefinitions"] = [
            {**each, "privileged": privileged[each["name"]]} if "privileged" in each else each
            for each in definition["containerDefinitions"]
        ]
    if edit.changes("pid_mode"):
        definition.pop("pidMode")
    if edit.changes("plain_efs"):
        secured = set(edit.before.plain_efs) - set(edit.after.plain_efs)
        definition["volumes"] = [
            _by_tls(each) if each["name"] in secured else each for each in definition["volumes"]
        ]  # fmt: skip
    tags = edit.now["tags"]
    return {**definition, **({"tags": tags} if tags else {})}


def _by_tls(volume: Mapping[str, Any]) -> dict[str, Any]:
    return {**volume, "efsVolumeConfiguration": {**volume["efsVolumeConfiguration"], "transitEncryption": "ENABLED"}}


def _deregister(edit: Edit) -> Params | None:
    """Take the revision back that the change registered; the one before is the newest then."""
    if not edit.undoing:
        return None
    made, newest = edit.was["revision"] + 1, edit.now["revision"]
    if newest > made:
        raise Refused(f"revision {newest}, which somebody else registered, is the newest now")
    return {"taskDefinition": f"{edit.after.family}:{made}"}


_OF_TASK = ("containers", "pid_mode", "plain_efs")

TASK_DEFINITION = ApiWriter(
    TaskDefinition,
    puts=(
        Put(
            Call("ecs:RegisterTaskDefinition", ("ecs:RegisterTaskDefinition", "ecs:TagResource", "iam:PassRole")),
            _register,
            _OF_TASK,
            look=_TASK,
            hidden=_SECRET,
            busy=("ClientException: Too many concurrent attempts to create a new revision",),
        ),
        Put(Call("ecs:DeregisterTaskDefinition"), _deregister, _OF_TASK, look=_TASK),
    ),
)
