"""Data catalogs and connections of Glue that fail."""

from __future__ import annotations

import copy
import json
from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import SECRET, State, seeds

_CATALOG = "arn:aws:glue:eu-west-1:123456789012:catalog"
_OPEN = {"Effect": "Allow", "Principal": "*", "Action": "glue:GetTable", "Resource": _CATALOG}
_SHARES = {
    "Effect": "Allow",
    "Principal": {"Service": "ram.amazonaws.com"},
    "Action": "glue:ShareResource",
    "Resource": _CATALOG,
}


class _Catalog:
    """A data catalog: its policy, which is written under the hash of the one before, and its encryption."""

    def __init__(self, aws: Aws, *statements: dict[str, Any], **settings: Any) -> None:
        self.settings: dict[str, Any] = settings
        self.policy = json.dumps({"Version": "2012-10-17", "Statement": statements}) if statements else None
        for name in ("GetResourcePolicy", "PutResourcePolicy", "DeleteResourcePolicy"):
            aws.answers(f"glue:{name}", getattr(self, name.removesuffix("ResourcePolicy").lower()))
        aws.answers("glue:GetDataCatalogEncryptionSettings", lambda _: {"DataCatalogEncryptionSettings": self.settings})
        aws.answers("glue:PutDataCatalogEncryptionSettings", self.encrypt)

    def hash(self) -> str:
        return str(abs(hash(self.policy)))

    def get(self, _: dict[str, Any]) -> Any:
        if self.policy is None:
            raise AwsError("EntityNotFoundException", "Policy not found")
        return {"PolicyInJson": self.policy, "PolicyHash": self.hash()}

    def put(self, params: dict[str, Any]) -> Any:
        if params.get("PolicyHashCondition") != (self.hash() if self.policy else None):
            raise AwsError("ConditionCheckFailureException", "the policy is another by now")
        if "glue:ShareResource" in params["PolicyInJson"] and params.get("EnableHybrid") != "TRUE":
            raise AwsError("InvalidInputException", "enable hybrid to put a policy beside shares")
        self.policy = params["PolicyInJson"]
        return {"PolicyHash": self.hash()}

    def delete(self, params: dict[str, Any]) -> None:
        if params.get("PolicyHashCondition") != self.get({})["PolicyHash"]:
            raise AwsError("ConditionCheckFailureException", "the policy is another by now")
        self.policy = None

    def encrypt(self, params: dict[str, Any]) -> None:
        self.settings = params["DataCatalogEncryptionSettings"]

    def state(self) -> Any:
        return copy.deepcopy((self.settings, json.loads(self.policy or "null")))


@seeds("glue.public-catalog", "glue.unencrypted-catalog")
def catalog_with_everything_wrong(aws: Aws) -> State:
    aws.client("glue").create_job(
        Name="nightly", Role="glue", Command={"Name": "glueetl", "ScriptLocation": "s3://scripts/nightly.py"}
    )
    passwords = {"ReturnConnectionPasswordEncrypted": True, "AwsKmsKeyId": "alias/passwords"}
    off = {"CatalogEncryptionMode": "DISABLED"}
    return _Catalog(aws, _OPEN, _SHARES, EncryptionAtRest=off, ConnectionPasswordEncryption=passwords).state


@seeds("glue.public-catalog")
def catalog_that_is_nothing_but_open(aws: Aws) -> State:
    return _Catalog(aws, _OPEN, EncryptionAtRest={"CatalogEncryptionMode": "SSE-KMS"}).state


def _connection(aws: Aws, **properties: str) -> State:
    connection: dict[str, Any] = {
        "Name": "shop",
        "Description": "the shop's database",
        "ConnectionType": "JDBC" if "JDBC_CONNECTION_URL" in properties else "KAFKA",
        "MatchCriteria": ["shop"],
        "ConnectionProperties": properties,
        "PhysicalConnectionRequirements": {"SubnetId": "subnet-1", "SecurityGroupIdList": ["sg-1"]},
    }
    made = {"LastUpdatedBy": "anna", "Status": "READY"}

    def get(params: dict[str, Any]) -> Any:
        said = copy.deepcopy(connection)
        if params.get("HidePassword"):
            said["ConnectionProperties"].pop("PASSWORD", None)
        return {"Connection": {**said, **made}}

    def update(params: dict[str, Any]) -> None:
        assert params["Name"] == connection["Name"]
        connection.clear()
        connection.update(params["ConnectionInput"])

    aws.answers("glue:GetConnections", lambda params: {"ConnectionList": [get(params)["Connection"]]})
    aws.answers("glue:GetConnection", get)
    aws.answers("glue:UpdateConnection", update)
    return lambda: copy.deepcopy(connection)


@seeds("glue.plain-connection")
def connection_that_does_not_ask_for_tls(aws: Aws) -> State:
    return _connection(
        aws,
        JDBC_CONNECTION_URL=f"jdbc:mysql://db.example.com:3306/shop?key={SECRET}",
        USERNAME="glue",
        PASSWORD=SECRET,
    )


@seeds("glue.plain-connection")
def connection_to_kafka_without_tls(aws: Aws) -> State:
    return _connection(aws, KAFKA_BOOTSTRAP_SERVERS="b-1.example.com:9092", KAFKA_SSL_ENABLED="false")
