"""AWS Systems Manager: parameters, documents, managed machines, and a region's settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Batch, Call, Detail, Item, Join, Listing, Reader, Reply
from bartizan.resources.secrets import in_variables
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags


@resource("AWS::SSM::Parameter", name="parameter_name")
class Parameter(Resource):
    """A parameter of the Parameter Store. The value of a `String` is looked at while it is read, and never kept."""

    parameter_name: str = field("Its name.")
    type: str = field("`String`, `StringList` or `SecureString`.", default="SecureString")
    secrets: tuple[str, ...] = field("What its plain value looks like, if like a secret; never the value.", default=())


@resource("AWS::SSM::Document", name="document_name")
class Document(Resource):
    """A document of the account's own: commands, automations, session preferences."""

    document_name: str = field("Its name.")
    document_type: str = field("`Command`, `Automation`, `Session`, ...", default="Command")
    shared_with: tuple[str, ...] = field("The accounts that may use it; `all` is everybody.", default=())
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::SSM::ManagedInstance", name="instance_id")
class ManagedInstance(Resource):
    """A machine that Systems Manager manages: an instance, or a machine elsewhere (`mi-...`)."""

    instance_id: str = field("Its id.", default="i-1")
    online: bool = field("Whether its agent answers.", default=True)
    platform: str = field("Its operating system.", default="Amazon Linux 2023")
    patches_missing: bool | None = field(
        "Whether its last scan found it without a patch; null if none was made.", default=False
    )


@resource("AWS::SSM::RegionSettings")
class RegionSettings(Resource):
    """What an account has chosen for Systems Manager in one region."""

    public_sharing_blocked: bool = field("Whether documents cannot be shared with everybody.", default=True)
    sessions_logged: bool = field("Whether what is typed in sessions is logged.", default=True)
    session_logs_encrypted: bool = field("Whether session logs may only go to an encrypted place.", default=True)
    session_key: str | None = field("The KMS key that encrypts sessions on top of TLS.", default="alias/sessions")


def _secrets(name: str, value: str) -> tuple[str, ...]:
    # The last part of a path names the value: /shop/prod/DB_PASSWORD.
    last = name.rpartition("/")[2].replace(".", "_")
    found = in_variables({last: value})
    return tuple(each.removeprefix(f"{last} (").removesuffix(")") for each in found)


PARAMETERS = Reader(
    Parameter,
    listing=Listing(
        Call("ssm:DescribeParameters"),
        items="Parameters",
        params={"MaxResults": 50},
        fields={
            "parameter_name": lambda item: item["Name"],
            "type": lambda item: item["Type"],
        },
    ),
    arn=lambda item, scope: item.get("ARN") or scope.arn("ssm", f"parameter/{item['Name'].lstrip('/')}"),
    batch=Batch(
        Call("ssm:GetParameters"),
        size=10,
        params=lambda items: {"Names": [each["Name"] for each in items], "WithDecryption": False},
        items="Parameters",
        key=lambda item: item["Name"],
        found=lambda item: item["Name"],
        fields={"secrets": lambda item: _secrets(item["Name"], item["Value"])},
        when=lambda item: item["Type"] != "SecureString",
        otherwise={"secrets": ()},
    ),
)

DOCUMENTS = Reader(
    Document,
    listing=Listing(
        Call("ssm:ListDocuments"),
        items="DocumentIdentifiers",
        params={"Filters": [{"Key": "Owner", "Values": ["Self"]}], "MaxResults": 50},
        fields={
            "document_name": lambda item: item["Name"],
            "document_type": lambda item: item["DocumentType"],
            "tags": lambda item: tags_in(item.get("Tags") or ()),
        },
    ),
    arn=lambda item, scope: scope.arn("ssm", f"document/{item['Name']}"),
    details=(
        Detail(
            Call("ssm:DescribeDocumentPermission"),
            params=lambda item: {"Name": item["Name"], "PermissionType": "Share"},
            fields={"shared_with": lambda reply: tuple(sorted(map(str.lower, reply.get("AccountIds") or ())))},
        ),
    ),
)


def _patched(items: list[Item]) -> Mapping[str, bool]:
    return {
        each["ResourceId"]: each["Status"] == "NON_COMPLIANT" for each in items if each["ComplianceType"] == "Patch"
    }


MANAGED_INSTANCES = Reader(
    ManagedInstance,
    listing=Listing(
        Call("ssm:DescribeInstanceInformation"),
        items="InstanceInformationList",
        params={"MaxResults": 50},
        fields={
            "instance_id": lambda item: item["InstanceId"],
            "online": lambda item: item["PingStatus"] == "Online",
            "platform": lambda item: f"{item.get('PlatformName', '')} {item.get('PlatformVersion', '')}".strip(),
        },
    ),
    arn=lambda item, scope: scope.arn("ssm", f"managed-instance/{item['InstanceId']}"),
    joins=(
        Join(
            Listing(
                Call("ssm:ListResourceComplianceSummaries"),
                items="ResourceComplianceSummaryItems",
                params={"Filters": [{"Key": "ComplianceType", "Values": ["Patch"], "Type": "EQUAL"}]},
            ),
            index=_patched,
            fields={"patches_missing": lambda item, patched: patched.get(item["InstanceId"])},
        ),
    ),
)


