"""What a scan asks for and moto does not know, answered as an account answers that has set nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from moto.cloudtrail.models import CloudTrailBackend, Trail, cloudtrail_backends
from moto.ec2.responses import EC2Response
from moto.emr.models import ElasticMapReduceBackend
from moto.iam.models import IAMBackend
from moto.iam.responses import IamResponse
from moto.organizations.models import FakeDelegatedAdministrator, OrganizationsBackend, organizations_backends
from moto.shield.responses import ShieldResponse
from moto.ssoadmin.models import Instance, SSOAdminBackend

_NOTHING_BLOCKED = "<internetGatewayBlockMode>off</internetGatewayBlockMode>"
_EC2: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "GetImageBlockPublicAccessState": ("imageBlockPublicAccessState", "block-new-sharing"),
        "GetInstanceMetadataDefaults": ("accountLevel", ""),
        "GetSerialConsoleAccessStatus": ("serialConsoleAccessEnabled", "false"),
        "DescribeVpcBlockPublicAccessExclusions": ("vpcBlockPublicAccessExclusionSet", ""),
        "DescribeVpcBlockPublicAccessOptions": ("vpcBlockPublicAccessOptions", _NOTHING_BLOCKED),
        "GetSnapshotBlockPublicAccessState": ("state", "unblocked"),
    }
)
"""The element of EC2's reply and its text, by operation.

Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Operations.html
"""

_ADMINISTERED = ("config.amazonaws.com", "inspector2.amazonaws.com", "securityhub.amazonaws.com")
"""Services whose administration can be delegated, but moto does not let one.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services_list.html
"""

_UNUSED_ROOT: Mapping[str, str] = MappingProxyType(
    {
        "user": "<root_account>",
        "user_creation_time": "2021-03-01T09:00:00+00:00",
        "password_enabled": "not_supported",
        "password_last_used": "no_information",
        "password_last_changed": "not_supported",
        "password_next_rotation": "not_supported",
        "mfa_active": "false",
    }
)
"""The row of the root user in a credential report, by column.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

_DIRECTORY_REGION = "eu-west-1"


def complete() -> None:
    """Teach moto, in this process, what it lacks; what a newer moto knows stays moto's."""
    for operation, (element, text) in _EC2.items():
        method = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation).lstrip("_")
        if not hasattr(EC2Response, method):
            setattr(EC2Response, method, _answering(operation, f"<{element}>{text}</{element}>"))
    if not hasattr(IamResponse, "list_service_specific_credentials"):
        setattr(IamResponse, "list_service_specific_credentials", _no_credentials)  # noqa: B010 - a method, typed
    if not hasattr(IamResponse, "list_organizations_features"):
        setattr(IamResponse, "list_organizations_features", _nothing_central)  # noqa: B010 - a method, typed
    if not hasattr(ShieldResponse, "get_subscription_state"):
        setattr(ShieldResponse, "get_subscription_state", _not_subscribed)  # noqa: B010 - a method, typed
    # Moto tells nothing where nobody has set it; AWS blocks all but SSH:
    # https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-block-public-access.html
    setattr(ElasticMapReduceBackend, "get_block_public_access_configuration", _emr_block)  # noqa: B010 - a method, typed
    setattr(IAMBackend, "get_credential_report", _with_root(IAMBackend.get_credential_report))  # noqa: B010 - as above
    setattr(SSOAdminBackend, "list_instances", _instances)  # noqa: B010 - as above
    seen = _with_organization(CloudTrailBackend.describe_trails)
    setattr(CloudTrailBackend, "describe_trails", seen)  # noqa: B010 - as above
    setattr(CloudTrailBackend, "get_trail", _trail(CloudTrailBackend.get_trail))  # noqa: B010 - as above
    create = _named(OrganizationsBackend.create_organization)
    setattr(OrganizationsBackend, "create_organization", create)  # noqa: B010 - as above
    known = FakeDelegatedAdministrator.SUPPORTED_SERVICES
    known.extend(each for each in _ADMINISTERED if each not in known)


