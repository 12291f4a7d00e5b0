"""Servers of the Transfer Family: changing them."""

from __future__ import annotations

from bartizan.resources.applying import ApiWriter, Edit, Params, Put
from bartizan.resources.reading import Call
from bartizan.resources.transfer import Server


def _policy(edit: Edit) -> Params:
    return {
        "ServerId": edit.after.arn.rpartition("/")[2],
        "SecurityPolicyName": edit.after.security_policy_name,
    }


SERVER = ApiWriter(
    Server,
    puts=(
        Put(
            Call("transfer:UpdateServer"),
            _policy,
            ("security_policy_name",),
            busy=("ConflictException",),
        ),
    ),
)
