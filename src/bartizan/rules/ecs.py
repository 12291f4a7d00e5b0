"""Checks of Amazon Elastic Container Service."""

from __future__ import annotations

import dataclasses

from bartizan.model import Problems, World, replace, rule
from bartizan.resources.ecs import Cluster, Container, Service, TaskDefinition

_CLUSTER = "arn:aws:ecs:eu-west-1:111122223333:cluster/shop"
_DANGEROUS = ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd", "/etc", "/root", "/proc", "/sys", "/dev")


@rule(
    "high",
    passes=[TaskDefinition(containers=(Container("web"),))],
    fails=[TaskDefinition(containers=(Container("web"), Container("agent", privileged=True)))],
)
def privileged_container(task: TaskDefinition) -> Problems:
    """ECS container is privileged.

    ## Why it matters
    A privileged container is root of its host: whoever breaks into it has every other container there.

    ## How to fix
    Take `privileged` away, and add the single Linux capabilities that it needs.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
    """
    for each in task.containers:
        if each.privileged:
            yield f"{each.name} is privileged"


@privileged_container.risky_fix("containers that need the host's devices fail")
def take_privileges(task: TaskDefinition) -> TaskDefinition:
    """Take the privileges away in a new revision."""
    return replace(task, containers=tuple(dataclasses.replace(each, privileged=False) for each in task.containers))


@rule(
    "critical",
    passes=[TaskDefinition(containers=(Container("web"),))],
    fails=[
        TaskDefinition(containers=(Container("web", secret_variables=("DB_PASSWORD (value of a secret's name)",)),))
    ],
)
def secret_in_environment(task: TaskDefinition) -> Problems:
    """ECS container has a secret in its environment.

    ## Why it matters
    Everybody who may describe task definitions reads it, in all revisions that ever were.

    ## How to fix
    Replace the secret by a new one, keep that in Secrets Manager or the Parameter Store, and name it under `secrets`.

    ## References
    - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
    """
    for each in task.containers:
        for secret in each.secret_variables:
            yield f"{each.name}: {secret}"


@rule(
    "high",
    passes=[
        TaskDefinition(network_mode="awsvpc"),
        TaskDefinition(network_mode="host", containers=(Container("web", user="1000:1000"),)),
        TaskDefinition(network_mode="host", windows=True),
    ],
    fails=[
        TaskDefinition(network_mode="host", containers=(Container("web"),)),
        TaskDefinition(network_mode="host", containers=(Container("web", user="0"),)),
        TaskDefinition(network_mode="host", containers=(Container("web", user="1000", privileged=True),)),
    ],
)
def root_in_host_network(task: TaskDefinition) -> Problems:
    """ECS container may be root in the network of its host.

    ## Why it matters
    It listens on the host's addresses, reads the traffic of other containers and gets the credentials of the host.

    ## How to fix
    Use the network mode `awsvpc`, or give the containers a user other than root.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
    """
    if task.network_mode == "host" and not task.windows:
        for each in task.containers:
            if each.privileged or each.root or not each.user:
                yield f"{each.name} runs as {each.user or 'whoever its image says'} in the host's network"


@rule("high", passes=[TaskDefinition(pid_mode="task")], fails=[TaskDefinition(pid_mode="host")])
def host_processes(task: TaskDefinition) -> Problems:
    """ECS task sees the processes of its host.

    ## Why it matters
    Its containers can look into other tasks' processes and stop them, secrets in their environment included.

    ## How to fix
    Leave out `pidMode`, or set it to `task`.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
    """
    if task.pid_mode == "host":
        yield "pidMode is host"


@host_processes.risky_fix("agents that watch the host's processes see only their own")
def own_processes(task: TaskDefinition) -> TaskDefinition:
    """Let the task see its own processes only, in a new revision."""
    return replace(task, pid_mode=None)


@rule(
    "high",
    passes=[TaskDefinition(host_paths=()), TaskDefinition(host_paths=("/data/shop",))],
    fails=[TaskDefinition(host_paths=("/var/run/docker.sock",)), TaskDefinition(host_paths=("/",))],
)
def host_taken_over(task: TaskDefinition) -> Problems:
    """ECS container sees a path by which its host can be taken over.

    ## Why it matters
    Through the container engine's socket or the host's own directories a container starts others or becomes root.

    ## How to fix
    Mount only directories that hold the task's own data, or use EFS.

    ## References
    - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html
    """
    for path in task.host_paths:
        if path == "/" or any(path == each or path.startswith(f"{each}/") for each in _DANGEROUS):
            yield f"{path} of the host is mounted"


@rule(
    "low",
    passes=[
        TaskDefinition(containers=(Container("web", user="1000"),)),
        TaskDefinition(windows=True, containers=(Container("web", user="root"),)),
        TaskDefinition(containers=(Container("web"),)),
    ],
    fails=[
        TaskDefinition(containers=(Container("web", user="root:root"),)),
        TaskDefinition(containers=(Container("web", user="0"),)),
    ],
)
def root_container(task: TaskDefinition) -> Problems:
    """ECS container runs as root.

    ## Why it matters
    Most flaws by which a container is left need root in it.

    ## How to fix
    Give the container a `user` without rights, and let its image's files belong to that user.

    ## References
    - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html
    """
    if not task.windows:
        for each in task.containers:
            if each.root:
                yield f"{each.name} runs as {each.user}"


