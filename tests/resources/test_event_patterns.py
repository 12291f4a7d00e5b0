"""The pattern language of EventBridge's rules."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.resources.events.pattern import PatternError, matches, parse

EVENT: dict[str, Any] = {
    "source": "aws.iam",
    "detail": {
        "eventName": "CreateUser",
        "eventSource": "iam.amazonaws.com",
        "count": 5,
        "ok": True,
        "nothing": None,
        "empty": "",
        "ip": "203.0.113.5",
        "userIdentity": {"type": "Root"},
        "tags": ["a", "b"],
        "resources": [{"type": "role", "name": "x"}, {"type": "user", "name": "y"}],
    },
}


@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"eventName": ["DeleteUser", "CreateUser"]},
        {"userIdentity": {"type": ["Root"]}},
        {"tags": ["b"]},
        {"resources": {"type": ["user"], "name": ["y"]}},
        {"nothing": [None]},
        {"empty": [""]},
        {"ok": [True]},
        {"count": [5]},
        {"eventName": [{"prefix": "Create"}]},
        {"eventName": [{"prefix": {"equals-ignore-case": "create"}}]},
        {"eventName": [{"suffix": "User"}]},
        {"eventName": [{"equals-ignore-case": "createuser"}]},
        {"eventName": [{"wildcard": "Cr*te*"}]},
        {"eventName": [{"anything-but": "DeleteUser"}]},
        {"eventName": [{"anything-but": ["DeleteUser", "PutUserPolicy"]}]},
        {"eventName": [{"anything-but": {"prefix": ["Delete", "Put"]}}]},
        {"count": [{"numeric": [">", 0, "<=", 5]}]},
        {"ip": [{"cidr": "203.0.113.0/24"}]},
        {"ip": [{"exists": True}]},
        {"errorCode": [{"exists": False}]},
        {"userIdentity": {"invokedBy": [{"exists": False}]}},
        {"other": {"part": [{"exists": False}]}},
        {"errorCode": [{"exists": False}, "AccessDenied"]},
        {"$or": [{"eventName": ["x"]}, {"count": [5]}]},
    ],
)
def test_it_matches(detail: dict[str, Any]) -> None:
    assert matches({"source": ["aws.iam"], "detail": detail}, EVENT)


@pytest.mark.parametrize(
    "detail",
    [
        {"eventName": ["createuser"]},
        {"eventName": []},
        {"missing": ["x"]},
        {"missing": [{"anything-but": "x"}]},
        {"missing": [{"exists": True}]},
        {"eventName": [{"exists": False}]},
        {"userIdentity": [{"exists": True}]},
        {"userIdentity": {"type": ["IAMUser"]}},
        {"resources": {"type": ["user"], "name": ["x"]}},
        {"ok": [1]},
        {"count": [True]},
        {"count": ["5"]},
        {"eventName": [{"prefix": "create"}]},
        {"eventName": [{"wildcard": "Create"}]},
        {"eventName": [{"wildcard": "Create\\*"}]},
        {"eventName": [{"anything-but": ["CreateUser"]}]},
        {"eventName": [{"anything-but": {"suffix": "User"}}]},
        {"count": [{"numeric": ["<", 5]}]},
        {"eventName": [{"numeric": ["=", 5]}]},
        {"ip": [{"cidr": "198.51.100.0/24"}]},
        {"eventName": [{"cidr": "198.51.100.0/24"}]},
        {"$or": [{"eventName": ["x"]}, {"count": [6]}]},
    ],
)
def test_it_does_not_match(detail: dict[str, Any]) -> None:
    assert not matches({"source": ["aws.iam"], "detail": detail}, EVENT)


@pytest.mark.parametrize("pattern", [{"source": "aws.iam"}, {"source": [{"like": "x"}]}, {"source": [{}]}])
def test_what_is_not_understood_is_said(pattern: dict[str, Any]) -> None:
    with pytest.raises(PatternError):
        matches(pattern, EVENT)


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(PatternError):
        parse(text)
