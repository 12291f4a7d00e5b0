"""Findings in the AWS Security Finding Format (ASFF), as Security Hub imports them.

It is written from a finding's facts, as a report in JSON holds them, so that a report on disk can be sent too.

Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import IO, Any

from bartizan.report.content import ReportInput, finding_facts, partition_of, rule_facts
from bartizan.report.safe import printable

Facts = Mapping[str, Any]
Asff = dict[str, Any]

GENERATOR = "bartizan/"
"""How the ``GeneratorId`` of our findings begins; the rule's id follows."""

ID = "bartizan/"
"""How the ``Id`` of our findings begins; rule and fingerprint follow."""

_TYPE = "Software and Configuration Checks/AWS Security Best Practices"
_SEVERITIES = MappingProxyType(
    {"critical": "CRITICAL", "high": "HIGH", "medium": "MEDIUM", "low": "LOW", "info": "INFORMATIONAL"}
)
_COMPLIANCE = MappingProxyType(
    {
        "pass": "PASSED",
        "fail": "FAILED",
        "suppressed": "FAILED",
        "advice": "WARNING",
        "unknown": "WARNING",
        "error": "NOT_AVAILABLE",
    }
)
_MAIN_REGIONS = MappingProxyType({"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"})

# Of the types of https://docs.aws.amazon.com/securityhub/latest/userguide/asff-resources.html those with details, which
# botocore lists; AwsAccount has none.
_NAMES = (
    "AwsAccount", "AwsAmazonMqBroker", "AwsApiGatewayRestApi", "AwsApiGatewayStage", "AwsApiGatewayV2Api",
    "AwsApiGatewayV2Stage", "AwsAppSyncGraphQlApi", "AwsAthenaWorkGroup", "AwsAutoScalingAutoScalingGroup",
    "AwsAutoScalingLaunchConfiguration", "AwsBackupBackupPlan", "AwsBackupBackupVault", "AwsBackupRecoveryPoint",
    "AwsCertificateManagerCertificate", "AwsCloudFormationStack", "AwsCloudFrontDistribution", "AwsCloudTrailTrail",
    "AwsCloudWatchAlarm", "AwsCodeBuildProject", "AwsDmsEndpoint", "AwsDmsReplicationInstance",
    "AwsDmsReplicationTask", "AwsDynamoDbTable", "AwsEc2ClientVpnEndpoint", "AwsEc2Eip", "AwsEc2Instance",
    "AwsEc2LaunchTemplate", "AwsEc2NetworkAcl", "AwsEc2NetworkInterface", "AwsEc2RouteTable", "AwsEc2SecurityGroup",
    "AwsEc2Subnet", "AwsEc2TransitGateway", "AwsEc2Volume", "AwsEc2Vpc", "AwsEc2VpcEndpointService",
    "AwsEc2VpcPeeringConnection", "AwsEc2VpnConnection", "AwsEcrContainerImage", "AwsEcrRepository",
    "AwsEcsCluster", "AwsEcsContainer", "AwsEcsService", "AwsEcsTask", "AwsEcsTaskDefinition", "AwsEfsAccessPoint",
    "AwsEksCluster", "AwsElasticBeanstalkEnvironment", "AwsElasticsearchDomain", "AwsElbLoadBalancer",
    "AwsElbv2LoadBalancer", "AwsEventSchemasRegistry", "AwsEventsEndpoint", "AwsEventsEventbus",
    "AwsGuardDutyDetector", "AwsIamAccessKey", "AwsIamGroup", "AwsIamPolicy", "AwsIamRole", "AwsIamUser",
    "AwsKinesisStream", "AwsKmsKey", "AwsLambdaFunction", "AwsLambdaLayerVersion", "AwsMskCluster",
    "AwsNetworkFirewallFirewall", "AwsNetworkFirewallFirewallPolicy", "AwsNetworkFirewallRuleGroup",
    "AwsOpenSearchServiceDomain", "AwsRdsDbCluster", "AwsRdsDbClusterSnapshot", "AwsRdsDbInstance",
    "AwsRdsDbSecurityGroup", "AwsRdsDbSnapshot", "AwsRdsEventSubscription", "AwsRedshiftCluster",
    "AwsRoute53HostedZone", "AwsS3AccessPoint", "AwsS3AccountPublicAccessBlock", "AwsS3Bucket", "AwsS3Object",
    "AwsSageMakerNotebookInstance", "AwsSecretsManagerSecret", "AwsSnsTopic", "AwsSqsQueue",
    "AwsSsmPatchCompliance", "AwsStepFunctionStateMachine", "AwsWafRateBasedRule", "AwsWafRegionalRateBasedRule",
    "AwsWafRegionalRule", "AwsWafRegionalRuleGroup", "AwsWafRegionalWebAcl", "AwsWafRule", "AwsWafRuleGroup",
    "AwsWafWebAcl", "AwsWafv2RuleGroup", "AwsWafv2WebAcl", "AwsXrayEncryptionConfig",
)  # fmt: skip
_BY_LOWER_CASE = MappingProxyType({each.lower(): each for each in _NAMES})
_OTHERWISE = MappingProxyType(
    {
        "AWS::Account::Account": "AwsAccount",
        "AWS::DocDB::DBCluster": "AwsRdsDbCluster",
        "AWS::DocDB::DBInstance": "AwsRdsDbInstance",
        "AWS::ElasticLoadBalancingV2::LoadBalancer": "AwsElbv2LoadBalancer",
        "AWS::IAM::AWSManagedPolicy": "AwsIamPolicy",
        "AWS::IAM::ManagedPolicy": "AwsIamPolicy",
        "AWS::Neptune::DBCluster": "AwsRdsDbCluster",
        "AWS::Neptune::DBInstance": "AwsRdsDbInstance",
        "AWS::StepFunctions::StateMachine": "AwsStepFunctionStateMachine",
    }
)
"""Where the format's name is not CloudFormation's without its colons."""


