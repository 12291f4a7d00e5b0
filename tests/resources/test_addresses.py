"""Which addresses are those of EC2."""

from __future__ import annotations

import pytest

from bartizan.resources.addresses import parsed, region_of


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("3.248.0.0", "eu-west-1"),
        ("3.255.255.255", "eu-west-1"),
        ("54.228.0.1", "eu-west-1"),
        ("2a05:d018::1", "eu-west-1"),
        ("10.0.0.1", None),
        ("0.0.0.0", None),  # noqa: S104 - an address below all ranges, nothing listens on it
        ("192.0.2.1", None),
        ("203.0.113.7", None),
        ("2001:db8::1", None),
        ("ffff::1", None),
    ],
)
def test_a_region_is_known_by_its_addresses(text: str, region: str | None) -> None:
    address = parsed(text)
    assert address is not None
    assert region_of(address) == region


def test_a_name_is_no_address() -> None:
    assert parsed("www.example.com") is None
