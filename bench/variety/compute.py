"""What runs: instances, templates, functions, containers, build projects."""

from __future__ import annotations

import base64
import json
from typing import Any

from variety.cloud import ACCOUNT, HOME, STRANGER, Cloud, allow, grants, package, policy, root

_IMAGE = "ami-12c6146b"
_SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY0"  # noqa: S105 - made up
_ROLE = f"arn:aws:iam::{ACCOUNT}:role/shop-function"


def build(cloud: Cloud) -> None:
    """All of this part."""
    ec2 = cloud.client("ec2")
    _instances(ec2)
    _disks(ec2)
    _templates(ec2)
    _groups(cloud.client("autoscaling"), _subnet(ec2, "public"))
    _functions(cloud.client("lambda"))
    _containers(cloud.client("ecs"), _subnet(ec2, "private-b"))
    _registry(cloud.client("ecr"))
    _clusters(cloud.client("eks"))
    _builds(cloud.client("codebuild"))
    _machines(cloud.client("stepfunctions"))


def _subnet(ec2: Any, name: str) -> str:
    return ec2.describe_subnets(Filters=[{"Name": "tag:Name", "Values": [name]}])["Subnets"][0]["SubnetId"]


def group(ec2: Any, name: str) -> str:
    """The id of a security group."""
    return ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": [name]}])["SecurityGroups"][0][
        "GroupId"
    ]


def _instances(ec2: Any) -> None:
    tokens = {"HttpTokens": "required", "HttpPutResponseHopLimit": 1, "HttpEndpoint": "enabled"}
    variants: dict[str, dict[str, Any]] = {
        "with-profile": {"IamInstanceProfile": {"Name": "instance"}, "MetadataOptions": tokens},
        "no-metadata": {"MetadataOptions": {"HttpEndpoint": "disabled", "HttpTokens": "optional"}},
        "monitored": {"Monitoring": {"Enabled": True}, "MetadataOptions": {**tokens, "HttpPutResponseHopLimit": 3}},
        "stopped": {"MetadataOptions": tokens},
        "secret-in-script": {"UserData": f"#!/bin/sh\nexport AWS_SECRET_ACCESS_KEY={_SECRET}\n"},
    }
    for name in ("ssh", "mysql", "web", "all-tcp"):
        place = {"SubnetId": _subnet(ec2, "public"), "SecurityGroupIds": [group(ec2, f"open-{name}")]}
        variants[f"public-{name}"] = {**place, "MetadataOptions": tokens}
    hidden = {"SubnetId": _subnet(ec2, "private-b"), "SecurityGroupIds": [group(ec2, "open-ssh")]}
    variants["private-ssh"] = {**hidden, "MetadataOptions": tokens}
    for name, variant in variants.items():
        made = ec2.run_instances(ImageId=_IMAGE, MinCount=1, MaxCount=1, **variant)["Instances"][0]["InstanceId"]
        ec2.create_tags(Resources=[made], Tags=[{"Key": "Name", "Value": name}])
        if name == "stopped":
            ec2.stop_instances(InstanceIds=[made])


def _disks(ec2: Any) -> None:
    sealed = ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=10, Encrypted=True)["VolumeId"]
    ec2.create_snapshot(VolumeId=sealed, Description="encrypted")
    plain = ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=10)["VolumeId"]
    ec2.create_snapshot(VolumeId=plain, Description="private and plain")
    ec2.allocate_address(Domain="vpc")
    instance = ec2.describe_instances()["Reservations"][0]["Instances"][0]["InstanceId"]
    for name, public in (("private-image", False), ("public-image", True)):
        image = ec2.create_image(InstanceId=instance, Name=name)["ImageId"]
        if public:
            ec2.modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"Group": "all"}]})


def _templates(ec2: Any) -> None:
    script = base64.b64encode(f"export AWS_SECRET_ACCESS_KEY={_SECRET}".encode()).decode()
    variants = {
        "strict": {"MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled"}},
        "loose": {"MetadataOptions": {"HttpTokens": "optional", "HttpEndpoint": "enabled"}},
        "silent": {"ImageId": _IMAGE},
        "public": {"NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": True}]},
        "secret": {"UserData": script},
    }
    for name, data in variants.items():
        ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data)


