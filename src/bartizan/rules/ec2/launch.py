"""Checks of launch templates of Amazon EC2."""

from __future__ import annotations

from bartizan.model import Problems, World, replace, rule
from bartizan.resources.ec2.compute import RegionSettings, region_choice
from bartizan.resources.ec2.launch import LaunchTemplate


@rule(
    "high",
    passes=[
        LaunchTemplate(http_tokens="required"),
        LaunchTemplate(http_tokens="optional", http_endpoint="disabled"),
        (LaunchTemplate(http_tokens=None), RegionSettings(default_http_tokens="required")),
    ],
    fails=[
        (LaunchTemplate(http_tokens="optional"), RegionSettings(default_http_tokens="required")),
        (LaunchTemplate(http_tokens=None), RegionSettings(default_http_tokens=None)),
    ],
    reads=[RegionSettings],
)
def template_allows_imdsv1(template: LaunchTemplate, world: World) -> Problems:
    """Launch template starts instances that answer metadata requests without a token.

    ## Why it matters
    Every machine that is started from it hands its role's credentials to whoever can make it fetch an address.

    ## How to fix
    Make a new version that requires IMDSv2, and set it as the default.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html
    """
    if template.http_endpoint == "disabled" or template.http_tokens == "required":
        return
    if template.http_tokens:
        yield f"HttpTokens is {template.http_tokens}"
    elif region_choice(world, template, "default_http_tokens") != "required":
        yield "it leaves HttpTokens open, and the account's default does not require them"


@template_allows_imdsv1.risky_fix("software that only knows IMDSv1 gets no credentials on new machines")
def require_imdsv2_in_template(template: LaunchTemplate) -> LaunchTemplate:
    """Require IMDSv2 in a new default version."""
    return replace(template, http_tokens="required")


@rule("medium", passes=[LaunchTemplate(public_address=False)], fails=[LaunchTemplate(public_address=True)])
def template_gives_public_addresses(template: LaunchTemplate) -> Problems:
    """Launch template gives instances a public address.

    ## Why it matters
    Only the security groups stand between each new machine and the internet.

    ## How to fix
    Make a new version without `AssociatePublicIpAddress`, for private subnets behind a load balancer.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html
    """
    if template.public_address:
        yield "AssociatePublicIpAddress is on"


@template_gives_public_addresses.risky_fix("new machines that are reached by their public address are not any more")
def no_public_addresses_by_template(template: LaunchTemplate) -> LaunchTemplate:
    """Give no public addresses in a new default version."""
    return replace(template, public_address=False)


@rule(
    "medium",
    passes=[
        LaunchTemplate(plain_volumes=()),
        (LaunchTemplate(plain_volumes=("/dev/xvda",)), RegionSettings(ebs_encryption_by_default=True)),
    ],
    fails=[(LaunchTemplate(plain_volumes=("/dev/xvda",)), RegionSettings(ebs_encryption_by_default=False))],
    reads=[RegionSettings],
)
def template_with_plain_volumes(template: LaunchTemplate, world: World) -> Problems:
    """Launch template makes volumes that are not encrypted.

    ## Why it matters
    The disks of every machine that is started from it, and their snapshots, can be shared with anyone.

    ## How to fix
    Set `Encrypted` for each device in a new version, and turn on encryption by default in the region.

    ## References
    - https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
    """
    if template.plain_volumes and not region_choice(world, template, "ebs_encryption_by_default"):
        yield f"not encrypted: {', '.join(template.plain_volumes)}"


@template_with_plain_volumes.fix
def encrypt_volumes_of_template(template: LaunchTemplate) -> LaunchTemplate:
    """Encrypt the volumes in a new default version."""
    return replace(template, plain_volumes=())


@rule(
    "critical",
    passes=[LaunchTemplate(user_data_secrets=())],
    fails=[LaunchTemplate(user_data_secrets=("GitHub token in line 2",))],
)
def secret_in_template(template: LaunchTemplate) -> Problems:
    """Launch template has a secret in its user data.

    ## Why it matters
    Everybody who may describe launch templates reads it, and every process on the machines.

    ## How to fix
    Replace the secret by a new one, fetch that from Secrets Manager at start, and delete the versions that hold the
    old one.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
    """
    yield from template.user_data_secrets
