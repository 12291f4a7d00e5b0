"""Databases, their clusters and snapshots: changing them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, Refused
from bartizan.resources.rds import DbCluster, DbClusterSnapshot, DbInstance, DbSnapshot
from bartizan.resources.reading import Call

_COMMON = {
    "backup_retention_period": "BackupRetentionPeriod",
    "iam_authentication": "EnableIAMDatabaseAuthentication",
    "deletion_protection": "DeletionProtection",
    "copy_tags_to_snapshot": "CopyTagsToSnapshot",
}
_OF_INSTANCE = {
    **_COMMON,
    "publicly_accessible": "PubliclyAccessible",
    "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
}

# The others are changed at once in any case:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.Settings.html
_WAIT = ("backup_retention_period", "iam_authentication")
_OURS = frozenset({"BackupRetentionPeriod", "IAMDatabaseAuthenticationEnabled"})


def _changed(edit: Edit, names: Mapping[str, str]) -> dict[str, Any]:
    """The settings that change, and that they change now rather than in the maintenance window.

    What else waits for the window would come along, restarts included, so then nothing is changed:
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.ApplyImmediately.html
    """
    given = {argument: getattr(edit.after, name) for name, argument in names.items() if edit.changes(name)}
    if not edit.changes(*_WAIT):
        return given
    if waiting := sorted(set(edit.now or ()) - _OURS):
        raise Refused(
            f"{', '.join(waiting)} of {edit.after.name} waits for the maintenance window, and would change as well; "
            "let that be made first, or take it back"
        )
    return {**given, "ApplyImmediately": True}


def _pending(items: str) -> Callable[[Any], Iterable[str]]:
    """The names of the changes that wait for the maintenance window."""
    return lambda reply: sorted(reply[items][0].get("PendingModifiedValues") or ())


def _instance(edit: Edit) -> Params:
    return {"DBInstanceIdentifier": edit.after.db_instance_identifier, **_changed(edit, _OF_INSTANCE)}


def _cluster(edit: Edit) -> Params:
    return {"DBClusterIdentifier": edit.after.db_cluster_identifier, **_changed(edit, _COMMON)}


INSTANCE = ApiWriter(
    DbInstance,
    puts=(
        Put(
            Call("rds:ModifyDBInstance"),
            _instance,
            tuple(_OF_INSTANCE),
            look=Look(
                Call("rds:DescribeDBInstances"),
                lambda instance: {"DBInstanceIdentifier": instance.db_instance_identifier},
                _pending("DBInstances"),
            ),
            busy=("InvalidDBInstanceState", "InvalidDBClusterStateFault"),
        ),
    ),
)

# DocumentDB and Neptune take these calls too, at the same address.
CLUSTER = ApiWriter(
    DbCluster,
    puts=(
        Put(
            Call("rds:ModifyDBCluster"),
            _cluster,
            tuple(_COMMON),
            look=Look(
                Call("rds:DescribeDBClusters"),
                lambda cluster: {"DBClusterIdentifier": cluster.db_cluster_identifier},
                _pending("DBClusters"),
            ),
            busy=("InvalidDBClusterStateFault", "InvalidDBInstanceState"),
        ),
    ),
)


def _sharing(argument: str, field: str) -> Callable[[Edit], Params]:
    """Whom a snapshot is shared with from now on, and not any more."""

    def params(edit: Edit) -> Params:
        was, will = set(edit.before.shared_with), set(edit.after.shared_with)
        changes = {"ValuesToAdd": sorted(will - was), "ValuesToRemove": sorted(was - will)}
        return {
            argument: getattr(edit.after, field),
            "AttributeName": "restore",
            **{name: values for name, values in changes.items() if values},
        }

    return params


SNAPSHOT = ApiWriter(
    DbSnapshot,
    puts=(
        Put(
            Call("rds:ModifyDBSnapshotAttribute"),
            _sharing("DBSnapshotIdentifier", "db_snapshot_identifier"),
            ("shared_with",),
            busy=("InvalidDBSnapshotState",),
        ),
    ),
)

CLUSTER_SNAPSHOT = ApiWriter(
    DbClusterSnapshot,
    puts=(
        Put(
            Call("rds:ModifyDBClusterSnapshotAttribute"),
            _sharing("DBClusterSnapshotIdentifier", "db_cluster_snapshot_identifier"),
            ("shared_with",),
            busy=("InvalidDBClusterSnapshotStateFault",),
        ),
    ),
)
