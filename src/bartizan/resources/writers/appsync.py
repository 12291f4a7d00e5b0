"""GraphQL APIs as code."""

from __future__ import annotations

from bartizan.resources.appsync import GraphQLApi
from bartizan.resources.writing import CodeWriter, nested, tags_map, tags_pairs

TERRAFORM_API = CodeWriter(
    "aws_appsync_graphql_api",
    GraphQLApi,
    names={"api_name": "name"},
    fields={
        "authentication_types": lambda api: {
            "authentication_type": api.authentication_types[0],
            "additional_authentication_provider": [
                nested(authentication_type=each) for each in api.authentication_types[1:]
            ]
            or None,
        },
        "visibility": "visibility",
        "tags": tags_map,
    },
    import_id=lambda api: api.arn.rpartition("/")[2],
)

CLOUDFORMATION_API = CodeWriter(
    "AWS::AppSync::GraphQLApi",
    GraphQLApi,
    names={"api_name": "Name"},
    fields={
        "authentication_types": lambda api: {
            "AuthenticationType": api.authentication_types[0],
            "AdditionalAuthenticationProviders": [{"AuthenticationType": each} for each in api.authentication_types[1:]]
            or None,
        },
        "visibility": "Visibility",
        "tags": tags_pairs,
    },
)
