"""Load balancers that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import Aws
from harden.seeded import State, seeds


def _balancer(aws: Aws) -> str:
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"eu-west-1{zone}")["Subnet"]
        for number, zone in enumerate("ab")
    ]
    found = aws.client("elbv2").create_load_balancer(Name="shop", Subnets=[each["SubnetId"] for each in subnets])
    return str(found["LoadBalancers"][0]["LoadBalancerArn"])


def _target(aws: Aws, name: str) -> str:
    vpc = aws.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    found = aws.client("elbv2").create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc)
    return str(found["TargetGroups"][0]["TargetGroupArn"])


@seeds(
    "elbv2.desync-only-watched",
    "elbv2.invalid-headers-kept",
    "elbv2.no-deletion-protection",
    "elbv2.waf-fails-open",
)
def load_balancer_with_everything_wrong(aws: Aws) -> None:
    arn = _balancer(aws)
    wrong = {
        "routing.http.desync_mitigation_mode": "monitor",
        "waf.fail_open.enabled": "true",
        "idle_timeout.timeout_seconds": "90",
    }
    pairs = [{"Key": key, "Value": value} for key, value in wrong.items()]
    aws.client("elbv2").modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=pairs)
    metrics = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "shop"}
    acl = aws.client("wafv2").create_web_acl(
        Name="shop", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=metrics, Rules=[]
    )["Summary"]["ARN"]
    aws.client("wafv2").associate_web_acl(WebACLArn=acl, ResourceArn=arn)


@seeds("elbv2.old-tls")
def listener_of_old_tls(aws: Aws) -> None:
    arn = _balancer(aws)
    certificate = aws.client("acm").request_certificate(DomainName="shop.example.com")["CertificateArn"]
    aws.client("elbv2").create_listener(
        LoadBalancerArn=arn,
        Protocol="HTTPS",
        Port=443,
        SslPolicy="ELBSecurityPolicy-2016-08",
        Certificates=[{"CertificateArn": certificate}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": _target(aws, "web")}],
    )


def _listener(aws: Aws, action: dict[str, Any]) -> str:
    found = aws.client("elbv2").create_listener(
        LoadBalancerArn=_balancer(aws), Protocol="HTTP", Port=80, DefaultActions=[action]
    )
    return str(found["Listeners"][0]["ListenerArn"])


def _rule(aws: Aws, listener: str, path: str, action: dict[str, Any]) -> None:
    aws.client("elbv2").create_rule(
        ListenerArn=listener,
        Priority=len(path),
        Conditions=[{"Field": "path-pattern", "Values": [path]}],
        Actions=[action],
    )


def _rules(aws: Aws, listener: str) -> State:
    """All rules with their conditions and actions, the default one included."""
    return lambda: aws.client("elbv2").describe_rules(ListenerArn=listener)["Rules"]


_NO = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404", "MessageBody": "no"}}


@seeds("elbv2.plain-http")
def listener_that_hands_on_with_its_rules(aws: Aws) -> State:
    balancer = _balancer(aws)
    blue, green = _target(aws, "blue"), _target(aws, "green")
    weights = [{"TargetGroupArn": blue, "Weight": 90}, {"TargetGroupArn": green, "Weight": 10}]
    listener = aws.client("elbv2").create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}],
    )["Listeners"][0]["ListenerArn"]
    _rule(aws, listener, "/api/*", {"Type": "forward", "TargetGroupArn": green})
    _rule(aws, listener, "/old", _NO)
    return _rules(aws, listener)


@seeds("elbv2.plain-http")
def listener_that_refuses_but_for_its_rules(aws: Aws) -> State:
    listener = _listener(aws, _NO)
    _rule(aws, listener, "/api/*", {"Type": "forward", "TargetGroupArn": _target(aws, "api")})
    return _rules(aws, listener)


@seeds("elbv2.plain-http")
def listener_that_redirects_to_plain_http(aws: Aws) -> State:
    away = {"Protocol": "HTTP", "Port": "8080", "Host": "www.example.com", "StatusCode": "HTTP_302"}
    listener = _listener(aws, {"Type": "redirect", "RedirectConfig": away})
    return _rules(aws, listener)