def _with_root(of_users: Callable[[IAMBackend], str]) -> Callable[[IAMBackend], str]:
    """The credential report with root's row, which moto leaves out."""

    def report(backend: IAMBackend) -> str:
        text = of_users(backend)
        if _UNUSED_ROOT["user"] in text:
            return text
        header, _, users = text.partition("\n")
        facts = {**_UNUSED_ROOT, "arn": f"arn:aws:iam::{backend.account_id}:root"}
        row = (facts.get(each, "false" if each.endswith("_active") else "N/A") for each in header.split(","))
        return f"{header}\n{','.join(row)}\n{users}"

    return report


def _with_organization(
    of_account: Callable[[CloudTrailBackend, bool], Iterable[Trail]],
) -> Callable[[CloudTrailBackend, bool], list[Trail]]:
    """The trails that an account sees, the organization's included, which moto shows only to their owner."""

    def trails(backend: CloudTrailBackend, include_shadow_trails: bool) -> list[Trail]:
        own = list(of_account(backend, include_shadow_trails))
        return own + (_foreign(backend) if include_shadow_trails else [])

    return trails


def _foreign(backend: CloudTrailBackend) -> list[Trail]:
    owner = organizations_backends.master_accounts.get(backend.account_id, (backend.account_id, ""))[0]
    if owner == backend.account_id:
        return []
    return [
        trail for each in cloudtrail_backends[owner].values() for trail in each.trails.values() if trail.is_org_trail
    ]


def _trail(
    of_account: Callable[[CloudTrailBackend, str], Trail],
) -> Callable[[CloudTrailBackend, str], Trail]:
    def trail(backend: CloudTrailBackend, name_or_arn: str) -> Trail:
        seen = backend.describe_trails(include_shadow_trails=True)
        return next((each for each in seen if each.arn == name_or_arn), None) or of_account(backend, name_or_arn)

    return trail


def _named(made: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """The organization with a name for its management account that people give it; moto's is "master"."""

    def create(backend: OrganizationsBackend, *arguments: Any, **more: Any) -> dict[str, Any]:
        organization = made(backend, *arguments, **more)
        for each in backend.accounts:
            each.name = "management" if each.id == backend.account_id else each.name
        return organization

    return create


def _instances(backend: SSOAdminBackend) -> list[Instance]:
    """Identity Center where it can be: moto has one in each region of each account, members included."""
    member = backend.account_id in organizations_backends.master_accounts
    return [] if member or backend.region_name != _DIRECTORY_REGION else backend.instances


def _emr_block(backend: ElasticMapReduceBackend) -> dict[str, Any]:
    ssh = [{"min_range": 22, "max_range": 22}]
    default = {"block_public_security_group_rules": True, "permitted_public_security_group_rule_ranges": ssh}
    return backend.block_public_access_configuration or {"block_public_access_configuration": default}


def _nothing_central(_: IamResponse) -> str:
    return (
        '<ListOrganizationsFeaturesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
        "<ListOrganizationsFeaturesResult><EnabledFeatures/></ListOrganizationsFeaturesResult>"
        "</ListOrganizationsFeaturesResponse>"
    )


def _no_credentials(_: IamResponse) -> str:
    result = "<ServiceSpecificCredentials/><IsTruncated>false</IsTruncated>"
    return (
        '<ListServiceSpecificCredentialsResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
        f"<ListServiceSpecificCredentialsResult>{result}</ListServiceSpecificCredentialsResult>"
        "</ListServiceSpecificCredentialsResponse>"
    )


def _not_subscribed(_: ShieldResponse) -> str:
    return '{"SubscriptionState": "INACTIVE"}'


def _answering(operation: str, content: str) -> Callable[[EC2Response], str]:
    xml = f'<{operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">{content}</{operation}Response>'
    return lambda _: xml
