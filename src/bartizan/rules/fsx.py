"""Checks of Amazon FSx."""

from __future__ import annotations

from bartizan.model import Problems, World, replace, rule
from bartizan.resources.backup import ProtectedResource
from bartizan.resources.ec2.network import ALL_PROTOCOLS, Permission, SecurityGroup, is_wide
from bartizan.resources.ec2.routing import NetworkInterface
from bartizan.resources.fsx import FileSystem
from bartizan.resources.kms import Key

_ARN = "arn:aws:fsx:eu-west-1:111122223333:file-system/fs-1"
_KEY = "arn:aws:kms:eu-west-1:111122223333:key/1"
_OURS = FileSystem(arn=_ARN, account="111122223333", kms_key_id=_KEY, network_interfaces=("eni-1",))
_UNSAVED = replace(_OURS, backup_retention=0)
_LUSTRE = replace(_OURS, file_system_type="LUSTRE", deployment_type="PERSISTENT_2", audit_log=False)
_SCRATCH = replace(_LUSTRE, deployment_type="SCRATCH_2", kms_key_id=None, backup_retention=0)
_LINKED = replace(_LUSTRE, backup_retention=0, has_repository=True)
_ZFS = replace(_OURS, file_system_type="OPENZFS", copies_tags_to_volumes=True, audit_log=False)
_ONTAP = replace(_OURS, file_system_type="ONTAP", audit_log=False, copies_tags_to_backups=False)
_INTERFACE = NetworkInterface(account="111122223333", network_interface_id="eni-1", groups=("sg-1",))
_OPEN = SecurityGroup(account="111122223333", group_id="sg-1", ingress=(Permission("tcp", 445, 445, "0.0.0.0/0"),))
_CLOSED = SecurityGroup(account="111122223333", group_id="sg-1", ingress=(Permission("tcp", 445, 445, "10.0.0.0/8"),))


def _can_be_backed_up(system: FileSystem) -> bool:
    """Whether FSx can back it up: not what is scratch, nor what is a view of files in S3.

    Source: https://docs.aws.amazon.com/fsx/latest/LustreGuide/using-backups-fsx.html
    """
    return system.file_system_type != "LUSTRE" or not (
        system.deployment_type.startswith("SCRATCH") or system.has_repository
    )


@rule(
    "medium",
    passes=[_OURS, _SCRATCH, _LINKED, (_UNSAVED, ProtectedResource(resource_arn=_ARN))],
    fails=[(_UNSAVED, ProtectedResource(resource_arn="arn:aws:fsx:::other")), replace(_LINKED, has_repository=False)],
    reads=[ProtectedResource],
)
def no_backups(system: FileSystem, world: World) -> Problems:
    """FSx file system is not backed up.

    ## Why it matters
    After a faulty script or ransomware there is no state from before to go back to.

    ## How to fix
    Keep automatic backups, or add it to a plan of AWS Backup.

    ## References
    - https://docs.aws.amazon.com/fsx/latest/WindowsGuide/using-backups.html
    """
    if not _can_be_backed_up(system) or system.backup_retention:
        return
    if not world.find(ProtectedResource, resource_arn=system.key):
        yield "automatic backups are off, and AWS Backup has none of it"


@no_backups.fix
def back_up(system: FileSystem) -> FileSystem:
    """Keep automatic backups for 30 days."""
    return replace(system, backup_retention=system.backup_retention or 30)


@rule(
    "low",
    passes=[_OURS, _UNSAVED],
    fails=[replace(_OURS, backup_retention=1)],
)
def short_backups(system: FileSystem, *, min_days: int = 7) -> Problems:
    """FSx file system keeps its backups for too short a time.

    ## Why it matters
    Damage that is noticed after a weekend cannot be undone any more.

    ## How to fix
    Keep automatic backups for a week at least.

    ## Parameters
    - `min_days`: days for which automatic backups are kept at least.

    ## References
    - https://docs.aws.amazon.com/fsx/latest/WindowsGuide/using-backups.html
    """
    if 0 < system.backup_retention < min_days:
        yield f"automatic backups are kept for {system.backup_retention} days"


