"""Estates for the tests of escalation: small accounts, and for each method one in which it works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bartizan.policy import (
    Estate,
    Group,
    Identity,
    Layer,
    Organization,
    Policy,
    Principal,
    Workload,
    parse_policy,
)
from bartizan.policy.escalation import Method, Need, On, Result, Target, everything_in
from bartizan.policy.escalation.shapes import Shapes

OWN, OTHER = "111122223333", "444455556666"
ADMIN_ARN = "arn:aws:iam::aws:policy/AdministratorAccess"
SHAPES = Shapes()


def allow(action: str | list[str], resource: str | list[str] = "*", **condition: Any) -> dict[str, Any]:
    """An allowing statement; ``condition`` is by operator."""
    made = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**made, "Condition": condition} if condition else made


def deny(action: str | list[str], resource: str | list[str] = "*", **condition: Any) -> dict[str, Any]:
    """A denying statement."""
    return {**allow(action, resource, **condition), "Effect": "Deny"}


def policy(*statements: dict[str, Any], layer: Layer = Layer.IDENTITY, name: str = "own") -> Policy:
    """A policy of these statements."""
    return Policy(parse_policy({"Version": "2012-10-17", "Statement": list(statements)}), layer, name)


EVERYTHING = policy(allow("*"), name=ADMIN_ARN)


def trust(principal: Any, action: str = "sts:AssumeRole", **condition: Any) -> Policy:
    """A trust policy."""
    made = {"Effect": "Allow", "Action": action, "Principal": principal, "Condition": condition}
    return policy(made, layer=Layer.RESOURCE, name="trust")


def user(name: str, *policies: Policy, account: str = OWN, **more: Any) -> Identity:
    """A user."""
    return Identity(principal=Principal.parse(f"arn:aws:iam::{account}:user/{name}"), policies=policies, **more)


def role(name: str, trusting: Policy | None, *policies: Policy, account: str = OWN, **more: Any) -> Identity:
    """A role."""
    principal = Principal.parse(f"arn:aws:iam::{account}:role/{name}")
    return Identity(principal=principal, policies=policies, trust=trusting, **more)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What makes the estate of a method, so that a test can take a part away."""

    method: Method
    caller: Identity
    others: tuple[Identity, ...] = ()
    groups: tuple[Group, ...] = ()
    workloads: tuple[Workload, ...] = ()
    versions: Mapping[str, tuple[Policy, ...]] = field(default_factory=dict)
    scps: tuple[dict[str, Any], ...] = ()
    target: str = everything_in(OWN)

    def estate(self) -> Estate:
        """The estate."""
        levels = ((policy(allow("*"), *self.scps, layer=Layer.SCP),),) if self.scps else ()
        return Estate(
            (self.caller, *self.others),
            organization=Organization(id="o-1", management_account=OTHER, scps={OWN: levels} if levels else {}),
            groups=self.groups,
            workloads=self.workloads,
            versions=self.versions,
        )

    def with_policy(self, *statements: dict[str, Any]) -> Sample:
        """The sample with another policy for the caller."""
        return replace(self, caller=replace(self.caller, policies=(policy(*statements),)))


def needed(method: Method, without: Need | None = None) -> list[dict[str, Any]]:
    """Statements that allow what the method needs, but for one need."""
    needs = [need for need in method.needs if need is not without and not need.trusted]
    return [allow(need.action) for need in needs]


def sample(method: Method) -> Sample:
    """An estate in which the method works."""
    made = Sample(method=method, caller=replace(_caller(method), policies=(policy(*needed(method)),)))
    return _TARGETS[method.target](made)


def _caller(method: Method) -> Identity:
    if method.of_user:
        return user("ann")
    return role("worker", trust({"Service": "ec2.amazonaws.com"}))


def _boss(method: Method, trusting: Policy) -> Identity:
    gained = method.result is Result.ANYTHING
    attached = (f"arn:aws:iam::{OWN}:policy/boss",)
    return role("boss", trusting, *(() if gained else (EVERYTHING,)), attached=attached)


def _passed(made: Sample) -> Sample:
    service = made.method.service
    federated = service == "cognito-identity.amazonaws.com"
    trusting = (
        trust({"Federated": service}, "sts:AssumeRoleWithWebIdentity") if federated else trust({"Service": service})
    )
    boss = _boss(made.method, trusting)
    return replace(made, others=(boss,), target=boss.arn)


def _workload(made: Sample) -> Sample:
    boss = _boss(made.method, trust({"Service": made.method.service}))
    running = Workload(arn=_arn(made.method), type=made.method.workload, role_arn=boss.arn)
    return replace(made, others=(boss,), workloads=(running,), target=boss.arn)


def _arn(method: Method) -> str:
    if method.workload == "AWS::EC2::Instance":
        return f"arn:aws:ec2:us-east-1:{OWN}:instance/i-1"
    kind = method.workload.rpartition("::")[2].lower()
    needs = [need for need in method.needs if need.on is On.WORKLOAD]
    shapes = [shape.example for need in needs for shape in SHAPES.of(need.action, OWN)]
    fitting = [each for each in shapes if f":{kind}/" in each.replace("-", "")]
    return (fitting or shapes or [f"arn:aws:any:us-east-1:{OWN}:thing/one"])[0]


def _user(made: Sample) -> Sample:
    gained = made.method.result is Result.ANYTHING
    boss = user("boss", *(() if gained else (EVERYTHING,)))
    return replace(made, others=(boss,), target=made.target if gained else boss.arn)


def _role(made: Sample) -> Sample:
    assumed = any(need.action == "sts:AssumeRole" and not need.trusted for need in made.method.needs)
    boss = _boss(made.method, trust({"AWS": OWN} if assumed else {"Service": "ec2.amazonaws.com"}))
    gained = made.method.result is Result.ANYTHING
    return replace(made, others=(boss,), target=made.target if gained else boss.arn)


def _provided(made: Sample) -> Sample:
    provider = f"arn:aws:iam::{OWN}:saml-provider/idp"
    boss = _boss(made.method, trust({"Federated": provider}, "sts:AssumeRoleWithSAML"))
    return replace(made, others=(boss,), target=boss.arn)


def _group(made: Sample) -> Sample:
    arn = f"arn:aws:iam::{OWN}:group/team"
    mine = made.method.target is Target.OWN_GROUP
    caller = replace(made.caller, groups=(arn,)) if mine else made.caller
    return replace(made, caller=caller, groups=(Group(arn=arn, policies=() if mine else (EVERYTHING,)),))


def _policy(made: Sample) -> Sample:
    arn = f"arn:aws:iam::{OWN}:policy/own"
    versions = {arn: (policy(allow("*"), name=arn),)} if made.method.target is Target.OLDER_VERSION else {}
    return replace(made, caller=replace(made.caller, attached=(arn,)), versions=versions)


def _alone(made: Sample) -> Sample:
    return made


_TARGETS = {
    Target.PASSED_ROLE: _passed,
    Target.WORKLOAD: _workload,
    Target.USER: _user,
    Target.ROLE: _role,
    Target.PROVIDED_ROLE: _provided,
    Target.SELF: _alone,
    Target.OWN_GROUP: _group,
    Target.OTHER_GROUP: _group,
    Target.OWN_POLICY: _policy,
    Target.OLDER_VERSION: _policy,
    Target.NOTHING: _alone,
}
