"""Databases of which other changes wait for the maintenance window."""

from __future__ import annotations

import pytest

from bartizan.model import replace
from bartizan.resources.appliers.rds import INSTANCE
from bartizan.resources.applying import Edit, Refused
from bartizan.resources.rds import DbInstance

WITHOUT_BACKUPS = DbInstance(backup_retention_period=0)


def test_nothing_is_changed_at_once_where_that_makes_a_change_that_waits_as_well() -> None:
    edit = Edit(WITHOUT_BACKUPS, DbInstance(), now=["DBInstanceClass"])
    with pytest.raises(Refused, match="DBInstanceClass"):
        INSTANCE.puts[0].calls(edit)


def test_a_change_that_waits_and_is_the_same_is_made_now() -> None:
    edit = Edit(WITHOUT_BACKUPS, DbInstance(), now=["BackupRetentionPeriod"])
    assert [each["ApplyImmediately"] for each in INSTANCE.puts[0].calls(edit)] == [True]


def test_what_need_not_wait_leaves_alone_what_does() -> None:
    edit = Edit(replace(DbInstance(), deletion_protection=False), DbInstance(), now=["DBInstanceClass"])
    assert INSTANCE.puts[0].calls(edit) == [{"DBInstanceIdentifier": "shop", "DeletionProtection": True}]
