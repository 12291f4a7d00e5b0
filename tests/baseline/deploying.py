"""Deploys a template of ours: by the emulator's own CloudFormation what it knows, and by API what it lacks.

Each type that it lacks is made by the calls that CloudFormation makes for it, with the values that the template gives;
so that what is judged in the end is what the template says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from cfnlint.decode import decode
from cfnlint.template import Template

ACCOUNT = "123456789012"
Client = Callable[[str], Any]


def client_of(url: str, region: str) -> Client:
    """Clients of an emulator by the name of the service."""
    keys = {"aws_access_key_id": "demo", "aws_secret_access_key": "demo"}
    return lambda service: boto3.client(service, region_name=region, endpoint_url=url, **keys)


def _lower(value: Any) -> Any:
    """Properties as the parameters of an API whose names begin with a small letter."""
    if isinstance(value, dict):
        return {name[0].lower() + name[1:]: _lower(each) for name, each in value.items()}
    return [_lower(each) for each in value] if isinstance(value, list) else value


def _trail(aws: Client, given: dict[str, Any]) -> str:
    renamed = {"TrailName": "Name", "KMSKeyId": "KmsKeyId"}
    logging, selectors = given.pop("IsLogging"), given.pop("EventSelectors")
    trail = aws("cloudtrail").create_trail(**{renamed.get(name, name): each for name, each in given.items()})
    aws("cloudtrail").put_event_selectors(TrailName=trail["TrailARN"], EventSelectors=selectors)
    if logging:
        aws("cloudtrail").start_logging(Name=trail["TrailARN"])
    return str(trail["TrailARN"])


def _recorder(aws: Client, given: dict[str, Any]) -> str:
    recorder = {"name": given["Name"], "roleARN": given["RoleARN"], "recordingGroup": _lower(given["RecordingGroup"])}
    aws("config").put_configuration_recorder(ConfigurationRecorder=recorder)
    return str(given["Name"])


def _channel(aws: Client, given: dict[str, Any]) -> str:
    channel = {"name": given["Name"], "s3BucketName": given["S3BucketName"]}
    aws("config").put_delivery_channel(DeliveryChannel=channel)
    aws("config").start_configuration_recorder(ConfigurationRecorderName="default")
    return str(given["Name"])


def _budget(aws: Client, given: dict[str, Any]) -> str:
    limit = given["Budget"]["BudgetLimit"]
    aws("budgets").create_budget(
        AccountId=ACCOUNT,
        Budget={**given["Budget"], "BudgetLimit": {**limit, "Amount": str(limit["Amount"])}},
        NotificationsWithSubscribers=given["NotificationsWithSubscribers"],
    )
    return str(given["Budget"]["BudgetName"])


def _role(aws: Client, given: dict[str, Any]) -> str:
    trust = given["AssumeRolePolicyDocument"]
    name = given.get("RoleName", "made-up")
    aws("iam").create_role(
        RoleName=name,
        AssumeRolePolicyDocument=trust if isinstance(trust, str) else json.dumps(trust),
        MaxSessionDuration=given.get("MaxSessionDuration", 3600),
    )
    for policy in given.get("ManagedPolicyArns", []):
        aws("iam").attach_role_policy(RoleName=name, PolicyArn=policy)
    return str(name)


def _topic_policy(aws: Client, given: dict[str, Any]) -> str:
    for topic in given["Topics"]:
        text = json.dumps(given["PolicyDocument"])
        aws("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=text)
    return "policy"


def _bucket(aws: Client, given: dict[str, Any]) -> str:
    s3, name = aws("s3"), given["BucketName"]
    ownership = given["OwnershipControls"]["Rules"][0]["ObjectOwnership"]
    s3.create_bucket(
        Bucket=name,
        ObjectLockEnabledForBucket=given["ObjectLockEnabled"],
        ObjectOwnership=ownership,
        CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name},
    )
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": given["Tags"]})
    lock = given["ObjectLockConfiguration"]
    days = int(lock["Rule"]["DefaultRetention"]["Days"])
    lock = {**lock, "Rule": {"DefaultRetention": {**lock["Rule"]["DefaultRetention"], "Days": days}}}
    s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=lock)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=given["VersioningConfiguration"])
    (rule,) = given["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    by_default = {"ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"]}
    encryption = {"Rules": [{"BucketKeyEnabled": rule["BucketKeyEnabled"], **by_default}]}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=encryption)
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=given["PublicAccessBlockConfiguration"])
    rules = [
        {
            "ID": each["Id"],
            "Status": each["Status"],
            "Filter": {"Prefix": ""},
            "Transitions": [
                {"StorageClass": move["StorageClass"], "Days": move["TransitionInDays"]} for move in each["Transitions"]
            ],
            "AbortIncompleteMultipartUpload": each["AbortIncompleteMultipartUpload"],
        }
        for each in given["LifecycleConfiguration"]["Rules"]
    ]
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
    return str(name)


def _bucket_policy(aws: Client, given: dict[str, Any]) -> str:
    aws("s3").put_bucket_policy(Bucket=given["Bucket"], Policy=json.dumps(given["PolicyDocument"]))
    return "policy"


def _filter(aws: Client, given: dict[str, Any]) -> str:
    name = str(given["MetricTransformations"][0]["MetricName"])
    settings = _lower(given) | {"filterName": name}
    aws("logs").put_metric_filter(**settings)
    return name


MADE: Mapping[str, Callable[[Client, dict[str, Any]], Any]] = {
    "AWS::Budgets::Budget": _budget,
    "AWS::CloudTrail::Trail": _trail,
    "AWS::CloudWatch::Alarm": lambda aws, given: aws("cloudwatch").put_metric_alarm(**given) and given["AlarmName"],
    "AWS::Config::ConfigurationRecorder": _recorder,
    "AWS::Config::DeliveryChannel": _channel,
    "AWS::GuardDuty::Detector": lambda aws, given: aws("guardduty").create_detector(**given)["DetectorId"],
    "AWS::IAM::OIDCProvider": lambda aws, given: aws("iam").create_open_id_connect_provider(
        Url=given["Url"], ClientIDList=given["ClientIdList"]
    )["OpenIDConnectProviderArn"],
    "AWS::IAM::Role": _role,
    "AWS::IAM::ServiceLinkedRole": lambda aws, given: aws("iam").create_service_linked_role(**given)["Role"][
        "RoleName"
    ],
    "AWS::Logs::MetricFilter": _filter,
    "AWS::Macie::Session": lambda aws, given: aws("macie2").enable_macie(**_lower(given)) and ACCOUNT,
    "AWS::S3::Bucket": _bucket,
    "AWS::S3::BucketPolicy": _bucket_policy,
    "AWS::SNS::Subscription": lambda aws, given: aws("sns").subscribe(**given)["SubscriptionArn"],
    "AWS::SNS::TopicPolicy": _topic_policy,
    "AWS::SecurityHub::Hub": lambda aws, given: (
        aws("securityhub").enable_security_hub(
            EnableDefaultStandards=given["EnableDefaultStandards"],
            ControlFindingGenerator=given["ControlFindingGenerator"],
        )
        and "hub"
    ),
}
"""What moto's CloudFormation lacks, or makes without most of its settings, by type: what makes it, and returns its id.

