"""Amazon SNS."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from bartizan.model import Resource, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Item, Join, Listing, Reader
from bartizan.resources.recorded import ConfigReader, recorded_tags
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags


@resource("AWS::SNS::Topic", name="topic_name")
class Topic(Resource):
    """An SNS topic."""

    topic_name: str = field("Its name.")
    kms_master_key_id: str | None = field("The KMS key that encrypts the messages.", default=None)
    policy: PolicyDocument | None = field(
        "Its resource policy; null in code for the one that AWS gives a new topic: it lets in only its own account.",
        default=None,
    )
    http_hosts: tuple[str, ...] = field("The hosts that get its messages over plain HTTP.", default=())
    subscriptions_confirmed: int = field("How many subscribers have confirmed that they want its messages.", default=1)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


def _plain_http(subscriptions: list[Item]) -> Mapping[str, tuple[str, ...]]:
    hosts: dict[str, set[str]] = defaultdict(set)
    for each in subscriptions:
        if each["Protocol"] == "http":
            hosts[each["TopicArn"]].add(_host(each["Endpoint"]))
    return {topic: tuple(sorted(found)) for topic, found in hosts.items()}


def _host(endpoint: str) -> str:
    # Only the host: the address may hold a name and password.
    return urlsplit(endpoint).hostname or "an unnamed host"


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

TOPIC_ITEMS = ConfigReader(Topic, fields={"tags": recorded_tags})


def _hosts(subscriptions: Iterable[Block], protocol: str, endpoint: str) -> tuple[str, ...]:
    return tuple(sorted({_host(each[endpoint]) for each in subscriptions if each[protocol] == "http"}))


def _policy_in(block: Block, part: str) -> PolicyDocument | None:
    apart = block.part(part)
    text = block.plain("policy") if apart is None else apart.plain("policy")
    return parse_policy(text) if text else None


TERRAFORM_TOPIC = CodeReader(
    "aws_sns_topic",
    Topic,
    parts={"aws_sns_topic_policy": "arn", "aws_sns_topic_subscription": "topic_arn"},
    defaulted={"aws_sns_topic": ("policy", "tags_all")},
    fields={
        "topic_name": lambda block: block["name"],
        "kms_master_key_id": lambda block: block.id_if_given("kms_master_key_id"),
        "policy": lambda block: _policy_in(block, "aws_sns_topic_policy"),
        "http_hosts": lambda block: _hosts(block.parts("aws_sns_topic_subscription"), "protocol", "endpoint"),
        "tags": terraform_tags,
    },
)


def _policy_of(block: Block) -> PolicyDocument | None:
    apart = block.part("AWS::SNS::TopicPolicy") or block.part("AWS::SNS::TopicInlinePolicy")
    return None if apart is None else parse_policy(apart.plain("PolicyDocument"))


CLOUDFORMATION_TOPIC = CodeReader(
    "AWS::SNS::Topic",
    Topic,
    parts={
        "AWS::SNS::Subscription": "TopicArn",
        "AWS::SNS::TopicInlinePolicy": "TopicArn",
        "AWS::SNS::TopicPolicy": "Topics",
    },
    fields={
        "topic_name": lambda block: block["TopicName"],
        "kms_master_key_id": lambda block: block.id_if_given("KmsMasterKeyId"),
        "policy": _policy_of,
        "http_hosts": lambda block: _hosts(
            [*block.get("Subscription", ()), *block.parts("AWS::SNS::Subscription")], "Protocol", "Endpoint"
        ),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