def _preferences(reply: Reply) -> Mapping[str, Any]:
    inputs: Mapping[str, Any] = json.loads(reply["Content"]).get("inputs") or {}
    return inputs


def _logged(preferences: Mapping[str, Any]) -> bool:
    return bool(preferences.get("s3BucketName") or preferences.get("cloudWatchLogGroupName"))


def _logs_encrypted(preferences: Mapping[str, Any]) -> bool:
    places = {"s3BucketName": "s3EncryptionEnabled", "cloudWatchLogGroupName": "cloudWatchEncryptionEnabled"}
    return all(preferences.get(asked) for place, asked in places.items() if preferences.get(place))


SHARING_SETTING = "/ssm/documents/console/public-sharing-permission"
"""What AWS calls the setting that decides whether documents can be shared with everybody."""

REGION_SETTINGS = Reader(
    RegionSettings,
    listing=Listing(
        Call("ssm:GetServiceSetting"),
        items=lambda reply: [reply["ServiceSetting"]],
        params={"SettingId": SHARING_SETTING},
        fields={"public_sharing_blocked": lambda item: item["SettingValue"] == "Disable"},
    ),
    arn=lambda _, scope: scope.arn("ssm", "region-settings"),
    details=(
        Detail(
            Call("ssm:GetDocument"),
            params=lambda _: {"Name": "SSM-SessionManagerRunShell", "DocumentFormat": "JSON"},
            fields={
                "sessions_logged": lambda reply: _logged(_preferences(reply)),
                "session_logs_encrypted": lambda reply: _logs_encrypted(_preferences(reply)),
                "session_key": lambda reply: _preferences(reply).get("kmsKeyId") or None,
            },
            # The document is made when somebody first saves the preferences.
            absent={"InvalidDocument": {"sessions_logged": False, "session_logs_encrypted": True, "session_key": None}},
        ),
    ),
)


def _in_code(name: str, kind: str, block: Block, attribute: str) -> tuple[str, ...]:
    return () if kind == "SecureString" else _secrets(name, str(block[attribute]))


TERRAFORM_PARAMETER = CodeReader(
    "aws_ssm_parameter",
    Parameter,
    defaulted={"aws_ssm_parameter": ("insecure_value",)},
    fields={
        "parameter_name": lambda block: block["name"],
        "type": lambda block: block["type"],
        "secrets": lambda block: _in_code(
            block["name"], block["type"], block, "insecure_value" if "insecure_value" in block else "value"
        ),
    },
)

CLOUDFORMATION_PARAMETER = CodeReader(
    "AWS::SSM::Parameter",
    Parameter,
    fields={
        "parameter_name": lambda block: block["Name"],
        "type": lambda block: block["Type"],
        # Templates cannot make a SecureString.
        "secrets": lambda block: _in_code(block["Name"], block["Type"], block, "Value"),
    },
)


def _sharing(block: Block) -> list[str]:
    permissions = block.plain("permissions") or {}
    listed = str(permissions.get("account_ids") or "")
    return [each.strip().lower() for each in listed.split(",") if each.strip()]


TERRAFORM_DOCUMENT = CodeReader(
    "aws_ssm_document",
    Document,
    defaulted={"aws_ssm_document": ("permissions", "tags_all")},
    fields={
        "document_name": lambda block: block["name"],
        "document_type": lambda block: block["document_type"],
        "shared_with": lambda block: tuple(sorted(_sharing(block))),
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_DOCUMENT = CodeReader(
    "AWS::SSM::Document",
    Document,
    fields={
        "document_name": lambda block: block["Name"],
        "document_type": lambda block: block.get("DocumentType", "Command"),
        # A template cannot share one.
        "shared_with": lambda _: (),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)

TERRAFORM_SETTING = CodeReader(
    "aws_ssm_service_setting",
    RegionSettings,
    # It may be given as an ARN.
    when=lambda block: block["setting_id"].endswith(SHARING_SETTING),
    fields={"public_sharing_blocked": lambda block: block["setting_value"] == "Disable"},
)

CLOUDFORMATION_SETTING = CodeReader(
    "AWS::SSM::ServiceSetting",
    RegionSettings,
    when=lambda block: block["SettingId"].endswith(SHARING_SETTING),
    fields={"public_sharing_blocked": lambda block: block["SettingValue"] == "Disable"},
)
