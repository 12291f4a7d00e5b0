"""Which tags say that data is sensitive."""

from __future__ import annotations

import pytest

from bartizan.resources.tags import said_sensitive


@pytest.mark.parametrize(
    "tags",
    [
        {"data": "personal"},
        {"DataClassification": "Confidential"},
        {"data-classification": "internal/PII"},
        {"Data_Class": "Restricted"},
        {"team": "web", "classification": "cardholder data"},
    ],
)
def test_it_is_said(tags: dict[str, str]) -> None:
    assert said_sensitive(tags)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"data": "orders"},
        {"data": "public"},
        {"classification": "non-sensitive"},
        {"classification": "not confidential"},
        {"name": "personal"},
        {"data": "depersonalised"},
    ],
)
def test_it_is_not_said(tags: dict[str, str]) -> None:
    assert not said_sensitive(tags)


def test_the_tag_is_named() -> None:
    assert said_sensitive({"team": "web", "data": "PII"}) == "data=PII"


def test_keys_and_words_may_be_others() -> None:
    assert said_sensitive({"Daten_Art": "geheim"}, ["daten-art"], ["Geheim"]) == "Daten_Art=geheim"
    assert not said_sensitive({"data": "pii"}, ["daten-art"], ["geheim"])
