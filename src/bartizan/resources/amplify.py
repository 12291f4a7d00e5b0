"""AWS Amplify Hosting."""

from __future__ import annotations

from collections.abc import Mapping

from bartizan.model import Resource, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Listing, Reader, Within
from bartizan.resources.secrets import in_variables
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, Tags, tags_in, terraform_tags

_SECRETS = "Environment variables that look like secrets: name and kind, never the value."


@resource("AWS::Amplify::App", name="app_name")
class App(Resource):
    """An Amplify app. The values of its environment are looked at while it is read, and never kept."""

    app_name: str = field("Its name.")
    app_id: str = field("Its id.", default="d1")
    secret_variables: tuple[str, ...] = field(_SECRETS, default=())
    basic_auth: bool = field("Whether all its branches ask for a password.", default=False)
    web_acl_arn: str | None = field("The web ACL that protects it.", default=None)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::Amplify::Branch", name="branch_name")
class Branch(Resource):
    """A branch of an Amplify app, which is served under an address of its own."""

    branch_name: str = field("Its name.")
    app_id: str = field("The id of its app.", default="d1")
    stage: str = field("`PRODUCTION`, `BETA`, `DEVELOPMENT`, ..., or empty.", default="PRODUCTION")
    secret_variables: tuple[str, ...] = field(_SECRETS, default=())
    basic_auth: bool = field("Whether it asks for a password.", default=False)


_APPS = Listing(
    Call("amplify:ListApps"),
    items="apps",
    params={"maxResults": 100},
    fields={
        "app_name": lambda item: item["name"],
        "app_id": lambda item: item["appId"],
        "secret_variables": lambda item: in_variables(item.get("environmentVariables") or {}),
        "basic_auth": lambda item: bool(item.get("enableBasicAuth")),
        "web_acl_arn": lambda item: (item.get("wafConfiguration") or {}).get("webAclArn"),
        "tags": lambda item: Tags(item.get("tags") or {}),
    },
)

APPS = Reader(App, listing=_APPS, arn=lambda item, _: item["appArn"])

BRANCHES = Reader(
    Branch,
    listing=Listing(
        Call("amplify:ListBranches"),
        items="branches",
        params={"maxResults": 50},
        within=Within(_APPS, params=lambda item: {"appId": item["appId"]}, keys=("appId",)),
        fields={
            "branch_name": lambda item: item["branchName"],
            "app_id": lambda item: item["appId"],
            "stage": lambda item: item.get("stage") or "",
            "secret_variables": lambda item: in_variables(item.get("environmentVariables") or {}),
            "basic_auth": lambda item: bool(item.get("enableBasicAuth")),
        },
    ),
    arn=lambda item, _: item["branchArn"],
)

TERRAFORM_APP = CodeReader(
    "aws_amplify_app",
    App,
    defaulted={"aws_amplify_app": ("tags_all",)},
    fields={
        "app_name": lambda block: block["name"],
        "secret_variables": lambda block: in_variables(block.plain("environment_variables", {})),
        "basic_auth": lambda block: bool(block.get("enable_basic_auth", False)),
        "tags": terraform_tags,
    },
)
TERRAFORM_BRANCH = CodeReader(
    "aws_amplify_branch",
    Branch,
    fields={
        "branch_name": lambda block: block["branch_name"],
        "app_id": lambda block: block["app_id"],
        "stage": lambda block: block.get("stage", ""),
        "secret_variables": lambda block: in_variables(block.plain("environment_variables", {})),
        "basic_auth": lambda block: bool(block.get("enable_basic_auth", False)),
    },
)


def _variables(block: Block) -> Mapping[str, str]:
    return {each["Name"]: each["Value"] for each in block.plain("EnvironmentVariables", [])}


def _basic_auth(block: Block) -> bool:
    return bool(block.get("BasicAuthConfig", {}).get("EnableBasicAuth", False))


CLOUDFORMATION_APP = CodeReader(
    "AWS::Amplify::App",
    App,
    fields={
        "app_name": lambda block: block["Name"],
        "secret_variables": lambda block: in_variables(_variables(block)),
        "basic_auth": _basic_auth,
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
CLOUDFORMATION_BRANCH = CodeReader(
    "AWS::Amplify::Branch",
    Branch,
    fields={
        "branch_name": lambda block: block["BranchName"],
        "app_id": lambda block: block["AppId"],
        "stage": lambda block: block.get("Stage", ""),
        "secret_variables": lambda block: in_variables(_variables(block)),
        "basic_auth": _basic_auth,
    },
)
