"""What faces the world: load balancers, distributions, APIs, names, certificates."""

from __future__ import annotations

import uuid
from typing import Any

from variety.cloud import ACCOUNT, HOME, Cloud
from variety.compute import group


def build(cloud: Cloud) -> None:
    """All of this part."""
    ec2 = cloud.client("ec2")
    subnets = [
        ec2.describe_subnets(Filters=[{"Name": "tag:Name", "Values": [name]}])["Subnets"][0]["SubnetId"]
        for name in ("public", "private-b")
    ]
    certificate = _certificates(cloud.client("acm"))
    _classic(cloud.client("elb"), certificate)
    _balancers(cloud.client("elbv2"), subnets, group(ec2, "open-web"), certificate)
    _distributions(cloud.client("cloudfront", "us-east-1"))
    _rest(cloud.client("apigateway"))
    _http(cloud.client("apigatewayv2"))
    _graphs(cloud.client("appsync"))
    _names(cloud.client("route53", "us-east-1"))
    _shields(cloud.client("wafv2"))
    _transfers(cloud.client("transfer"))


def _certificates(acm: Any) -> str:
    acm.request_certificate(
        DomainName="quiet.example.com", Options={"CertificateTransparencyLoggingPreference": "DISABLED"}
    )
    arn: str = acm.request_certificate(DomainName="shop.example.com", KeyAlgorithm="RSA_2048")["CertificateArn"]
    return arn


def _classic(elb: Any, certificate: str) -> None:
    secure = {"Protocol": "HTTPS", "LoadBalancerPort": 443, "InstancePort": 80, "SSLCertificateId": certificate}
    plain = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}
    for name, listener in (("classic-plain", plain), ("classic-secure", secure)):
        elb.create_load_balancer(LoadBalancerName=name, Listeners=[listener], AvailabilityZones=[f"{HOME}a"])
    elb.modify_load_balancer_attributes(
        LoadBalancerName="classic-secure",
        LoadBalancerAttributes={
            "AccessLog": {"Enabled": True, "S3BucketName": "access-logs", "EmitInterval": 60},
            "ConnectionDraining": {"Enabled": True, "Timeout": 60},
            "CrossZoneLoadBalancing": {"Enabled": True},
        },
    )


def _balancers(elbv2: Any, subnets: list[str], web: str, certificate: str) -> None:
    made = {}
    for name, kind, scheme in (
        ("alb-public", "application", "internet-facing"),
        ("alb-internal", "application", "internal"),
        ("nlb-public", "network", "internet-facing"),
    ):
        more = {"SecurityGroups": [web]} if kind == "application" else {}
        made[name] = elbv2.create_load_balancer(Name=name, Subnets=subnets, Type=kind, Scheme=scheme, **more)[
            "LoadBalancers"
        ][0]["LoadBalancerArn"]
    attributes = {
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": "access-logs",
        "deletion_protection.enabled": "true",
        "routing.http.drop_invalid_header_fields.enabled": "true",
        "routing.http.desync_mitigation_mode": "strictest",
    }
    elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=made["alb-internal"],
        Attributes=[{"Key": key, "Value": value} for key, value in attributes.items()],
    )
    answer = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
    redirect = {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}
    elbv2.create_listener(LoadBalancerArn=made["alb-public"], Protocol="HTTP", Port=80, DefaultActions=[answer])
    elbv2.create_listener(LoadBalancerArn=made["alb-internal"], Protocol="HTTP", Port=80, DefaultActions=[redirect])
    for name, security in (
        ("alb-public", "ELBSecurityPolicy-2016-08"),
        ("alb-internal", "ELBSecurityPolicy-TLS13-1-2-2021-06"),
    ):
        elbv2.create_listener(
            LoadBalancerArn=made[name],
            Protocol="HTTPS",
            Port=443,
            SslPolicy=security,
            DefaultActions=[answer],
            Certificates=[{"CertificateArn": certificate}],
        )


def _distributions(cloudfront: Any) -> None:
    custom = {
        "HTTPPort": 80,
        "HTTPSPort": 443,
        "OriginProtocolPolicy": "http-only",
        "OriginSslProtocols": {"Quantity": 1, "Items": ["SSLv3"]},
    }
    origins: dict[str, dict[str, Any]] = {
        "plain": {"DomainName": "origin.example.com", "CustomOriginConfig": custom},
        "missing-bucket": {
            "DomainName": "nobody-has-this.s3.amazonaws.com",
            "S3OriginConfig": {"OriginAccessIdentity": ""},
        },
        "secure": {
            "DomainName": "origin.example.com",
            "CustomOriginConfig": {
                **custom,
                "OriginProtocolPolicy": "https-only",
                "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]},
            },
        },
    }
    for name, origin in origins.items():
        secure = name == "secure"
        behavior = {
            "TargetOriginId": "one",
            "ViewerProtocolPolicy": "redirect-to-https" if secure else "allow-all",
            "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
            "MinTTL": 0,
        }
        certificate = {
            "ACMCertificateArn": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/{uuid.UUID(int=7)}",
            "SSLSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1.2_2021",
        }
        cloudfront.create_distribution(
            DistributionConfig={
                "CallerReference": name,
                "Comment": name,
                "Enabled": True,
                "Origins": {"Quantity": 1, "Items": [{"Id": "one", **origin}]},
                "DefaultCacheBehavior": behavior,
                "DefaultRootObject": "index.html" if secure else "",
                "ViewerCertificate": certificate if secure else {"CloudFrontDefaultCertificate": True},
                "Logging": {
                    "Enabled": secure,
                    "IncludeCookies": False,
                    "Bucket": "access-logs.s3.amazonaws.com",
                    "Prefix": "",
                },
            }
        )


