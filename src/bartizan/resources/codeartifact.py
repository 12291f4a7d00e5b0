"""AWS CodeArtifact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.model import Resource, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Item, Listing, Reader, Reply
from bartizan.resources.recorded import ConfigReader, recorded_tags
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags


@resource("AWS::CodeArtifact::Domain", name="domain_name")
class Domain(Resource):
    """A CodeArtifact domain: what repositories keep their packages in."""

    domain_name: str = field("Its name.")
    permissions_policy_document: PolicyDocument | None = field("Its resource policy.", default=None)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::CodeArtifact::Repository", name="repository_name")
class Repository(Resource):
    """A CodeArtifact repository."""

    repository_name: str = field("Its name.")
    permissions_policy_document: PolicyDocument | None = field("Its resource policy.", default=None)
    external_connections: tuple[str, ...] = field("The public registries that it takes packages from.", default=())
    upstreams: tuple[str, ...] = field("The repositories that it takes packages from, by name.", default=())
    open_packages: tuple[str, ...] = field(
        "Its packages of which versions may be published here and taken from upstream as well.", default=()
    )
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


def _policy(reply: Reply) -> PolicyDocument:
    return parse_policy(reply["policy"]["document"])


_TAGS = Detail(
    Call("codeartifact:ListTagsForResource"),
    params=lambda item: {"resourceArn": item["arn"]},
    fields={"tags": lambda reply: tags_in(reply.get("tags") or (), "key", "value")},
)

DOMAINS = Reader(
    Domain,
    listing=Listing(
        Call("codeartifact:ListDomains"),
        items="domains",
        params={"maxResults": 1000},
        fields={"domain_name": lambda item: item["name"]},
    ),
    arn=lambda item, _: item["arn"],
    details=(
        Detail(
            Call("codeartifact:GetDomainPermissionsPolicy"),
            params=lambda item: {"domain": item["name"], "domainOwner": item["owner"]},
            fields={"permissions_policy_document": _policy},
            absent={"ResourceNotFoundException": {"permissions_policy_document": None}},
        ),
        _TAGS,
    ),
)


def _repository(item: Item) -> Mapping[str, Any]:
    return {"domain": item["domainName"], "domainOwner": item["domainOwner"], "repository": item["name"]}


def takes_packages(repository: Any) -> bool:
    """Whether packages come into it from elsewhere than by being published there."""
    return bool(repository.external_connections or repository.upstreams)


def _package(item: Mapping[str, str]) -> str:
    return f"{item['format']}:{'/'.join(filter(None, (item.get('namespace'), item['package'])))}"


REPOSITORIES = Reader(
    Repository,
    listing=Listing(
        Call("codeartifact:ListRepositories"),
        items="repositories",
        params={"maxResults": 1000},
        fields={"repository_name": lambda item: item["name"]},
    ),
    arn=lambda item, _: item["arn"],
    details=(
        Detail(
            Call("codeartifact:GetRepositoryPermissionsPolicy"),
            params=_repository,
            fields={"permissions_policy_document": _policy},
            absent={"ResourceNotFoundException": {"permissions_policy_document": None}},
        ),
        Detail(
            Call("codeartifact:DescribeRepository"),
            params=_repository,
            fields={
                "external_connections": lambda reply: tuple(
                    sorted(each["externalConnectionName"] for each in reply["repository"]["externalConnections"])
                ),
                "upstreams": lambda reply: tuple(each["repositoryName"] for each in reply["repository"]["upstreams"]),
            },
        ),
        Detail(
            Call("codeartifact:ListPackages"),
            # AWS gives only those packages that are open both ways, which mostly are none.
            params=lambda item: {**_repository(item), "publish": "ALLOW", "upstream": "ALLOW", "maxResults": 1000},
            fields={"open_packages": lambda reply: tuple(sorted(map(_package, reply["packages"])))},
            when=takes_packages,
            otherwise={"open_packages": ()},
            whole="packages",
        ),
        _TAGS,
    ),
)

REPOSITORY_ITEMS = ConfigReader(Repository, fields={"tags": recorded_tags})


def _tf_policy(block: Block, part: str) -> PolicyDocument | None:
    apart = block.part(part)
    return parse_policy(apart.plain("policy_document")) if apart else None


TERRAFORM_DOMAIN = CodeReader(
    "aws_codeartifact_domain",
    Domain,
    parts={"aws_codeartifact_domain_permissions_policy": "domain"},
    defaulted={"aws_codeartifact_domain": ("tags_all",)},
    fields={
        "domain_name": lambda block: block["domain"],
        "permissions_policy_document": lambda block: _tf_policy(block, "aws_codeartifact_domain_permissions_policy"),
        "tags": terraform_tags,
    },
)

TERRAFORM_REPOSITORY = CodeReader(
    "aws_codeartifact_repository",
    Repository,
    parts={"aws_codeartifact_repository_permissions_policy": "repository"},
    defaulted={"aws_codeartifact_repository": ("tags_all",)},
    fields={
        "repository_name": lambda block: block["repository"],
        "permissions_policy_document": lambda block: _tf_policy(
            block, "aws_codeartifact_repository_permissions_policy"
        ),
        "external_connections": lambda block: tuple(
            sorted(each["external_connection_name"] for each in block.get("external_connections", ()))
        ),
        "upstreams": lambda block: tuple(each["repository_name"] for each in block.get("upstream", ())),
        "open_packages": lambda block: block.if_new((), "the origins of packages"),
        "tags": terraform_tags,
    },
)


def _cfn_policy(block: Block) -> PolicyDocument | None:
    document = block.plain("PermissionsPolicyDocument")
    return parse_policy(document) if document else None


CLOUDFORMATION_DOMAIN = CodeReader(
    "AWS::CodeArtifact::Domain",
    Domain,
    fields={
        "domain_name": lambda block: block["DomainName"],
        "permissions_policy_document": _cfn_policy,
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)


CLOUDFORMATION_REPOSITORY = CodeReader(
    "AWS::CodeArtifact::Repository",
    Repository,
    fields={
        "repository_name": lambda block: block["RepositoryName"],
        "permissions_policy_document": _cfn_policy,
        "external_connections": lambda block: tuple(sorted(block.plain("ExternalConnections", ()))),
        "upstreams": lambda block: tuple(block.plain("Upstreams", ())),
        "open_packages": lambda block: block.if_new((), "the origins of packages"),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