It is what CloudFormation does too: the schema of each type names the calls of its handlers.
"""

UNKNOWN: Mapping[str, str] = {
    "AWS::AccessAnalyzer::Analyzer": "moto has no IAM Access Analyzer",
    "AWS::EC2::SnapshotBlockPublicAccess": "moto does not know EnableSnapshotBlockPublicAccess",
    "AWS::SecurityHub::FindingAggregator": "moto does not know CreateFindingAggregator",
    "AWS::SecurityHub::Standard": "moto does not know BatchEnableStandards",
}
"""What moto cannot make at all, with the reason."""


@dataclass
class Stack:
    """A stack in the making: ``made`` are the physical ids of its resources by their names in the template."""

    url: str
    region: str
    template: dict[str, Any]
    parameters: dict[str, Any]
    made: dict[str, str] = field(default_factory=dict)

    def value(self, node: Any) -> Any:  # noqa: PLR0911 - one for each function
        """A value of the template, as CloudFormation works it out; raises ``KeyError`` for what is not made yet."""
        match node:
            case {"Ref": name}:
                return None if name == "AWS::NoValue" else self._named(name)
            case {"Fn::GetAtt": [name, "Arn"]}:
                return self._arn(name)
            case {"Fn::Sub": [text, names]}:
                return self._text(text, {name: self.value(each) for name, each in names.items()})
            case {"Fn::Sub": text}:
                return self._text(text, {})
            case {"Fn::Join": [between, parts]}:
                return between.join(self.value(parts))
            case {"Fn::FindInMap": [table, row, column]}:
                return self.template["Mappings"][table][self.value(row)][column]
            case {"Fn::If": [name, yes, no]}:
                return self.value(yes if self.true(self.template["Conditions"][name]) else no)
            case dict():
                return {name: found for name, each in node.items() if (found := self.value(each)) is not None}
            case list():
                return [found for each in node if (found := self.value(each)) is not None]
        return node

    def true(self, node: Any) -> bool:
        """Whether a condition holds."""
        match node:
            case {"Condition": name}:
                return self.true(self.template["Conditions"][name])
            case {"Fn::Not": [inner]}:
                return not self.true(inner)
            case {"Fn::And": parts}:
                return all(map(self.true, parts))
            case {"Fn::Or": parts}:
                return any(map(self.true, parts))
            case {"Fn::Equals": [one, other]}:
                return bool(self.value(one) == self.value(other))
        raise AssertionError(f"{node} is no condition")

    def _named(self, name: str) -> Any:
        pseudo = {"AWS::Region": self.region, "AWS::AccountId": ACCOUNT, "AWS::Partition": "aws"}
        return {**pseudo, **self.parameters, **self.made}[name]

    def _arn(self, name: str) -> str:
        kind, made = self.template["Resources"][name]["Type"], self.made[name]
        return {
            "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/{made}",
            "AWS::KMS::Key": f"arn:aws:kms:{self.region}:{ACCOUNT}:key/{made}",
            "AWS::Logs::LogGroup": f"arn:aws:logs:{self.region}:{ACCOUNT}:log-group:{made}:*",
            "AWS::S3::Bucket": f"arn:aws:s3:::{made}",
        }[kind]

    def _text(self, text: str, names: Mapping[str, Any]) -> str:
        def filled(found: re.Match[str]) -> str:
            name, _, attribute = found[1].partition(".")
            return str(self._arn(name) if attribute else names.get(name) or self._named(name))

        return re.sub(r"\$\{([^}!]+)\}", filled, text)


def deploy(path: Path, url: str, region: str) -> Stack:
    """Deploy a template with the values beside it; the extensions of its language are cfn-lint's."""
    whole = Template(str(path), decode(str(path))[0], [region])
    whole.transform()
    template = json.loads(json.dumps(whole.template))
    values = json.loads(path.with_suffix(".parameters.json").read_text())
    lists = {name for name, each in template.get("Parameters", {}).items() if each["Type"] == "CommaDelimitedList"}
    given = {each["ParameterKey"]: each["ParameterValue"] for each in values}
    split = {name: each.split(",") if name in lists else each for name, each in given.items()}
    stack = Stack(url, region, template, split)
    present = {
        name: each
        for name, each in template["Resources"].items()
        if "Condition" not in each or stack.true({"Condition": each["Condition"]})
    }
    lacking = {name: each for name, each in present.items() if each["Type"] in MADE}
    unknown = {name for name, each in present.items() if each["Type"] in UNKNOWN}
    _make(stack, lacking)
    own = {
        name: {**each, "Properties": each["Properties"]}
        for name, each in present.items()
        if name not in {*lacking, *unknown}
    }
    if own:
        _by_cloudformation(stack, own, path.stem)
        _make(stack, lacking)
    left = set(present) - set(stack.made) - unknown
    assert not left, f"not made: {left}"
    return stack