def write_asff(report: ReportInput, stream: IO[str]) -> None:
    """Write a JSON list with a finding on each line; passes only where the report is to list them."""
    separator = "[\n"
    for each in findings(report):
        stream.write(separator + json.dumps(each, separators=(",", ":")))
        separator = ",\n"
    stream.write("[]\n" if separator == "[\n" else "\n]\n")


def findings(report: ReportInput) -> Iterator[Asff]:
    """The findings, the worst first, then the passes, if the report lists them; without what is of no account."""
    rules = rule_facts(report)
    for each in (*report.findings, *report.passes):
        if each.account:
            facts = finding_facts(each)
            partition = partition_of(each.resource, each.region)
            region = each.region or _MAIN_REGIONS.get(partition, "us-east-1")
            product = product_arn(partition, region, each.account)
            yield asff(facts, rules[each.rule], at=report.started, version=report.version, product=product)


def asff(finding: Facts, rule: Facts, *, at: dt.datetime, version: str, product: str) -> Asff:
    """One finding from its facts and those of its rule, as of a time; ``product`` is the ARN of who sends it.

    An accepted finding is archived rather than suppressed, since only a record's state can be changed by who sent it,
    and an acceptance ends one day.
    """
    severity = {"Label": _severity(finding), "Original": finding["severity"]}
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"{ID}{finding['rule']}/{finding['fingerprint']}",
        "ProductArn": product,
        "GeneratorId": GENERATOR + finding["rule"],
        "AwsAccountId": finding["account"],
        "CreatedAt": moment(at),
        "UpdatedAt": moment(at),
        "LastObservedAt": moment(at),
        "Title": _short(rule["title"], 256),
        "Description": _short("; ".join(finding["problems"]) or rule["why"], 1024),
        "FindingProviderFields": {"Severity": severity, "Types": [_TYPE]},
        "Remediation": {"Recommendation": _recommendation(rule)},
        "ProductFields": _fields(finding, version),
        "Resources": [_resource(finding)],
        "Compliance": {"Status": _COMPLIANCE[finding["status"]]},
        "RecordState": "ARCHIVED" if finding["status"] == "suppressed" else "ACTIVE",
    }


def product_arn(partition: str, region: str, account: str) -> str:
    """The product that an account may send findings of by itself, in a region."""
    return f"arn:{partition}:securityhub:{region}:{account}:product/{account}/default"


def resource_type(cfn_type: str) -> str:
    """The format's name of a CloudFormation type; ``Other`` where it has none."""
    return _OTHERWISE.get(cfn_type) or _BY_LOWER_CASE.get(cfn_type.replace("::", "").lower(), "Other")


def moment(time: dt.datetime) -> str:
    """A time as the format writes it."""
    return time.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _severity(finding: Facts) -> str:
    # What is no failure must not be counted among the critical ones.
    return _SEVERITIES[finding["severity"]] if finding["status"] in {"fail", "suppressed"} else "INFORMATIONAL"


def _recommendation(rule: Facts) -> Asff:
    links = [each for each in rule["references"] if each.startswith("https://")]
    return {"Text": _short(rule["how_to_fix"], 512)} | ({"Url": links[0]} if links else {})


def _fields(finding: Facts, version: str) -> dict[str, str]:
    """What the format has no place for, within its limits: 50 fields of 128 and 2,048 characters."""
    suppression = finding.get("suppression") or {}
    fields = {
        "bartizan/version": version,
        "bartizan/rule": finding["rule"],
        "bartizan/status": finding["status"],
        "bartizan/resource": finding["resource"],
        "bartizan/resource-type": finding["resource_type"],
        "bartizan/region": finding["region"],
        "bartizan/missing-permission": finding.get("missing_permission") or "",
        "bartizan/accepted-because": suppression.get("reason") or "",
        "bartizan/accepted-by": suppression.get("owner") or "",
        "bartizan/accepted-until": suppression.get("expires") or "",
    }
    return {name: _short(value, 2048) for name, value in fields.items() if value.strip()}


def _resource(finding: Facts) -> Asff:
    resource = {
        "Type": resource_type(finding["resource_type"]),
        "Id": _short(finding["resource"], 512),
        "Partition": partition_of(finding["resource"], finding["region"]),
    }
    return resource | ({"Region": finding["region"]} if finding["region"] else {})


def _short(text: str, most: int) -> str:
    """The text on one line, of at most so many characters, and never blank, which the format refuses."""
    flat = printable(" ".join(text.split())) or "(none)"
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"
