"""Domains of OpenSearch that fail."""

from __future__ import annotations

import json
from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import State, seeds

_ARN = "arn:aws:es:eu-west-1:123456789012:domain/logs"
_ANYONE = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "es:ESHttp*", "Resource": f"{_ARN}/*"}
_OWN = {**_ANYONE, "Sid": "shop", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}}


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _domain(aws: Aws, **more: Any) -> State:
    """A domain whose groups of options are replaced as a whole, and whose encryption stays."""
    state = {
        "DomainId": "123456789012/logs",
        "DomainName": "logs",
        "ARN": _ARN,
        "ClusterConfig": {"InstanceType": "r7g.large.search", "InstanceCount": 3},
        "EncryptionAtRestOptions": {"Enabled": True, "KmsKeyId": "1"},
        "NodeToNodeEncryptionOptions": {"Enabled": True},
        "DomainEndpointOptions": {"EnforceHTTPS": True, "TLSSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10"},
        "AdvancedSecurityOptions": {"Enabled": True},
        "ServiceSoftwareOptions": {"UpdateAvailable": False},
        **more,
    }
    own = {name: value for name, value in state["DomainEndpointOptions"].items() if name.startswith("Custom")}

    def update(params: dict[str, Any]) -> dict[str, Any]:
        assert params.pop("DomainName") == "logs"
        for name in ("EncryptionAtRestOptions", "NodeToNodeEncryptionOptions"):
            if state[name]["Enabled"] and not params.get(name, {"Enabled": True})["Enabled"]:
                raise AwsError("ValidationException", "Disabling encryption is not supported")
        state.update(params)
        assert own.items() <= state["DomainEndpointOptions"].items()
        return {"DomainConfig": {}}

    aws.answers("opensearch:ListDomainNames", {"DomainNames": [{"DomainName": "logs", "EngineType": "OpenSearch"}]})
    aws.answers("opensearch:DescribeDomains", lambda _: {"DomainStatusList": [state]})
    aws.answers("opensearch:DescribeDomain", lambda _: {"DomainStatus": state})
    aws.answers("opensearch:ListTags", {"TagList": [{"Key": "team", "Value": "shop"}]})
    aws.answers("opensearch:UpdateDomainConfig", update)
    return lambda: state


_OLD = {
    "EnforceHTTPS": False,
    "TLSSecurityPolicy": "Policy-Min-TLS-1-0-2019-07",
    "CustomEndpointEnabled": True,
    "CustomEndpoint": "logs.shop.example",
    "CustomEndpointCertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/1",
}


@seeds("opensearch.public-domain", "opensearch.weak-transport")
def domain_on_the_internet_with_a_name_of_its_own(aws: Aws) -> State:
    return _domain(aws, AccessPolicies=_policy(_OWN, _ANYONE), DomainEndpointOptions=_OLD)


@seeds("opensearch.public-domain")
def domain_with_nothing_but_an_open_statement(aws: Aws) -> State:
    return _domain(aws, AccessPolicies=_policy(_ANYONE))


_LASTING = ("opensearch.unencrypted-domain", "opensearch.plain-between-nodes", "opensearch.weak-transport")


@seeds(*_LASTING, lasting=_LASTING)
def domain_without_encryption(aws: Aws) -> State:
    return _domain(
        aws,
        AccessPolicies=_policy(_OWN),
        EncryptionAtRestOptions={"Enabled": False},
        NodeToNodeEncryptionOptions={"Enabled": False},
        DomainEndpointOptions=_OLD,
    )