@short_backups.fix
def keep_backups(system: FileSystem, *, min_days: int = 7) -> FileSystem:
    """Keep automatic backups for longer."""
    return replace(system, backup_retention=max(system.backup_retention, min_days))


@rule(
    "low",
    passes=[_ZFS, _OURS],
    fails=[replace(_ZFS, copies_tags_to_backups=False), replace(_ZFS, copies_tags_to_volumes=False)],
)
def openzfs_tags_stay_behind(system: FileSystem) -> Problems:
    """FSx for OpenZFS file system does not hand its tags on to backups and volumes.

    ## Why it matters
    Whoever decides by tags who may read what, and what is kept how long, does not see its backups and volumes.

    ## How to fix
    Let it copy its tags to backups and volumes.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/fsx-controls.html
    """
    if system.file_system_type == "OPENZFS":
        if not system.copies_tags_to_backups:
            yield "its tags are not copied to backups"
        if not system.copies_tags_to_volumes:
            yield "its tags are not copied to volumes"


@openzfs_tags_stay_behind.fix
def hand_tags_on(system: FileSystem) -> FileSystem:
    """Copy its tags to backups and volumes."""
    return replace(system, copies_tags_to_backups=True, copies_tags_to_volumes=True)


@rule(
    "low",
    passes=[_OURS, _LUSTRE, replace(_SCRATCH, copies_tags_to_backups=False), _ONTAP, _ZFS],
    fails=[replace(_OURS, copies_tags_to_backups=False), replace(_LUSTRE, copies_tags_to_backups=False)],
)
def tags_stay_behind(system: FileSystem) -> Problems:
    """FSx file system does not hand its tags on to its backups.

    ## Why it matters
    Whoever decides by tags who may read what, and what is kept how long, does not see its backups.

    ## How to fix
    Make the file system anew from a backup with its tags copied; of one that exists that cannot be changed.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/fsx-controls.html
    """
    kinds = {"WINDOWS", "LUSTRE"}
    if system.file_system_type in kinds and _can_be_backed_up(system) and not system.copies_tags_to_backups:
        yield "its tags are not copied to backups"


@rule(
    "low",
    advice=True,
    passes=[_OURS, _LUSTRE, replace(_ONTAP, deployment_type="MULTI_AZ_2")],
    fails=[replace(_OURS, deployment_type="SINGLE_AZ_2"), replace(_ZFS, deployment_type="SINGLE_AZ_HA_2")],
)
def single_zone_file_system(system: FileSystem) -> Problems:
    """FSx file system is in one availability zone.

    ## Why it matters
    It is gone for as long as the zone is.

    ## How to fix
    Restore a backup to a new file system with a Multi-AZ deployment type, where its users cannot wait.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/fsx-controls.html
    """
    if system.file_system_type != "LUSTRE" and not system.deployment_type.startswith("MULTI_AZ"):
        yield f"its deployment type is {system.deployment_type}"


@rule("medium", passes=[_OURS, _LUSTRE, _ONTAP], fails=[replace(_OURS, audit_log=False)])
def no_audit_log(system: FileSystem) -> Problems:
    """FSx for Windows file system does not record who opens its files.

    ## Why it matters
    After an incident nobody can tell which files were read, changed or deleted, or by whom.

    ## How to fix
    Turn on the auditing of files and shares, to CloudWatch Logs or Firehose. It needs 32 MB/s of throughput.

    ## References
    - https://docs.aws.amazon.com/fsx/latest/WindowsGuide/file-access-auditing.html
    """
    if system.file_system_type == "WINDOWS" and not system.audit_log:
        yield "access to its files is not audited"


