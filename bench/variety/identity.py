"""People, roles, policies, pools of users, and the organization."""

from __future__ import annotations

from typing import Any

from variety.cloud import ACCOUNT, STRANGER, Cloud, allow, policy, root, trust

_MANAGED = "arn:aws:iam::aws:policy/"


def build(cloud: Cloud) -> None:
    """All of this part."""
    iam = cloud.client("iam")
    _policies(iam)
    _users(iam)
    _roles(iam)
    iam.create_saml_provider(Name="staff", SAMLMetadataDocument="<x/>" * 300)
    cloud.client("organizations", "us-east-1").create_organization(FeatureSet="ALL")
    _contacts(cloud.client("account", "us-east-1"))
    _user_pools(cloud.client("cognito-idp"))
    _identity_pools(cloud.client("cognito-identity"))


def _policies(iam: Any) -> None:
    documents = {
        "all-of-kms": policy(allow("kms:*")),
        "all-of-kms-by-not-action": policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
        "all-of-cloudtrail": policy(allow("cloudtrail:*")),
        "all-but-conditioned": policy(allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
        "all-then-denied": policy(allow("*"), {"Effect": "Deny", "Action": "*", "Resource": "*"}),
        "all-by-pieces": policy(allow(["iam:*", "s3:*", "*:*"])),
        "any-role-assumed": policy(allow("sts:AssumeRole")),
        "any-role-passed": policy(allow(["iam:PassRole", "ec2:RunInstances"])),
        "new-policy-versions": policy(allow("iam:CreatePolicyVersion")),
        "marketplace": policy(allow("aws-marketplace:Subscribe")),
        "narrow": policy(allow("s3:GetObject", "arn:aws:s3:::shop-media/*")),
    }
    for name, document in documents.items():
        iam.create_policy(PolicyName=name, PolicyDocument=document)


def _users(iam: Any) -> None:
    iam.create_group(GroupName="administrators")
    iam.attach_group_policy(GroupName="administrators", PolicyArn=_MANAGED + "AdministratorAccess")
    iam.create_group(GroupName="readers")
    iam.attach_group_policy(GroupName="readers", PolicyArn=_MANAGED + "ReadOnlyAccess")
    for name in (
        "in-administrators",
        "administrator-by-aws",
        "administrator-inline",
        "escalates-inline",
        "two-keys",
        "inactive-keys",
        "reader",
        "trails-inline",
        "cloudshell",
        "no-mfa",
    ):
        iam.create_user(UserName=name)
    for name in ("in-administrators", "no-mfa"):
        iam.create_login_profile(UserName=name, Password="Example-Passw0rd!")  # noqa: S106 - made up
    iam.add_user_to_group(GroupName="administrators", UserName="in-administrators")
    iam.add_user_to_group(GroupName="readers", UserName="reader")
    iam.attach_user_policy(UserName="administrator-by-aws", PolicyArn=_MANAGED + "AdministratorAccess")
    iam.attach_user_policy(UserName="cloudshell", PolicyArn=_MANAGED + "AWSCloudShellFullAccess")
    inline = {
        "administrator-inline": allow("*"),
        "escalates-inline": allow(["iam:PutUserPolicy"]),
        "trails-inline": allow(["cloudtrail:*", "kms:*"]),
    }
    for name, statement in inline.items():
        iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=policy(statement))
    for name in ("two-keys", "two-keys", "inactive-keys", "inactive-keys"):
        key = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
        if name == "inactive-keys":
            iam.update_access_key(UserName=name, AccessKeyId=key, Status="Inactive")


def _roles(iam: Any) -> None:
    own = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    roles = {
        "notified-by-anyone": trust({"Service": "sns.amazonaws.com"}),
        "notified-by-own": trust({"Service": "sns.amazonaws.com"}, Condition=own),
        "instance": trust({"Service": "ec2.amazonaws.com"}),
        "support": trust(root()),
        "auditor-elsewhere": trust(root(STRANGER)),
        "administrator-by-aws": trust(root()),
        "administrator-inline": trust(root()),
        "anyone-of-organization": trust(
            {"AWS": "*"}, Condition={"StringEquals": {"aws:PrincipalOrgID": "o-madeup1234"}}
        ),
        "own-account": trust(root()),
    }
    for name, document in roles.items():
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
    for name, attached in (
        ("support", "AWSSupportAccess"),
        ("auditor-elsewhere", "ReadOnlyAccess"),
        ("administrator-by-aws", "AdministratorAccess"),
        ("own-account", "SecurityAudit"),
    ):
        iam.attach_role_policy(RoleName=name, PolicyArn=_MANAGED + attached)
    iam.put_role_policy(RoleName="administrator-inline", PolicyName="inline", PolicyDocument=policy(allow("*")))
    iam.create_instance_profile(InstanceProfileName="instance")
    iam.add_role_to_instance_profile(InstanceProfileName="instance", RoleName="instance")


def _contacts(account: Any) -> None:
    for kind in ("SECURITY", "BILLING"):
        account.put_alternate_contact(
            AlternateContactType=kind, EmailAddress=f"{kind.lower()}@example.com", Name=kind, PhoneNumber="1", Title="x"
        )


def _user_pools(cognito: Any) -> None:
    strong = {
        "MinimumLength": 14,
        "RequireUppercase": True,
        "RequireLowercase": True,
        "RequireNumbers": True,
        "RequireSymbols": True,
        "TemporaryPasswordValidityDays": 1,
    }
    good = cognito.create_user_pool(
        PoolName="strong",
        Policies={"PasswordPolicy": strong},
        DeletionProtection="ACTIVE",
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
        UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"},
    )["UserPool"]["Id"]
    cognito.set_user_pool_mfa_config(
        UserPoolId=good, MfaConfiguration="ON", SoftwareTokenMfaConfiguration={"Enabled": True}
    )
    cognito.create_user_pool_client(
        UserPoolId=good,
        ClientName="good",
        PreventUserExistenceErrors="ENABLED",
        EnableTokenRevocation=True,
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )
    weak = cognito.create_user_pool(
        PoolName="weak", Policies={"PasswordPolicy": {**strong, "MinimumLength": 6, "RequireSymbols": False}}
    )["UserPool"]["Id"]
    cognito.create_user_pool_client(UserPoolId=weak, ClientName="bad", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"])
    cognito.create_user_pool(PoolName="plain")


def _identity_pools(cognito: Any) -> None:
    cognito.create_identity_pool(IdentityPoolName="guests", AllowUnauthenticatedIdentities=True)
    cognito.create_identity_pool(IdentityPoolName="members", AllowUnauthenticatedIdentities=False)
