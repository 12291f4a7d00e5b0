"""What watches, tells and remembers: trails, logs, alarms, detectors, queues, topics, secrets."""

from __future__ import annotations

import json
from typing import Any

from variety.cloud import ACCOUNT, HOME, Cloud, grants

_SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY0"  # noqa: S105 - made up
_FILTERS = {
    "root-use": '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && '
                '$.eventType != "AwsServiceEvent" }',
    "refused-calls": '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
    "refused-sign-ins": '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }',
    "trail-changes": "{ ($.eventName = CreateTrail) || ($.eventName = UpdateTrail) || ($.eventName = DeleteTrail) || "
                     "($.eventName = StartLogging) || ($.eventName = StopLogging) }",
    "route-changes-in-part": "{ ($.eventName = CreateRoute) || ($.eventName = DeleteRoute) }",
    "security-groups-other-order": "{ ($.eventName = DeleteSecurityGroup) || ($.eventName = CreateSecurityGroup) || "
                                   "($.eventName = RevokeSecurityGroupEgress) || "
                                   "($.eventName = RevokeSecurityGroupIngress) || "
                                   "($.eventName = AuthorizeSecurityGroupEgress) || "
                                   "($.eventName = AuthorizeSecurityGroupIngress) }",
}  # fmt: skip
_DETECTED = ("S3_DATA_EVENTS", "RDS_LOGIN_EVENTS")
_DETECTIONS = (*_DETECTED, "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "LAMBDA_NETWORK_LOGS", "RUNTIME_MONITORING")


def build(cloud: Cloud) -> None:
    """All of this part."""
    topic = _topics(cloud.client("sns"))
    _queues(cloud.client("sqs"))
    _trails(cloud, topic)
    _logs(cloud.client("logs"))
    _alarms(cloud.client("cloudwatch"), topic)
    _detectors(cloud)
    _recorder(cloud.client("config"))
    _buses(cloud.client("events"))
    _secrets(cloud.client("secretsmanager"))
    _machines(cloud.client("ssm"))
    _stacks(cloud.client("cloudformation"))


def _topics(sns: Any) -> str:
    for name in grants("sns:Publish"):
        arn = sns.create_topic(Name=f"publish-{name}")["TopicArn"]
        sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=grants("sns:Publish", arn)[name])
    watched: str = sns.create_topic(Name="watched", Attributes={"KmsMasterKeyId": "alias/aws/sns"})["TopicArn"]
    sns.subscribe(TopicArn=watched, Protocol="https", Endpoint="https://hooks.example.com/alerts")
    return watched


def _queues(sqs: Any) -> None:
    for name in grants("sqs:SendMessage"):
        arn = f"arn:aws:sqs:{HOME}:{ACCOUNT}:send-{name}"
        sqs.create_queue(QueueName=f"send-{name}", Attributes={"Policy": grants("sqs:SendMessage", arn)[name]})