@no_audit_log.risky_fix("with less than 32 MB/s of throughput the change is refused; logs are paid for by their size")
def audit_access(system: FileSystem) -> FileSystem:
    """Audit access to files and shares, to CloudWatch Logs."""
    return replace(system, audit_log=True)


@rule(
    "low",
    advice=True,
    passes=[_OURS, replace(_LUSTRE, root_squash=True)],
    fails=[_LUSTRE],
)
def root_is_root(system: FileSystem) -> Problems:
    """Root squash: who is root on a client is root in the Lustre file system.

    ## Why it matters
    One machine that is taken over reads, changes and deletes the files of everyone.

    ## How to fix
    Set root squash to a user without rights, with exceptions for the machines that administer it.

    ## References
    - https://docs.aws.amazon.com/fsx/latest/LustreGuide/root-squash.html
    """
    if system.file_system_type == "LUSTRE" and not system.root_squash:
        yield "root on a client is root in it"


@root_is_root.risky_fix("jobs that run as root on their machines no longer reach the files of others")
def squash_root(system: FileSystem) -> FileSystem:
    """Take root on clients for the user and group 65534."""
    return replace(system, root_squash=True)


@rule("low", passes=[_SCRATCH, _OURS], fails=[replace(_SCRATCH, deployment_type="SCRATCH_1")])
def plain_traffic(system: FileSystem) -> Problems:
    """FSx for Lustre file system is of a kind that does not encrypt on the way.

    ## Why it matters
    Whoever gets into the network reads and changes the files on their way to the clients.

    ## How to fix
    Make a file system of the deployment type `SCRATCH_2` or `PERSISTENT_2` and load the files there.

    ## References
    - https://docs.aws.amazon.com/fsx/latest/LustreGuide/encryption-in-transit-fsxl.html
    """
    if system.deployment_type == "SCRATCH_1":
        yield "SCRATCH_1 has no encryption in transit"


@rule(
    "low",
    advice=True,
    passes=[(_OURS, Key(arn=_KEY, account="111122223333")), _SCRATCH],
    fails=[(_OURS, Key(arn=_KEY, account="111122223333", key_manager="AWS"))],
    reads=[Key],
)
def file_system_under_key_of_aws(system: FileSystem, world: World) -> Problems:
    """FSx file system is encrypted with a key that AWS manages.

    ## Why it matters
    The files are encrypted, but nobody can restrict the key's use, withdraw it or share a backup under it.

    ## How to fix
    Restore a backup to a new file system with a customer managed key where the data call for that control.

    ## References
    - https://docs.aws.amazon.com/fsx/latest/WindowsGuide/encryption-at-rest.html
    """
    if system.kms_key_id and any(
        each.key_manager == "AWS" for each in world.find(Key, near=system, arn=system.kms_key_id)
    ):
        yield f"{system.kms_key_id} is managed by AWS"


@rule(
    "medium",
    passes=[(_OURS, _INTERFACE, _CLOSED), (replace(_OURS, network_interfaces=()), _INTERFACE, _OPEN)],
    fails=[(_OURS, _INTERFACE, _OPEN)],
    reads=[NetworkInterface, SecurityGroup],
)
def open_to_every_network(system: FileSystem, world: World) -> Problems:
    """FSx file system lets every address reach it.

    ## Why it matters
    It has no public address, but every peered, transit and office network gets to its shares.

    ## How to fix
    Let its security group allow only the networks and groups of its clients.

    ## References
    - https://docs.aws.amazon.com/fsx/latest/WindowsGuide/limit-access-security-groups.html
    """
    groups = {
        name
        for each in system.network_interfaces
        for interface in world.find(NetworkInterface, near=system, network_interface_id=each)
        for name in interface.groups
    }
    for name in sorted(groups):
        for group in world.find(SecurityGroup, near=system, group_id=name):
            for each in group.ingress:
                if is_wide(each.peer) and each.protocol in {"tcp", "udp", ALL_PROTOCOLS}:
                    yield f"{name} lets {each.peer} in to {each.ports}"