def _make(stack: Stack, lacking: Mapping[str, Any]) -> None:
    """Make by API what has all that it refers to, until there is no more of it."""
    before = -1
    while before != len(stack.made):
        before = len(stack.made)
        _make_once(stack, lacking)


def _make_once(stack: Stack, lacking: Mapping[str, Any]) -> None:
    for name, each in lacking.items():
        after = each.get("DependsOn")
        if name not in stack.made and (after is None or after in stack.made):
            try:
                given = stack.value(each["Properties"])
            except KeyError:
                continue
            stack.made[name] = MADE[each["Type"]](client_of(stack.url, stack.region), given)


def _by_cloudformation(stack: Stack, own: Mapping[str, Any], name: str) -> None:
    """Make a stack of what the emulator knows, with what is made already in place of references to it."""
    template = {key: each for key, each in stack.template.items() if key not in {"Resources", "Outputs", "Transform"}}
    text = json.dumps({**template, "Resources": _with_ids(own, stack)})
    cloudformation = client_of(stack.url, stack.region)("cloudformation")
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=text,
        Parameters=[
            {"ParameterKey": key, "ParameterValue": ",".join(each) if isinstance(each, list) else each}
            for key, each in stack.parameters.items()
        ],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    (made,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    assert made["StackStatus"] == "CREATE_COMPLETE"
    for each in cloudformation.describe_stack_resources(StackName=name)["StackResources"]:
        stack.made[each["LogicalResourceId"]] = each["PhysicalResourceId"]


def _with_ids(node: Any, stack: Stack) -> Any:
    """The resources with what refers to others that are made already worked out."""
    match node:
        case {"Ref": name} if name in stack.made:
            return stack.made[name]
        case {"Fn::GetAtt": [name, "Arn"]} if name in stack.made:
            return stack.value(node)
        case dict():
            return {name: _with_ids(each, stack) for name, each in node.items() if name != "DependsOn"}
        case list():
            return [_with_ids(each, stack) for each in node]
    return node
