"""The condition keys that every service knows, with their types.

The groups are the sections of AWS's page, the types what it says under "Data type" and "Value type".

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from bartizan.policy.reference.values import ConditionKey, ValueType

STRING, NUMERIC, DATE, BOOL, IP, ARN = (
    ValueType.STRING,
    ValueType.NUMERIC,
    ValueType.DATE,
    ValueType.BOOL,
    ValueType.IP,
    ValueType.ARN,
)


def _one(name: str, *types: ValueType) -> ConditionKey:
    return ConditionKey(name, types)


def _many(name: str) -> ConditionKey:
    return ConditionKey(name, (STRING,), multivalued=True)


PRINCIPAL = (
    _one("aws:PrincipalArn", ARN),
    _one("aws:PrincipalAccount", STRING),
    _many("aws:PrincipalOrgPaths"),
    _one("aws:PrincipalOrgID", STRING),
    _one("aws:PrincipalTag/${TagKey}", STRING),
    _one("aws:PrincipalIsAWSService", BOOL),
    _one("aws:PrincipalServiceName", STRING),
    _many("aws:PrincipalServiceNamesList"),
    _one("aws:PrincipalType", STRING),
    _one("aws:userid", STRING),
    _one("aws:username", STRING),
)

ROLE_SESSION = (
    _one("aws:AssumedRoot", BOOL),
    _one("aws:FederatedProvider", STRING, ARN),
    _one("aws:TokenIssueTime", DATE),
    _one("aws:SignInSessionArn", ARN),
    _one("aws:MultiFactorAuthAge", NUMERIC),
    _one("aws:MultiFactorAuthPresent", BOOL),
    _one("aws:ChatbotSourceArn", ARN),
    _one("aws:Ec2InstanceSourceVpc", STRING),
    _one("aws:Ec2InstanceSourcePrivateIPv4", IP),
    _one("aws:SourceIdentity", STRING),
    _one("ec2:RoleDelivery", NUMERIC),
    _one("ec2:SourceInstanceArn", ARN),
    _one("glue:RoleAssumedBy", STRING),
    _one("glue:CredentialIssuingService", STRING),
    _one("codebuild:BuildArn", ARN),
    _one("codebuild:ProjectArn", ARN),
    _one("lambda:SourceFunctionArn", ARN),
    _one("ssm:SourceInstanceArn", ARN),
    _one("identitystore:UserId", STRING),
)

NETWORK = (
    _one("aws:SourceIp", IP),
    _one("aws:SourceVpc", STRING),
    _one("aws:SourceVpcArn", ARN),
    _one("aws:SourceVpce", STRING),
    _one("aws:VpceAccount", STRING),
    _one("aws:VpceOrgID", STRING),
    _many("aws:VpceOrgPaths"),
    _one("aws:VpcSourceIp", IP),
)

RESOURCE = (
    _one("aws:ResourceAccount", STRING),
    _one("aws:ResourceOrgID", STRING),
    _many("aws:ResourceOrgPaths"),
    _one("aws:ResourceTag/${TagKey}", STRING),
)

REQUEST = (
    _many("aws:CalledVia"),
    _one("aws:CalledViaFirst", STRING),
    _one("aws:CalledViaLast", STRING),
    _one("aws:CalledViaAWSMCP", STRING),
    _one("aws:ViaAWSService", BOOL),
    _one("aws:ViaAWSMCPService", BOOL),
    _one("aws:CurrentTime", DATE),
    _one("aws:EpochTime", DATE, NUMERIC),
    _one("aws:referer", STRING),
    _one("aws:RequestedRegion", STRING),
    _one("aws:RequestTag/${TagKey}", STRING),
    _many("aws:TagKeys"),
    _one("aws:SecureTransport", BOOL),
    _one("aws:SourceAccount", STRING),
    _one("aws:SourceArn", ARN),
    _one("aws:SourceOrgID", STRING),
    _many("aws:SourceOrgPaths"),
    _one("aws:UserAgent", STRING),
    _one("aws:IsMcpServiceAction", BOOL),
)

GLOBAL_KEYS: tuple[ConditionKey, ...] = PRINCIPAL + ROLE_SESSION + NETWORK + RESOURCE + REQUEST
"""All of them. A key can be global and yet be absent from a request: AWS's page says when each is there."""

IDENTITY_PROVIDER_KEYS: tuple[ConditionKey, ...] = (
    _one("${Provider}:aud", STRING),
    _one("${Provider}:sub", STRING),
    _one("${Provider}:email", STRING),
    _one("${Provider}:oaud", STRING),
    _many("${Provider}:amr"),
)
"""What a trust policy can ask of the token of any OpenID Connect provider, whose domain is the prefix.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
"""
