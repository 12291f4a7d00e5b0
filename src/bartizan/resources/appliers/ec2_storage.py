"""Snapshots and images: changing who may use them."""

from __future__ import annotations

from bartizan.resources.applying import ApiWriter, Edit, Params, Put
from bartizan.resources.ec2.compute import Image, Snapshot
from bartizan.resources.reading import Call


def _accounts(edit: Edit) -> list[Params]:
    was, will = set(edit.before.shared_with), set(edit.after.shared_with)
    changes = (("remove", sorted(was - will)), ("add", sorted(will - was)))
    same = {"SnapshotId": edit.after.snapshot_id, "Attribute": "createVolumePermission"}
    return [{**same, "OperationType": kind, "UserIds": accounts} for kind, accounts in changes if accounts]


SNAPSHOT = ApiWriter(
    Snapshot,
    puts=(
        Put(
            Call("ec2:ModifySnapshotAttribute"),
            # Only everyone is added or removed: accounts that it is shared with by name keep it.
            lambda edit: {
                "SnapshotId": edit.after.snapshot_id,
                "Attribute": "createVolumePermission",
                "OperationType": "add" if edit.after.public else "remove",
                "GroupNames": ["all"],
            },
            ("public",),
        ),
        Put(Call("ec2:ModifySnapshotAttribute"), _accounts, ("shared_with",)),
    ),
)

IMAGE = ApiWriter(
    Image,
    puts=(
        Put(
            Call("ec2:ModifyImageAttribute"),
            lambda edit: {
                "ImageId": edit.after.image_id,
                "LaunchPermission": {"Add" if edit.after.public else "Remove": [{"Group": "all"}]},
            },
            ("public",),
        ),
    ),
)
