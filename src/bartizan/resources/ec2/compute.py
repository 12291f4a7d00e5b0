"""The machines of Amazon EC2: instances, volumes, snapshots, images, and a region's defaults for them."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import gzip
import re
from collections.abc import Iterable, Mapping
from typing import Any

from bartizan.model import Gap, Reason, Resource, Unknown, World, field, resource
from bartizan.model.resource import SAMPLE_TIME
from bartizan.resources.reading import Call, Detail, Item, Listing, Reader, Reply
from bartizan.resources.secrets import in_script
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in


@resource("AWS::EC2::Instance", name="instance_id")
class Instance(Resource):
    """An EC2 instance that has not been terminated."""

    instance_id: str = field("Its id.", default="i-1")
    state: str = field("pending, running, stopping or stopped.", default="running")
    public_ip: str | None = field("Its public IPv4 address.", default=None)
    http_tokens: str = field("required where the metadata service takes only IMDSv2.", default="required")
    http_put_response_hop_limit: int = field("How many hops a metadata token may travel.", default=1)
    http_endpoint: str = field("Whether the metadata service answers at all.", default="enabled")
    iam_instance_profile: str | None = field("The ARN of its instance profile.", default="arn:aws:iam::1:x")
    user_data_secrets: tuple[str, ...] = field("Secrets in its user data, as kind and line.", default=())
    stopped_at: dt.datetime | None = field("When its user stopped it.", default=None)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::EC2::Volume", name="volume_id")
class Volume(Resource):
    """An EBS volume."""

    volume_id: str = field("Its id.", default="vol-1")
    encrypted: bool = field("Whether it is encrypted.", default=True)
    attachments: tuple[str, ...] = field("The instances that it is attached to.", default=("i-1",))
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::EC2::Snapshot", name="snapshot_id")
class Snapshot(Resource):
    """An EBS snapshot of the account's own."""

    snapshot_id: str = field("Its id.", default="snap-1")
    encrypted: bool = field("Whether it is encrypted.", default=True)
    public: bool = field("Whether every AWS account may copy it.", default=False)
    shared_with: tuple[str, ...] = field("The accounts that may copy it, each by its number.", default=())
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::EC2::Image", name="image_id")
class Image(Resource):
    """A machine image (AMI) of the account's own."""

    image_id: str = field("Its id.", default="ami-1")
    public: bool = field("Whether every AWS account may start it.", default=False)
    shared_with: tuple[str, ...] = field(
        "Who may start it: accounts by number, organizations and their units by ARN.", default=()
    )
    creation_date: dt.datetime = field("When it was made.", default=SAMPLE_TIME)
    encrypted: bool = field("Whether all its snapshots are encrypted.", default=True)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::EC2::RegionSettings")
class RegionSettings(Resource):
    """What an account has chosen for EC2 in one region."""

    ebs_encryption_by_default: bool = field("Whether new volumes are encrypted.", default=True)
    snapshot_block_public_access: str = field("Which snapshots cannot be public.", default="block-all-sharing")
    image_block_public_access: str = field("Whether images can be made public.", default="block-new-sharing")
    default_http_tokens: str | None = field("The metadata version of new instances.", default="required")
    serial_console_access: bool = field("Whether instances can be reached by serial console.", default=False)


def region_choice(world: World, near: Resource, name: str) -> Any:
    """A field of the settings of the region of ``near``; ``None`` where nobody reads the settings.

    In code each setting stands apart. Raises ``Unknown`` where none there says it, or several say different things.
    """
    found: list[Any] = []
    missing: Unknown | None = None
    for each in world.all(RegionSettings, near=near):
        try:
            found.append(getattr(each, name))
        except Unknown as unread:
            missing = unread
    if missing is not None and not found:
        raise missing
    if any(each != found[0] for each in found):
        raise Unknown(f"RegionSettings.{name}", Gap(Reason.NOT_READ, detail="the code sets it for several regions"))
    return found[0] if found else None


_STOPPED = re.compile(r"\((\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}) GMT\)")


def _instances(reply: Reply) -> Iterable[Item]:
    for reservation in reply["Reservations"]:
        yield from (each for each in reservation["Instances"] if each["State"]["Name"] not in _GONE)


_GONE = frozenset({"terminated", "shutting-down"})


def _stopped_at(item: Item) -> dt.datetime | None:
    found = _STOPPED.search(item.get("StateTransitionReason") or "")
    if item["State"]["Name"] != "stopped" or not found:
        return None
    return dt.datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=dt.UTC)


def secrets_in_user_data(encoded: str) -> tuple[str, ...]:
    """The secrets in user data as the API gives it, in Base64 and perhaps compressed, each as kind and line."""
    try:
        raw = base64.b64decode(encoded)
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)[:1_000_000]
    except (binascii.Error, OSError, EOFError):
        raw = encoded.encode()
    return in_script(raw.decode("utf-8", errors="replace"))


