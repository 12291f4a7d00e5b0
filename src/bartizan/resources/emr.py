"""Amazon EMR: what an account has chosen for a region."""

from __future__ import annotations

from bartizan.model import Resource, field, resource
from bartizan.resources.reading import Call, Item, Listing, Reader


@resource("AWS::EMR::BlockPublicAccessConfiguration")
class BlockPublicAccess(Resource):
    """Whether EMR starts clusters in one region whose security groups let everybody in."""

    block_public_security_group_rules: bool = field("Whether it refuses to.", default=True)
    permitted_ports: tuple[tuple[int, int], ...] = field(
        "The ports, first and last, that may be open to everybody all the same.", default=((22, 22),)
    )


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
