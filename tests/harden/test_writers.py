"""What writers refuse, since the call would do more than it says, or could not do it."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.model import replace
from bartizan.policy import parse_policy
from bartizan.resources.appliers.lambda_ import FUNCTION
from bartizan.resources.appliers.organizations import ORGANIZATION
from bartizan.resources.appliers.rds import INSTANCE
from bartizan.resources.appliers.sagemaker import NOTEBOOK
from bartizan.resources.appliers.wafv2 import WEB_ACL
from bartizan.resources.applying import Edit, Refused
from bartizan.resources.lambda_ import Function
from bartizan.resources.organizations import Organization
from bartizan.resources.rds import DbInstance
from bartizan.resources.sagemaker import NotebookInstance
from bartizan.resources.wafv2 import AclRule, RateLimit, WebAcl

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


def test_a_notebook_that_runs_is_not_changed() -> None:
    edit = Edit(NotebookInstance(root_access=True), NotebookInstance(), now="InService")
    with pytest.raises(Refused, match=r"InService.*stop it"):
        NOTEBOOK.puts[0].calls(edit)


COMMON = "AWS/AWSManagedRulesCommonRuleSet"
THEIRS = AclRule("theirs", managed=COMMON, stops=False)
OWN = AclRule("own", managed=COMMON)


def acl(*rules: AclRule) -> WebAcl:
    return WebAcl(web_acl_name="shop", arn="arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/shop/1", rules=rules)


def sent(before: WebAcl, after: WebAcl) -> list[str]:
    """The names of the rules that are sent, where the web ACL has one of its own."""
    now = {"settings": {"Rules": [{"Name": "own", "Priority": 7}]}, "token": "t"}
    (call,) = WEB_ACL.puts[0].calls(Edit(before, after, now=now))
    return [each["Name"] for each in call["Rules"]]


def test_rules_of_firewall_manager_are_left_to_it() -> None:
    with pytest.raises(Refused, match="Firewall Manager governs theirs"):
        sent(acl(THEIRS, OWN), acl(AclRule("theirs", managed=COMMON), OWN))


def test_a_rule_is_added_behind_those_of_firewall_manager_but_not_between_them() -> None:
    flood = AclRule("flood", rate=RateLimit(2000))
    assert sent(acl(THEIRS, OWN), acl(THEIRS, OWN, flood)) == ["own", "flood"]
    with pytest.raises(Refused, match="its last rules"):
        sent(acl(OWN, THEIRS), acl(OWN, THEIRS, flood))


def turned_off(*, was: list[str], now: list[str]) -> Edit:
    kinds = ("SERVICE_CONTROL_POLICY", "TAG_POLICY")
    before, after = Organization(enabled_policy_types=kinds), Organization(enabled_policy_types=kinds[:1])
    return Edit(before, after, now=now, was=was, undoing=True)


def test_a_kind_of_policy_is_not_turned_off_where_policies_were_made_since() -> None:
    guards = {each.look.name: each for each in ORGANIZATION.puts if each.look and each.look.name}
    with pytest.raises(Refused, match="TAG_POLICY would be turned off"):
        guards["TAG_POLICY"].calls(turned_off(was=["p-1"], now=["p-1", "p-2"]))
    assert guards["TAG_POLICY"].calls(turned_off(was=["p-1"], now=["p-1"])) == []
    assert guards["SERVICE_CONTROL_POLICY"].calls(turned_off(was=[], now=["p-2"])) == []


CHECKOUT = "arn:aws:lambda:eu-west-1:111122223333:function:checkout"


def permission(**statement: Any) -> Any:
    """The arguments by which a statement that Lambda has made comes back."""
    made = {"Sid": "s", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": CHECKOUT}
    function = Function(function_name="checkout", arn=CHECKOUT)
    policy = parse_policy({"Version": "2012-10-17", "Statement": [{**made, **statement}]})
    (call,) = FUNCTION.puts[-1].calls(Edit(function, replace(function, policy=policy), undoing=True))
    return call


def test_a_statement_comes_back_with_all_its_conditions() -> None:
    given = {
        "SourceArn": "arn:aws:s3:::*",
        "SourceAccount": "111122223333",
        "PrincipalOrgID": "o-1",
        "EventSourceToken": "amzn1.ask.skill.1",
        "FunctionUrlAuthType": "NONE",
        "InvokedViaFunctionUrl": True,
    }
    equal = {
        "AWS:SourceAccount": "111122223333",
        "aws:PrincipalOrgID": "o-1",
        "lambda:EventSourceToken": "amzn1.ask.skill.1",
        "lambda:FunctionUrlAuthType": "NONE",
    }
    conditions = {
        "StringEquals": equal,
        "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::*"},
        "Bool": {"lambda:InvokedViaFunctionUrl": "true"},
    }
    plain = {"FunctionName": "checkout", "StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "*"}
    assert permission(Condition=conditions) == {**plain, **given}
    assert permission(Principal={"Service": "s3.amazonaws.com"}) == {**plain, "Principal": "s3.amazonaws.com"}


@pytest.mark.parametrize(
    "odd",
    [
        {"Sid": ""},
        {"Action": ["lambda:InvokeFunction", "lambda:GetFunction"]},
        {"Principal": {"AWS": ["111122223333", "444455556666"]}},
        {"Resource": "*"},
        {"Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}},
    ],
    ids=str,
)
def test_a_statement_that_could_not_come_back_is_not_removed(odd: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="policy as a whole"):
        permission(**odd)