def _trails(cloud: Cloud, topic: str) -> None:
    del topic
    logs = cloud.client("logs")
    logs.create_log_group(logGroupName="trail")
    group = logs.describe_log_groups(logGroupNamePrefix="trail")["logGroups"][0]["arn"]
    trails = cloud.client("cloudtrail")
    trails.create_trail(
        Name="all-regions", S3BucketName="well-kept", IsMultiRegionTrail=True, EnableLogFileValidation=True,
        KmsKeyId="alias/shop", CloudWatchLogsLogGroupArn=group, IncludeGlobalServiceEvents=True,
        CloudWatchLogsRoleArn=f"arn:aws:iam::{ACCOUNT}:role/instance",
    )  # fmt: skip
    trails.put_event_selectors(
        TrailName="all-regions",
        EventSelectors=[{"ReadWriteType": "All", "IncludeManagementEvents": True,
                         "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}],
    )  # fmt: skip
    trails.put_insight_selectors(TrailName="all-regions", InsightSelectors=[{"InsightType": "ApiCallRateInsight"}])
    trails.start_logging(Name="all-regions")


def _logs(logs: Any) -> None:
    for name, days in (("kept-a-year", 365), ("kept-a-week", 7), ("kept-for-ever", None)):
        logs.create_log_group(logGroupName=name)
        if days:
            logs.put_retention_policy(logGroupName=name, retentionInDays=days)
    key = f"arn:aws:kms:{HOME}:{ACCOUNT}:key/00000000-1111-2222-3333-444444444444"
    logs.create_log_group(logGroupName="sealed", kmsKeyId=key)
    for name, pattern in _FILTERS.items():
        change = {"metricName": name, "metricNamespace": "Watch", "metricValue": "1"}
        logs.put_metric_filter(
            logGroupName="trail", filterName=name, filterPattern=pattern, metricTransformations=[change]
        )


def _alarms(cloudwatch: Any, topic: str) -> None:
    common = {"Namespace": "Watch", "Statistic": "Sum", "Period": 300, "EvaluationPeriods": 1, "Threshold": 1,
              "ComparisonOperator": "GreaterThanOrEqualToThreshold"}  # fmt: skip
    for name in _FILTERS:
        cloudwatch.put_metric_alarm(AlarmName=name, MetricName=name, AlarmActions=[topic], **common)
    cloudwatch.put_metric_alarm(AlarmName="tells-nobody", MetricName="x", **common)
    cloudwatch.put_metric_alarm(
        AlarmName="actions-off", MetricName="x", AlarmActions=[topic], ActionsEnabled=False, **common
    )


def _detectors(cloud: Cloud) -> None:
    cloud.client("guardduty").create_detector(
        Enable=True, DataSources={"S3Logs": {"Enable": True}},
        Features=[{"Name": name, "Status": "ENABLED" if name in _DETECTED else "DISABLED"} for name in _DETECTIONS],
    )  # fmt: skip
    cloud.client("securityhub").enable_security_hub(EnableDefaultStandards=True)
    cloud.client("inspector2").enable(accountIds=[ACCOUNT], resourceTypes=["EC2", "ECR"])
    cloud.client("macie2").enable_macie(status="ENABLED")


def _recorder(config: Any) -> None:
    config.put_configuration_recorder(
        ConfigurationRecorder={"name": "default", "roleARN": f"arn:aws:iam::{ACCOUNT}:role/instance",
                               "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True}}
    )  # fmt: skip
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "well-kept"})
    config.start_configuration_recorder(ConfigurationRecorderName="default")


def _buses(events: Any) -> None:
    for name in ("open", "shared", "own"):
        events.create_event_bus(Name=name)
        arn = f"arn:aws:events:{HOME}:{ACCOUNT}:event-bus/{name}"
        document = json.loads(grants("events:PutEvents", arn)[name])
        for statement in document["Statement"]:
            statement["Sid"] = name  # which moto wants
        events.put_permission(EventBusName=name, Policy=json.dumps(document))
    events.put_rule(Name="forgotten", EventPattern=json.dumps({"source": ["aws.s3"]}))


def _secrets(secrets: Any) -> None:
    for name in ("never-rotated", "rotated", "rotated-rarely", "open", "shared", "own"):
        arn = secrets.create_secret(Name=name, SecretString="made-up")["ARN"]
        if name in {"rotated", "rotated-rarely"}:
            secrets.rotate_secret(
                SecretId=name, RotationLambdaARN=f"arn:aws:lambda:{HOME}:{ACCOUNT}:function:mailer",
                RotationRules={"AutomaticallyAfterDays": 30 if name == "rotated" else 365}, RotateImmediately=False,
            )  # fmt: skip
        elif name in {"open", "shared", "own"}:
            document = grants("secretsmanager:GetSecretValue", arn)[name]
            secrets.put_resource_policy(SecretId=name, ResourcePolicy=document)


def _machines(ssm: Any) -> None:
    ssm.put_parameter(Name="/shop/plain-secret", Value=_SECRET, Type="String")
    ssm.put_parameter(Name="/shop/sealed-secret", Value=_SECRET, Type="SecureString")
    ssm.put_parameter(Name="/shop/stage", Value="prod", Type="String")
    document = {"schemaVersion": "2.2", "description": "x", "mainSteps": [
        {"action": "aws:runShellScript", "name": "run", "inputs": {"runCommand": ["true"]}}]}  # fmt: skip
    leaky = json.dumps(document).replace("true", f"export AWS_SECRET_ACCESS_KEY={_SECRET}")
    for name, content in (("private", json.dumps(document)), ("public", json.dumps(document)), ("secret", leaky)):
        ssm.create_document(Name=name, Content=content, DocumentType="Command", DocumentFormat="JSON")
    ssm.modify_document_permission(Name="public", PermissionType="Share", AccountIdsToAdd=["All"])


def _stacks(cloudformation: Any) -> None:
    body: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    toolkit = {**body, "Outputs": {"BootstrapVersion": {"Value": "14"}}}
    leaky = {**body, "Outputs": {"Secret": {"Value": f"AWS_SECRET_ACCESS_KEY={_SECRET}"}}}
    for name, template, kept in (
        ("kept", body, True),
        ("loose", body, False),
        ("leaky", leaky, True),
        ("CDKToolkit", toolkit, True),
    ):
        cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template), EnableTerminationProtection=kept)
