"""Domains and repositories that fail."""

from __future__ import annotations

import json
from typing import Any

from harden.aws import ACCOUNT, REGION, Aws, AwsError
from harden.seeded import State, seeds

_HEAD = f"arn:aws:codeartifact:{REGION}:{ACCOUNT}"
_OPEN = {"Effect": "Allow", "Principal": "*", "Action": "codeartifact:ReadFromRepository", "Resource": "*"}
_OURS = {**_OPEN, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}


def _policies(aws: Aws, kind: str, arn: str, *statements: dict[str, Any]) -> None:
    """One policy, which is only changed by who knows its revision."""
    state: dict[str, Any] = {"made": 0}

    def keep(text: str) -> None:
        state["made"] += 1
        state["policy"] = {"resourceArn": arn, "revision": f"r{state['made']}", "document": text}

    def guard(params: dict[str, Any]) -> None:
        if "policy" in state and params.get("policyRevision") != state["policy"]["revision"]:
            raise AwsError("ConflictException", "the policy is of another revision")

    def get(_: dict[str, Any]) -> Any:
        if "policy" not in state:
            raise AwsError("ResourceNotFoundException")
        return {"policy": state["policy"]}

    def put(params: dict[str, Any]) -> Any:
        guard(params)
        keep(params["policyDocument"])
        return {"policy": state["policy"]}

    def delete(params: dict[str, Any]) -> Any:
        guard(params)
        return {"policy": state.pop("policy")}

    if statements:
        keep(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
    aws.answers(f"codeartifact:Get{kind}PermissionsPolicy", get)
    aws.answers(f"codeartifact:Put{kind}PermissionsPolicy", put)
    aws.answers(f"codeartifact:Delete{kind}PermissionsPolicy", delete)


def _domain(aws: Aws, *statements: dict[str, Any]) -> None:
    arn = f"{_HEAD}:domain/shop"
    aws.answers("codeartifact:ListDomains", {"domains": [{"name": "shop", "owner": ACCOUNT, "arn": arn}]})
    aws.answers("codeartifact:ListTagsForResource", {"tags": []})
    _policies(aws, "Domain", arn, *statements)


@seeds("codeartifact.public-domain")
def domain_for_anyone(aws: Aws) -> None:
    _domain(aws, _OPEN)


@seeds("codeartifact.public-domain")
def domain_for_us_and_anyone(aws: Aws) -> None:
    _domain(aws, _OURS, _OPEN)


def _repository(aws: Aws, packages: dict[tuple[str, str, str], dict[str, str]], *statements: dict[str, Any]) -> State:
    named = {"name": "store", "domainName": "shop", "domainOwner": ACCOUNT}
    arn = f"{_HEAD}:repository/shop/store"
    upstreams = {"upstreams": [{"repositoryName": "npm-store"}], "externalConnections": []}

    def listed(params: dict[str, Any]) -> Any:
        return {
            "packages": [
                {"format": kind, "package": name, **({"namespace": space} if space else {})}
                for (kind, space, name), origins in packages.items()
                if all(origins[key] == params[key] for key in ("publish", "upstream"))
            ]
        }

    def restrict(params: dict[str, Any]) -> Any:
        key = (params["format"], params.get("namespace", ""), params["package"])
        if key not in packages or (params["domain"], params["repository"]) != ("shop", "store"):
            raise AwsError("ResourceNotFoundException")
        packages[key] = params["restrictions"]
        return {"originConfiguration": {"restrictions": params["restrictions"]}}

    aws.answers("codeartifact:ListRepositories", {"repositories": [{**named, "arn": arn}]})
    aws.answers("codeartifact:DescribeRepository", {"repository": {**named, "arn": arn, **upstreams}})
    aws.answers("codeartifact:ListPackages", listed)
    aws.answers("codeartifact:PutPackageOriginConfiguration", restrict)
    aws.answers("codeartifact:ListTagsForResource", {"tags": []})
    _policies(aws, "Repository", arn, *statements)
    return lambda: packages


@seeds("codeartifact.packages-can-be-confused", "codeartifact.public-repository")
def repository_with_everything_wrong(aws: Aws) -> State:
    both, ours, theirs = {"publish": "ALLOW", "upstream": "ALLOW"}, {"publish": "ALLOW"}, {"publish": "BLOCK"}
    packages = {
        ("npm", "shop", "orders"): dict(both),
        ("npm", "", "basket"): dict(both),
        ("maven", "com.example", "taxes"): dict(both),
        ("npm", "", "stock"): {**ours, "upstream": "BLOCK"},
        ("npm", "", "react"): {**theirs, "upstream": "ALLOW"},
    }
    return _repository(aws, packages, _OURS, _OPEN)


@seeds("codeartifact.public-repository")
def repository_for_anyone(aws: Aws) -> State:
    return _repository(aws, {}, _OPEN)
