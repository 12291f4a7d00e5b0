"""EMR: changing clusters and the block of public access."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put
from bartizan.resources.emr import BlockPublicAccess, Cluster
from bartizan.resources.reading import Call


def _call(operation: str) -> Call:
    return Call(f"emr:{operation}", (f"elasticmapreduce:{operation}",))


CLUSTER = ApiWriter(
    Cluster,
    puts=(
        Put(
            _call("SetTerminationProtection"),
            lambda edit: {
                "JobFlowIds": [edit.after.arn.rpartition("/")[2]],
                "TerminationProtected": edit.after.termination_protected,
            },
            ("termination_protected",),
        ),
    ),
)


def _block(edit: Edit) -> Params:
    """The whole configuration, which the call replaces; ranges that stay are sent as they are."""
    if edit.undoing:
        return {"BlockPublicAccessConfiguration": edit.was}
    ranges = [
        each
        for each in edit.now.get("PermittedPublicSecurityGroupRuleRanges") or ()
        if _ports(each) in edit.after.permitted_ports
    ]
    return {
        "BlockPublicAccessConfiguration": {
            "BlockPublicSecurityGroupRules": edit.after.block_public_security_group_rules,
            "PermittedPublicSecurityGroupRuleRanges": ranges,
        }
    }


def _ports(given: dict[str, Any]) -> tuple[int, int]:
    return given["MinRange"], given.get("MaxRange") or given["MinRange"]


BLOCK_PUBLIC_ACCESS = ApiWriter(
    BlockPublicAccess,
    puts=(
        Put(
            _call("PutBlockPublicAccessConfiguration"),
            _block,
            ("block_public_security_group_rules", "permitted_ports"),
            look=Look(
                _call("GetBlockPublicAccessConfiguration"),
                lambda _: {},
                lambda reply: reply["BlockPublicAccessConfiguration"],
            ),
        ),
    ),
)
