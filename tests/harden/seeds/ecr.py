"""Repositories and registries that fail."""

from __future__ import annotations

import json
from typing import Any

from harden.aws import ACCOUNT, REGION, Aws
from harden.seeded import seeds

_PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
_OPEN = {"Effect": "Allow", "Principal": "*", "Action": _PULL}
_OWN = {"Sid": "Own", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": _PULL}


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@seeds("ecr.tags-can-be-moved", "ecr.public-repository")
def repository_that_is_open(aws: Aws) -> None:
    ecr = aws.client("ecr")
    ecr.create_repository(repositoryName="shop/web", imageScanningConfiguration={"scanOnPush": True})
    ecr.set_repository_policy(repositoryName="shop/web", policyText=_document(_OWN, _OPEN))


@seeds("ecr.public-repository")
def repository_with_nothing_but_an_open_policy(aws: Aws) -> None:
    aws.client("ecr").create_repository(repositoryName="shop/web", imageTagMutability="IMMUTABLE")
    aws.client("ecr").set_repository_policy(repositoryName="shop/web", policyText=_document(_OPEN))


@seeds("ecr.tags-can-be-moved")
def repository_whose_releases_alone_stay(aws: Aws) -> None:
    filters = [{"filterType": "WILDCARD", "filter": "release-*"}]
    tags = {"imageTagMutability": "MUTABLE_WITH_EXCLUSION", "imageTagMutabilityExclusionFilters": filters}
    arn = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/shop/web"
    repository = {"repositoryName": "shop/web", "repositoryArn": arn, **tags}
    aws.client("ecr").create_repository(repositoryName="shop/web")

    def put(asked: dict[str, Any]) -> None:
        assert asked.pop("repositoryName") == "shop/web"
        excluding = asked["imageTagMutability"].endswith("_WITH_EXCLUSION")
        assert asked.get("imageTagMutabilityExclusionFilters") == (filters if excluding else None)
        repository.pop("imageTagMutabilityExclusionFilters", None)
        repository.update(asked)

    aws.answers("ecr:DescribeRepositories", lambda _: {"repositories": [repository]})
    aws.answers("ecr:PutImageTagMutability", put)


def _registry(aws: Aws, *statements: dict[str, Any]) -> None:
    everyone = {"Action": "ecr:ReplicateImage", "Resource": f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/*"}
    policy = _document(*({**each, **everyone} for each in statements))
    aws.client("ecr").put_registry_policy(policyText=policy)
    scanning = {"scanningConfiguration": {"scanType": "BASIC", "rules": []}}
    aws.answers("ecr:GetRegistryScanningConfiguration", scanning)


@seeds("ecr.public-registry")
def registry_that_is_open(aws: Aws) -> None:
    partner = {"Sid": "Partner", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999988887777:root"}}
    _registry(aws, partner, {"Sid": "All", "Effect": "Allow", "Principal": "*"})


@seeds("ecr.public-registry")
def registry_with_nothing_but_an_open_policy(aws: Aws) -> None:
    _registry(aws, {"Sid": "All", "Effect": "Allow", "Principal": "*"})