def _groups(scaling: Any, subnet: str) -> None:
    strict = {"HttpTokens": "required", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 1}
    for name, more in (
        ("configured-strictly", {"MetadataOptions": strict, "AssociatePublicIpAddress": False}),
        ("configured-loosely", {"AssociatePublicIpAddress": True}),
    ):
        scaling.create_launch_configuration(
            LaunchConfigurationName=name, ImageId=_IMAGE, InstanceType="t3.micro", **more
        )
        scaling.create_auto_scaling_group(
            AutoScalingGroupName=name, LaunchConfigurationName=name, MinSize=0, MaxSize=1, VPCZoneIdentifier=subnet
        )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="by-template",
        LaunchTemplate={"LaunchTemplateName": "silent"},
        MinSize=0,
        MaxSize=1,
        AvailabilityZones=[f"{HOME}a", f"{HOME}b"],
    )


def _functions(functions: Any) -> None:
    common = {"Role": _ROLE, "Handler": "main.handler", "Code": {"ZipFile": package()}}
    variants: dict[str, dict[str, Any]] = {
        "traced": {"Runtime": "python3.13", "TracingConfig": {"Mode": "Active"}},
        "old-node": {"Runtime": "nodejs14.x"},
        "with-key": {
            "Runtime": "python3.13",
            "Environment": {"Variables": {"STAGE": "prod"}},
            "KMSKeyArn": f"arn:aws:kms:{HOME}:{ACCOUNT}:key/00000000-1111-2222-3333-444444444444",
        },
        "without-key": {"Runtime": "python3.13", "Environment": {"Variables": {"STAGE": "prod"}}},
        "secret": {"Runtime": "python3.13", "Environment": {"Variables": {"AWS_SECRET": _SECRET}}},
        "harmless": {"Runtime": "python3.13", "Environment": {"Variables": {"TABLE": "carts", "TIMEOUT": "30"}}},
        "url-by-iam": {"Runtime": "python3.13"},
        "called-by-account": {"Runtime": "python3.13"},
        "called-by-bucket": {"Runtime": "python3.13"},
        "called-by-own-bucket": {"Runtime": "python3.13"},
    }
    for name, variant in variants.items():
        functions.create_function(FunctionName=name, **common, **variant)
    functions.create_function_url_config(FunctionName="url-by-iam", AuthType="AWS_IAM")
    callers = {
        "called-by-account": {"Principal": STRANGER},
        "called-by-bucket": {"Principal": "s3.amazonaws.com"},
        "called-by-own-bucket": {
            "Principal": "s3.amazonaws.com",
            "SourceAccount": ACCOUNT,
            "SourceArn": "arn:aws:s3:::shop-media",
        },
    }
    for name, caller in callers.items():
        functions.add_permission(FunctionName=name, StatementId="caller", Action="lambda:InvokeFunction", **caller)


def _containers(ecs: Any, subnet: str) -> None:
    ecs.create_cluster(clusterName="watched", settings=[{"name": "containerInsights", "value": "enabled"}])
    ecs.create_cluster(clusterName="unwatched")
    base = {"name": "main", "image": "nginx", "memory": 128}
    log = {"logDriver": "awslogs", "options": {"awslogs-group": "flow", "mode": "non-blocking"}}
    good = {**base, "logConfiguration": log, "readonlyRootFilesystem": True, "user": "1000"}
    definitions: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "good": (good, {"networkMode": "awsvpc"}),
        "bare": (base, {"networkMode": "awsvpc"}),
        "privileged": ({**good, "privileged": True}, {"networkMode": "bridge"}),
        "host-network": ({**base, "logConfiguration": log}, {"networkMode": "host"}),
        "host-network-as-user": (good, {"networkMode": "host"}),
        "host-processes": (good, {"pidMode": "host"}),
        "secret": ({**good, "environment": [{"name": "AWS_SECRET", "value": _SECRET}]}, {"networkMode": "awsvpc"}),
    }
    for name, (container, task) in definitions.items():
        ecs.register_task_definition(family=name, containerDefinitions=[container], **task)
    for public in ("ENABLED", "DISABLED"):
        ecs.create_service(
            cluster="watched",
            serviceName=f"public-{public.lower()}",
            taskDefinition="good",
            desiredCount=1,
            launchType="FARGATE",
            platformVersion="LATEST",
            networkConfiguration={
                "awsvpcConfiguration": {"subnets": [subnet], "securityGroups": [], "assignPublicIp": public}
            },
        )


