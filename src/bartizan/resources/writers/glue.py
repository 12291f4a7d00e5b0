"""Connections and the catalog of Glue as code."""

from __future__ import annotations

from bartizan.resources.glue import Catalog, Connection
from bartizan.resources.writing import CodeWriter, Nested, Part, nested


def _tls(connection: Connection) -> dict[str, str]:
    kafka = connection.connection_type == "KAFKA"
    return {"KAFKA_SSL_ENABLED" if kafka else "JDBC_ENFORCE_SSL": str(connection.enforces_tls).lower()}


TERRAFORM_CONNECTION = CodeWriter(
    "aws_glue_connection",
    Connection,
    names={"connection_name": "name", "connection_type": "connection_type"},
    fields={"enforces_tls": lambda connection: {"connection_properties": _tls(connection)}},
    import_id=lambda connection: f"{connection.account}:{connection.connection_name}",
)

CLOUDFORMATION_CONNECTION = CodeWriter(
    "AWS::Glue::Connection",
    Connection,
    names={
        "connection_name": "ConnectionInput.Name",
        "connection_type": "ConnectionInput.ConnectionType",
    },
    fields={"enforces_tls": lambda connection: {"ConnectionInput": Nested({"ConnectionProperties": _tls(connection)})}},
)


def _mode(catalog: Catalog) -> str:
    return "SSE-KMS" if catalog.encrypted else "DISABLED"


TERRAFORM_CATALOG = CodeWriter(
    "",
    Catalog,
    parts=(
        Part(
            "aws_glue_data_catalog_encryption_settings",
            {
                "encrypted": lambda catalog: {
                    "data_catalog_encryption_settings": nested(
                        encryption_at_rest=nested(catalog_encryption_mode=_mode(catalog))
                    )
                }
            },
            {},
        ),
        Part("aws_glue_resource_policy", {"policy": "policy"}, {}),
    ),
)

CLOUDFORMATION_CATALOG = CodeWriter(
    "",
    Catalog,
    parts=(
        Part(
            "AWS::Glue::DataCatalogEncryptionSettings",
            {
                "encrypted": lambda catalog: {
                    "DataCatalogEncryptionSettings": {"EncryptionAtRest": {"CatalogEncryptionMode": _mode(catalog)}}
                }
            },
            {"CatalogId": "AWS::AccountId"},
        ),
    ),
)
