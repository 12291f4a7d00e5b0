"""What a scan asks for and moto does not know, answered as an account answers that has set nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from moto.ec2.responses import EC2Response

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


def _answering(operation: str, content: str) -> Callable[[EC2Response], str]:
    xml = f'<{operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">{content}</{operation}Response>'
    return lambda _: xml
