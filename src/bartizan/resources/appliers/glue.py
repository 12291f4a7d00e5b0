"""Glue's data catalog and connections: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, Refused, policy_text
from bartizan.resources.glue import Catalog, Connection
from bartizan.resources.reading import Call

_HASH = Look(
    Call("glue:GetResourcePolicy"),
    lambda _: {},
    lambda reply: reply.get("PolicyHash"),
    gone=("EntityNotFoundException",),
)
_SETTINGS = Look(
    Call("glue:GetDataCatalogEncryptionSettings"), lambda _: {}, lambda reply: reply["DataCatalogEncryptionSettings"]
)


def _condition(edit: Edit) -> dict[str, str]:
    return {"PolicyHashCondition": edit.now} if edit.now else {}


def _policy(edit: Edit) -> Params | None:
    text = policy_text(edit.after.policy)
    if text is None:
        return None
    # A policy beside shares of Lake Formation lets RAM share, and is only taken where the call says that it knows:
    # https://docs.aws.amazon.com/lake-formation/latest/dg/hybrid-cross-account.html
    hybrid = "TRUE" if "glue:ShareResource" in text else "FALSE"
    return {"PolicyInJson": text, "EnableHybrid": hybrid, **_condition(edit)}


def _no_policy(edit: Edit) -> Params | None:
    return None if policy_text(edit.after.policy) else _condition(edit)


def _encryption(edit: Edit) -> Params:
    """Both halves of the settings, which are put together; without a key it is the one that AWS manages for Glue."""
    held = edit.was if edit.undoing else {**edit.now, "EncryptionAtRest": {"CatalogEncryptionMode": "SSE-KMS"}}
    return {
        "DataCatalogEncryptionSettings": {
            "EncryptionAtRest": {"CatalogEncryptionMode": "DISABLED"},
            "ConnectionPasswordEncryption": {"ReturnConnectionPasswordEncrypted": False},
            **held,
        }
    }


CATALOG = ApiWriter(
    Catalog,
    puts=(
        Put(
            Call("glue:PutResourcePolicy"),
            _policy,
            ("policy",),
            look=_HASH,
            unshown=("PolicyHashCondition",),
        ),
        Put(
            Call("glue:DeleteResourcePolicy"),
            _no_policy,
            ("policy",),
            look=_HASH,
            unshown=("PolicyHashCondition",),
            already=("EntityNotFoundException",),
        ),
        Put(
            Call(
                "glue:PutDataCatalogEncryptionSettings",
                ("glue:PutDataCatalogEncryptionSettings", "kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"),
            ),
            _encryption,
            ("encrypted",),
            look=_SETTINGS,
        ),
    ),
)

_INPUT = (
    "Name",
    "Description",
    "ConnectionType",
    "MatchCriteria",
    "ConnectionProperties",
    "SparkProperties",
    "AthenaProperties",
    "PythonProperties",
    "PhysicalConnectionRequirements",
    "AuthenticationConfiguration",
)
_SECRETS = (
    "PASSWORD",
    "KAFKA_CLIENT_KEYSTORE_PASSWORD",
    "KAFKA_CLIENT_KEY_PASSWORD",
    "KAFKA_SASL_PLAIN_PASSWORD",
    "KAFKA_SASL_SCRAM_PASSWORD",
    # A password may stand in an address too, and anything in the properties of engines.
    "JDBC_CONNECTION_URL",
    "CONNECTION_URL",
    "SparkProperties",
    "AthenaProperties",
    "PythonProperties",
)
_TLS = ("JDBC_ENFORCE_SSL", "KAFKA_SSL_ENABLED")


def _connection(edit: Edit) -> Params:
    """The whole connection, which the call replaces, with its password; only what insists on TLS changes."""
    properties = dict(edit.now.get("ConnectionProperties") or {})
    if any(name.startswith("ENCRYPTED_") for name in properties):
        raise Refused("its password is kept encrypted, so it must be given anew with the change; do it in the console")
    if edit.undoing:
        was = edit.was.get("ConnectionProperties") or {}
        properties = {name: value for name, value in properties.items() if name not in _TLS}
        properties |= {name: was[name] for name in _TLS if name in was}
    else:
        properties["JDBC_ENFORCE_SSL" if "JDBC_CONNECTION_URL" in properties else "KAFKA_SSL_ENABLED"] = "true"
    given: dict[str, Any] = {**edit.now, "ConnectionProperties": properties}
    return {"Name": edit.after.connection_name, "ConnectionInput": given}


CONNECTION = ApiWriter(
    Connection,
    puts=(
        Put(
            Call("glue:UpdateConnection"),
            _connection,
            ("enforces_tls",),
            look=Look(
                Call("glue:GetConnection"),
                lambda connection: {"Name": connection.connection_name, "HidePassword": False},
                lambda reply: {name: reply["Connection"][name] for name in _INPUT if name in reply["Connection"]},
                hidden=_SECRETS,
            ),
            hidden=_SECRETS,
        ),
    ),
)
