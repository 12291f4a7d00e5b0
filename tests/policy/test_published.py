"""Resource policies as they are published and found in the wild: who reaches each, and whether it insists on HTTPS.

A file of ``published/`` is one policy after an example in the documentation that ``source`` names. ``reached_by`` lists
everybody from outside the account 111122223333 who must be found, ``limits`` being the keys that confine them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bartizan.policy import Authorization, GuardedResource, Layer, Policy, decide, parse_policy
from bartizan.policy.symbolic import RequestSet, exposures, undenied

OWN = "111122223333"
FILES = sorted((Path(__file__).parent / "published").glob("*.json"))
EVERYTHING = parse_policy({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})


def _published(file: Path) -> tuple[dict[str, Any], GuardedResource]:
    facts = json.loads(file.read_text(encoding="utf-8"))
    policy = Policy(parse_policy(facts["policy"]), Layer.RESOURCE, file.stem)
    return facts, GuardedResource(arn=facts["resource"], account=OWN, policies=(policy,))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_who_reaches_it(file: Path) -> None:
    facts, guarded = _published(file)
    answer = exposures(guarded)
    found = [{"reach": each.reach.name, "who": each.who, "limits": list(each.limits)} for each in answer.found]
    assert found == facts["reached_by"]
    assert answer.undecided == ()
    authorization = Authorization(identity=(Policy(EVERYTHING, Layer.IDENTITY),), resource=guarded.policies)
    assert all(decide(each.witness, authorization).allowed for each in answer.found)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_whether_it_insists_on_https(file: Path) -> None:
    facts, guarded = _published(file)
    over_http = next(undenied(guarded, known={"aws:securetransport": ("false",)}), None)
    assert (over_http is None) is facts["https_only"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_allows_no_more_with_a_denial_and_more_with_a_leave(file: Path) -> None:
    facts, guarded = _published(file)
    statements = facts["policy"]["Statement"]
    own = Policy(guarded.policies[0].document, Layer.RESOURCE)
    leave = {"Effect": "Allow", "Principal": {"AWS": "999999999999"}, "Action": "x:Y", "Resource": "arn:aws:x:::y"}
    closed, wider = (
        Policy(parse_policy({**facts["policy"], "Statement": [*statements, one]}), Layer.RESOURCE)
        for one in ({**leave, "Effect": "Deny"}, leave)
    )
    assert RequestSet.granted([closed]).within(RequestSet.granted([own]))
    assert RequestSet.granted([own]).within(RequestSet.granted([wider]))
    assert not RequestSet.granted([wider]).within(RequestSet.granted([own]))


def test_there_are_enough_of_every_kind() -> None:
    services = [_published(file)[0]["resource"].split(":")[2] for file in FILES]
    assert len(services) > 60
    assert {"s3", "sqs", "sns", "kms", "lambda", "secretsmanager", "ecr", "iam"} <= set(services)
