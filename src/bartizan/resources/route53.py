"""Amazon Route 53: hosted zones, the records that lead to AWS, and registered domains."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping

from bartizan.model import Resource, field, resource
from bartizan.resources.addresses import parsed, region_of
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Item, Join, Listing, Reader, Reply, Within

_IN_2030 = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


@resource("AWS::Route53::HostedZone", name="zone_name")
class HostedZone(Resource):
    """A hosted zone: the DNS records of a domain name."""

    zone_name: str = field("The domain name.")
    private: bool = field("Whether only VPCs see it.", default=False)
    query_log: str | None = field("What takes its query logs, by ARN.", default="arn:aws:logs:group")
    signed: bool = field("Whether DNSSEC signs it.", default=True)


@resource("AWS::Route53::RecordSet", name="record_name")
class RecordSet(Resource):
    """A record of a public hosted zone that leads to a name or an address of AWS; others are not read."""

    record_name: str = field("The domain name.")
    type: str = field("`A`, `AAAA` or `CNAME`.", default="A")
    targets: tuple[str, ...] = field("The names and addresses of AWS that it leads to.", default=())


@resource("AWS::Route53Domains::Domain", name="domain_name")
class Domain(Resource):
    """A domain name that is registered by Route 53."""

    domain_name: str = field("The name.")
    auto_renew: bool = field("Whether it is renewed by itself.", default=True)
    transfer_lock: bool = field("Whether it is locked against transfer to another registrar.", default=True)
    expiry: dt.datetime | None = field("When its registration ends.", default=_IN_2030)


def plain_name(name: str) -> str:
    """A domain name without its last dot, and with the characters that Route 53 writes as octal codes."""
    return re.sub(r"\\(\d{3})", lambda found: chr(int(found[1], 8)), name.rstrip(".").lower())


def _private(zone: Item) -> bool:
    return bool(zone.get("Config", {}).get("PrivateZone"))


def _public(zone: Item) -> bool:
    return not _private(zone)


def _id(zone: Mapping[str, str]) -> str:
    return zone["Id"].rsplit("/", 1)[-1]


_ZONES = Listing(
    Call("route53:ListHostedZones"),
    items="HostedZones",
    fields={"zone_name": lambda item: plain_name(item["Name"]), "private": _private},
)


def _query_logs(items: list[Item]) -> Mapping[str, str]:
    return {each["HostedZoneId"]: each["CloudWatchLogsLogGroupArn"] for each in items}


ZONES = Reader(
    HostedZone,
    listing=_ZONES,
    arn=lambda item, scope: scope.arn("route53", f"hostedzone/{_id(item)}", region="", account=""),
    where="account",
    joins=(
        Join(
            Listing(Call("route53:ListQueryLoggingConfigs"), items="QueryLoggingConfigs"),
            index=_query_logs,
            fields={"query_log": lambda item, found: found.get(_id(item))},
        ),
    ),
    details=(
        Detail(
            Call("route53:GetDNSSEC"),
            params=lambda item: {"HostedZoneId": _id(item)},
            fields={"signed": lambda reply: reply["Status"]["ServeSignature"] in {"SIGNING", "DELETING"}},
            when=lambda zone: not zone.private,
            otherwise={"signed": False},
        ),
    ),
)

_OF_AWS = re.compile(r"(?:^|\.)(?:amazonaws\.com(?:\.cn)?|cloudfront\.net|elasticbeanstalk\.com)$")


def _targets(record: Item) -> tuple[str, ...]:
    alias = record.get("AliasTarget")
    values = [each["Value"] for each in record.get("ResourceRecords") or ()]
    if record["Type"] in {"A", "AAAA"} and not alias:
        addresses = [address for address in map(parsed, values) if address]
        return tuple(sorted(str(each) for each in addresses if region_of(each)))
    names = [alias["DNSName"]] if alias else values if record["Type"] == "CNAME" else []
    return tuple(sorted(name for name in map(plain_name, names) if _OF_AWS.search(name)))


def _leading_to_aws(reply: Reply) -> Iterable[Item]:
    return (each for each in reply["ResourceRecordSets"] if _targets(each))


RECORDS = Reader(
    RecordSet,
    listing=Listing(
        Call("route53:ListResourceRecordSets"),
        items=_leading_to_aws,
        within=Within(_ZONES, params=lambda item: {"HostedZoneId": _id(item)}, keys=("Id",), when=_public),
        fields={
            "record_name": lambda item: plain_name(item["Name"]),
            "type": lambda item: item["Type"],
            "targets": _targets,
        },
    ),
    arn=lambda item, scope: scope.arn(
        "route53",
        f"hostedzone/{_id(item)}/recordset/{plain_name(item['Name'])}/{item['Type']}"
        + (f"/{item['SetIdentifier']}" if item.get("SetIdentifier") else ""),
        region="",
        account="",
    ),
    where="account",
)

DOMAINS = Reader(
    Domain,
    listing=Listing(
        Call("route53domains:ListDomains", region="us-east-1"),
        items="Domains",
        fields={
            "domain_name": lambda item: item["DomainName"],
            "auto_renew": lambda item: bool(item.get("AutoRenew")),
            "transfer_lock": lambda item: bool(item.get("TransferLock")),
            "expiry": lambda item: item.get("Expiry"),
        },
    ),
    arn=lambda item, scope: scope.arn("route53domains", f"domain/{item['DomainName']}", region=""),
    where="account",
)


def _tf_query_log(block: Block) -> str | None:
    part = block.part("aws_route53_query_log")
    arn: str | None = part["cloudwatch_log_group_arn"] if part is not None else None
    return arn


TERRAFORM_ZONE = CodeReader(
    "aws_route53_zone",
    HostedZone,
    parts={"aws_route53_query_log": "zone_id", "aws_route53_hosted_zone_dnssec": "hosted_zone_id"},
    fields={
        "zone_name": lambda block: plain_name(block["name"]),
        "private": lambda block: bool(block.get("vpc")),
        "query_log": _tf_query_log,
        "signed": lambda block: (
            (part := block.part("aws_route53_hosted_zone_dnssec")) is not None
            and part.get("signing_status", "SIGNING") == "SIGNING"
        ),
    },
)

CLOUDFORMATION_ZONE = CodeReader(
    "AWS::Route53::HostedZone",
    HostedZone,
    parts={"AWS::Route53::DNSSEC": "HostedZoneId"},
    fields={
        "zone_name": lambda block: plain_name(block["Name"]),
        "private": lambda block: bool(block.get("VPCs")),
        "query_log": lambda block: block.get("QueryLoggingConfig", {}).get("CloudWatchLogsLogGroupArn"),
        "signed": lambda block: block.part("AWS::Route53::DNSSEC") is not None,
    },
)

TERRAFORM_DOMAIN = CodeReader(
    "aws_route53domains_registered_domain",
    Domain,
    fields={
        "domain_name": lambda block: block["domain_name"],
        "auto_renew": lambda block: block.get("auto_renew", True),
        "transfer_lock": lambda block: block.get("transfer_lock", True),
    },
)
