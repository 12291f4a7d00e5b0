"""Amazon OpenSearch Service, with the domains that still run Elasticsearch."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from bartizan.model import Gap, Reason, Resource, Unknown, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader, Within
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags


@resource("AWS::OpenSearchService::Domain", name="domain_name")
class Domain(Resource):
    """A domain of OpenSearch or Elasticsearch."""

    domain_name: str = field("Its name.", default="logs")
    access_policies: PolicyDocument | None = field("Its resource policy.", default=None)
    vpc_id: str | None = field("The VPC that it is in; null for one on the internet.", default="vpc-1")
    encrypted: bool = field("Whether its storage is encrypted.", default=True)
    node_to_node_encryption: bool = field("Whether its nodes talk to each other under TLS.", default=True)
    enforce_https: bool = field("Whether it refuses plain HTTP.", default=True)
    tls_security_policy: str = field("The TLS versions that it accepts, by name.", default="Policy-Min-TLS-1-2-2019-07")
    fine_grained_access: bool = field("Whether it knows who may do what with which index.", default=True)
    published_logs: tuple[str, ...] = field("The logs that it sends to CloudWatch Logs.", default=("AUDIT_LOGS",))
    update_available: bool = field("Whether newer software of the service waits for it.", default=False)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


def _enabled(name: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda item: bool((item.get(name) or {}).get("Enabled"))


def _policy(text: str | None) -> PolicyDocument | None:
    return parse_policy(text) if text else None


def _published(options: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(sorted(name for name, each in options.items() if each.get("Enabled")))


DOMAINS = Reader(
    Domain,
    listing=Listing(
        Call("opensearch:DescribeDomains", permissions=("es:DescribeDomains",)),
        items="DomainStatusList",
        within=Within(
            Listing(Call("opensearch:ListDomainNames", permissions=("es:ListDomainNames",)), items="DomainNames"),
            params=lambda item: {"DomainNames": [item["DomainName"]]},
        ),
        fields={
            "domain_name": lambda item: item["DomainName"],
            "access_policies": lambda item: _policy(item.get("AccessPolicies")),
            "vpc_id": lambda item: (item.get("VPCOptions") or {}).get("VPCId"),
            "encrypted": _enabled("EncryptionAtRestOptions"),
            "node_to_node_encryption": _enabled("NodeToNodeEncryptionOptions"),
            "enforce_https": lambda item: bool(item["DomainEndpointOptions"].get("EnforceHTTPS")),
            "tls_security_policy": lambda item: item["DomainEndpointOptions"]["TLSSecurityPolicy"],
            "fine_grained_access": _enabled("AdvancedSecurityOptions"),
            "published_logs": lambda item: _published(item.get("LogPublishingOptions") or {}),
            "update_available": lambda item: bool(item["ServiceSoftwareOptions"].get("UpdateAvailable")),
        },
    ),
    arn=lambda item, _: item["ARN"],
    details=(
        Detail(
            Call("opensearch:ListTags", permissions=("es:ListTags",)),
            params=lambda _: {},
            arn_as="ARN",
            fields={"tags": lambda reply: tags_in(reply.get("TagList") or ())},
        ),
    ),
)


def _first(block: Block, name: str) -> Mapping[str, Any]:
    nested = block.get(name)
    found: Mapping[str, Any] = nested[0] if nested else {}
    return found


def _tf_policy(part: str) -> Callable[[Block], PolicyDocument | None]:
    def found(block: Block) -> PolicyDocument | None:
        apart = block.part(part)
        return _policy((block if apart is None else apart).plain("access_policies"))

    return found


def _tf_vpc(block: Block) -> str | None:
    options = _first(block, "vpc_options")
    return options["vpc_id"] if options else None


def _tls(options: Mapping[str, Any], name: str, block: Block) -> str:
    if name in options:
        found: str = options[name]
        return found
    raise Unknown(f"{block.what}.{name}", Gap(Reason.COMPUTED, detail="AWS chooses the TLS policy"))


def _tf_domain(code_type: str, policy: str) -> CodeReader:
    return CodeReader(
        code_type,
        Domain,
        parts={policy: "domain_name"},
        defaulted={
            code_type: (
                "access_policies",
                "advanced_security_options",
                "domain_endpoint_options",
                "encrypt_at_rest",
                "node_to_node_encryption",
                "tags_all",
            )
        },
        fields={
            "domain_name": lambda block: block["domain_name"],
            "access_policies": _tf_policy(policy),
            "vpc_id": _tf_vpc,
            "encrypted": lambda block: bool(_first(block, "encrypt_at_rest").get("enabled", False)),
            "node_to_node_encryption": lambda block: bool(
                _first(block, "node_to_node_encryption").get("enabled", False)
            ),
            # Where the block is there, the provider insists on HTTPS unless the code says otherwise.
            "enforce_https": lambda block: bool(
                _first(block, "domain_endpoint_options").get(
                    "enforce_https", bool(block.get("domain_endpoint_options"))
                )
            ),
            "tls_security_policy": lambda block: _tls(
                _first(block, "domain_endpoint_options"), "tls_security_policy", block
            ),
            "fine_grained_access": lambda block: bool(_first(block, "advanced_security_options").get("enabled", False)),
            "published_logs": lambda block: tuple(
                sorted(
                    each["log_type"] for each in block.get("log_publishing_options", ()) if each.get("enabled", True)
                )
            ),
            "tags": terraform_tags,
        },
    )


TERRAFORM_DOMAIN = _tf_domain("aws_opensearch_domain", "aws_opensearch_domain_policy")
TERRAFORM_ELASTICSEARCH = _tf_domain("aws_elasticsearch_domain", "aws_elasticsearch_domain_policy")


def _cf_vpc(block: Block) -> str | None:
    if not block.get("VPCOptions"):
        return None
    raise Unknown(block.what, Gap(Reason.COMPUTED, detail="the template names subnets, not the VPC"))


def _cf_policy(block: Block) -> PolicyDocument | None:
    document = block.plain("AccessPolicies")
    return _policy(document if isinstance(document, str) else json.dumps(document)) if document else None


def _cf_domain(code_type: str) -> CodeReader:
    return CodeReader(
        code_type,
        Domain,
        fields={
            "domain_name": lambda block: block["DomainName"],
            "access_policies": _cf_policy,
            "vpc_id": _cf_vpc,
            "encrypted": _enabled("EncryptionAtRestOptions"),
            "node_to_node_encryption": _enabled("NodeToNodeEncryptionOptions"),
            "enforce_https": lambda block: bool(block.get("DomainEndpointOptions", {}).get("EnforceHTTPS", False)),
            "tls_security_policy": lambda block: _tls(
                block.get("DomainEndpointOptions", {}), "TLSSecurityPolicy", block
            ),
            "fine_grained_access": _enabled("AdvancedSecurityOptions"),
            "published_logs": lambda block: _published(block.get("LogPublishingOptions", {})),
            "tags": lambda block: tags_in(block.get("Tags", ())),
        },
    )


CLOUDFORMATION_DOMAIN = _cf_domain("AWS::OpenSearchService::Domain")
CLOUDFORMATION_ELASTICSEARCH = _cf_domain("AWS::Elasticsearch::Domain")
