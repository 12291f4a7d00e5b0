"""What a scan asks for and moto does not know, answered as an account answers that has set nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from moto.ec2.responses import EC2Response
from moto.emr.models import ElasticMapReduceBackend
from moto.iam.responses import IamResponse
from moto.shield.responses import ShieldResponse

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


def complete() -> None:
    """Teach moto, in this process, what it lacks; what a newer moto knows stays moto's."""
    for operation, (element, text) in _EC2.items():
        method = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation).lstrip("_")
        if not hasattr(EC2Response, method):
            setattr(EC2Response, method, _answering(operation, f"<{element}>{text}</{element}>"))
    if not hasattr(IamResponse, "list_service_specific_credentials"):
        setattr(IamResponse, "list_service_specific_credentials", _no_credentials)  # noqa: B010 - a method, typed
    if not hasattr(ShieldResponse, "get_subscription_state"):
        setattr(ShieldResponse, "get_subscription_state", _not_subscribed)  # noqa: B010 - a method, typed
    # Moto tells nothing where nobody has set it; AWS blocks all but SSH:
    # https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-block-public-access.html
    setattr(ElasticMapReduceBackend, "get_block_public_access_configuration", _emr_block)  # noqa: B010 - a method, typed


def _emr_block(backend: ElasticMapReduceBackend) -> dict[str, Any]:
    ssh = [{"min_range": 22, "max_range": 22}]
    default = {"block_public_security_group_rules": True, "permitted_public_security_group_rule_ranges": ssh}
    return backend.block_public_access_configuration or {"block_public_access_configuration": default}


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
