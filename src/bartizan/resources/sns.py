"""Amazon SNS."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from urllib.parse import urlsplit

from bartizan.model import Resource, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.reading import Call, Detail, Item, Join, Listing, Reader
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in


@resource("AWS::SNS::Topic", name="topic_name")
class Topic(Resource):
    """An SNS topic."""

    topic_name: str = field("Its name.")
    kms_master_key_id: str | None = field("The KMS key that encrypts the messages.", default=None)
    policy: PolicyDocument | None = field("Its resource policy.", default=None)
    http_hosts: tuple[str, ...] = field("The hosts that get its messages over plain HTTP.", default=())
    subscriptions_confirmed: int = field("How many subscribers have confirmed that they want its messages.", default=1)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


def _plain_http(subscriptions: list[Item]) -> Mapping[str, tuple[str, ...]]:
    # Only the host: the address may hold a name and password.
    hosts: dict[str, set[str]] = defaultdict(set)
    for each in subscriptions:
        if each["Protocol"] == "http":
            hosts[each["TopicArn"]].add(urlsplit(each["Endpoint"]).hostname or "an unnamed host")
    return {topic: tuple(sorted(found)) for topic, found in hosts.items()}


TOPICS = Reader(
    Topic,
    listing=Listing(
        Call("sns:ListTopics"),
        items="Topics",
        fields={"topic_name": lambda item: item["TopicArn"].rsplit(":", 1)[-1]},
    ),
    arn=lambda item, _: item["TopicArn"],
    joins=(
        Join(
            Listing(Call("sns:ListSubscriptions"), items="Subscriptions"),
            index=_plain_http,
            fields={"http_hosts": lambda item, hosts: hosts.get(item["TopicArn"], ())},
        ),
    ),
    details=(
        Detail(
            Call("sns:GetTopicAttributes"),
            params=lambda item: {"TopicArn": item["TopicArn"]},
            fields={
                "kms_master_key_id": lambda reply: reply["Attributes"].get("KmsMasterKeyId") or None,
                "policy": lambda reply: parse_policy(text) if (text := reply["Attributes"].get("Policy")) else None,
                "subscriptions_confirmed": lambda reply: int(reply["Attributes"]["SubscriptionsConfirmed"]),
            },
        ),
        Detail(
            Call("sns:ListTagsForResource"),
            params=lambda item: {"ResourceArn": item["TopicArn"]},
            fields={"tags": lambda reply: tags_in(reply.get("Tags") or ())},
        ),
    ),
)
