"""AWS AppSync."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Listing, Reader
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, Tags, tags_in, terraform_tags
from bartizan.resources.wafv2 import associated


@resource("AWS::AppSync::GraphQLApi", name="api_name")
class GraphQLApi(Resource):
    """A GraphQL API."""

    api_name: str = field("Its name.")
    authentication_types: tuple[str, ...] = field(
        "How callers may prove who they are, the default way first.", default=("AWS_IAM",)
    )
    field_log_level: str = field("What it logs of the resolvers of fields: `NONE`, `ERROR`, ...", default="ERROR")
    visibility: str = field("`GLOBAL`, or `PRIVATE` for VPC endpoints only.", default="GLOBAL")
    web_acl_arn: str | None = field("The web ACL that protects it.", default="arn:aws:wafv2:acl")
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


def _types(default: str, others: Any, name: str) -> tuple[str, ...]:
    return (default, *sorted({each[name] for each in others or ()} - {default}))


APIS = Reader(
    GraphQLApi,
    listing=Listing(
        Call("appsync:ListGraphqlApis"),
        items="graphqlApis",
        params={"maxResults": 25},
        fields={
            "api_name": lambda item: item["name"],
            "authentication_types": lambda item: _types(
                item["authenticationType"], item.get("additionalAuthenticationProviders"), "authenticationType"
            ),
            "field_log_level": lambda item: (item.get("logConfig") or {}).get("fieldLogLevel", "NONE"),
            "visibility": lambda item: item.get("visibility", "GLOBAL"),
            "web_acl_arn": lambda item: item.get("wafWebAclArn") or None,
            "tags": lambda item: Tags(item.get("tags") or {}),
        },
    ),
    arn=lambda item, _: item["arn"],
)


def _tf_log_level(block: Block) -> str:
    nested = block.get("log_config")
    return str(nested[0]["field_log_level"]) if nested else "NONE"


TERRAFORM_API = CodeReader(
    "aws_appsync_graphql_api",
    GraphQLApi,
    parts={"aws_wafv2_web_acl_association": "resource_arn"},
    defaulted={"aws_appsync_graphql_api": ("tags_all",)},
    fields={
        "api_name": lambda block: block["name"],
        "authentication_types": lambda block: _types(
            block["authentication_type"], block.get("additional_authentication_provider"), "authentication_type"
        ),
        "field_log_level": _tf_log_level,
        "visibility": lambda block: block.get("visibility", "GLOBAL"),
        "web_acl_arn": lambda block: associated(block, "aws_wafv2_web_acl_association", "web_acl_arn"),
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_API = CodeReader(
    "AWS::AppSync::GraphQLApi",
    GraphQLApi,
    parts={"AWS::WAFv2::WebACLAssociation": "ResourceArn"},
    fields={
        "api_name": lambda block: block["Name"],
        "authentication_types": lambda block: _types(
            block["AuthenticationType"], block.get("AdditionalAuthenticationProviders"), "AuthenticationType"
        ),
        "field_log_level": lambda block: block.get("LogConfig", {}).get("FieldLogLevel", "NONE"),
        "visibility": lambda block: block.get("Visibility", "GLOBAL"),
        "web_acl_arn": lambda block: associated(block, "AWS::WAFv2::WebACLAssociation", "WebACLArn"),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
