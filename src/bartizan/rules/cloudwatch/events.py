"""What should be noticed: for each subject, events as CloudTrail records them, all of which a watch must catch.

The events are those that the CIS Foundations Benchmark for AWS has watched. Fields that no filter asks about are left
out. ``HARMLESS`` holds events of every day: a filter that matches them watches everything, and so nothing.

Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html
and https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Event = Mapping[str, Any]

_ROLE = {
    "type": "AssumedRole",
    "arn": "arn:aws:sts::111122223333:assumed-role/admin/alice",
    "accountId": "111122223333",
    "sessionContext": {
        "sessionIssuer": {
            "type": "Role",
            "arn": "arn:aws:iam::111122223333:role/admin",
            "accountId": "111122223333",
            "userName": "admin",
        },
        "attributes": {"mfaAuthenticated": "true"},
    },
}
_USER = {
    "type": "IAMUser",
    "arn": "arn:aws:iam::111122223333:user/alice",
    "accountId": "111122223333",
    "userName": "alice",
}
_ROOT = {
    "type": "Root",
    "arn": "arn:aws:iam::111122223333:root",
    "accountId": "111122223333",
    "principalId": "111122223333",
}


def _called(service: str, name: str, **more: Any) -> Event:
    return {
        "eventVersion": "1.09",
        "eventType": "AwsApiCall",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "eventCategory": "Management",
        "managementEvent": True,
        "readOnly": False,
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "203.0.113.5",
        "userAgent": "aws-cli/2.31.0",
        "userIdentity": _ROLE,
        "recipientAccountId": "111122223333",
        **more,
    }


def _calls(service: str, *names: str) -> tuple[Event, ...]:
    return tuple(_called(service, name) for name in names)


def _signed_in(identity: Event, mfa: str = "Yes", outcome: str = "Success", **more: Any) -> Event:
    return _called(
        "signin",
        "ConsoleLogin",
        eventType="AwsConsoleSignIn",
        userIdentity=identity,
        additionalEventData={"MFAUsed": mfa, "MobileVersion": "No"},
        responseElements={"ConsoleLogin": outcome},
        **more,
    )


HARMLESS = (
    _called("ec2", "DescribeInstances", readOnly=True),
    _called("s3", "GetBucketLocation", readOnly=True),
    _called("sts", "AssumeRole", userIdentity={"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}),
    _signed_in(_USER),
)

REFUSED_CALLS = (
    _called("s3", "GetBucketPolicy", readOnly=True, errorCode="AccessDenied"),
    _called("iam", "CreateUser", errorCode="AccessDeniedException"),
    _called("ec2", "RunInstances", errorCode="Client.UnauthorizedOperation"),
)
SIGN_IN_WITHOUT_MFA = (_signed_in(_USER, mfa="No"),)
SIGN_IN_REFUSED = (
    _signed_in(_USER, mfa="No", outcome="Failure", errorMessage="Failed authentication"),
    _signed_in(_USER, mfa="Yes", outcome="Failure", errorMessage="Failed authentication"),
)
ROOT = (_signed_in(_ROOT), _called("iam", "CreateAccessKey", userIdentity=_ROOT))
POLICIES = _calls(
    "iam", "CreatePolicy", "DeletePolicy", "CreatePolicyVersion", "DeletePolicyVersion", "PutUserPolicy",
    "PutGroupPolicy", "PutRolePolicy", "DeleteUserPolicy", "DeleteGroupPolicy", "DeleteRolePolicy", "AttachUserPolicy",
    "AttachGroupPolicy", "AttachRolePolicy", "DetachUserPolicy", "DetachGroupPolicy", "DetachRolePolicy",
)  # fmt: skip
TRAILS = _calls("cloudtrail", "CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging")
KEYS = _calls("kms", "DisableKey", "ScheduleKeyDeletion")
BUCKETS = _calls(
    "s3", "PutBucketAcl", "PutBucketPolicy", "PutBucketCors", "PutBucketLifecycle", "PutBucketReplication",
    "DeleteBucketPolicy", "DeleteBucketCors", "DeleteBucketLifecycle", "DeleteBucketReplication",
)  # fmt: skip
CONFIG = _calls(
    "config", "StopConfigurationRecorder", "PutConfigurationRecorder", "PutDeliveryChannel", "DeleteDeliveryChannel"
)
SECURITY_GROUPS = _calls(
    "ec2", "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupIngress",
    "RevokeSecurityGroupEgress", "CreateSecurityGroup", "DeleteSecurityGroup",
)  # fmt: skip
NETWORK_ACLS = _calls(
    "ec2", "CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry",
    "ReplaceNetworkAclEntry", "ReplaceNetworkAclAssociation",
)  # fmt: skip
GATEWAYS = _calls(
    "ec2", "CreateCustomerGateway", "DeleteCustomerGateway", "AttachInternetGateway", "CreateInternetGateway",
    "DeleteInternetGateway", "DetachInternetGateway",
)  # fmt: skip
ROUTES = _calls(
    "ec2", "CreateRoute", "CreateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation", "DeleteRouteTable",
    "DeleteRoute", "DisassociateRouteTable",
)  # fmt: skip
NETWORKS = _calls(
    "ec2", "CreateVpc", "DeleteVpc", "ModifyVpcAttribute", "AcceptVpcPeeringConnection", "CreateVpcPeeringConnection",
    "DeleteVpcPeeringConnection", "RejectVpcPeeringConnection",
)  # fmt: skip
ORGANIZATION = _calls(
    "organizations", "AcceptHandshake", "AttachPolicy", "CreateAccount", "CreateOrganizationalUnit", "CreatePolicy",
    "DeclineHandshake", "DeleteOrganization", "DeleteOrganizationalUnit", "DeletePolicy", "DetachPolicy",
    "DisablePolicyType", "EnablePolicyType", "InviteAccountToOrganization", "LeaveOrganization", "MoveAccount",
    "RemoveAccountFromOrganization", "UpdatePolicy", "UpdateOrganizationalUnit",
)  # fmt: skip
