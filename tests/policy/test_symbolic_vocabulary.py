"""Witnesses among the requests that AWS could really receive."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.policy import Layer, Policy, parse_policy
from bartizan.policy.reference import Reference
from bartizan.policy.symbolic import ReferenceVocabulary, RequestSet

AWS = ReferenceVocabulary(Reference.load())


def _allowed(*statements: dict[str, Any]) -> RequestSet:
    document = parse_policy(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **each} for each in statements]}
    )
    return RequestSet.granted([Policy(document, Layer.IDENTITY)])


def _of(action: str | list[str], resource: str = "*") -> RequestSet:
    return _allowed({"Action": action, "Resource": resource})


@pytest.mark.parametrize(
    ("action", "resource", "witness"),
    [
        ("s3:GetObject", "arn:aws:s3:::data/*", "arn:aws:s3:::data/example"),
        ("s3:ListBucket", "*", "arn:aws:s3:::example"),
        ("s3:ListBucket", "arn:aws:s3:::data/*", None),
        ("s3:ListAllMyBuckets", "*", "*"),
        ("s3:ListAllMyBuckets", "arn:aws:s3:::data", None),
        ("s3:GetObjekt", "*", None),
        ("iam:PassRole", "*", "arn:aws:iam::111122223333:role/example"),
    ],
)
def test_an_action_is_asked_for_what_it_takes(action: str, resource: str, witness: str | None) -> None:
    found = _of(action, resource).witness(vocabulary=AWS)
    if witness is None:
        assert found is None
    else:
        assert found is not None
        assert found["action"] == (action.lower(),)
        assert found["resource"] == (witness,)


def test_a_pattern_is_searched_for_an_action_that_takes_the_resource() -> None:
    found = _of("s3:*", "arn:aws:s3:::data").witness(vocabulary=AWS)
    assert found is not None
    action = Reference.load().find(found["action"][0])
    assert action is not None
    assert "bucket" in {use.type.lower() for use in action.resources}
    assert found["resource"] == ("arn:aws:s3:::data",)


def test_what_differs_only_in_actions_that_nobody_has_is_the_same() -> None:
    spelled = [f"sts:{each.name}" for each in Reference.load().expand("sts:*")]
    assert (_of("sts:*") - _of(spelled)).witness() is not None
    assert (_of("sts:*") - _of(spelled)).witness(vocabulary=AWS) is None
    found = (_of("sts:*") - _of(spelled[1:])).witness(vocabulary=AWS)
    assert found is not None
    assert found["action"] == (spelled[0].lower(),)


def test_what_is_denied_for_all_of_a_kind_is_found_in_another() -> None:
    asked = _of("s3:*") - _of(["s3:*Object*", "s3:*Bucket*"])
    found = (asked & RequestSet.where("resource", "arn:aws:s3:*:*:accesspoint/*")).witness(vocabulary=AWS)
    assert found is not None
    service, action = Reference.load().service("s3"), Reference.load().find(found["action"][0])
    assert service is not None
    assert action is not None
    assert any(service.resource_types[use.type.lower()].matches(found["resource"][0]) for use in action.resources)
