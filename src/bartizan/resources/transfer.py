"""AWS Transfer Family: servers for SFTP, FTPS, FTP and AS2."""

from __future__ import annotations

from collections.abc import Mapping

from bartizan.model import Gap, Reason, Resource, Unknown, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader, Reply
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags


@resource("AWS::Transfer::Server", name="server_name")
class Server(Resource):
    """A server of the Transfer Family."""

    server_name: str = field("Its tag Name, or else its id.", default="partners")
    endpoint_type: str = field("`PUBLIC`, `VPC` or `VPC_ENDPOINT`.", default="VPC")
    protocols: tuple[str, ...] = field("`SFTP`, `FTPS`, `FTP`, `AS2`.", default=("SFTP",))
    security_policy_name: str = field("The ciphers that it accepts, by name.", default="TransferSecurityPolicy-2024-01")
    logging: bool = field("Whether it writes logs.", default=True)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


def _name(reply: Reply) -> str:
    server = reply["Server"]
    found: str = tags_in(server.get("Tags") or ()).get("Name") or server["ServerId"]
    return found


SERVERS = Reader(
    Server,
    listing=Listing(
        Call("transfer:ListServers"),
        items="Servers",
        params={"MaxResults": 1000},
        fields={"endpoint_type": lambda item: item["EndpointType"]},
    ),
    arn=lambda item, _: item["Arn"],
    details=(
        Detail(
            Call("transfer:DescribeServer"),
            params=lambda item: {"ServerId": item["ServerId"]},
            fields={
                "server_name": _name,
                "protocols": lambda reply: tuple(sorted(reply["Server"].get("Protocols") or ("SFTP",))),
                "security_policy_name": lambda reply: reply["Server"]["SecurityPolicyName"],
                "logging": lambda reply: bool(
                    reply["Server"].get("LoggingRole") or reply["Server"].get("StructuredLogDestinations")
                ),
                "tags": lambda reply: tags_in(reply["Server"].get("Tags") or ()),
            },
        ),
    ),
)


def _named(block: Block, tags: Mapping[str, str]) -> str:
    if "Name" in tags:
        return tags["Name"]
    raise Unknown(block.what, Gap(Reason.COMPUTED, detail="it has no tag Name, and AWS makes its id"))


TERRAFORM_SERVER = CodeReader(
    "aws_transfer_server",
    Server,
    defaulted={"aws_transfer_server": ("protocols", "tags_all")},
    fields={
        "server_name": lambda block: _named(block, terraform_tags(block)),
        "endpoint_type": lambda block: block.get("endpoint_type", "PUBLIC"),
        "protocols": lambda block: tuple(sorted(block.get("protocols") or ("SFTP",))),
        "security_policy_name": lambda block: block.get("security_policy_name", "TransferSecurityPolicy-2018-11"),
        "logging": lambda block: bool(block.get("logging_role") or block.get("structured_log_destinations")),
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_SERVER = CodeReader(
    "AWS::Transfer::Server",
    Server,
    fields={
        "server_name": lambda block: _named(block, tags_in(block.get("Tags", ()))),
        "endpoint_type": lambda block: block.get("EndpointType", "PUBLIC"),
        "protocols": lambda block: tuple(sorted(block.get("Protocols") or ("SFTP",))),
        "security_policy_name": lambda block: block["SecurityPolicyName"],
        "logging": lambda block: bool(block.get("LoggingRole") or block.get("StructuredLogDestinations")),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
