"""Which events a filter pattern of CloudWatch Logs matches."""

from __future__ import annotations

import pytest

from bartizan.resources.logs.pattern import PatternError, matches

EVENT = {
    "eventName": "UpdateTrail",
    "errorCode": "Client.UnauthorizedOperation",
    "errorMessage": 'he said "no"',
    "count": 3,
    "zero": 0,
    "on": True,
    "off": False,
    "nothing": None,
    "port": "443",
    "userIdentity": {"type": "Root", "my.key": "x", "list": [{"id": 7}, "second"]},
}


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "{ $.eventName = UpdateTrail }",
        '{$.eventName="UpdateTrail"}',
        '{ $.eventName = "Update*" }',
        "{ $.eventName = *Trail }",
        '{ $.errorCode = "*UnauthorizedOperation" }',
        '{ $.errorMessage = "he said \\"no\\"" }',
        "{ $.eventName != DeleteTrail }",
        "{ $.eventName = %^Update[A-Z]% }",
        "{ $.errorCode = %Unauthorized|AccessDenied% }",
        "{ $.count = 3 }",
        "{ $.count >= 3 && $.count < 4 && $.count > 2.5 && $.count <= 3e0 }",
        "{ $.port = 443 }",
        "{ $.on IS TRUE && $.off IS FALSE && $.nothing IS NULL && $.gone NOT EXISTS }",
        "{ $.on is true }",
        "{ $.on = true }",
        "{ $.userIdentity.type = Root }",
        "{ $.userIdentity.list[0].id = 7 && $.userIdentity.list[1] = second }",
        "{ $.userIdentity['my.key'] = x }",
        "{ $.['eventName'] = UpdateTrail }",
        "{ ($.eventName = x) || ($.eventName = UpdateTrail) }",
        "{ $.eventName = UpdateTrail || $.eventName = x && $.count = 9 }",
        "{ (($.eventName = UpdateTrail) && (($.count = 9) || ($.count = 3))) }",
        "UpdateTrail",
        '"he said" UpdateTrail',
        "?Nowhere ?Root",
        "UpdateTrail -DeleteTrail",
        "%Update(Trail)?%",
    ],
)
def test_it_matches(pattern: str) -> None:
    assert matches(pattern, EVENT)


@pytest.mark.parametrize(
    "pattern",
    [
        "{ $.eventName = updatetrail }",
        "{ $.eventName = Update }",
        '{ $.eventName = "Update?rail" }',
        '{ $.eventName = "[U]pdate*" }',
        "{ $.eventName != UpdateTrail }",
        "{ $.eventName != Update* }",
        "{ $.gone = x }",
        "{ $.gone != x }",
        "{ $.gone IS NULL }",
        "{ $.nothing NOT EXISTS }",
        "{ $.count > 3 }",
        "{ $.port > 1 }",
        "{ $.on > 0 }",
        "{ $.on = 1 }",
        "{ $.zero IS FALSE }",
        "{ $.userIdentity.type.more = x }",
        "{ $.userIdentity.list[9] = x }",
        "{ $.userIdentity[0] = x }",
        "{ ($.eventName = UpdateTrail || $.eventName = x) && $.count = 9 }",
        "[ip, user, ...]",
        "UpdateTrail Nowhere",
        "?Nowhere ?Neither",
        "-UpdateTrail",
    ],
)
def test_it_does_not_match(pattern: str) -> None:
    assert not matches(pattern, EVENT)


@pytest.mark.parametrize(
    "pattern",
    [
        "{ $.eventName = UpdateTrail",
        "{ }",
        "{ $.eventName }",
        "{ $.eventName = }",
        "{ $.eventName = && $.count = 3 }",
        "{ $.eventName IS BLUE }",
        "{ eventName = UpdateTrail }",
        "{ ($.eventName = UpdateTrail }",
        "{ $.eventName = UpdateTrail $.count = 3 }",
        "{ $.count > many }",
        '{ $.eventName = "Update }',
        "{ $.eventName = %[% }",
        "%[%",
    ],
)
def test_what_is_not_understood_says_so(pattern: str) -> None:
    with pytest.raises(PatternError):
        matches(pattern, EVENT)
