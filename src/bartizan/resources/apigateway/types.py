"""REST APIs, their stages and usage plans, and custom domain names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bartizan.model import Resource, field, resource
from bartizan.policy import PolicyDocument
from bartizan.resources.tags import NO_TAGS, TAGS_DOC


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a REST API: where it is, who may call it, and whether requests are checked.

    ``label`` is verb and path, in code verb and address. ``mock`` says that API Gateway itself answers.
    """

    label: str
    verb: str = "GET"
    authorization_type: str = "NONE"
    api_key_required: bool = False
    validated: bool = False
    mock: bool = False


_FUNCTION = re.compile(r"arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+")


def functions_in(addresses: Iterable[str | None]) -> tuple[str, ...]:
    """The functions, by ARN without version, that integrations call by their addresses."""
    return tuple(sorted({found for each in addresses if each for found in _FUNCTION.findall(each)}))


def execute_arn(arn: str, account: str) -> str:
    """The ARN by which policies name an API; the given one for what comes from code."""
    head, _, path = arn.partition("::/")
    if not path:
        return arn
    partition, region = head.split(":")[1::2]
    return f"arn:{partition}:execute-api:{region}:{account}:{path.partition('/')[2]}"


@resource("AWS::ApiGateway::RestApi", name="api_name")
class RestApi(Resource):
    """A REST API."""

    api_name: str = field("Its name.")
    endpoint_types: tuple[str, ...] = field("`EDGE`, `REGIONAL` or `PRIVATE`.", default=("REGIONAL",))
    policy: PolicyDocument | None = field("Its resource policy.", default=None)
    disable_execute_api_endpoint: bool = field("Whether only custom domain names lead to it.", default=False)
    security_policy: str | None = field("The TLS versions of its own address, by name.", default="TLS_1_2")
    methods: tuple[Method, ...] = field("Its methods.", default=())
    functions: tuple[str, ...] = field("The functions that its methods call, by ARN without version.", default=())
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)

    @property
    def invoke_arn(self) -> str:
        """The ARN by which its policy names it; empty for what comes from code."""
        return execute_arn(self.arn, self.account)


@resource("AWS::ApiGateway::Stage", name="stage_name")
class Stage(Resource):
    """A stage of a REST API. The values of its variables are looked at while it is read, and never kept."""

    stage_name: str = field("Its name.", default="prod")
    private: bool = field("Whether only VPC endpoints lead to its API.", default=False)
    access_log: str | None = field("What takes its access logs, by ARN.", default="arn:aws:logs:group")
    throttling_rate_limit: float | None = field(
        "How many requests a second its methods take; null without a limit of its own.", default=100.0
    )
    unencrypted_cache: tuple[str, ...] = field("The methods whose answers it caches unencrypted.", default=())
    traces_data: tuple[str, ...] = field("The methods of which it logs whole requests and answers.", default=())
    client_certificate_id: str | None = field("The certificate that it shows to backends.", default="c1")
    web_acl_arn: str | None = field("The web ACL that protects it.", default="arn:aws:wafv2:acl")
    secret_variables: tuple[str, ...] = field(
        "Stage variables that look like secrets: name and kind, never the value.", default=()
    )
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::ApiGateway::UsagePlan", name="usage_plan_name")
class UsagePlan(Resource):
    """A usage plan: how much the holders of its API keys may ask for."""

    usage_plan_name: str = field("Its name.")
    stages: tuple[str, ...] = field("The stages that it is for, as `api:stage`.", default=("a1:prod",))
    unthrottled: tuple[str, ...] = field("Those of them that have no rate limit in it.", default=())
    has_quota: bool = field("Whether it limits the requests of a day, week or month.", default=True)


@resource("AWS::ApiGateway::DomainName", name="domain_name")
class DomainName(Resource):
    """A custom domain name of REST, HTTP or WebSocket APIs."""

    domain_name: str = field("The name.")
    security_policy: str = field("The TLS versions that it accepts, by name.", default="TLS_1_2")
    mutual_tls: bool = field("Whether clients must show a certificate.", default=True)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)
