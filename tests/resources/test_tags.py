"""Tags as AWS sends them."""

from __future__ import annotations

import pytest

from bartizan.model import Reason, Unknown
from bartizan.resources.dynamodb import TABLES
from bartizan.resources.kms import KEYS
from bartizan.resources.reading import take
from bartizan.resources.tags import tags_in


def test_a_tag_without_value_is_an_empty_text() -> None:
    assert tags_in([{"Key": "public"}, {"Key": "owner", "Value": "anna"}]) == {"public": "", "owner": "anna"}


@pytest.mark.parametrize(
    ("details", "reply"),
    [(TABLES.details, {"Tags": [], "NextToken": "more"}), (KEYS.details, {"Tags": [], "Truncated": True})],
    ids=["dynamodb", "kms"],
)
def test_tags_of_which_only_the_first_were_sent_are_unknown(details: tuple, reply: dict) -> None:  # type: ignore[type-arg]
    (detail,) = (each for each in details if "tags" in each.fields)
    with pytest.raises(Unknown):
        detail.fields["tags"](reply)
    values, gaps = take(detail.fields, reply)
    assert not values
    assert gaps["tags"].reason is Reason.NOT_READ
