"""Checks of Amazon Route 53."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Network

from bartizan.model import Gap, Problems, Reason, Resource, Unknown, World, replace, rule
from bartizan.resources import elb, elbv2
from bartizan.resources.addresses import Address, parsed, region_of
from bartizan.resources.cloudfront import Distribution, bucket_of
from bartizan.resources.ec2.compute import RegionSettings
from bartizan.resources.ec2.routing import ElasticIp, NetworkInterface
from bartizan.resources.elasticbeanstalk import Environment
from bartizan.resources.route53 import Domain, HostedZone, RecordSet
from bartizan.resources.s3 import Bucket

_ZONE = HostedZone(zone_name="example.com")
_DOMAIN = Domain(domain_name="example.com")
_SOON = 30

_WEBSITE = re.compile(r"^s3-website[.-][a-z0-9-]+\.amazonaws\.com(?:\.cn)?$")
_BALANCER = re.compile(
    r"^(?:dualstack\.)?(.+?\.(?:elb\.)?([a-z]{2}(?:-[a-z]+)+-\d)\.(?:elb\.)?amazonaws\.com(?:\.cn)?)$"
)
_ENVIRONMENT = re.compile(r"\.([a-z]{2}(?:-[a-z]+)+-\d)\.elasticbeanstalk\.com$")

_OF_INSTANCE = re.compile(
    r"^ec2-(\d{1,3}(?:-\d{1,3}){3})\.(?:compute-1|([a-z]{2}(?:-[a-z]+)+-\d)\.compute)\.amazonaws\.com(?:\.cn)?$"
)

_IRELAND = RegionSettings(region="eu-west-1")
_ALB = "shop-1234567890.eu-west-1.elb.amazonaws.com"
_NLB = "mail-1234567890abcdef.elb.eu-west-1.amazonaws.com"
_CLOUDFRONT = "d111111abcdef8.cloudfront.net"
_IP = "54.228.0.1"
_IPV6 = "2a05:d018::1"
_INSTANCE = "ec2-54-228-0-1.eu-west-1.compute.amazonaws.com"
_APP = "app.eba-abcdefgh.eu-west-1.elasticbeanstalk.com"


def _record(*targets: str, kind: str = "A") -> RecordSet:
    return RecordSet(record_name="www.example.com", type=kind, targets=targets)


def _require_scanned(world: World, region: str) -> None:
    """Raise ``Unknown`` for a Region that was not scanned, each of which has settings."""
    if not world.find(RegionSettings, region=region):
        raise Unknown(f"what there is in {region}", Gap(Reason.NOT_READ, detail=f"{region} was not scanned"))


def _gone(record: RecordSet, target: str, world: World) -> Iterator[str]:
    """What a target stands for, if it is not there."""
    bucket = record.record_name if _WEBSITE.match(target) else bucket_of(target)
    if bucket:
        if not world.find(Bucket, bucket_name=bucket):
            yield f"bucket {bucket}"
    elif target.endswith(".cloudfront.net"):
        if not world.find(Distribution, domain_name=target):
            yield f"distribution {target}"
    elif found := _ENVIRONMENT.search(target):
        _require_scanned(world, found[1])
        if not world.find(Environment, cname=target):
            yield f"environment {target}"
    elif ".elb." in target and (found := _BALANCER.match(target)):
        _require_scanned(world, found[2])
        kinds: tuple[type[Resource], ...] = (elbv2.LoadBalancer, elb.LoadBalancer)
        if not any(world.find(kind, dns_name=found[1]) for kind in kinds):
            yield f"load balancer {found[1]}"


@rule(
    "high",
    passes=[
        (_record("s3-website-eu-west-1.amazonaws.com"), Bucket(bucket_name="www.example.com")),
        (_record(_CLOUDFRONT), Distribution(label="x", domain_name=_CLOUDFRONT)),
        (_record("dualstack." + _ALB), _IRELAND, elbv2.LoadBalancer(load_balancer_name="shop", dns_name=_ALB)),
        (_record(_NLB), _IRELAND, elbv2.LoadBalancer(load_balancer_name="mail", dns_name=_NLB)),
        (_record(_ALB), _IRELAND, elb.LoadBalancer(load_balancer_name="shop", dns_name=_ALB)),
        (_record(_APP, kind="CNAME"), _IRELAND, Environment(environment_name="app", cname=_APP)),
        _record("a1.execute-api.eu-west-1.amazonaws.com"),
    ],
    fails=[
        _record("s3-website.eu-central-1.amazonaws.com"),
        _record("www.example.com.s3-website-eu-west-1.amazonaws.com", kind="CNAME"),
        _record(_CLOUDFRONT),
        (_record(_ALB), _IRELAND),
        (_record(_NLB, kind="CNAME"), _IRELAND),
        (_record(_APP, kind="CNAME"), _IRELAND),
    ],
    reads=[Bucket, Distribution, Environment, elbv2.LoadBalancer, elb.LoadBalancer, RegionSettings],
)
def dangling_record(record: RecordSet, world: World) -> Problems:
    """DNS record leads to something that you do not have.

    ## Why it matters
    What it stood for may be gone, and where the name can be had again, somebody else takes it: your subdomain then
    shows their pages, gets your users' cookies, and passes for you.

    ## How to fix
    Remove the record, before what it leads to is removed. If that belongs to another account, scan that account too.

    ## References
    - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/protection-from-dangling-dns.html
    - https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/10-Test_for_Subdomain_Takeover
    """
    for target in record.targets:
        for what in _gone(record, target, world):
            yield f"{record.type} record leads to {what}, which is in none of the scanned accounts"


@dangling_record.risky_fix("the name leads nowhere; what it leads to in an account that was not scanned is cut off")
def remove_record(_: RecordSet) -> None:
    """Remove the record."""
    return


@dataclass(frozen=True, slots=True)
class _Held:
    """The public addresses of the scanned accounts; of IPv6, the /64 ranges in which they have an interface."""

    addresses: frozenset[str]
    ranges: frozenset[IPv6Network]

    def has(self, address: Address) -> bool:
        """Whether an account has the address, or an interface beside it."""
        if isinstance(address, IPv4Address):
            return str(address) in self.addresses
        return IPv6Network((address, 64), strict=False) in self.ranges


def _held(world: World) -> _Held:
    interfaces = world.all(NetworkInterface)
    public = {address for each in interfaces for address in each.public_ips}
    elastic = {each.public_ip for each in world.all(ElasticIp)}
    beside = {IPv6Network((address, 64), strict=False) for each in interfaces for address in each.ipv6_addresses}
    return _Held(frozenset(public | elastic), frozenset(beside))


def _address(target: str) -> tuple[Address, str] | None:
    """The address of EC2 that a target is, or is named after, with its Region."""
    if found := _OF_INSTANCE.match(target):
        return IPv4Address(found[1].replace("-", ".")), found[2] or "us-east-1"
    address = parsed(target)
    region = region_of(address) if address else None
    return (address, region) if address and region else None


@rule(
    "medium",
    passes=[
        (_record(_IP), _IRELAND, ElasticIp(public_ip=_IP)),
        (_record(_IP), _IRELAND, NetworkInterface(public_ips=(_IP,))),
        (_record(_IPV6, kind="AAAA"), _IRELAND, NetworkInterface(ipv6_addresses=(_IPV6[:-1] + "99",))),
        (_record(_INSTANCE, kind="CNAME"), _IRELAND, ElasticIp(public_ip=_IP)),
        (_record("192.0.2.1"), _IRELAND),
        (_record(_ALB), _IRELAND),
    ],
    fails=[
        (_record(_IP), _IRELAND, ElasticIp(public_ip="203.0.113.7")),
        (_record(_IPV6, kind="AAAA"), _IRELAND),
        (_record(_INSTANCE, kind="CNAME"), _IRELAND),
    ],
    reads=[ElasticIp, NetworkInterface, RegionSettings],
)
def strange_address(record: RecordSet, world: World) -> Problems:
    """DNS record leads to an address of EC2 that none of the scanned accounts has.

    ## Why it matters
    If it was yours and was released, the next who gets it has your subdomain, with your users' cookies and a valid
    certificate. AWS does not tell whose an address is or was.

    ## How to fix
    Find out whose it is. If it belongs to another account of yours, scan that too; if to a supplier, or to Lightsail,
    accept the finding. If nobody knows it, remove the record. Give addresses that have a name as Elastic IP addresses,
    and remove the name first.

    ## References
    - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/protection-from-dangling-dns.html
    - https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html
    """
    for target in record.targets:
        found = _address(target)
        if found:
            address, region = found
            _require_scanned(world, region)
            if not world.derived(_held).has(address):
                yield f"{record.type} record leads to {target}, an address of EC2 in {region} that no account here has"


@strange_address.risky_fix("the name leads nowhere; what another account or a supplier has there is cut off")
def remove_record_of_address(_: RecordSet) -> None:
    """Remove the record."""
    return


@rule(
    "low",
    passes=[_ZONE, replace(_ZONE, private=True, query_log=None)],
    fails=[replace(_ZONE, query_log=None)],
)
def no_query_log(zone: HostedZone) -> Problems:
    """Public hosted zone does not log queries.

    ## Why it matters
    Nobody sees who looks for names that do not exist any more, or that are not meant to be known.

    ## How to fix
    Write query logs to a log group in us-east-1.

    ## References
    - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html
    """
    if not zone.private and not zone.query_log:
        yield "query logging is off"


@rule(
    "info",
    advice=True,
    passes=[_ZONE, replace(_ZONE, private=True, signed=False)],
    fails=[replace(_ZONE, signed=False)],
)
def not_signed(zone: HostedZone) -> Problems:
    """DNSSEC: nobody can check that the answers of the public hosted zone are its own.

    ## Why it matters
    Whoever can forge answers sends your users and your mail elsewhere.

    ## How to fix
    Sign the zone with a key of KMS, watch its alarms, and put the DS record into the zone above.

    ## References
    - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec.html
    """
    if not zone.private and not zone.signed:
        yield "it is not signed"


@rule("medium", passes=[_DOMAIN], fails=[replace(_DOMAIN, transfer_lock=False)])
def no_transfer_lock(domain: Domain) -> Problems:
    """Registered domain can be transferred away.

    ## Why it matters
    Whoever gets into the mailbox or the account takes the name to another registrar, with all that is under it.

    ## How to fix
    Turn on the transfer lock. A few top-level domains have none.

    ## References
    - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-lock.html
    """
    if not domain.transfer_lock:
        yield "the transfer lock is off"


@no_transfer_lock.fix
def lock(domain: Domain) -> Domain:
    """Turn on the transfer lock."""
    return replace(domain, transfer_lock=True)


@rule("medium", passes=[_DOMAIN], fails=[replace(_DOMAIN, auto_renew=False)])
def not_renewed(domain: Domain) -> Problems:
    """Registered domain is not renewed by itself.

    ## Why it matters
    Soon after it expires anyone can register it, and gets its visitors and its mail, password resets included.

    ## How to fix
    Turn on automatic renewal.

    ## References
    - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-enable-disable-auto-renewal.html
    """
    if not domain.auto_renew:
        yield "automatic renewal is off"


@not_renewed.fix
def renew(domain: Domain) -> Domain:
    """Turn on automatic renewal."""
    return replace(domain, auto_renew=True)


@rule(
    "high",
    passes=[_DOMAIN, replace(_DOMAIN, expiry=None)],
    fails=[replace(_DOMAIN, expiry=dt.datetime(2026, 1, 11, tzinfo=dt.UTC))],
)
def expires_soon(domain: Domain) -> Problems:
    """Registered domain is about to expire.

    ## Why it matters
    Soon after that anyone can register it, and gets its visitors and its mail, password resets included.

    ## How to fix
    Renew it, and see to it that the payment works: automatic renewal would have done it by now.

    ## References
    - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-renew.html
    """
    if domain.expiry is not None and -domain.days_since(domain.expiry) <= _SOON:
        yield f"its registration ends on {domain.expiry:%Y-%m-%d}"
