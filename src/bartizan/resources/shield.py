"""AWS Shield."""

from __future__ import annotations

from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.resources.code import CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader


@resource("AWS::Shield::Subscription")
class Subscription(Resource):
    """Whether an account has Shield Advanced, and what it protects."""

    active: bool = field("Whether Shield Advanced is subscribed to.", default=True)
    protected: tuple[str, ...] = field("The ARNs of what it protects.", default=())


def _active(subscription: Any) -> bool:
    return bool(subscription.active)


SUBSCRIPTIONS = Reader(
    Subscription,
    listing=Listing(
        Call("shield:GetSubscriptionState", region="us-east-1"),
        items=lambda reply: [reply],
        fields={"active": lambda item: item["SubscriptionState"] == "ACTIVE"},
    ),
    arn=lambda _, scope: scope.arn("shield", "subscription", region=""),
    where="account",
    details=(
        Detail(
            Call("shield:ListProtections", region="us-east-1"),
            params=lambda _: {},
            fields={"protected": lambda reply: tuple(sorted(each["ResourceArn"] for each in reply["Protections"]))},
            whole="Protections",
            when=_active,
            otherwise={"protected": ()},
        ),
    ),
)

TERRAFORM_SUBSCRIPTION = CodeReader("aws_shield_subscription", Subscription, fields={"active": lambda _: True})
