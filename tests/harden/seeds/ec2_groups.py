"""Security groups that fail. Moto forgets descriptions of rules that name a group, so functions stand for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from harden.aws import ACCOUNT, Aws, AwsError
from harden.seeded import State, seeds

_PEERS = {
    "IpRanges": ("CidrIp", "CidrIpv4"),
    "Ipv6Ranges": ("CidrIpv6", "CidrIpv6"),
    "PrefixListIds": ("PrefixListId", "PrefixListId"),
}


@dataclass
class _Group:
    """One group in use, with its rules as AWS tells them."""

    name: str
    interfaces: int = 1
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: count[int] = field(default_factory=lambda: count(1))

    def put_into(self, aws: Aws) -> State:
        aws.answers("ec2:DescribeSecurityGroups", lambda _: {"SecurityGroups": [self.told()] if self.name else []})
        aws.answers("ec2:DescribeSecurityGroupRules", self.told_rules)
        interface = {"NetworkInterfaceId": "eni-1", "Groups": [{"GroupId": "sg-1", "GroupName": self.name}]}
        aws.answers("ec2:DescribeNetworkInterfaces", {"NetworkInterfaces": [interface] * self.interfaces})
        aws.answers("ec2:DeleteSecurityGroup", self.delete)
        for direction, egress in (("Ingress", False), ("Egress", True)):
            aws.answers(f"ec2:RevokeSecurityGroup{direction}", lambda asked, way=egress: self.revoke(asked, way))
            aws.answers(f"ec2:AuthorizeSecurityGroup{direction}", lambda asked, way=egress: self.authorize(asked, way))
        return self.without_ids

    def without_ids(self) -> list[dict[str, Any]]:
        """The rules but for their ids, which are never given twice."""
        rules = ({**each, "SecurityGroupRuleId": ""} for each in self.rules.values())
        return sorted(rules, key=str)

    def told(self) -> dict[str, Any]:
        return {
            "GroupId": "sg-1",
            "GroupName": self.name,
            "Description": "made by hand",
            "VpcId": "vpc-1",
            "IpPermissions": [_permission(each) for each in self.rules.values() if not each["IsEgress"]],
            "IpPermissionsEgress": [_permission(each) for each in self.rules.values() if each["IsEgress"]],
        }

    def told_rules(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert asked["Filters"] == [{"Name": "group-id", "Values": ["sg-1"]}]
        return {"SecurityGroupRules": list(self.rules.values())}

    def delete(self, asked: dict[str, Any]) -> None:
        assert asked == {"GroupId": "sg-1"}
        self.name = ""

    def authorize(self, asked: dict[str, Any], egress: bool) -> dict[str, Any]:
        made = []
        for permission in asked["IpPermissions"]:
            rule = {"IsEgress": egress, "FromPort": -1, "ToPort": -1, "GroupId": asked["GroupId"]}
            rule |= {name: permission[name] for name in ("IpProtocol", "FromPort", "ToPort") if name in permission}
            for name, (key, as_key) in _PEERS.items():
                made += [{**rule, as_key: each[key], **_described(each)} for each in permission.get(name, ())]
            for each in permission.get("UserIdGroupPairs", ()):
                peer = {"UserId": ACCOUNT, **{name: value for name, value in each.items() if name != "Description"}}
                made.append({**rule, "ReferencedGroupInfo": peer, **_described(each)})
        tags = [tag for each in asked.get("TagSpecifications", ()) for tag in each["Tags"]]
        for rule in made:
            if any(_essence(rule) == _essence(each) for each in self.rules.values()):
                raise AwsError("InvalidPermission.Duplicate")
            number = f"sgr-{next(self.numbers)}"
            self.rules[number] = {"SecurityGroupRuleId": number, **rule, "Tags": tags}
        return {"Return": True}

    def revoke(self, asked: dict[str, Any], egress: bool) -> dict[str, Any]:
        ids = asked["SecurityGroupRuleIds"]
        if any(each not in self.rules or self.rules[each]["IsEgress"] is not egress for each in ids):
            raise AwsError("InvalidSecurityGroupRuleId.NotFound")
        for each in ids:
            del self.rules[each]
        return {"Return": True}


def _described(peer: dict[str, Any]) -> dict[str, str]:
    return {"Description": peer["Description"]} if "Description" in peer else {}


def _essence(rule: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in rule.items() if name not in {"SecurityGroupRuleId", "Description", "Tags"}}


def _permission(rule: dict[str, Any]) -> dict[str, Any]:
    found = {name: rule[name] for name in ("IpProtocol", "FromPort", "ToPort")}
    if "ReferencedGroupInfo" in rule:
        return {**found, "UserIdGroupPairs": [{**rule["ReferencedGroupInfo"], **_described(rule)}]}
    name = next(each for each, (_, as_key) in _PEERS.items() if as_key in rule)
    key, as_key = _PEERS[name]
    return {**found, name: [{key: rule[as_key], **_described(rule)}]}


def _tcp(port: int, **peers: list[dict[str, str]]) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peers}


_ANYWHERE = [{"CidrIp": "0.0.0.0/0"}]
_TAGS = [{"ResourceType": "security-group-rule", "Tags": [{"Key": "ticket", "Value": "42"}]}]
_ALL_OUT = {"IpProtocol": "-1", "IpRanges": _ANYWHERE}


@seeds(
    "ec2.administration-open-to-world",
    "ec2.database-open-to-world",
    "ec2.internal-service-open-to-world",
    "ec2.everything-open-to-world",
)
def group_that_is_open(aws: Aws) -> State:
    group = _Group("web")
    described = [{"CidrIp": "0.0.0.0/0", "Description": "from home"}, {"CidrIp": "10.0.0.0/8"}]
    ipv6 = [{"CidrIpv6": "::/0", "Description": "from home"}]
    tagged = [_tcp(22, IpRanges=described), _tcp(3389, Ipv6Ranges=ipv6)]
    group.authorize({"GroupId": "sg-1", "IpPermissions": tagged, "TagSpecifications": _TAGS}, egress=False)
    everything = {"IpProtocol": "-1", "IpRanges": _ANYWHERE, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    friend = [{"GroupId": "sg-9", "UserId": "999988887777", "VpcId": "vpc-9", "VpcPeeringConnectionId": "pcx-9"}]
    plain = [_tcp(5432, IpRanges=_ANYWHERE), _tcp(2375, IpRanges=_ANYWHERE), _tcp(5432, UserIdGroupPairs=friend)]
    group.authorize({"GroupId": "sg-1", "IpPermissions": [*plain, everything]}, egress=False)
    group.authorize({"GroupId": "sg-1", "IpPermissions": [_ALL_OUT]}, egress=True)
    return group.put_into(aws)


@seeds("ec2.default-group-has-rules")
def default_group_with_rules(aws: Aws) -> State:
    group = _Group("default")
    own = [{"GroupId": "sg-1", "Description": "each other"}]
    friend = [{"GroupId": "sg-9", "UserId": "999988887777", "VpcId": "vpc-9", "VpcPeeringConnectionId": "pcx-9"}]
    rules = [
        {"IpProtocol": "-1", "UserIdGroupPairs": own},
        _tcp(443, PrefixListIds=[{"PrefixListId": "pl-1", "Description": "the office"}], UserIdGroupPairs=friend),
        {"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "IpRanges": _ANYWHERE},
    ]
    group.authorize({"GroupId": "sg-1", "IpPermissions": rules, "TagSpecifications": _TAGS}, egress=False)
    group.authorize({"GroupId": "sg-1", "IpPermissions": [_ALL_OUT]}, egress=True)
    return group.put_into(aws)


@seeds("ec2.unused-group", lasting=("ec2.unused-group",))
def group_that_nothing_uses(aws: Aws) -> State:
    return _Group("old", interfaces=0).put_into(aws)