@rule(
    "low",
    passes=[TaskDefinition(), TaskDefinition(windows=True, containers=(Container("web", read_only=False),))],
    fails=[TaskDefinition(containers=(Container("web", read_only=False),))],
)
def writable_root(task: TaskDefinition) -> Problems:
    """ECS container can change its own programs.

    ## Why it matters
    Whoever gets in can put tools and changed programs into the root file system.

    ## How to fix
    Set `readonlyRootFilesystem`, and mount a volume where the program has to write.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
    """
    if not task.windows:
        for each in task.containers:
            if not each.read_only:
                yield f"the root file system of {each.name} can be written to"


@rule("medium", passes=[TaskDefinition()], fails=[TaskDefinition(containers=(Container("web", logged=False),))])
def container_not_logged(task: TaskDefinition) -> Problems:
    """ECS container has no log.

    ## Why it matters
    What it says is gone with the task, and with it the traces of an attack.

    ## How to fix
    Add a `logConfiguration`, such as that of the driver `awslogs` or of FireLens.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
    """
    for each in task.containers:
        if not each.logged:
            yield f"{each.name} has no log configuration"


@rule("medium", passes=[TaskDefinition()], fails=[TaskDefinition(plain_efs=("data",))])
def plain_file_traffic(task: TaskDefinition) -> Problems:
    """ECS task mounts a file system without TLS.

    ## Why it matters
    Files cross the network in plain text.

    ## How to fix
    Set `transitEncryption` of the volume to `ENABLED`.

    ## References
    - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html
    """
    for each in task.plain_efs:
        yield f"the volume {each} is mounted without TLS"


@plain_file_traffic.fix
def mount_by_tls(task: TaskDefinition) -> TaskDefinition:
    """Mount the volumes by TLS, in a new revision."""
    return replace(task, plain_efs=())


@rule(
    "medium",
    passes=[
        TaskDefinition(task_role="arn:aws:iam::1:role/web", execution_role="arn:aws:iam::1:role/start"),
        TaskDefinition(task_role=None, execution_role=None),
    ],
    fails=[TaskDefinition(task_role="arn:aws:iam::1:role/all", execution_role="arn:aws:iam::1:role/all")],
)
def one_role_for_both(task: TaskDefinition) -> Problems:
    """ECS containers have the role that ECS starts them with.

    ## Why it matters
    Code in the containers can read all secrets and images that are meant for starting tasks.

    ## How to fix
    Make two roles: one to start the task, and one for what its code does.

    ## References
    - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    """
    if task.task_role and task.task_role == task.execution_role:
        yield f"{task.task_role} is both"


@rule("high", passes=[Service(assign_public_ip=False)], fails=[Service(assign_public_ip=True)])
def public_tasks(service: Service) -> Problems:
    """ECS service gives its tasks public addresses.

    ## Why it matters
    Only the security group stands between the containers and the internet.

    ## How to fix
    Run the tasks in private subnets behind a load balancer, with endpoints for ECR and CloudWatch Logs.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
    """
    if service.assign_public_ip:
        yield "assignPublicIp is enabled"


@public_tasks.risky_fix("all tasks are replaced; in a subnet without a NAT gateway or endpoints none gets its image")
def private_tasks(service: Service) -> Service:
    """Give tasks no public addresses, by a new deployment."""
    return replace(service, assign_public_ip=False)


@rule(
    "medium",
    passes=[
        (Service(execute_command=True), Cluster(arn=_CLUSTER, cluster_name="shop", exec_logging="OVERRIDE")),
        Service(execute_command=False),
    ],
    fails=[(Service(execute_command=True), Cluster(arn=_CLUSTER, cluster_name="shop", exec_logging="NONE"))],
    reads=[Cluster],
)
def commands_not_logged(service: Service, world: World) -> Problems:
    """Commands that people run in ECS containers are not logged.

    ## Why it matters
    CloudTrail tells who opened a shell in a container, but not what was done there.

    ## How to fix
    Set the logging of ECS Exec of the cluster to `DEFAULT`, or to `OVERRIDE` with an encrypted log group or bucket.

    ## References
    - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
    """
    if service.execute_command:
        for each in world.find(Cluster, near=service, arn=service.cluster):
            if each.exec_logging == "NONE":
                yield f"ECS Exec is on, and the cluster {each.cluster_name} logs none of it"


@rule("info", passes=[Cluster(container_insights=True)], fails=[Cluster(container_insights=False)])
def no_container_insights(cluster: Cluster) -> Problems:
    """ECS cluster is not watched by Container Insights.

    ## Why it matters
    Tasks that mine coins or send data out show first in processor and network use, which nobody sees.

    ## How to fix
    Turn Container Insights on for the cluster, and as the account's default.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
    """
    if not cluster.container_insights:
        yield "Container Insights is off"


@no_container_insights.fix
def watch_cluster(cluster: Cluster) -> Cluster:
    """Turn on Container Insights."""
    return replace(cluster, container_insights=True)
