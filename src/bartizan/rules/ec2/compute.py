"""Checks of the machines of Amazon EC2."""

from __future__ import annotations

import datetime as dt

from bartizan.model import SAMPLE_TIME, Problems, replace, rule
from bartizan.resources.ec2.compute import Image, Instance, RegionSettings, Snapshot, Volume

_OLD_IMAGE = 730
_LONG_STOPPED = 90


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
def long_stopped(instance: Instance) -> Problems:
    """EC2 instance has been stopped for long.

    ## Why it matters
    It misses every patch and will start with old flaws; its disks hold data that nobody watches.

    ## How to fix
    Take an image if it may be needed again, and terminate it.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html
    """
    if instance.state == "stopped" and instance.stopped_at:
        days = instance.days_since(instance.stopped_at)
        if days > _LONG_STOPPED:
            yield f"stopped for {days} days"


@long_stopped.risky_fix("the machine and its temporary disks are gone")
def terminate(_: Instance) -> None:
    """Terminate the instance."""


@rule("medium", passes=[Volume(encrypted=True)], fails=[Volume(encrypted=False)])
def unencrypted_volume(volume: Volume) -> Problems:
    """EBS volume is not encrypted.

    ## Why it matters
    Its snapshots are not encrypted either, and can be shared with anyone without a key.

    ## How to fix
    Make an encrypted copy of a snapshot, replace the volume with one made from it, and turn on encryption by default.

    ## References
    - https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html
    """
    if not volume.encrypted:
        yield "the volume is not encrypted"


@rule("info", passes=[Volume(attachments=("i-1",))], fails=[Volume(attachments=())])
def unattached_volume(volume: Volume) -> Problems:
    """EBS volume is attached to nothing.

    ## Why it matters
    It holds data that nobody uses any more, and costs money.

    ## How to fix
    Keep a snapshot if it may be needed, and delete the volume.

    ## References
    - https://docs.aws.amazon.com/ebs/latest/userguide/ebs-deleting-volume.html
    """
    if not volume.attachments:
        yield "no instance uses it"


@rule("critical", passes=[Snapshot(public=False)], fails=[Snapshot(public=True)])
def public_snapshot(snapshot: Snapshot) -> Problems:
    """EBS snapshot is public.

    ## Why it matters
    Any AWS account can make a volume of it and read every file, deleted ones included.

    ## How to fix
    Make it private, treat what is on it as leaked, and block public snapshots for the account.

    ## References
    - https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
    """
    if snapshot.public:
        yield "every AWS account may copy it"


@public_snapshot.fix
def make_snapshot_private(snapshot: Snapshot) -> Snapshot:
    """Take the snapshot back from everyone."""
    return replace(snapshot, public=False)


@rule("low", passes=[Snapshot(encrypted=True)], fails=[Snapshot(encrypted=False)])
def unencrypted_snapshot(snapshot: Snapshot) -> Problems:
    """EBS snapshot is not encrypted.

    ## Why it matters
    It can be shared with anyone, by mistake or on purpose, without a key that could be withdrawn.

    ## How to fix
    Copy it with encryption and delete the original.

    ## References
    - https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html
    """
    if not snapshot.encrypted:
        yield "the snapshot is not encrypted"


@rule("critical", passes=[Image(public=False)], fails=[Image(public=True)])
def public_image(image: Image) -> Problems:
    """Machine image is public.

    ## Why it matters
    Any AWS account can start it and read everything on it: code, configuration, keys left behind.

    ## How to fix
    Make it private, and treat the secrets on it as leaked.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-intro.html
    """
    if image.public:
        yield "every AWS account may start it"


@public_image.risky_fix("other accounts that start the image cannot any more")
def make_image_private(image: Image) -> Image:
    """Take the image back from everyone."""
    return replace(image, public=False)


@rule(
    "info",
    passes=[Image(creation_date=_days_ago(100))],
    fails=[Image(creation_date=_days_ago(800))],
)
def old_image(image: Image) -> Problems:
    """Machine image is old.

    ## Why it matters
    What is started from it begins with years of unpatched flaws.

    ## How to fix
    Build a new image from an up-to-date base, and deregister this one.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html
    """
    days = image.days_since(image.creation_date)
    if days > _OLD_IMAGE:
        yield f"made {days} days ago"


@rule("low", passes=[Image(encrypted=True)], fails=[Image(encrypted=False)])
def unencrypted_image(image: Image) -> Problems:
    """Machine image is not encrypted.

    ## Why it matters
    Every volume started from it is unencrypted, unless each launch says otherwise.

    ## How to fix
    Copy the image with encryption, and deregister the original.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AMIEncryption.html
    """
    if not image.encrypted:
        yield "it holds an unencrypted snapshot"


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
