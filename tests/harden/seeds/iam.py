"""What fails in IAM."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import seeds

_READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
_LIST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]}


def _ago(days: int) -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(days=days)


def _trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Id": "trust", "Statement": [statement]})


@seeds("iam.long-sessions", "iam.service-trusted-for-anyone")
def role_with_everything_wrong(aws: Aws) -> None:
    trust = _trust("states.amazonaws.com")
    aws.client("iam").create_role(
        RoleName="jobs", AssumeRolePolicyDocument=trust, MaxSessionDuration=43200, Description="for nightly jobs"
    )
    _keep_description(aws)


@seeds("iam.long-sessions")
def role_without_description(aws: Aws) -> None:
    trust = _trust("ec2.amazonaws.com")
    aws.client("iam").create_role(RoleName="web", Path="/web/", AssumeRolePolicyDocument=trust, MaxSessionDuration=7200)
    _keep_description(aws)


def _keep_description(aws: Aws) -> None:
    """Fail where a change of the role takes its description away."""
    iam = aws.client("iam")
    (role,) = iam.list_roles()["Roles"]
    before = role.get("Description")

    def update(params: dict[str, Any]) -> None:
        assert params.get("Description") == before
        iam.update_role(**params)

    aws.answers("iam:UpdateRole", update)


@seeds("iam.empty-group")
def group_that_nobody_is_in(aws: Aws) -> None:
    iam = aws.client("iam")
    iam.create_group(GroupName="auditors", Path="/audit/")
    iam.put_group_policy(GroupName="auditors", PolicyName="list", PolicyDocument=json.dumps(_LIST))
    iam.put_group_policy(GroupName="auditors", PolicyName="read", PolicyDocument=json.dumps(_READ))
    policy = iam.create_policy(PolicyName="shop-read", PolicyDocument=json.dumps(_READ))["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="auditors", PolicyArn=policy)


@seeds("iam.unattached-policy")
def policy_with_versions(aws: Aws) -> None:
    iam = aws.client("iam")
    tags = [{"Key": "team", "Value": "shop"}]
    arn = iam.create_policy(
        PolicyName="later", Path="/shop/", PolicyDocument=json.dumps(_READ), Description="for later", Tags=tags
    )["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(_LIST), SetAsDefault=True)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(_READ), SetAsDefault=False)
    _named_policies(aws)

    def create(params: dict[str, Any]) -> Any:
        assert params["Description"] == "for later"
        assert params["Tags"] == tags
        return {"Policy": aws.client("iam").create_policy(**params)["Policy"]}

    aws.answers("iam:CreatePolicy", create)


@seeds("iam.unattached-policy")
def policy_of_one_version(aws: Aws) -> None:
    aws.client("iam").create_policy(PolicyName="plain", PolicyDocument=json.dumps(_READ))
    _named_policies(aws)


def _named_policies(aws: Aws) -> None:
    """Policies with their names, which moto leaves out."""

    def details(params: dict[str, Any]) -> Any:
        reply = aws.client("iam").get_account_authorization_details(**params)
        policies = [{"PolicyName": each["Arn"].rpartition("/")[2], **each} for each in reply["Policies"]]
        return {**reply, "Policies": policies}

    aws.answers("iam:GetAccountAuthorizationDetails", details)


@seeds("iam.expired-certificate", lasting=("iam.expired-certificate",))
def certificate_that_expired(aws: Aws) -> None:
    found = {
        "Path": "/",
        "ServerCertificateName": "shop-2023",
        "ServerCertificateId": "ASCAEXAMPLE",
        "Arn": "arn:aws:iam::123456789012:server-certificate/shop-2023",
        "UploadDate": _ago(800),
        "Expiration": _ago(70),
    }
    kept = [found]

    def delete(params: dict[str, Any]) -> None:
        if not [each for each in kept if each["ServerCertificateName"] == params["ServerCertificateName"]]:
            raise AwsError("NoSuchEntity", "there is no such certificate")
        kept.clear()

    aws.answers("iam:ListServerCertificates", lambda _: {"ServerCertificateMetadataList": kept})
    aws.answers("iam:DeleteServerCertificate", delete)


_COLUMNS = (
    "user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed",
    "password_next_rotation", "mfa_active", "access_key_1_active", "access_key_1_last_rotated",
    "access_key_1_last_used_date", "access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date",
)  # fmt: skip


class _Anna:
    """A user with credentials: the report of them, which stays as it was, and how they really are."""

    def __init__(self, aws: Aws, keys: dict[str, dict[str, Any]], password: dict[str, Any] | None = None) -> None:
        self.aws, self.keys, self.password = aws, keys, password
        aws.client("iam").create_user(UserName="anna")
        report = {"Content": self.report().encode(), "ReportFormat": "text/csv"}
        aws.answers("iam:GenerateCredentialReport", {"State": "COMPLETE"})
        aws.answers("iam:GetCredentialReport", report)
        aws.answers("iam:ListAccessKeys", self.list_keys)
        aws.answers("iam:GetAccessKeyLastUsed", self.last_used)
        aws.answers("iam:UpdateAccessKey", self.update)
        aws.answers("iam:GetLoginProfile", self.profile)
        aws.answers("iam:DeleteLoginProfile", self.delete_profile)
        aws.answers("iam:GetUser", self.user)

    def report(self) -> str:
        row = dict.fromkeys(_COLUMNS, "N/A") | {
            "user": "anna",
            "mfa_active": "true",
            "password_enabled": str(self.password is not None).lower(),
        }
        if self.password:
            row |= {
                "password_last_used": self.password["used"].isoformat(),
                "password_last_changed": self.password["created"].isoformat(),
            }
        for number, key in enumerate(self.keys.values(), 1):
            row[f"access_key_{number}_active"] = str(key["Status"] == "Active").lower()
            row[f"access_key_{number}_last_rotated"] = key["CreateDate"].isoformat()
            row[f"access_key_{number}_last_used_date"] = key["used"].isoformat() if key["used"] else "N/A"
        return ",".join(_COLUMNS) + "\n" + ",".join(row.values()) + "\n"

    def list_keys(self, params: dict[str, Any]) -> Any:
        # AWS promises no order.
        return {
            "AccessKeyMetadata": [
                {"UserName": params["UserName"], "AccessKeyId": key_id}
                | {name: key[name] for name in ("Status", "CreateDate")}
                for key_id, key in reversed(self.keys.items())
            ]
        }

    def last_used(self, params: dict[str, Any]) -> Any:
        used = self.keys[params["AccessKeyId"]]["used"]
        return {
            "UserName": "anna",
            "AccessKeyLastUsed": {"ServiceName": "s3", "Region": "eu-west-1", "LastUsedDate": used}
            if used
            else {"ServiceName": "N/A", "Region": "N/A"},
        }

    def update(self, params: dict[str, Any]) -> None:
        self.keys[params["AccessKeyId"]]["Status"] = params["Status"]

    def profile(self, params: dict[str, Any]) -> Any:
        if self.password is None:
            raise AwsError("NoSuchEntity", "Login Profile for User anna cannot be found.")
        return {"LoginProfile": {"UserName": params["UserName"], "CreateDate": self.password["created"]}}

    def delete_profile(self, params: dict[str, Any]) -> None:
        self.profile(params)
        self.password = None

    def user(self, _: dict[str, Any]) -> Any:
        found = self.aws.client("iam").get_user(UserName="anna")["User"]
        return {"User": {**found, **({"PasswordLastUsed": self.password["used"]} if self.password else {})}}


def _key(created: int, used: int | None, status: str = "Active") -> dict[str, Any]:
    return {"Status": status, "CreateDate": _ago(created), "used": None if used is None else _ago(used)}


@seeds("iam.unused-access-key")
def user_with_one_key_of_two_in_use(aws: Aws) -> None:
    _Anna(aws, {"AKIAZZZZZZZZZZEXAMPLE": _key(400, 200), "AKIAAAAAAAAAAAEXAMPLE": _key(300, 1)})


@seeds("iam.unused-access-key")
def user_with_a_key_that_was_never_used(aws: Aws) -> None:
    _Anna(aws, {"AKIAZZZZZZZZZZEXAMPLE": _key(400, 200, "Inactive"), "AKIAAAAAAAAAAAEXAMPLE": _key(300, None)})


@seeds("iam.unused-password", lasting=("iam.unused-password",))
def user_who_no_longer_signs_in(aws: Aws) -> None:
    _Anna(aws, {}, {"created": _ago(500), "used": _ago(100)})
