"""Checks of what an account has chosen for Amazon EC2 in a region."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.ec2.compute import RegionSettings


@rule(
    "medium",
    passes=[RegionSettings(ebs_encryption_by_default=True)],
    fails=[RegionSettings(ebs_encryption_by_default=False)],
)
def no_ebs_encryption_by_default(settings: RegionSettings) -> Problems:
    """New EBS volumes are not encrypted by default.

    ## Why it matters
    Each volume is as safe as the memory of whoever makes it.

    ## How to fix
    Turn on EBS encryption by default in every region; it changes nothing for volumes that exist.

    ## References
    - https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
    """
    if not settings.ebs_encryption_by_default:
        yield "EBS encryption by default is off"


@no_ebs_encryption_by_default.fix
def encrypt_by_default(settings: RegionSettings) -> RegionSettings:
    """Turn on EBS encryption by default."""
    return replace(settings, ebs_encryption_by_default=True)


@rule(
    "medium",
    passes=[RegionSettings(snapshot_block_public_access="block-all-sharing")],
    fails=[
        RegionSettings(snapshot_block_public_access="unblocked"),
        RegionSettings(snapshot_block_public_access="block-new-sharing"),
    ],
)
def public_snapshots_possible(settings: RegionSettings) -> Problems:
    """EBS snapshots can be public in this region.

    ## Why it matters
    One call publishes a whole disk.

    ## How to fix
    Set the block of public access for snapshots to `block-all-sharing`.

    ## References
    - https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html
    """
    if settings.snapshot_block_public_access != "block-all-sharing":
        yield f"the state is {settings.snapshot_block_public_access}"


@public_snapshots_possible.risky_fix("snapshots that are public now cannot be reached by others any more")
def block_public_snapshots(settings: RegionSettings) -> RegionSettings:
    """Block all public sharing of snapshots."""
    return replace(settings, snapshot_block_public_access="block-all-sharing")


@rule(
    "medium",
    passes=[RegionSettings(image_block_public_access="block-new-sharing")],
    fails=[RegionSettings(image_block_public_access="unblocked")],
)
def public_images_possible(settings: RegionSettings) -> Problems:
    """Machine images can be made public in this region.

    ## Why it matters
    One call publishes a whole machine.

    ## How to fix
    Turn on the block of public access for images.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-public-access-to-amis.html
    """
    if settings.image_block_public_access == "unblocked":
        yield "images can be shared with everyone"


@public_images_possible.fix
def block_public_images(settings: RegionSettings) -> RegionSettings:
    """Block new public sharing of images."""
    return replace(settings, image_block_public_access="block-new-sharing")


@rule(
    "medium",
    passes=[RegionSettings(default_http_tokens="required")],
    fails=[RegionSettings(default_http_tokens=None), RegionSettings(default_http_tokens="optional")],
)
def imdsv2_not_default(settings: RegionSettings) -> Problems:
    """New instances do not require IMDSv2 by default.

    ## Why it matters
    A launch that says nothing about it may start a machine that gives its credentials to any request.

    ## How to fix
    Set the account's default for `HttpTokens` to `required` in every region.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html
    """
    if settings.default_http_tokens != "required":
        yield f"the default is {settings.default_http_tokens or 'not set'}"


@imdsv2_not_default.risky_fix("new machines whose software only knows IMDSv1 get no credentials")
def imdsv2_by_default(settings: RegionSettings) -> RegionSettings:
    """Require IMDSv2 for new instances."""
    return replace(settings, default_http_tokens="required")


@rule(
    "low",
    passes=[RegionSettings(serial_console_access=False)],
    fails=[RegionSettings(serial_console_access=True)],
)
def serial_console_enabled(settings: RegionSettings) -> Problems:
    """Serial console access is on in this region.

    ## Why it matters
    It goes past every security group, and a machine's password is all that stands in the way.

    ## How to fix
    Turn it off, and on again only while a machine is being rescued.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configure-access-to-serial-console.html
    """
    if settings.serial_console_access:
        yield "serial console access is on"


@serial_console_enabled.fix
def disable_serial_console(settings: RegionSettings) -> RegionSettings:
    """Turn serial console access off."""
    return replace(settings, serial_console_access=False)
