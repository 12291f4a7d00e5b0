"""Checks of the instances of Amazon EC2."""

from __future__ import annotations

import datetime as dt

from bartizan.model import SAMPLE_TIME, Problems, replace, rule
from bartizan.resources.ec2.compute import Instance


def _days_ago(days: int) -> dt.datetime:
    return SAMPLE_TIME - dt.timedelta(days=days)


@rule(
    "high",
    passes=[Instance(http_tokens="required"), Instance(http_tokens="optional", http_endpoint="disabled")],
    fails=[Instance(http_tokens="optional")],
)
def imdsv1_allowed(instance: Instance) -> Problems:
    """EC2 instance answers metadata requests without a token.

    ## Why it matters
    A web application that can be made to fetch an address hands the machine's role credentials to the attacker.

    ## How to fix
    Require IMDSv2 (`HttpTokens: required`), after checking that nothing on the machine still uses the old version.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
    """
    if instance.http_tokens != "required" and instance.http_endpoint != "disabled":
        yield "IMDSv1 is allowed"


@imdsv1_allowed.risky_fix("software on the machine that only knows IMDSv1 loses its credentials")
def require_imdsv2(instance: Instance) -> Instance:
    """Require IMDSv2."""
    return replace(instance, http_tokens="required")


@rule(
    "low",
    passes=[
        Instance(http_put_response_hop_limit=1),
        Instance(http_put_response_hop_limit=2, http_endpoint="disabled"),
    ],
    fails=[Instance(http_put_response_hop_limit=3)],
)
def metadata_reaches_containers(instance: Instance) -> Problems:
    """EC2 instance lets metadata tokens travel several hops.

    ## Why it matters
    Containers and proxies on the machine can fetch its role credentials.

    ## How to fix
    Set the hop limit to 1, unless containers on the machine need its role.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-existing-instances.html
    """
    if instance.http_put_response_hop_limit > 1 and instance.http_endpoint != "disabled":
        yield f"the hop limit is {instance.http_put_response_hop_limit}"


@metadata_reaches_containers.risky_fix("containers that use the machine's role lose it")
def one_hop(instance: Instance) -> Instance:
    """Set the hop limit of metadata tokens to 1."""
    return replace(instance, http_put_response_hop_limit=1)


@rule("medium", passes=[Instance(public_ip=None)], fails=[Instance(public_ip="203.0.113.7")])
def public_address(instance: Instance) -> Problems:
    """EC2 instance has a public address.

    ## Why it matters
    Only its security groups stand between the machine and the internet; one wrong rule exposes it.

    ## How to fix
    Put it into a private subnet behind a load balancer, and administer it by Session Manager.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html
    """
    if instance.public_ip:
        yield f"its public address is {instance.public_ip}"


@rule("low", passes=[Instance()], fails=[Instance(iam_instance_profile=None)])
def no_instance_profile(instance: Instance) -> Problems:
    """EC2 instance has no role.

    ## Why it matters
    Software on it that needs AWS gets long-lived keys instead, and Session Manager cannot reach it.

    ## How to fix
    Attach an instance profile with the permissions that the machine needs.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html
    """
    if not instance.iam_instance_profile:
        yield "no instance profile is attached"


@rule(
    "critical",
    passes=[Instance(user_data_secrets=())],
    fails=[Instance(user_data_secrets=("AWS access key id in line 2",))],
)
def secret_in_user_data(instance: Instance) -> Problems:
    """EC2 instance has a secret in its user data.

    ## Why it matters
    Everyone who may describe the instance, and every process on it, reads the user data in plain text.

    ## How to fix
    Take the secret out, replace it with a new one, and fetch it from Secrets Manager or Parameter Store at start.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
    """
    yield from instance.user_data_secrets


@rule(
    "info",
    passes=[
        Instance(state="running"),
        Instance(state="stopped", stopped_at=None),
        Instance(state="stopped", stopped_at=_days_ago(10)),
    ],
    fails=[Instance(state="stopped", stopped_at=_days_ago(100))],
)
def long_stopped(instance: Instance, *, max_days: int = 90) -> Problems:
    """EC2 instance has been stopped for long.

    ## Why it matters
    It misses every patch and will start with old flaws; its disks hold data that nobody watches.

    ## How to fix
    Take an image if it may be needed again, and terminate it.

    ## Parameters
    - `max_days`: days for which an instance may be stopped.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html
    """
    if instance.state == "stopped" and instance.stopped_at:
        days = instance.days_since(instance.stopped_at)
        if days > max_days:
            yield f"stopped for {days} days"


@long_stopped.risky_fix("the machine is gone, with the disks that are set to go with it")
def terminate(_: Instance) -> None:
    """Terminate the instance."""
