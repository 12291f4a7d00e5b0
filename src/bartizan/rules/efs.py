"""Checks of Amazon EFS."""

from __future__ import annotations

from bartizan.model import Problems, World, replace, rule
from bartizan.policy import PolicyDocument, parse_policy, reach
from bartizan.policy.https import with_https_only
from bartizan.policy.removal import without_statements
from bartizan.resources.backup import ProtectedResource
from bartizan.resources.ec2.network import Subnet
from bartizan.resources.efs import AccessPoint, FileSystem, MountTarget
from bartizan.rules.datatags import without_data_tag
from bartizan.rules.outsiders import shared_with_other_account, shared_with_other_organization

_ARN = "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-1"
_CLIENTS = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientRootAccess", "elasticfilesystem:ClientWrite"]
# A mount target is within a network, whose security groups decide who comes as far; AWS too calls a policy that asks
# for one not public: https://docs.aws.amazon.com/efs/latest/ug/access-control-block-public-access.html
_PAST_MOUNT_TARGETS: reach.Known = (("elasticfilesystem:accessedviamounttarget", ("false",)),)
_ANYONE = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": _CLIENTS}
_MOUNTED = {**_ANYONE, "Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}}
_OPEN = parse_policy({"Statement": _ANYONE})
_USUAL = parse_policy({"Version": "2012-10-17", "Statement": [_MOUNTED]})
_TLS_ONLY = with_https_only(_USUAL, "*", ["*"])
_OURS = FileSystem(arn=_ARN, account="111122223333", file_system_policy=_TLS_ONLY)
_UNSAVED = replace(_OURS, automatic_backups=False)


@rule("high", passes=[FileSystem()], fails=[FileSystem(encrypted=False)])
def unencrypted_file_system(system: FileSystem) -> Problems:
    """EFS file system is not encrypted.

    ## Why it matters
    Whoever reaches the storage layer or a disk of the service reads the files as they are.

    ## How to fix
    Make an encrypted file system and copy the files there, by DataSync or a restored backup.

    ## References
    - https://docs.aws.amazon.com/efs/latest/ug/encryption-at-rest.html
    """
    if not system.encrypted:
        yield "it is not encrypted"


@rule(
    "high",
    passes=[_OURS, replace(_OURS, file_system_policy=None)],
    fails=[replace(_OURS, file_system_policy=_OPEN)],
)
def public_file_system(system: FileSystem) -> Problems:
    """EFS file system policy lets anyone in.

    ## Why it matters
    Whatever has a way to the network, from other accounts too, mounts it and reads and changes the files.

    ## How to fix
    Name the roles that need it as principals, or add `elasticfilesystem:AccessedViaMountTarget` as a condition.

    ## References
    - https://docs.aws.amazon.com/efs/latest/ug/access-control-block-public-access.html
    """
    yield from reach.public(system.file_system_policy, system.arn, system.account, known=_PAST_MOUNT_TARGETS)


@public_file_system.risky_fix("clients that do not sign in by IAM are refused")
def close_file_system(system: FileSystem) -> FileSystem:
    """Remove the statements that let anyone in from the policy."""
    opening = reach.opening(system.file_system_policy, system.arn, system.account, known=_PAST_MOUNT_TARGETS)
    return replace(system, file_system_policy=without_statements(system.file_system_policy, opening))


@rule(
    "medium",
    passes=[_OURS],
    fails=[replace(_OURS, file_system_policy=_USUAL), replace(_OURS, file_system_policy=None)],
)
def plain_mounts(system: FileSystem) -> Problems:
    """EFS file system can be mounted without TLS.

    ## Why it matters
    Files can be read and changed on their way through the network.

    ## How to fix
    Deny in its policy what comes without `aws:SecureTransport`, and mount it with the option `tls`.

    ## References
    - https://docs.aws.amazon.com/efs/latest/ug/encryption-in-transit.html
    """
    if reach.over_plain_http(system.file_system_policy, system.arn, system.account, _CLIENTS):
        yield "its policy does not deny plain connections"


@plain_mounts.risky_fix("clients that mount it without TLS are refused")
def deny_plain_mounts(system: FileSystem) -> FileSystem:
    """Deny connections without TLS in the policy; whoever may mount it now still may."""
    policy: PolicyDocument | None = system.file_system_policy
    if reach.over_plain_http(policy, system.arn, system.account, _CLIENTS) is None:
        return system
    # Without a policy every client of a mount target gets in; with one, only those that it lets in.
    return replace(system, file_system_policy=with_https_only(policy or _USUAL, "*", ["*"]))


@rule(
    "medium",
    passes=[_OURS, (_UNSAVED, ProtectedResource(resource_arn=_ARN))],
    fails=[(_UNSAVED, ProtectedResource(resource_arn="arn:aws:elasticfilesystem:::other"))],
    reads=[ProtectedResource],
)
def no_backups(system: FileSystem, world: World) -> Problems:
    """EFS file system is not backed up.

    ## Why it matters
    After a faulty script or ransomware there is no state from before to go back to.

    ## How to fix
    Turn on automatic backups, or add it to a plan of AWS Backup.

    ## References
    - https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html
    """
    if not system.automatic_backups and not world.find(ProtectedResource, resource_arn=system.key):
        yield "automatic backups are off, and AWS Backup has none of it"


@no_backups.fix
def turn_on_backups(system: FileSystem) -> FileSystem:
    """Turn on automatic backups."""
    return replace(system, automatic_backups=True)


@rule("medium", passes=[AccessPoint()], fails=[AccessPoint(root_directory="/")])
def access_point_to_everything(point: AccessPoint) -> Problems:
    """EFS access point leads to the whole file system.

    ## Why it matters
    The application that uses it reaches the files of all others.

    ## How to fix
    Make an access point whose root directory is the application's own, and delete this one.

    ## References
    - https://docs.aws.amazon.com/efs/latest/ug/efs-access-points.html
    """
    if point.root_directory == "/":
        yield "its root directory is that of the file system"


@rule("medium", passes=[AccessPoint()], fails=[AccessPoint(posix_uid=None), AccessPoint(posix_uid=0)])
def access_point_without_user(point: AccessPoint) -> Problems:
    """EFS access point lets its clients say who they are, or makes them root.

    ## Why it matters
    Who is root on a client is root in the file system, and permissions of files mean nothing.

    ## How to fix
    Make an access point with a POSIX user other than 0, and delete this one.

    ## References
    - https://docs.aws.amazon.com/efs/latest/ug/enforce-identity-access-points.html
    """
    if point.posix_uid is None:
        yield "it enforces no user"
    elif point.posix_uid == 0:
        yield "its clients are root"


@rule(
    "medium",
    passes=[(MountTarget(), Subnet(subnet_id="subnet-1", map_public_ip_on_launch=False))],
    fails=[(MountTarget(), Subnet(subnet_id="subnet-1", map_public_ip_on_launch=True))],
    reads=[Subnet],
)
def mount_target_in_public_subnet(target: MountTarget, world: World) -> Problems:
    """EFS mount target is in a subnet whose machines get public addresses.

    ## Why it matters
    What is compromised first, machines on the internet, stands next to the files.

    ## How to fix
    Make mount targets in private subnets, and delete this one.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/efs-controls.html
    """
    for each in world.find(Subnet, near=target, subnet_id=target.subnet_id):
        if each.map_public_ip_on_launch:
            yield f"{each.subnet_id} gives public addresses to what starts in it"


file_system_without_data_tag = without_data_tag.of(FileSystem, "EFS file system")
file_system_shared_with_other_account = shared_with_other_account.of(FileSystem, "EFS file system")
file_system_shared_with_other_organization = shared_with_other_organization.of(FileSystem, "EFS file system")
