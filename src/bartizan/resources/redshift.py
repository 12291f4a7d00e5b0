"""Amazon Redshift: provisioned clusters and their parameter groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bartizan.model import Gap, Reason, Resource, Unknown, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags


@resource("AWS::Redshift::Cluster", name="cluster_identifier")
class Cluster(Resource):
    """A Redshift cluster."""

    cluster_identifier: str = field("Its name.", default="reports")
    encrypted: bool = field("Whether it is encrypted.", default=True)
    publicly_accessible: bool = field("Whether it has an address on the internet.", default=False)
    security_groups: tuple[str, ...] = field("The ids of its security groups.", default=("sg-1",))
    port: int = field("The port that it listens on.", default=5439)
    enhanced_vpc_routing: bool = field("Whether it copies data by way of the VPC only.", default=True)
    allow_version_upgrade: bool = field("Whether it takes upgrades in its maintenance window.", default=True)
    snapshot_retention: int = field("For how many days its automated snapshots are kept.", default=7)
    master_username: str = field("The administrator of the database.", default="keeper")
    parameter_group: str = field("The name of its parameter group.", default="reports")
    audit_logging: bool = field("Whether it writes an audit log.", default=True)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::Redshift::ClusterParameterGroup", name="parameter_group_name")
class ClusterParameterGroup(Resource):
    """The settings that Redshift clusters share."""

    parameter_group_name: str = field("Its name.", default="reports")
    require_ssl: bool = field("Whether the database refuses connections without TLS.", default=True)
    user_activity_logging: bool = field("Whether the audit log holds each query.", default=True)


CLUSTERS = Reader(
    Cluster,
    listing=Listing(
        Call("redshift:DescribeClusters"),
        items="Clusters",
        params={"MaxRecords": 100},
        fields={
            "cluster_identifier": lambda item: item["ClusterIdentifier"],
            "encrypted": lambda item: bool(item.get("Encrypted")),
            "publicly_accessible": lambda item: bool(item.get("PubliclyAccessible")),
            "security_groups": lambda item: tuple(
                sorted(each["VpcSecurityGroupId"] for each in item.get("VpcSecurityGroups") or ())
            ),
            # A cluster that is being made has no endpoint yet.
            "port": lambda item: int((item.get("Endpoint") or {}).get("Port") or 0),
            "enhanced_vpc_routing": lambda item: bool(item.get("EnhancedVpcRouting")),
            "allow_version_upgrade": lambda item: bool(item.get("AllowVersionUpgrade")),
            "snapshot_retention": lambda item: item["AutomatedSnapshotRetentionPeriod"],
            "master_username": lambda item: item["MasterUsername"],
            "parameter_group": lambda item: item["ClusterParameterGroups"][0]["ParameterGroupName"],
            "tags": lambda item: tags_in(item.get("Tags") or ()),
        },
    ),
    arn=lambda item, scope: scope.arn("redshift", f"cluster:{item['ClusterIdentifier']}"),
    details=(
        Detail(
            Call("redshift:DescribeLoggingStatus"),
            params=lambda item: {"ClusterIdentifier": item["ClusterIdentifier"]},
            fields={"audit_logging": lambda reply: bool(reply["LoggingEnabled"])},
        ),
    ),
)


def _on(parameters: Iterable[Mapping[str, Any]], name: str, key: str, value: str) -> bool:
    return any(each[key] == name and str(each.get(value)).lower() in {"true", "1"} for each in parameters)


def _live(name: str) -> Any:
    return lambda reply: _on(reply["Parameters"], name, "ParameterName", "ParameterValue")


PARAMETER_GROUPS = Reader(
    ClusterParameterGroup,
    listing=Listing(
        Call("redshift:DescribeClusterParameterGroups"),
        items="ParameterGroups",
        params={"MaxRecords": 100},
        fields={"parameter_group_name": lambda item: item["ParameterGroupName"]},
    ),
    arn=lambda item, scope: scope.arn("redshift", f"parametergroup:{item['ParameterGroupName']}"),
    details=(
        Detail(
            Call("redshift:DescribeClusterParameters"),
            params=lambda item: {"ParameterGroupName": item["ParameterGroupName"]},
            fields={
                "require_ssl": _live("require_ssl"),
                "user_activity_logging": _live("enable_user_activity_logging"),
            },
            whole="Parameters",
        ),
    ),
)


def _encrypted(block: Block, name: str) -> bool:
    if name not in block:
        # AWS began to encrypt new clusters by itself, so what it makes of silence varies with the provider's version.
        raise Unknown(f"{block.what}.{name}", Gap(Reason.COMPUTED, detail="the code does not say it"))
    return str(block[name]).lower() == "true"


def _tf_logging(block: Block) -> bool:
    inline = block.get("logging")
    return bool(inline and inline[0].get("enable", False)) or block.part("aws_redshift_logging") is not None


TERRAFORM_CLUSTER = CodeReader(
    "aws_redshift_cluster",
    Cluster,
    parts={"aws_redshift_logging": "cluster_identifier"},
    defaulted={
        "aws_redshift_cluster": ("enhanced_vpc_routing", "logging", "tags_all"),
    },
    fields={
        "cluster_identifier": lambda block: block["cluster_identifier"],
        "encrypted": lambda block: _encrypted(block, "encrypted"),
        "publicly_accessible": lambda block: block["publicly_accessible"],
        "security_groups": lambda block: tuple(sorted(block.get("vpc_security_group_ids", ()))),
        "port": lambda block: int(block.get("port", 5439)),
        "enhanced_vpc_routing": lambda block: bool(block.get("enhanced_vpc_routing", False)),
        "allow_version_upgrade": lambda block: block.get("allow_version_upgrade", True),
        "snapshot_retention": lambda block: int(block.get("automated_snapshot_retention_period", 1)),
        "master_username": lambda block: block["master_username"],
        "parameter_group": lambda block: block["cluster_parameter_group_name"],
        "audit_logging": _tf_logging,
        "tags": terraform_tags,
    },
)

TERRAFORM_GROUP = CodeReader(
    "aws_redshift_parameter_group",
    ClusterParameterGroup,
    fields={
        "parameter_group_name": lambda block: block["name"],
        "require_ssl": lambda block: _on(block.get("parameter", ()), "require_ssl", "name", "value"),
        "user_activity_logging": lambda block: _on(
            block.get("parameter", ()), "enable_user_activity_logging", "name", "value"
        ),
    },
)

CLOUDFORMATION_CLUSTER = CodeReader(
    "AWS::Redshift::Cluster",
    Cluster,
    fields={
        "cluster_identifier": lambda block: block["ClusterIdentifier"],
        "encrypted": lambda block: _encrypted(block, "Encrypted"),
        "publicly_accessible": lambda block: block.get("PubliclyAccessible", False),
        "security_groups": lambda block: tuple(sorted(block.get("VpcSecurityGroupIds", ()))),
        "port": lambda block: int(block.get("Port", 5439)),
        "enhanced_vpc_routing": lambda block: block.get("EnhancedVpcRouting", False),
        "allow_version_upgrade": lambda block: block.get("AllowVersionUpgrade", True),
        "snapshot_retention": lambda block: int(block.get("AutomatedSnapshotRetentionPeriod", 1)),
        "master_username": lambda block: block["MasterUsername"],
        "parameter_group": lambda block: block["ClusterParameterGroupName"],
        "audit_logging": lambda block: "LoggingProperties" in block,
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)

CLOUDFORMATION_GROUP = CodeReader(
    "AWS::Redshift::ClusterParameterGroup",
    ClusterParameterGroup,
    fields={
        "parameter_group_name": lambda block: block["ParameterGroupName"],
        "require_ssl": lambda block: _on(block.get("Parameters", ()), "require_ssl", "ParameterName", "ParameterValue"),
        "user_activity_logging": lambda block: _on(
            block.get("Parameters", ()), "enable_user_activity_logging", "ParameterName", "ParameterValue"
        ),
    },
)
