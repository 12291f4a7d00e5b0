"""Repositories of images, and the registry that holds them: changing them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, policy_text
from bartizan.resources.ecr import Registry, Repository
from bartizan.resources.reading import Call


def _of(repository: Repository) -> dict[str, Any]:
    return {"repositoryName": repository.repository_name}


_EXCEPTIONS = Look(
    Call("ecr:DescribeRepositories"),
    lambda repository: {"repositoryNames": [repository.repository_name]},
    lambda reply: reply["repositories"][0].get("imageTagMutabilityExclusionFilters") or [],
)


def _mutability(edit: Edit) -> Params:
    given = {**_of(edit.after), "imageTagMutability": edit.after.image_tag_mutability}
    if edit.after.image_tag_mutability.endswith("_WITH_EXCLUSION"):
        exceptions = edit.was if edit.undoing else edit.now
        return {**given, "imageTagMutabilityExclusionFilters": exceptions}
    return given


def _put(of: Callable[[Any], dict[str, Any]]) -> Callable[[Edit], Params | None]:
    def params(edit: Edit) -> Params | None:
        text = policy_text(edit.after.policy)
        return None if text is None else {**of(edit.after), "policyText": text}

    return params


def _delete(of: Callable[[Any], dict[str, Any]]) -> Callable[[Edit], Params | None]:
    return lambda edit: of(edit.after) if policy_text(edit.after.policy) is None else None


REPOSITORY = ApiWriter(
    Repository,
    puts=(
        Put(Call("ecr:SetRepositoryPolicy"), _put(_of), ("policy",)),
        Put(
            Call("ecr:DeleteRepositoryPolicy"),
            _delete(_of),
            ("policy",),
            already=("RepositoryPolicyNotFoundException",),
        ),
        Put(Call("ecr:PutImageTagMutability"), _mutability, ("image_tag_mutability",), look=_EXCEPTIONS),
    ),
)

REGISTRY = ApiWriter(
    Registry,
    puts=(
        Put(Call("ecr:PutRegistryPolicy"), _put(lambda _: {}), ("policy",)),
        Put(
            Call("ecr:DeleteRegistryPolicy"),
            _delete(lambda _: {}),
            ("policy",),
            already=("RegistryPolicyNotFoundException",),
        ),
    ),
)