def _registry(ecr: Any) -> None:
    ecr.create_repository(
        repositoryName="good", imageTagMutability="IMMUTABLE", imageScanningConfiguration={"scanOnPush": True}
    )
    rule = {
        "rulePriority": 1,
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 9},
        "action": {"type": "expire"},
    }
    ecr.put_lifecycle_policy(repositoryName="good", lifecyclePolicyText=json.dumps({"rules": [rule]}))
    ecr.create_repository(repositoryName="bare")
    for name, document in grants("ecr:BatchGetImage").items():
        if name in {"open", "shared", "for-organization"}:
            ecr.create_repository(repositoryName=name)
            stripped = json.loads(document)
            for statement in stripped["Statement"]:
                del statement["Resource"]
            ecr.set_repository_policy(repositoryName=name, policyText=json.dumps(stripped))
    ecr.create_repository(repositoryName="pushed-by-others")
    push = allow("ecr:PutImage", Principal=root(STRANGER))
    del push["Resource"]
    ecr.set_repository_policy(repositoryName="pushed-by-others", policyText=policy(push))


def _clusters(eks: Any) -> None:
    kinds = ("api", "audit", "authenticator", "controllerManager", "scheduler")
    role = f"arn:aws:iam::{ACCOUNT}:role/instance"
    key = f"arn:aws:kms:{HOME}:{ACCOUNT}:key/00000000-1111-2222-3333-444444444444"
    eks.create_cluster(
        name="closed",
        roleArn=role,
        version="1.34",
        resourcesVpcConfig={"subnetIds": [], "endpointPublicAccess": False, "endpointPrivateAccess": True},
        logging={"clusterLogging": [{"types": list(kinds), "enabled": True}]},
        encryptionConfig=[{"resources": ["secrets"], "provider": {"keyArn": key}}],
    )
    eks.create_cluster(
        name="open",
        roleArn=role,
        version="1.21",
        resourcesVpcConfig={"subnetIds": [], "endpointPublicAccess": True, "publicAccessCidrs": ["0.0.0.0/0"]},
    )
    eks.create_cluster(
        name="some-logs",
        roleArn=role,
        version="1.33",
        resourcesVpcConfig={"subnetIds": [], "endpointPublicAccess": True, "publicAccessCidrs": ["203.0.113.0/24"]},
        logging={"clusterLogging": [{"types": ["api"], "enabled": True}]},
    )


def _builds(codebuild: Any) -> None:
    source = {"type": "GITHUB", "location": "https://github.com/example/shop"}
    place = {"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"}
    secret = {"name": "AWS_SECRET", "value": _SECRET, "type": "PLAINTEXT"}
    stored = {"name": "AWS_SECRET", "value": "/shop/secret", "type": "PARAMETER_STORE"}
    variants: dict[str, dict[str, Any]] = {
        "good": {
            "environment": {**place, "environmentVariables": [stored]},
            "logsConfig": {"cloudWatchLogs": {"status": "ENABLED"}, "s3Logs": {"status": "DISABLED"}},
        },
        "secret": {"environment": {**place, "environmentVariables": [secret]}},
        "unlogged": {"logsConfig": {"cloudWatchLogs": {"status": "DISABLED"}, "s3Logs": {"status": "DISABLED"}}},
        "privileged": {"environment": {**place, "privilegedMode": True}},
        "credentials-in-source": {"source": {**source, "location": "https://me:token123@github.com/example/shop"}},
    }
    for name, variant in variants.items():
        codebuild.create_project(
            **{
                "name": name,
                "source": source,
                "artifacts": {"type": "NO_ARTIFACTS"},
                "environment": place,
                "serviceRole": _ROLE,
                **variant,
            }
        )


def _machines(machines: Any) -> None:
    definition = {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}}
    leaky = {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True, "Result": {"AWS_SECRET": _SECRET}}}}
    log = {
        "level": "ALL",
        "destinations": [
            {"cloudWatchLogsLogGroup": {"logGroupArn": f"arn:aws:logs:{HOME}:{ACCOUNT}:log-group:flow:*"}}
        ],
    }
    variants: dict[str, dict[str, Any]] = {
        "logged": {"loggingConfiguration": log, "tracingConfiguration": {"enabled": True}},
        "unlogged": {},
        "secret": {"definition": json.dumps(leaky)},
    }
    for name, variant in variants.items():
        machines.create_state_machine(
            **{"name": name, "definition": json.dumps(definition), "roleArn": _ROLE, **variant}
        )
