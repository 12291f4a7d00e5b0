"""Clusters of EMR, and which of them it refuses to start, as code."""

from __future__ import annotations

from typing import Any

from bartizan.resources.emr import BlockPublicAccess, Cluster
from bartizan.resources.writing import CodeWriter, nested, tags_map, tags_pairs

TERRAFORM_CLUSTER = CodeWriter(
    "aws_emr_cluster",
    Cluster,
    names={"cluster_name": "name"},
    fields={
        "termination_protected": "termination_protection",
        "security_configuration": "security_configuration",
        "log_uri": "log_uri",
        "tags": tags_map,
    },
    import_id=lambda cluster: cluster.arn.rpartition("/")[2],
)

CLOUDFORMATION_CLUSTER = CodeWriter(
    "AWS::EMR::Cluster",
    Cluster,
    names={"cluster_name": "Name"},
    fields={
        "termination_protected": "Instances.TerminationProtected",
        "security_configuration": "SecurityConfiguration",
        "log_uri": "LogUri",
        "tags": tags_pairs,
    },
)


def _blocked(block: BlockPublicAccess) -> dict[str, Any]:
    return {
        "block_public_security_group_rules": block.block_public_security_group_rules,
        "permitted_public_security_group_rule_range": [
            nested(min_range=first, max_range=last) for first, last in block.permitted_ports
        ]
        or None,
    }


TERRAFORM_BLOCK = CodeWriter(
    "aws_emr_block_public_access_configuration",
    BlockPublicAccess,
    fields=dict.fromkeys(("block_public_security_group_rules", "permitted_ports"), _blocked),
    import_id=lambda _: "current",
)
