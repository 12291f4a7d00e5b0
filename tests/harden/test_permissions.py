"""What applying a plan may do, beside what its calls need."""

from __future__ import annotations

import datetime as dt

from bartizan.app.permissions import actions_to_apply
from bartizan.engine.hardening import Change, Plan
from bartizan.model import SAMPLE_TIME, replace
from bartizan.resources.iam import AccessKey, User


def test_users_are_read_as_they_are_and_not_as_the_report_has_them() -> None:
    keys = (AccessKey(1, active=True, last_rotated=SAMPLE_TIME - dt.timedelta(days=400)),)
    user = User(user_name="anna", access_keys=keys)
    after = replace(user, access_keys=(replace_key(keys[0]),))
    plan = Plan(
        account="111122223333",
        partition="aws",
        made=SAMPLE_TIME,
        by="arn:aws:iam::111122223333:user/anna",
        regions=("eu-west-1",),
        version="1",
        changes=(Change(number=1, before=user, after=after, fixes=()),),
    )
    allowed = set(actions_to_apply(plan))
    assert {"iam:UpdateAccessKey", "iam:GetAccessKeyLastUsed", "iam:GetLoginProfile", "iam:GetUser"} <= allowed
    assert "iam:DeleteLoginProfile" not in allowed


def replace_key(key: AccessKey) -> AccessKey:
    """The key, turned off."""
    return AccessKey(key.number, active=False, last_rotated=key.last_rotated, last_used=key.last_used)
