"""A check of types that hold data: that a tag says which data it is. The rules of a service ask it of their types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bartizan.model import Problems, Resource, Sample, family
from bartizan.resources.tags import DATA_TAGS, Tags, data_tags_in

_TOLD_BY: Mapping[str, str] = MappingProxyType(
    {"AWS::RDS::DBInstance": "db_cluster_identifier", "AWS::SecretsManager::Secret": "owning_service"}
)
"""The field that names what tells it in a resource's place: a database's cluster, the service that manages a secret."""


def _passing(kind: type[Any]) -> Sequence[Sample]:
    told = kind(**{kind.name_field: "shop"}, tags=Tags({"data-classification": "orders"}))
    elsewhere = _TOLD_BY.get(kind.cfn_type)
    return [told, kind(**{kind.name_field: "shop", elsewhere: "another"})] if elsewhere else [told]


def _failing(kind: type[Any]) -> Sequence[Sample]:
    return [kind(**{kind.name_field: "shop"}, tags=Tags({"team": "web"}))]


@family("info", passes=_passing, fails=_failing, advice=True)
def without_data_tag(
    store: Resource, *, data_tags: tuple[str, ...] = DATA_TAGS, data_values: tuple[str, ...] = ()
) -> Problems:
    """{thing} has no tag that says which data it holds.

    ## Why it matters
    Who may read it, how it must be encrypted and how long it is kept turn on what is in it. Without the tag nobody
    knows, and no policy or report can tell customers' data from scratch.

    ## How to fix
    Agree on one tag with a short list of values, name both in the settings (`data_tags`, `data_values`, and a severity
    to make a duty of it), set it in the infrastructure code, and enforce it by a tag policy.

    ## Parameters
    - `data_tags`: keys of tags that say which data a resource holds.
    - `data_values`: the values that are allowed; any, where none is named.

    ## References
    - https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tags-for-data-security-and-access-control.html
    - https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_data_classification_identify_data.html
    """
    elsewhere = _TOLD_BY.get(store.cfn_type)
    if elsewhere and getattr(store, elsewhere) is not None:
        return
    tags: Mapping[str, str] = getattr(store, "tags")  # noqa: B009 - the types that are asked have it, the base has not
    found = data_tags_in(tags, data_tags)
    if not found:
        yield f"none of its tags is called {' or '.join(data_tags)}"
    for key, value in found.items():
        if data_values and value.casefold() not in {each.casefold() for each in data_values}:
            yield f"its tag {key}={value} is none of {', '.join(data_values)}"
