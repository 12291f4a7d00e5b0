"""Snapshots and images: changing who may use them."""

from __future__ import annotations

from bartizan.resources.applying import ApiWriter, Put
from bartizan.resources.ec2.compute import Image, Snapshot
from bartizan.resources.reading import Call

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
