"""Security groups: changing them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put
from bartizan.resources.ec2.network import Permission, SecurityGroup, permissions
from bartizan.resources.reading import Call, Reply

_Rule = Mapping[str, Any]
"""A rule of a group as DescribeSecurityGroupRules tells it: one peer, one id, and tags of its own."""

_PEERS = {
    "CidrIpv4": ("IpRanges", "CidrIp"),
    "CidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
    "PrefixListId": ("PrefixListIds", "PrefixListId"),
}
_OF_GROUP = ("GroupId", "UserId", "VpcId", "VpcPeeringConnectionId")


def _kept(reply: Reply) -> list[_Rule]:
    return sorted(reply["SecurityGroupRules"], key=lambda each: str(each["SecurityGroupRuleId"]))


# Without MaxResults AWS gives them all:
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroupRules.html
_RULES = Look(
    Call("ec2:DescribeSecurityGroupRules"),
    lambda group: {"Filters": [{"Name": "group-id", "Values": [group.group_id]}]},
    _kept,
)


def _ip_permission(rule: _Rule) -> dict[str, Any]:
    """The rule as it is authorized, with its ports where it has some, and its description."""
    found = {name: rule[name] for name in ("IpProtocol", "FromPort", "ToPort") if name in rule}
    described = {"Description": rule["Description"]} if rule.get("Description") else {}
    if group := rule.get("ReferencedGroupInfo"):
        peer = {name: group[name] for name in _OF_GROUP if group.get(name)}
        return {**found, "UserIdGroupPairs": [{**peer, **described}]}
    name = next(each for each in _PEERS if rule.get(each))
    ranges, key = _PEERS[name]
    return {**found, ranges: [{key: rule[name], **described}]}


def _permission(rule: _Rule) -> Permission:
    return permissions([_ip_permission(rule)])[0]


def _those(rules: Iterable[_Rule] | None, wanted: set[Permission], *, egress: bool) -> list[_Rule]:
    return [each for each in rules or () if each["IsEgress"] is egress and _permission(each) in wanted]


def _revoke(field: str) -> Callable[[Edit], Params | None]:
    """By their ids, so that nothing else can be meant."""

    def params(edit: Edit) -> Params | None:
        gone = set(getattr(edit.before, field)) - set(getattr(edit.after, field))
        ids = [each["SecurityGroupRuleId"] for each in _those(edit.now, gone, egress=field == "egress")]
        return {"GroupId": edit.after.group_id, "SecurityGroupRuleIds": ids} if ids else None

    return params


def _authorize(field: str) -> Callable[[Edit], list[Params]]:
    """Give back what a change took: one call for each set of tags, since a call gives all its rules the same."""

    def params(edit: Edit) -> list[Params]:
        back = set(getattr(edit.after, field)) - set(getattr(edit.before, field))
        return list(_by_tags(edit.after.group_id, _those(edit.was, back, egress=field == "egress")))

    return params


def _tags(rule: _Rule) -> list[dict[str, str]]:
    # Tags that begin so are AWS's own, and nobody else may give them.
    tags = [each for each in rule.get("Tags") or () if not each["Key"].startswith("aws:")]
    return sorted(tags, key=lambda each: str(each["Key"]))


def _by_tags(group_id: str, rules: list[_Rule]) -> Iterator[Params]:
    for _, some in groupby(sorted(rules, key=lambda each: str(_tags(each))), key=lambda each: str(_tags(each))):
        alike = list(some)
        given = {"GroupId": group_id, "IpPermissions": [_ip_permission(each) for each in alike]}
        tags = _tags(alike[0])
        yield {**given, "TagSpecifications": [{"ResourceType": "security-group-rule", "Tags": tags}]} if tags else given


_GONE = ("InvalidPermission.NotFound", "InvalidSecurityGroupRuleId.NotFound")
_THERE = ("InvalidPermission.Duplicate",)


SECURITY_GROUP = ApiWriter(
    SecurityGroup,
    puts=(
        Put(
            Call("ec2:RevokeSecurityGroupIngress"),
            _revoke("ingress"),
            ("ingress",),
            look=_RULES,
            already=_GONE,
        ),
        Put(
            Call("ec2:AuthorizeSecurityGroupIngress", ("ec2:AuthorizeSecurityGroupIngress", "ec2:CreateTags")),
            _authorize("ingress"),
            ("ingress",),
            look=_RULES,
            already=_THERE,
        ),
        Put(
            Call("ec2:RevokeSecurityGroupEgress"),
            _revoke("egress"),
            ("egress",),
            look=_RULES,
            already=_GONE,
        ),
        Put(
            Call("ec2:AuthorizeSecurityGroupEgress", ("ec2:AuthorizeSecurityGroupEgress", "ec2:CreateTags")),
            _authorize("egress"),
            ("egress",),
            look=_RULES,
            already=_THERE,
        ),
    ),
    deletes=(
        Put(
            Call("ec2:DeleteSecurityGroup"),
            lambda edit: {"GroupId": edit.before.group_id},
            already=("InvalidGroup.NotFound",),
        ),
    ),
    lost="a group made again has another id, which nothing refers to",
)
