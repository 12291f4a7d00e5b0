"""Botocore's descriptions as Bartizan reads them: all that machines need, nothing that people read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.loaders import create_loader
from botocore.model import ServiceModel

from bartizan.aws.models import for_machines, models

KINDS = ("service-2", "paginators-1")


def texts(part: Any) -> Iterator[str]:
    """Every documentation in a description."""
    if isinstance(part, dict):
        if isinstance(part.get("documentation"), str):
            yield part["documentation"]
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from texts(each)


def without_texts(part: Any) -> Any:
    """The description with every documentation empty, by another way than the code's."""
    if isinstance(part, dict):
        return {
            name: "" if name == "documentation" and isinstance(value, str) else without_texts(value)
            for name, value in part.items()
        }
    return [without_texts(each) for each in part] if isinstance(part, list) else part


@pytest.mark.parametrize("service", ["sqs", "apigateway"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_description_is_botocore_s_but_for_the_documentation(service: str, kind: str) -> None:
    ours, theirs = models(None).load_service_model(service, kind), create_loader().load_service_model(service, kind)
    assert not any(texts(ours))
    assert without_texts(ours) == without_texts(theirs)


def test_a_member_named_documentation_stays() -> None:
    member = {"documentation": {"shape": "String", "documentation": "What it is."}}
    read = json.loads(json.dumps(member), object_hook=for_machines)
    assert read == {"documentation": {"shape": "String", "documentation": ""}}


def test_botocore_understands_it() -> None:
    described = models(None).load_service_model("s3", "service-2")
    model = ServiceModel(described, "s3")
    assert next(iter(model.operation_model("GetBucketAcl").input_shape.members)) == "Bucket"
    assert {each.name for each in model.client_context_parameters} >= {"ForcePathStyle"}


def test_what_does_not_exist_is_unknown() -> None:
    assert models(None).file_loader.load_file("/nowhere/service-2") is None
