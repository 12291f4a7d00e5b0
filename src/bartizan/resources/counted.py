"""Of which types AWS Config can tell that there are none, so that they need not be listed.

Only those are named of which Config records all that the listing shows. Left out is what Config does not record, what
there always is, and what others share with an account or AWS makes for it, of which Config may know nothing. Config's
names: https://docs.aws.amazon.com/config/latest/developerguide/resource-config-reference.html
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bartizan.resources.reading import AnyReader

_BY_THEIR_NAME = frozenset(
    {
        "AWS::AccessAnalyzer::Analyzer",
        "AWS::AmazonMQ::Broker",
        "AWS::Amplify::App",
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGateway::UsagePlan",
        "AWS::ApiGatewayV2::Api",
        "AWS::AppSync::GraphQLApi",
        "AWS::AutoScaling::AutoScalingGroup",
        "AWS::AutoScaling::LaunchConfiguration",
        "AWS::Backup::BackupPlan",
        "AWS::Backup::BackupVault",
        "AWS::Bedrock::Guardrail",
        "AWS::CloudFormation::Stack",
        "AWS::CloudWatch::Alarm",
        "AWS::CodeArtifact::Domain",
        "AWS::CodeArtifact::Repository",
        "AWS::CodeBuild::Project",
        "AWS::CodePipeline::Pipeline",
        "AWS::Cognito::IdentityPool",
        "AWS::Cognito::UserPool",
        "AWS::DynamoDB::Table",
        "AWS::EC2::EIP",
        "AWS::EC2::FlowLog",
        "AWS::EC2::Instance",
        "AWS::EC2::LaunchTemplate",
        "AWS::EC2::NetworkInterface",
        "AWS::EC2::VPCEndpoint",
        "AWS::EC2::Volume",
        "AWS::ECR::Repository",
        "AWS::ECS::Cluster",
        "AWS::ECS::TaskDefinition",
        "AWS::EFS::AccessPoint",
        "AWS::EFS::FileSystem",
        "AWS::EKS::Cluster",
        "AWS::EMR::SecurityConfiguration",
        "AWS::ElasticBeanstalk::Environment",
        "AWS::ElasticLoadBalancing::LoadBalancer",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "AWS::Glue::Job",
        "AWS::Kinesis::Stream",
        "AWS::KinesisFirehose::DeliveryStream",
        "AWS::Lambda::Function",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::Redshift::Cluster",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::SSM::Document",
        "AWS::SageMaker::Domain",
        "AWS::SageMaker::Model",
        "AWS::SecretsManager::Secret",
        "AWS::StepFunctions::StateMachine",
        "AWS::Transfer::Server",
        "AWS::WAFv2::WebACL",
    }
)

_INTERFACE = "AWS::EC2::NetworkInterface"
_BY_OTHERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "AWS::CertificateManager::Certificate": frozenset({"AWS::ACM::Certificate"}),
        "AWS::OpenSearchService::Domain": frozenset({"AWS::Elasticsearch::Domain", "AWS::OpenSearch::Domain"}),
        # What holds them is listed first.
        "AWS::Amplify::Branch": frozenset({"AWS::Amplify::App"}),
        "AWS::ApiGateway::Stage": frozenset({"AWS::ApiGateway::RestApi"}),
        "AWS::ApiGatewayV2::Stage": frozenset({"AWS::ApiGatewayV2::Api"}),
        "AWS::Cognito::UserPoolClient": frozenset({"AWS::Cognito::UserPool"}),
        "AWS::ECS::Service": frozenset({"AWS::ECS::Cluster"}),
        "AWS::EFS::MountTarget": frozenset({"AWS::EFS::FileSystem"}),
        "AWS::EKS::Nodegroup": frozenset({"AWS::EKS::Cluster"}),
        "AWS::ElasticLoadBalancingV2::Listener": frozenset({"AWS::ElasticLoadBalancingV2::LoadBalancer"}),
        # Who has an interface in a network that another account shares depends on that network.
        **{
            name: frozenset({name, _INTERFACE})
            for name in (
                "AWS::EC2::NetworkAcl",
                "AWS::EC2::RouteTable",
                "AWS::EC2::SecurityGroup",
                "AWS::EC2::Subnet",
                "AWS::EC2::VPC",
            )
        },
    }
)

COUNTED: frozenset[str] = _BY_THEIR_NAME.union(*_BY_OTHERS.values())
"""The types of Config that are counted, by Config's names."""

_EVERYWHERE = frozenset(
    {
        "AWS::ACM::Certificate",
        "AWS::AutoScaling::AutoScalingGroup",
        "AWS::AutoScaling::LaunchConfiguration",
        "AWS::CloudWatch::Alarm",
        "AWS::DynamoDB::Table",
        "AWS::EC2::EIP",
        "AWS::EC2::Instance",
        "AWS::EC2::NetworkAcl",
        "AWS::EC2::NetworkInterface",
        "AWS::EC2::RouteTable",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::Subnet",
        "AWS::EC2::VPC",
        "AWS::EC2::VPCEndpoint",
        "AWS::EC2::Volume",
        "AWS::ElasticLoadBalancing::LoadBalancer",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::Lambda::Function",
        "AWS::RDS::DBInstance",
        "AWS::Redshift::Cluster",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
    }
)
_REGIONS = frozenset(
    {
        "af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2",
        "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ca-central-1", "eu-central-1",
        "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3",
        "me-central-1", "me-south-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
    }
)  # fmt: skip


_BY_DEFAULT = frozenset(
    {
        "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
        "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1",
        "us-east-2", "us-west-1", "us-west-2",
    }
)  # fmt: skip
"""The regions that need not be enabled, in which more is recorded than in others."""

_BY_DEFAULT_BUT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "AWS::CodePipeline::Pipeline": frozenset({"ap-northeast-3"}),
        "AWS::EC2::FlowLog": frozenset(),
        "AWS::RDS::DBCluster": frozenset({"sa-east-1"}),
    }
)
"""What is recorded in those regions, and in which of them it is not."""


def recorded_in(region: str) -> frozenset[str]:
    """The counted types that Config is known to record in the region, as it does in regions of old.

    Of others, and in newer regions, only what is recorded there shows it. Source, as of 2023:
    https://docs.aws.amazon.com/config/latest/developerguide/what-is-resource-config-coverage.html
    """
    if region not in _REGIONS:
        return frozenset()
    more = {name for name, but in _BY_DEFAULT_BUT.items() if region in _BY_DEFAULT and region not in but}
    return _EVERYWHERE | more


def counted_as(reader: AnyReader) -> frozenset[str]:
    """The types, as Config names them, of which there must be none for the reader to find nothing in a region.

    It is empty where Config cannot tell.
    """
    if reader.where != "region" or len(reader.types) != 1:
        return frozenset()
    name = reader.types[0].cfn_type
    return frozenset({name}) if name in _BY_THEIR_NAME else _BY_OTHERS.get(name, frozenset())
