"""How the resources of Amazon RDS are read from AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bartizan.model import Resource
from bartizan.resources.rds.types import (
    DbCluster,
    DbClusterParameterGroup,
    DbClusterSnapshot,
    DbInstance,
    DbParameterGroup,
    DbSnapshot,
)
from bartizan.resources.reading import Call, Detail, Fields, Item, Listing, Reader, Reply
from bartizan.resources.tags import tags_in

_TLS = ("rds.force_ssl", "require_secure_transport", "tls")
_AUDIT = ("audit_logs", "neptune_enable_audit_log")
_OFF = frozenset({"", "0", "off", "disabled", "none", "false"})


def switched_on(parameters: Mapping[str, Any], names: Iterable[str]) -> bool:
    """Whether one of the named parameters has a value that turns it on."""
    return any(str(parameters.get(name) or "").lower() not in _OFF for name in names)


def forces_tls(parameters: Mapping[str, Any]) -> bool:
    """Whether parameters by name refuse connections without TLS.

    Sources: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html and
    https://docs.aws.amazon.com/documentdb/latest/developerguide/security.encryption.ssl.html
    """
    return switched_on(parameters, _TLS)


def audits(parameters: Mapping[str, Any]) -> bool:
    """Whether parameters by name have DocumentDB or Neptune write an audit log."""
    return switched_on(parameters, _AUDIT)


def _encrypted(item: Item, switch: str = "StorageEncrypted") -> bool:
    # Storage under a key that AWS owns (sse-rds) does not count as encrypted in the switch.
    return bool(item.get(switch) or item.get("StorageEncryptionType", "none") != "none")


_COMMON: Fields = {
    "engine": lambda item: item["Engine"],
    "storage_encrypted": _encrypted,
    "publicly_accessible": lambda item: bool(item.get("PubliclyAccessible")),
    "backup_retention_period": lambda item: item["BackupRetentionPeriod"],
    "multi_az": lambda item: bool(item.get("MultiAZ")),
    "iam_authentication": lambda item: bool(item.get("IAMDatabaseAuthenticationEnabled")),
    "deletion_protection": lambda item: bool(item.get("DeletionProtection")),
    "copy_tags_to_snapshot": lambda item: bool(item.get("CopyTagsToSnapshot")),
    "exported_logs": lambda item: tuple(sorted(item.get("EnabledCloudwatchLogsExports") or ())),
    "master_username": lambda item: item.get("MasterUsername", ""),
    "managed_password": lambda item: "MasterUserSecret" in item,
    "tags": lambda item: tags_in(item.get("TagList") or ()),
}


def _port(item: Item) -> int:
    # An instance that is being made has no endpoint yet, and the port 0.
    return int((item.get("Endpoint") or {}).get("Port") or item.get("DbInstancePort") or 0)


INSTANCES = Reader(
    DbInstance,
    listing=Listing(
        Call("rds:DescribeDBInstances"),
        items="DBInstances",
        params={"MaxRecords": 100},
        fields={
            **_COMMON,
            "db_instance_identifier": lambda item: item["DBInstanceIdentifier"],
            "db_cluster_identifier": lambda item: item.get("DBClusterIdentifier"),
            "source_db_instance": lambda item: (
                item.get("ReadReplicaSourceDBInstanceIdentifier") or item.get("ReadReplicaSourceDBClusterIdentifier")
            ),
            "security_groups": lambda item: tuple(
                sorted(each["VpcSecurityGroupId"] for each in item["VpcSecurityGroups"])
            ),
            "port": _port,
            "auto_minor_version_upgrade": lambda item: bool(item["AutoMinorVersionUpgrade"]),
            "certificate_valid_till": lambda item: (item.get("CertificateDetails") or {}).get("ValidTill"),
            "parameter_group": lambda item: next(
                (each["DBParameterGroupName"] for each in item.get("DBParameterGroups") or ()), ""
            ),
        },
    ),
    arn=lambda item, _: item["DBInstanceArn"],
)

CLUSTERS = Reader(
    DbCluster,
    listing=Listing(
        Call("rds:DescribeDBClusters"),
        items="DBClusters",
        params={"MaxRecords": 100},
        fields={
            **_COMMON,
            "db_cluster_identifier": lambda item: item["DBClusterIdentifier"],
            "port": lambda item: int(item.get("Port") or 0),
            "parameter_group": lambda item: item.get("DBClusterParameterGroup", ""),
        },
    ),
    arn=lambda item, _: item["DBClusterArn"],
)


def _parameters(change: Callable[[Mapping[str, Any]], bool]) -> Callable[[Reply], bool]:
    return lambda reply: change({each["ParameterName"]: each.get("ParameterValue") for each in reply["Parameters"]})


def _only(names: Iterable[str]) -> list[Mapping[str, Any]]:
    return [{"Name": "parameter-name", "Values": list(names)}]


PARAMETER_GROUPS = Reader(
    DbParameterGroup,
    listing=Listing(
        Call("rds:DescribeDBParameterGroups"),
        items="DBParameterGroups",
        params={"MaxRecords": 100},
        fields={
            "parameter_group_name": lambda item: item["DBParameterGroupName"],
            "family": lambda item: item["DBParameterGroupFamily"],
        },
    ),
    arn=lambda item, _: item["DBParameterGroupArn"],
    details=(
        Detail(
            Call("rds:DescribeDBParameters"),
            params=lambda item: {"DBParameterGroupName": item["DBParameterGroupName"], "Filters": _only(_TLS)},
            fields={"forces_tls": _parameters(forces_tls)},
            whole="Parameters",
        ),
    ),
)

CLUSTER_PARAMETER_GROUPS = Reader(
    DbClusterParameterGroup,
    listing=Listing(
        Call("rds:DescribeDBClusterParameterGroups"),
        items="DBClusterParameterGroups",
        params={"MaxRecords": 100},
        fields={
            "parameter_group_name": lambda item: item["DBClusterParameterGroupName"],
            "family": lambda item: item["DBParameterGroupFamily"],
        },
    ),
    arn=lambda item, _: item["DBClusterParameterGroupArn"],
    details=(
        Detail(
            Call("rds:DescribeDBClusterParameters"),
            params=lambda item: {
                "DBClusterParameterGroupName": item["DBClusterParameterGroupName"],
                "Filters": _only((*_TLS, *_AUDIT)),
            },
            fields={"forces_tls": _parameters(forces_tls), "audits": _parameters(audits)},
            whole="Parameters",
        ),
    ),
)


def _shared(attributes: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(
        sorted(v for each in attributes if each["AttributeName"] == "restore" for v in each["AttributeValues"])
    )


def _is_manual(snapshot: Any) -> bool:
    return bool(snapshot.snapshot_type == "manual")


def _snapshots(kind: type[Resource], prefix: str, identifier: str, switch: str, extra: Fields) -> Reader:
    """``prefix`` is what the API calls them, ``switch`` where their encryption stands."""
    return Reader(
        kind,
        listing=Listing(
            Call(f"rds:Describe{prefix}s"),
            items=f"{prefix}s",
            params={"MaxRecords": 100},
            fields={
                identifier: lambda item: item[f"{prefix}Identifier"],
                "snapshot_type": lambda item: item["SnapshotType"],
                "encrypted": lambda item: _encrypted(item, switch),
                "tags": lambda item: tags_in(item.get("TagList") or ()),
                **extra,
            },
        ),
        arn=lambda item, _: item[f"{prefix}Arn"],
        details=(
            Detail(
                Call(f"rds:Describe{prefix}Attributes"),
                params=lambda item: {f"{prefix}Identifier": item[f"{prefix}Identifier"]},
                # Only manual snapshots can be shared:
                # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html
                when=_is_manual,
                otherwise={"shared_with": ()},
                fields={
                    "shared_with": lambda reply: _shared(reply[f"{prefix}AttributesResult"][f"{prefix}Attributes"])
                },
            ),
        ),
    )


SNAPSHOTS = _snapshots(DbSnapshot, "DBSnapshot", "db_snapshot_identifier", "Encrypted", {})
CLUSTER_SNAPSHOTS = _snapshots(
    DbClusterSnapshot,
    "DBClusterSnapshot",
    "db_cluster_snapshot_identifier",
    "StorageEncrypted",
    {"engine": lambda item: item["Engine"]},
)