def _rest(apigateway: Any) -> None:
    for name, kind in (("open", "NONE"), ("by-iam", "AWS_IAM"), ("private", "NONE")):
        more = {"endpointConfiguration": {"types": ["PRIVATE"]}} if name == "private" else {}
        api = apigateway.create_rest_api(name=name, **more)["id"]
        root = apigateway.get_resources(restApiId=api)["items"][0]["id"]
        apigateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType=kind)
        apigateway.put_integration(
            restApiId=api,
            resourceId=root,
            httpMethod="GET",
            type="HTTP",
            integrationHttpMethod="GET",
            uri="https://backend.example.com/",
        )
        deployment = apigateway.create_deployment(restApiId=api)["id"]
        good = {"tracingEnabled": True} if name == "by-iam" else {}
        apigateway.create_stage(restApiId=api, stageName="prod", deploymentId=deployment, **good)
        if good:
            patches = {
                "/*/*/logging/loglevel": "INFO",
                "/accessLogSettings/destinationArn": f"arn:aws:logs:{HOME}:{ACCOUNT}:log-group:flow",
                "/accessLogSettings/format": "$context.requestId",
            }
            apigateway.update_stage(
                restApiId=api,
                stageName="prod",
                patchOperations=[{"op": "replace", "path": path, "value": value} for path, value in patches.items()],
            )


def _http(apis: Any) -> None:
    for name, kind in (("open", "NONE"), ("by-iam", "AWS_IAM")):
        api = apis.create_api(Name=name, ProtocolType="HTTP")["ApiId"]
        apis.create_route(ApiId=api, RouteKey="GET /", AuthorizationType=kind)
        log = {"DestinationArn": f"arn:aws:logs:{HOME}:{ACCOUNT}:log-group:flow", "Format": "$context.requestId"}
        apis.create_stage(ApiId=api, StageName="prod", **({"AccessLogSettings": log} if kind == "AWS_IAM" else {}))


def _graphs(appsync: Any) -> None:
    appsync.create_graphql_api(name="by-key", authenticationType="API_KEY")
    log = {"fieldLogLevel": "ALL", "cloudWatchLogsRoleArn": f"arn:aws:iam::{ACCOUNT}:role/instance"}
    appsync.create_graphql_api(name="by-iam", authenticationType="AWS_IAM", logConfig=log)


def _names(route53: Any) -> None:
    for name, private in (("example.com", False), ("inside.example.com", True)):
        more = (
            {"VPC": {"VPCRegion": HOME, "VPCId": "vpc-1"}, "HostedZoneConfig": {"PrivateZone": True}} if private else {}
        )
        zone = route53.create_hosted_zone(Name=name, CallerReference=name, **more)["HostedZone"]["Id"]
        if not private:
            record = {"Name": "old.example.com", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "54.1.2.3"}]}
            route53.change_resource_record_sets(
                HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
            )


def _shields(wafv2: Any) -> None:
    seen = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "x"}
    wafv2.create_web_acl(Name="empty", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=seen, Rules=[])
    rule = {
        "Name": "common",
        "Priority": 1,
        "OverrideAction": {"None": {}},
        "VisibilityConfig": seen,
        "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}},
    }
    good = wafv2.create_web_acl(
        Name="good", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=seen, Rules=[rule]
    )["Summary"]["ARN"]
    wafv2.put_logging_configuration(
        LoggingConfiguration={
            "ResourceArn": good,
            "LogDestinationConfigs": [f"arn:aws:logs:{HOME}:{ACCOUNT}:log-group:aws-waf-logs-x"],
        }
    )


def _transfers(transfer: Any) -> None:
    for protocol, security in (("FTP", "TransferSecurityPolicy-2018-11"), ("SFTP", "TransferSecurityPolicy-2024-01")):
        place = {"VpcId": "vpc-1", "SubnetIds": ["subnet-1"]} if protocol == "FTP" else {}
        transfer.create_server(
            Protocols=[protocol],
            EndpointType="VPC" if place else "PUBLIC",
            SecurityPolicyName=security,
            Tags=[{"Key": "Name", "Value": protocol}],
            EndpointDetails=place,
            IdentityProviderType="SERVICE_MANAGED",
        )
