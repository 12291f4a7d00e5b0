"""What a parameter group of code forces where it says nothing of TLS: AWS's default for its family."""

from __future__ import annotations

import pytest

from bartizan.model import Unknown
from bartizan.resources.rds.code import default_forces_tls


@pytest.mark.parametrize("family", ["postgres15", "postgres18", "aurora-postgresql17", "mariadb11.8", "docdb5.0"])
def test_families_that_force_tls_by_default(family: str) -> None:
    assert default_forces_tls(family)


@pytest.mark.parametrize(
    "family",
    ["postgres14", "aurora-postgresql16", "mariadb10.11", "mariadb11.4", "mysql8.0", "mysql8.4", "sqlserver-ee-16.0"],
)
def test_families_that_do_not(family: str) -> None:
    assert not default_forces_tls(family)


@pytest.mark.parametrize("family", ["mysql9.0", "aurora-mysql8.4"])
def test_nothing_is_said_of_families_that_came_later(family: str) -> None:
    with pytest.raises(Unknown):
        default_forces_tls(family)
