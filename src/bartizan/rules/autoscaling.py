"""Checks of Amazon EC2 Auto Scaling. A launch configuration never changes: it is replaced, so these have no fixes."""

from __future__ import annotations

from bartizan.model import Problems, World, replace, rule
from bartizan.resources.autoscaling import AutoScalingGroup, LaunchConfiguration, health_checks
from bartizan.resources.ec2.compute import RegionSettings, region_choice

_WEB = LaunchConfiguration(launch_configuration_name="web")
_GROUP = AutoScalingGroup(auto_scaling_group_name="web")
_STRICT = RegionSettings(default_http_tokens="required")
_CHECKS_REQUESTS = frozenset({"ELB", "VPC_LATTICE"})


@rule(
    "high",
    passes=[
        _WEB,
        replace(_WEB, http_tokens="optional", http_endpoint="disabled"),
        (replace(_WEB, http_tokens=None), _STRICT),
    ],
    fails=[
        (replace(_WEB, http_tokens="optional"), _STRICT),
        (replace(_WEB, http_tokens=None), RegionSettings(default_http_tokens=None)),
    ],
    reads=[RegionSettings],
)
def imdsv1_allowed(configuration: LaunchConfiguration, world: World) -> Problems:
    """Launch configuration starts instances that answer metadata requests without a token.

    ## Why it matters
    Every machine that is started from it hands its role's credentials to whoever can make it fetch an address.

    ## How to fix
    Make a launch template that requires IMDSv2, and let the Auto Scaling group use it.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/autoscaling-controls.html#autoscaling-3
    """
    if configuration.http_endpoint == "disabled" or configuration.http_tokens == "required":
        return
    if configuration.http_tokens:
        yield f"HttpTokens is {configuration.http_tokens}"
    elif region_choice(world, configuration, "default_http_tokens") != "required":
        yield "it leaves HttpTokens open, and the account's default does not require them"


@rule(
    "low",
    passes=[_WEB, replace(_WEB, http_put_response_hop_limit=2, http_endpoint="disabled")],
    fails=[replace(_WEB, http_put_response_hop_limit=2)],
)
def metadata_reaches_containers(configuration: LaunchConfiguration) -> Problems:
    """Launch configuration lets metadata tokens travel several hops.

    ## Why it matters
    Containers and proxies on the machines can fetch their role's credentials.

    ## How to fix
    Make a launch template with a hop limit of 1, unless containers on the machines need their role.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/autoscaling-controls.html#autoscaling-4
    """
    if configuration.http_put_response_hop_limit > 1 and configuration.http_endpoint != "disabled":
        yield f"the hop limit is {configuration.http_put_response_hop_limit}"


@rule(
    "medium",
    passes=[_WEB, replace(_WEB, associate_public_ip_address=False)],
    fails=[replace(_WEB, associate_public_ip_address=True)],
)
def gives_public_addresses(configuration: LaunchConfiguration) -> Problems:
    """Launch configuration gives instances a public address.

    ## Why it matters
    Only the security groups stand between each new machine and the internet.

    ## How to fix
    Make a launch template without `AssociatePublicIpAddress`, for private subnets behind a load balancer.

    ## References
    - https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-in-vpc.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/autoscaling-controls.html#autoscaling-5
    """
    if configuration.associate_public_ip_address:
        yield "AssociatePublicIpAddress is on"


@rule(
    "medium",
    passes=[
        _WEB,
        (replace(_WEB, plain_volumes=("/dev/sdb",)), RegionSettings(ebs_encryption_by_default=True)),
    ],
    fails=[(replace(_WEB, plain_volumes=("/dev/sdb",)), RegionSettings(ebs_encryption_by_default=False))],
    reads=[RegionSettings],
)
def unencrypted_volumes(configuration: LaunchConfiguration, world: World) -> Problems:
    """Launch configuration makes volumes that are not encrypted.

    ## Why it matters
    The disks of every machine that is started from it, and their snapshots, can be shared with anyone.

    ## How to fix
    Turn on encryption by default in the Region, and set `Encrypted` for each device in a launch template.

    ## References
    - https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
    """
    if configuration.plain_volumes and not region_choice(world, configuration, "ebs_encryption_by_default"):
        yield f"not encrypted: {', '.join(configuration.plain_volumes)}"


