"""Who is an administrator: decided by what is within reach, never by a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bartizan.policy.compiled import Clause, Layer, Policy
from bartizan.policy.conditions import Constraint, texts
from bartizan.policy.decision import decide, has_boundary, scps_reach
from bartizan.policy.document import PolicyDocument, Statement
from bartizan.policy.escalation.caller import Caller, Fixed, Step
from bartizan.policy.escalation.method import UNBOUNDED
from bartizan.policy.escalation.shapes import Shapes
from bartizan.policy.estate import Estate, Identity
from bartizan.policy.requests import Request
from bartizan.policy.symbolic import (
    TRUE,
    Formula,
    allowed_by,
    both,
    denied_by,
    either,
    opposite,
    simplified,
    solve,
)
from bartizan.policy.symbolic.formula import constraints_in

REPRESENTATIVE = (
    "iam:PutRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateRole",
    "iam:CreatePolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:PassRole",
    "cloudformation:CreateStack",
    "dynamodb:Scan",
    "ec2:RunInstances",
    "ec2:TerminateInstances",
    "lambda:UpdateFunctionCode",
    "rds:DeleteDBInstance",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:PutBucketPolicy",
    "secretsmanager:GetSecretValue",
    "ssm:SendCommand",
    "sqs:ReceiveMessage",
)
"""Actions that stand for all: whoever lacks none of them on anything rules IAM, code and data.

Actions that a key's or role's own policy must allow as well are left out, since they need more than an administrator.
"""

FIRST = REPRESENTATIVE[0]

EVERYTHING = Policy(
    PolicyDocument((Statement("Allow", ("*",), ("*",), sid="Everything"),), version="2012-10-17"),
    Layer.IDENTITY,
    "a policy of the caller's own making",
)


@dataclass(frozen=True, slots=True)
class Admin:
    """That an identity is an administrator: the statements that make it one, and what its requests need besides."""

    statements: tuple[Clause, ...]
    conditions: Fixed = ()


def administrator(caller: Caller, shapes: Shapes) -> Admin | None:
    """Whether nothing that the organization leaves to the identity is out of its reach; raises ``Undecided``.

    There must be no resource on which a representative action is left to it and yet not allowed: the boundary, denials
    and the limits of statements all count. The actions of IAM must be left to it on something.
    """
    if not all(caller.allowing(action) for action in REPRESENTATIVE):
        return None
    first = caller.may_on_any(FIRST, shapes.of(FIRST, caller.account))
    if first is None or first.unknown:
        return None
    statements = dict.fromkeys(first.statements)
    for action in REPRESENTATIVE:
        if _out_of_reach(caller, action, shapes, dict(first.conditions)):
            return None
        statements.update(dict.fromkeys(_allowing(caller, action, shapes, first.conditions)))
    return Admin(tuple(statements), first.conditions)


def _allowing(caller: Caller, action: str, shapes: Shapes, conditions: Fixed) -> tuple[Clause, ...]:
    example = shapes.of(action, caller.account)[0].example
    request = Request(
        principal=caller.principal,
        action=action,
        resource=example,
        context=dict(conditions),
        resource_account=caller.account,
    )
    return decide(request, caller.authorization).statements


def _out_of_reach(caller: Caller, action: str, shapes: Shapes, circumstances: Mapping[str, tuple[str, ...]]) -> bool:
    reach, left = caller.formula(action), _left(caller, action)
    known = {**caller.principal.attributes, **circumstances, "aws:resourceaccount": (caller.account,)}
    known["action"] = (action.lower(),)
    for each in constraints_in(both(reach, left)):
        for key in (each.key, *each.values.keys):
            if key not in {"resource", *known}:
                known[key] = ()
    reach, left = simplified(reach, known), simplified(left, known)
    if reach == TRUE:
        return False
    shape = either(*(each.constraint for each in shapes.of(action, caller.account)))
    if action.startswith("iam:") and solve(both(left, shape), known) is None:
        return True
    return solve(both(left, shape, opposite(reach)), known) is not None


def _left(caller: Caller, action: str) -> Formula:
    """What the organization leaves to the identity by an action."""
    authorization = caller.authorization
    if not scps_reach(caller.principal, authorization):
        return TRUE
    levels = authorization.scps
    flat = [policy for level in levels for policy in level]
    bounded = has_boundary(caller.principal, authorization)
    concerned = Constraint("action", texts((action,), nocase=True))
    return both(concerned, *map(allowed_by, levels), opposite(denied_by(flat, bounded=bounded)))


def unlimited(estate: Estate, identity: Identity, shapes: Shapes, *, lifted: bool = False) -> Step | None:
    """Whether the identity, once its own policies are its to write, may give itself everything.

    It may, if it may then create a role that no boundary limits, and give that everything. ``lifted``: without its own
    boundary.
    """
    freed = replace(identity, policies=(*identity.policies, EVERYTHING), boundary=None if lifted else identity.boundary)
    caller = Caller(estate, freed)
    step: Step | None = None
    for action in ("iam:CreateRole", "iam:PutRolePolicy"):
        step = caller.may_on_any(action, shapes.of(action, caller.account), UNBOUNDED)
        if step is None:
            return None
    return step
