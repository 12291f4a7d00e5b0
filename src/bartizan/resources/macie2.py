"""Amazon Macie."""

from __future__ import annotations

from bartizan.model import Resource, field, resource
from bartizan.resources.code import CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader


@resource("AWS::Macie::Session")
class Session(Resource):
    """Macie in one region; there is one for each region, whether it is on or off."""

    enabled: bool = field("Whether it is on and not paused.", default=True)
    automated_discovery: bool = field("Whether it samples all buckets by itself.", default=True)


SESSIONS = Reader(
    Session,
    listing=Listing(
        Call("macie2:GetMacieSession"),
        items=lambda reply: [reply],
        fields={"enabled": lambda item: item.get("status") == "ENABLED"},
        # Where Macie is off AWS denies the call in these words: https://repost.aws/questions/QU8ZC1xd9BQV2vnGkod7gQww
        absent=("AccessDeniedException: Macie is not enabled",),
        stand_ins=({},),
    ),
    arn=lambda _, scope: scope.arn("macie2", "session"),
    details=(
        Detail(
            Call("macie2:GetAutomatedDiscoveryConfiguration"),
            params=lambda _: {},
            fields={"automated_discovery": lambda reply: reply["status"] == "ENABLED"},
            when=lambda made: made.enabled,
            otherwise={"automated_discovery": False},
        ),
    ),
)

TERRAFORM_SESSION = CodeReader(
    "aws_macie2_account",
    Session,
    defaulted={"aws_macie2_account": ("status",)},
    fields={"enabled": lambda block: block.get("status", "ENABLED") == "ENABLED"},
)

CLOUDFORMATION_SESSION = CodeReader(
    "AWS::Macie::Session",
    Session,
    fields={"enabled": lambda block: block.get("Status", "ENABLED") == "ENABLED"},
)
