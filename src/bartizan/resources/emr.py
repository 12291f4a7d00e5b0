"""Amazon EMR: clusters, their security configurations, and what an account has chosen for a region."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from bartizan.model import Gap, Reason, Resource, Unknown, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Fields, Item, Listing, Reader, Reply
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags


@resource("AWS::EMR::BlockPublicAccessConfiguration")
class BlockPublicAccess(Resource):
    """Whether EMR starts clusters in one region whose security groups let everybody in."""

    block_public_security_group_rules: bool = field("Whether it refuses to.", default=True)
    permitted_ports: tuple[tuple[int, int], ...] = field(
        "The ports, first and last, that may be open to everybody all the same.", default=((22, 22),)
    )


@resource("AWS::EMR::Cluster", name="cluster_name")
class Cluster(Resource):
    """An EMR cluster that runs, or is about to."""

    cluster_name: str = field("Its name, which others may have too.", default="reports")
    public_addresses: tuple[str, ...] = field("The public addresses of its nodes.", default=())
    security_groups: tuple[str, ...] = field("The ids of the security groups of its nodes.", default=("sg-1",))
    security_configuration: str | None = field("The name of its security configuration.", default="strict")
    log_uri: str | None = field("Where its logs go in S3.", default="s3://logs/emr/")
    auto_terminate: bool = field("Whether it ends with its last step.", default=False)
    termination_protected: bool = field("Whether nobody can end it by one call.", default=True)
    kerberos: bool = field("Whether its users and services prove who they are by Kerberos.", default=True)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::EMR::SecurityConfiguration", name="security_configuration_name")
class SecurityConfiguration(Resource):
    """What clusters that name it do to protect their data."""

    security_configuration_name: str = field("Its name.", default="strict")
    encrypts_at_rest: bool = field("Whether data are encrypted where they are kept.", default=True)
    encrypts_local_disks: bool = field("Whether that includes the disks of the nodes.", default=True)
    encrypts_in_transit: bool = field("Whether data are encrypted on their way between nodes.", default=True)
    metadata_version: int = field("The oldest version of the instance metadata service that nodes take.", default=2)


def _ports(item: Item) -> tuple[tuple[int, int], ...]:
    ranges = item["BlockPublicAccessConfiguration"].get("PermittedPublicSecurityGroupRuleRanges") or ()
    # A range without an end is one port.
    return tuple(sorted((each["MinRange"], each.get("MaxRange") or each["MinRange"]) for each in ranges))


BLOCKS = Reader(
    BlockPublicAccess,
    listing=Listing(
        Call(
            "emr:GetBlockPublicAccessConfiguration", permissions=("elasticmapreduce:GetBlockPublicAccessConfiguration",)
        ),
        items=lambda reply: [reply],
        fields={
            "block_public_security_group_rules": lambda item: item["BlockPublicAccessConfiguration"][
                "BlockPublicSecurityGroupRules"
            ],
            "permitted_ports": _ports,
        },
    ),
    arn=lambda _, scope: scope.arn("elasticmapreduce", "block-public-access"),
)

_STATES = ("STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING")
_GROUPS = ("EmrManagedMasterSecurityGroup", "EmrManagedSlaveSecurityGroup")
_MORE_GROUPS = ("AdditionalMasterSecurityGroups", "AdditionalSlaveSecurityGroups")


def _emr(operation: str) -> Call:
    return Call(f"emr:{operation}", permissions=(f"elasticmapreduce:{operation}",))


def _groups(reply: Reply) -> tuple[str, ...]:
    attributes = reply["Cluster"].get("Ec2InstanceAttributes") or {}
    found: set[str] = {attributes[name] for name in _GROUPS if attributes.get(name)}
    return tuple(sorted(found.union(*(attributes.get(name) or () for name in _MORE_GROUPS))))


def _has_log(reply: Reply) -> str | None:
    """Where logs go: to S3, or to a group of CloudWatch Logs."""
    cluster = reply["Cluster"]
    group = (cluster.get("MonitoringConfiguration") or {}).get("CloudWatchLogConfiguration") or {}
    return cluster.get("LogUri") or (group.get("LogGroupName") or "CloudWatch Logs" if group.get("Enabled") else None)


CLUSTERS = Reader(
    Cluster,
    listing=Listing(
        _emr("ListClusters"),
        items="Clusters",
        params={"ClusterStates": list(_STATES)},
        fields={"cluster_name": lambda item: item["Name"]},
    ),
    arn=lambda item, _: item["ClusterArn"],
    details=(
        Detail(
            _emr("DescribeCluster"),
            params=lambda item: {"ClusterId": item["Id"]},
            fields={
                "security_groups": _groups,
                "security_configuration": lambda reply: reply["Cluster"].get("SecurityConfiguration") or None,
                "log_uri": _has_log,
                "auto_terminate": lambda reply: bool(reply["Cluster"].get("AutoTerminate")),
                "termination_protected": lambda reply: bool(reply["Cluster"].get("TerminationProtected")),
                "kerberos": lambda reply: bool((reply["Cluster"].get("KerberosAttributes") or {}).get("Realm")),
                "tags": lambda reply: tags_in(reply["Cluster"].get("Tags") or ()),
            },
        ),
        Detail(
            _emr("ListInstances"),
            params=lambda item: {"ClusterId": item["Id"], "InstanceStates": ["BOOTSTRAPPING", "RUNNING"]},
            whole="Instances",
            fields={
                "public_addresses": lambda reply: tuple(
                    sorted(each["PublicIpAddress"] for each in reply["Instances"] if each.get("PublicIpAddress"))
                )
            },
        ),
    ),
)


def _encryption(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    return settings.get("EncryptionConfiguration") or {}


def _local_disks(settings: Mapping[str, Any]) -> bool:
    return bool(
        (_encryption(settings).get("AtRestEncryptionConfiguration") or {}).get("LocalDiskEncryptionConfiguration")
    )


def _metadata_version(settings: Mapping[str, Any]) -> int:
    service = settings.get("InstanceMetadataServiceConfiguration") or {}
    return int(service.get("MinimumInstanceMetadataServiceVersion", 1))


def _settings_from(read: Callable[[Any], Mapping[str, Any]]) -> Fields:
    """The fields of a security configuration; ``read`` finds its JSON in what it comes from."""
    return {
        "encrypts_at_rest": lambda source: bool(_encryption(read(source)).get("EnableAtRestEncryption")),
        "encrypts_local_disks": lambda source: _local_disks(read(source)),
        "encrypts_in_transit": lambda source: bool(_encryption(read(source)).get("EnableInTransitEncryption")),
        "metadata_version": lambda source: _metadata_version(read(source)),
    }


SECURITY_CONFIGURATIONS = Reader(
    SecurityConfiguration,
    listing=Listing(
        _emr("ListSecurityConfigurations"),
        items="SecurityConfigurations",
        fields={"security_configuration_name": lambda item: item["Name"]},
    ),
    # AWS gives it no ARN of its own.
    arn=lambda item, scope: scope.arn("elasticmapreduce", f"security-configuration/{item['Name']}"),
    details=(
        Detail(
            _emr("DescribeSecurityConfiguration"),
            params=lambda item: {"Name": item["Name"]},
            fields=_settings_from(lambda reply: json.loads(reply["SecurityConfiguration"])),
        ),
    ),
)


def _no_instances(block: Block) -> tuple[str, ...]:
    raise Unknown(block.what, Gap(Reason.COMPUTED, detail="the subnet decides what addresses its nodes get"))


def _tf_attributes(block: Block) -> Mapping[str, Any]:
    nested = block.get("ec2_attributes") or ()
    found: Mapping[str, Any] = nested[0] if nested else {}
    return found


def _own_groups(block: Block, managed: list[Any], additional: list[str]) -> tuple[str, ...]:
    if all(managed):
        return tuple(sorted({*managed, *additional}))
    raise Unknown(block.what, Gap(Reason.COMPUTED, detail="EMR makes a security group for its nodes"))


def _tf_groups(block: Block) -> tuple[str, ...]:
    attributes = _tf_attributes(block)
    managed = [attributes.get(f"emr_managed_{kind}_security_group") for kind in ("master", "slave")]
    more = [attributes.get(f"additional_{kind}_security_groups") or "" for kind in ("master", "slave")]
    return _own_groups(block, managed, [each.strip() for each in ",".join(more).split(",") if each.strip()])


TERRAFORM_CLUSTER = CodeReader(
    "aws_emr_cluster",
    Cluster,
    defaulted={"aws_emr_cluster": ("tags_all", "termination_protection", "keep_job_flow_alive_when_no_steps")},
    fields={
        "cluster_name": lambda block: block["name"],
        "public_addresses": _no_instances,
        "security_groups": _tf_groups,
        "security_configuration": lambda block: block.get("security_configuration") or None,
        "log_uri": lambda block: block.get("log_uri") or None,
        "auto_terminate": lambda block: not block.get("keep_job_flow_alive_when_no_steps", True),
        "termination_protected": lambda block: bool(block.get("termination_protection", False)),
        "kerberos": lambda block: bool(block.get("kerberos_attributes")),
        "tags": terraform_tags,
    },
)

TERRAFORM_SECURITY_CONFIGURATION = CodeReader(
    "aws_emr_security_configuration",
    SecurityConfiguration,
    fields={
        "security_configuration_name": lambda block: block["name"],
        **_settings_from(lambda block: json.loads(block["configuration"])),
    },
)


def _cf_groups(block: Block) -> tuple[str, ...]:
    instances = block.get("Instances", {})
    more = [each for name in _MORE_GROUPS for each in instances.get(name) or ()]
    return _own_groups(block, [instances.get(name) for name in _GROUPS], more)


CLOUDFORMATION_CLUSTER = CodeReader(
    "AWS::EMR::Cluster",
    Cluster,
    fields={
        "cluster_name": lambda block: block["Name"],
        "public_addresses": _no_instances,
        "security_groups": _cf_groups,
        "security_configuration": lambda block: block.get("SecurityConfiguration"),
        "log_uri": lambda block: block.get("LogUri"),
        "auto_terminate": lambda block: not block.get("Instances", {}).get("KeepJobFlowAliveWhenNoSteps", False),
        "termination_protected": lambda block: block.get("Instances", {}).get("TerminationProtected", False),
        "kerberos": lambda block: "KerberosAttributes" in block,
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)


def _cf_json(block: Block) -> Mapping[str, Any]:
    written = block["SecurityConfiguration"]
    found: Mapping[str, Any] = json.loads(written) if isinstance(written, str) else written
    return found


CLOUDFORMATION_SECURITY_CONFIGURATION = CodeReader(
    "AWS::EMR::SecurityConfiguration",
    SecurityConfiguration,
    fields={
        "security_configuration_name": lambda block: block["Name"],
        **_settings_from(_cf_json),
    },
)


def _excepted(block: Block) -> tuple[tuple[int, int], ...]:
    ranges = block.get("permitted_public_security_group_rule_range", ())
    return tuple(sorted((each["min_range"], each["max_range"]) for each in ranges))


TERRAFORM_BLOCK = CodeReader(
    "aws_emr_block_public_access_configuration",
    BlockPublicAccess,
    fields={
        "block_public_security_group_rules": lambda block: block["block_public_security_group_rules"],
        "permitted_ports": _excepted,
    },
)