@rule("critical", passes=[_WEB], fails=[replace(_WEB, user_data_secrets=("GitHub token in line 2",))])
def secret_in_user_data(configuration: LaunchConfiguration) -> Problems:
    """Launch configuration has a secret in its user data.

    ## Why it matters
    Everybody who may describe launch configurations reads it, and every process on the machines.

    ## How to fix
    Replace the secret by a new one, fetch that from Secrets Manager at start, and delete the launch configuration.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
    """
    yield from configuration.user_data_secrets


@rule("low", passes=[_GROUP], fails=[replace(_GROUP, by_launch_configuration=True)])
def no_launch_template(group: AutoScalingGroup) -> Problems:
    """Auto Scaling group starts instances from a launch configuration.

    ## Why it matters
    A launch configuration has no versions, so that nobody sees what was changed, and AWS adds nothing new to it.

    ## How to fix
    Copy the launch configuration to a launch template, and let the group use it.

    ## References
    - https://docs.aws.amazon.com/autoscaling/ec2/userguide/migrate-to-launch-templates.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/autoscaling-controls.html#autoscaling-9
    """
    if group.by_launch_configuration:
        yield "it uses a launch configuration"


@rule(
    "low",
    passes=[
        _GROUP,
        replace(_GROUP, load_balanced=True, health_check_type="EBS,ELB"),
        replace(_GROUP, load_balanced=True, health_check_type="VPC_LATTICE"),
    ],
    fails=[replace(_GROUP, load_balanced=True), replace(_GROUP, load_balanced=True, health_check_type="EBS")],
)
def broken_instances_stay(group: AutoScalingGroup) -> Problems:
    """Auto Scaling group keeps instances that its load balancer finds broken.

    ## Why it matters
    A machine that runs but does not answer gets no requests any more, and is never replaced: the others take the load
    until they break too.

    ## How to fix
    Turn on the load balancer's health checks for the group, with a grace period in which its machines can start.

    ## References
    - https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-add-elb-healthcheck.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/autoscaling-controls.html#autoscaling-1
    """
    if group.load_balanced and not _CHECKS_REQUESTS & set(group.health_check_type.split(",")):
        yield f"it replaces instances by checks of {group.health_check_type} only"


@broken_instances_stay.risky_fix("instances that fail the load balancer's check are replaced")
def ask_the_load_balancer(group: AutoScalingGroup) -> AutoScalingGroup:
    """Replace instances that the load balancer finds broken."""
    if not group.load_balanced or _CHECKS_REQUESTS & set(group.health_check_type.split(",")):
        return group
    return replace(group, health_check_type=health_checks(f"{group.health_check_type},ELB"))


@rule("medium", passes=[_GROUP], fails=[replace(_GROUP, availability_zones=("eu-west-1a",))])
def single_zone_group(group: AutoScalingGroup) -> Problems:
    """Auto Scaling group is in one Availability Zone.

    ## Why it matters
    When that zone fails, all its machines do, and new ones cannot be started elsewhere.

    ## How to fix
    Give the group subnets in at least two zones.

    ## References
    - https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/autoscaling-controls.html#autoscaling-2
    """
    if len(group.availability_zones) < 2:
        yield f"all its instances are in {', '.join(group.availability_zones) or 'no zone'}"


@rule("info", advice=True, passes=[_GROUP], fails=[replace(_GROUP, several_types=False)])
def one_instance_type(group: AutoScalingGroup) -> Problems:
    """One type of instance is all that an Auto Scaling group can start.

    ## Why it matters
    Where a zone has no more of that type, the group does not grow, just when others need more machines too.

    ## How to fix
    Consider a mixed instances policy with several types, or with the properties that a machine must have.

    ## References
    - https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-mixed-instances-groups.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/autoscaling-controls.html#autoscaling-6
    """
    if not group.several_types:
        yield "it names one type"
