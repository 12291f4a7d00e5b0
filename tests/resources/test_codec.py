"""Whatever the model holds comes back from JSON as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bartizan.engine.catalog import Catalog
from bartizan.model import Gap, Reason, Resource, without
from bartizan.model.rule import judged
from bartizan.resources.codec import decode, encode
from bartizan.resources.sqs import Queue

SAMPLES = {
    rule.id: [each for sample in (*rule.passes, *rule.fails) for each in judged(sample)[1]] for rule in Catalog.load()
}


def there_and_back(resource: Resource) -> Any:
    return decode(Resource, json.loads(json.dumps(encode(resource))))


@pytest.mark.parametrize("rule", SAMPLES)
def test_every_sample_comes_back(rule: str) -> None:
    for each in SAMPLES[rule]:
        found = there_and_back(each)
        assert type(found) is type(each)
        assert found.known() == each.known()


def test_what_is_unknown_stays_unknown_for_its_reason() -> None:
    gap = Gap(Reason.DENIED, needs="sqs:GetQueueAttributes", detail="no")
    found = there_and_back(without(Queue(queue_name="jobs"), "policy", gap=gap))
    assert found.gaps == {"policy": gap}
    assert "policy" not in found.known()


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (Queue, {"type": "s3.types.Bucket", "values": {}, "gaps": {}}),
        (Resource, {"type": "os.system", "values": {}, "gaps": {}}),
        (Resource, []),
        (tuple[str, ...], "text"),
        (dict[str, str], ["a"]),
        (int, "1"),
        (int | None, "x"),
    ],
)
def test_what_does_not_fit_is_refused(hint: Any, value: Any) -> None:
    with pytest.raises((ValueError, LookupError)):
        decode(hint, value)
