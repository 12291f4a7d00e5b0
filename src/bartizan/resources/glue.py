"""AWS Glue: the data catalog, connections and jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader, truth
from bartizan.resources.reading import Call, Detail, Listing, Reader
from bartizan.resources.recorded import ConfigReader, recorded_tags
from bartizan.resources.secrets import in_variables
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, Tags, tags_in, terraform_tags


@resource("AWS::Glue::DataCatalogEncryptionSettings")
class Catalog(Resource):
    """The data catalog of an account in one Region."""

    encrypted: bool = field("Whether its metadata are encrypted with a KMS key.", default=True)
    passwords_encrypted: bool = field("Whether passwords of connections are encrypted in it.", default=True)
    policy: PolicyDocument | None = field("Its resource policy.", default=None)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::Glue::Connection", name="connection_name")
class Connection(Resource):
    """How Glue connects to a store of data."""

    connection_name: str = field("Its name.", default="shop")
    connection_type: str = field("`JDBC`, `KAFKA`, `NETWORK`, ...", default="JDBC")
    holds_password: bool = field("Whether it holds a password itself, not the ARN of a secret.", default=False)
    enforces_tls: bool = field("Whether it insists on TLS.", default=True)


@resource("AWS::Glue::Job", name="job_name")
class Job(Resource):
    """A job of Glue."""

    job_name: str = field("Its name.", default="nightly")
    security_configuration: str | None = field("What says how its data are encrypted.", default="strict")
    argument_secrets: tuple[str, ...] = field("Secrets in its arguments, as name and kind.", default=())
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


CATALOGS = Reader(
    Catalog,
    listing=Listing(
        Call("glue:GetDataCatalogEncryptionSettings"),
        items=lambda reply: [reply["DataCatalogEncryptionSettings"]],
        fields={
            "encrypted": lambda item: (
                (item.get("EncryptionAtRest") or {}).get("CatalogEncryptionMode", "DISABLED") != "DISABLED"
            ),
            "passwords_encrypted": lambda item: bool(
                (item.get("ConnectionPasswordEncryption") or {}).get("ReturnConnectionPasswordEncrypted")
            ),
            # A catalog has none, but the estate asks every guarded type.
            "tags": lambda _: NO_TAGS,
        },
    ),
    arn=lambda _, scope: scope.arn("glue", "catalog"),
    details=(
        Detail(
            Call("glue:GetResourcePolicy"),
            params=lambda _: {},
            fields={"policy": lambda reply: parse_policy(text) if (text := reply.get("PolicyInJson")) else None},
            absent={"EntityNotFoundException": {"policy": None}},
        ),
    ),
)


def _holds_password(properties: Mapping[str, Any]) -> bool:
    return bool({"PASSWORD", "ENCRYPTED_PASSWORD", "USERNAME"} & set(properties)) and "SECRET_ID" not in properties


def _enforces_tls(properties: Mapping[str, Any]) -> bool:
    # What is not said is off for JDBC, and on for Kafka.
    jdbc = "JDBC_CONNECTION_URL" in properties
    name = "JDBC_ENFORCE_SSL" if jdbc else "KAFKA_SSL_ENABLED"
    return str(properties.get(name, "false" if jdbc else "true")).lower() == "true"


CONNECTIONS = Reader(
    Connection,
    listing=Listing(
        Call("glue:GetConnections"),
        items="ConnectionList",
        params={"HidePassword": True, "MaxResults": 100},
        fields={
            "connection_name": lambda item: item["Name"],
            "connection_type": lambda item: item["ConnectionType"],
            "holds_password": lambda item: _holds_password(item.get("ConnectionProperties") or {}),
            "enforces_tls": lambda item: _enforces_tls(item.get("ConnectionProperties") or {}),
        },
    ),
    arn=lambda item, scope: scope.arn("glue", f"connection/{item['Name']}"),
)


def _secrets(*arguments: Mapping[str, Any]) -> tuple[str, ...]:
    named = {str(name).lstrip("-"): str(value) for each in arguments for name, value in each.items()}
    return in_variables(named)


JOBS = Reader(
    Job,
    listing=Listing(
        Call("glue:GetJobs"),
        items="Jobs",
        params={"MaxResults": 200},
        fields={
            "job_name": lambda item: item["Name"],
            "security_configuration": lambda item: item.get("SecurityConfiguration"),
            "argument_secrets": lambda item: _secrets(
                item.get("DefaultArguments") or {}, item.get("NonOverridableArguments") or {}
            ),
        },
    ),
    arn=lambda item, scope: scope.arn("glue", f"job/{item['Name']}"),
    details=(
        Detail(
            Call("glue:GetTags"),
            params=lambda _: {},
            arn_as="ResourceArn",
            fields={"tags": lambda reply: Tags(reply.get("Tags") or {})},
        ),
    ),
)

JOB_ITEMS = ConfigReader(Job, fields={"tags": recorded_tags})

TERRAFORM_JOB = CodeReader(
    "aws_glue_job",
    Job,
    defaulted={"aws_glue_job": ("tags_all",)},
    fields={
        "job_name": lambda block: block["name"],
        "security_configuration": lambda block: block.get("security_configuration") or None,
        "argument_secrets": lambda block: _secrets(
            block.plain("default_arguments", {}), block.plain("non_overridable_arguments", {})
        ),
        "tags": terraform_tags,
    },
)

TERRAFORM_CONNECTION = CodeReader(
    "aws_glue_connection",
    Connection,
    fields={
        "connection_name": lambda block: block["name"],
        "connection_type": lambda block: block.get("connection_type", "JDBC"),
        "holds_password": lambda block: _holds_password(block.get("connection_properties", {})),
        "enforces_tls": lambda block: _enforces_tls(block.get("connection_properties", {})),
    },
)


def _cf_tags(block: Block) -> Mapping[str, str]:
    tags = block.plain("Tags", {})
    return tags_in(tags) if isinstance(tags, list) else Tags(tags)


CLOUDFORMATION_JOB = CodeReader(
    "AWS::Glue::Job",
    Job,
    fields={
        "job_name": lambda block: block["Name"],
        "security_configuration": lambda block: block.get("SecurityConfiguration"),
        "argument_secrets": lambda block: _secrets(
            block.plain("DefaultArguments", {}), block.plain("NonOverridableArguments", {})
        ),
        "tags": _cf_tags,
    },
)

CLOUDFORMATION_CONNECTION = CodeReader(
    "AWS::Glue::Connection",
    Connection,
    fields={
        "connection_name": lambda block: block["ConnectionInput"]["Name"],
        "connection_type": lambda block: block["ConnectionInput"]["ConnectionType"],
        "holds_password": lambda block: _holds_password(block["ConnectionInput"].get("ConnectionProperties", {})),
        "enforces_tls": lambda block: _enforces_tls(block["ConnectionInput"].get("ConnectionProperties", {})),
    },
)


def _settings(block: Block, name: str) -> Block:
    return block.first("data_catalog_encryption_settings").first(name)


TERRAFORM_CATALOG = CodeReader(
    "aws_glue_data_catalog_encryption_settings",
    Catalog,
    fields={
        "encrypted": lambda block: _settings(block, "encryption_at_rest")["catalog_encryption_mode"] != "DISABLED",
        "passwords_encrypted": lambda block: _settings(block, "connection_password_encryption")[
            "return_connection_password_encrypted"
        ],
        "tags": lambda _: NO_TAGS,
    },
)

TERRAFORM_CATALOG_POLICY = CodeReader(
    "aws_glue_resource_policy",
    Catalog,
    fields={"policy": lambda block: parse_policy(block["policy"]), "tags": lambda _: NO_TAGS},
)


def _cf_settings(block: Block, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = block["DataCatalogEncryptionSettings"].get(name, {})
    return found


CLOUDFORMATION_CATALOG = CodeReader(
    "AWS::Glue::DataCatalogEncryptionSettings",
    Catalog,
    fields={
        "encrypted": lambda block: (
            _cf_settings(block, "EncryptionAtRest").get("CatalogEncryptionMode", "DISABLED") != "DISABLED"
        ),
        "passwords_encrypted": lambda block: truth(
            _cf_settings(block, "ConnectionPasswordEncryption").get("ReturnConnectionPasswordEncrypted", False)
        ),
        "tags": lambda _: NO_TAGS,
    },
)