INSTANCES = Reader(
    Instance,
    listing=Listing(
        Call("ec2:DescribeInstances"),
        items=_instances,
        params={"MaxResults": 1000},
        fields={
            "instance_id": lambda item: item["InstanceId"],
            "state": lambda item: item["State"]["Name"],
            "public_ip": lambda item: item.get("PublicIpAddress") or None,
            "http_tokens": lambda item: item["MetadataOptions"]["HttpTokens"],
            "http_put_response_hop_limit": lambda item: item["MetadataOptions"]["HttpPutResponseHopLimit"],
            "http_endpoint": lambda item: item["MetadataOptions"]["HttpEndpoint"],
            "iam_instance_profile": lambda item: (item.get("IamInstanceProfile") or {}).get("Arn"),
            "stopped_at": _stopped_at,
            "tags": lambda item: tags_in(item.get("Tags") or ()),
        },
    ),
    arn=lambda item, scope: scope.arn("ec2", f"instance/{item['InstanceId']}"),
    details=(
        Detail(
            Call("ec2:DescribeInstanceAttribute"),
            params=lambda item: {"InstanceId": item["InstanceId"], "Attribute": "userData"},
            fields={"user_data_secrets": lambda reply: secrets_in_user_data(reply["UserData"].get("Value") or "")},
        ),
    ),
)

VOLUMES = Reader(
    Volume,
    listing=Listing(
        Call("ec2:DescribeVolumes"),
        items="Volumes",
        params={"MaxResults": 500},
        fields={
            "volume_id": lambda item: item["VolumeId"],
            "encrypted": lambda item: item["Encrypted"],
            "attachments": lambda item: tuple(sorted(each["InstanceId"] for each in item["Attachments"])),
            "tags": lambda item: tags_in(item.get("Tags") or ()),
        },
    ),
    arn=lambda item, scope: scope.arn("ec2", f"volume/{item['VolumeId']}"),
)


def _accounts_in(reply: Reply) -> tuple[str, ...]:
    return tuple(sorted(each["UserId"] for each in reply["CreateVolumePermissions"] if each.get("UserId")))


def _launchers_in(reply: Reply) -> tuple[str, ...]:
    kinds = ("UserId", "OrganizationArn", "OrganizationalUnitArn")
    return tuple(sorted(each[kind] for each in reply["LaunchPermissions"] for kind in kinds if each.get(kind)))


_VOLUME_PERMISSION = Call("ec2:DescribeSnapshotAttribute")


def _volume_permission_of(item: Item) -> Mapping[str, Any]:
    return {"SnapshotId": item["SnapshotId"], "Attribute": "createVolumePermission"}


SNAPSHOTS = Reader(
    Snapshot,
    listing=Listing(
        Call("ec2:DescribeSnapshots"),
        items="Snapshots",
        params={"OwnerIds": ["self"], "MaxResults": 1000},
        fields={
            "snapshot_id": lambda item: item["SnapshotId"],
            "encrypted": lambda item: item["Encrypted"],
            "tags": lambda item: tags_in(item.get("Tags") or ()),
        },
    ),
    arn=lambda item, scope: scope.arn("ec2", f"snapshot/{item['SnapshotId']}", account=""),
    details=(
        Detail(
            _VOLUME_PERMISSION,
            params=_volume_permission_of,
            fields={
                "public": lambda reply: any(each.get("Group") == "all" for each in reply["CreateVolumePermissions"]),
                "shared_with": _accounts_in,
            },
        ),
    ),
)

IMAGES = Reader(
    Image,
    listing=Listing(
        Call("ec2:DescribeImages"),
        items="Images",
        params={"Owners": ["self"]},
        fields={
            "image_id": lambda item: item["ImageId"],
            "public": lambda item: item["Public"],
            "creation_date": lambda item: dt.datetime.fromisoformat(item["CreationDate"]),
            "encrypted": lambda item: all(
                each["Ebs"].get("Encrypted", False) for each in item["BlockDeviceMappings"] if "Ebs" in each
            ),
            "tags": lambda item: tags_in(item.get("Tags") or ()),
        },
    ),
    arn=lambda item, scope: scope.arn("ec2", f"image/{item['ImageId']}", account=""),
    details=(
        Detail(
            Call("ec2:DescribeImageAttribute"),
            params=lambda item: {"ImageId": item["ImageId"], "Attribute": "launchPermission"},
            fields={"shared_with": _launchers_in},
        ),
    ),
)

REGION_SETTINGS = Reader(
    RegionSettings,
    listing=Listing(
        Call("ec2:GetEbsEncryptionByDefault"),
        items=lambda reply: [reply],
        fields={"ebs_encryption_by_default": lambda item: item["EbsEncryptionByDefault"]},
    ),
    arn=lambda _, scope: scope.arn("ec2", "region-settings"),
    details=(
        Detail(
            Call("ec2:GetSnapshotBlockPublicAccessState"),
            params=lambda _: {},
            fields={"snapshot_block_public_access": lambda reply: reply["State"]},
        ),
        Detail(
            Call("ec2:GetImageBlockPublicAccessState"),
            params=lambda _: {},
            fields={"image_block_public_access": lambda reply: reply["ImageBlockPublicAccessState"]},
        ),
        Detail(
            Call("ec2:GetInstanceMetadataDefaults"),
            params=lambda _: {},
            # AWS sends no value where none was chosen.
            fields={"default_http_tokens": lambda reply: (reply.get("AccountLevel") or {}).get("HttpTokens")},
        ),
        Detail(
            Call("ec2:GetSerialConsoleAccessStatus"),
            params=lambda _: {},
            fields={"serial_console_access": lambda reply: reply["SerialConsoleAccessEnabled"]},
        ),
    ),
)
