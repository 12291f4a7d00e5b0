"""What is permitted as a formula, against the decision on single requests."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.policy import Authorization, Layer, Policy, Principal, PrincipalKind, Request, decide, parse_policy
from bartizan.policy.symbolic import holds, solve
from bartizan.policy.symbolic.permission import permitted

OWN, OTHER = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{OWN}:role/app"
SESSION = f"arn:aws:sts::{OWN}:assumed-role/app/one"
KEY = f"arn:aws:kms:eu-west-1:{OWN}:key/1"
CALLERS = [
    Principal(kind=PrincipalKind.ROLE, arn=ROLE, account=OWN, session=SESSION, unique_id="AROA1"),
    Principal(kind=PrincipalKind.ROLE, arn=ROLE, account=OWN, session=SESSION, service_linked=True),
    Principal(kind=PrincipalKind.USER, arn=f"arn:aws:iam::{OWN}:user/ann", account=OWN, unique_id="AIDA1"),
    Principal(kind=PrincipalKind.ROOT, arn=f"arn:aws:iam::{OWN}:root", account=OWN),
    Principal.parse("*"),
    Principal.parse("s3.amazonaws.com"),
]
NAMES = [
    "*",
    {"AWS": OWN},
    {"AWS": ROLE},
    {"AWS": SESSION},
    {"AWS": ["AIDA1", OTHER]},
    {"Service": "s3.amazonaws.com"},
]
ACTIONS = ["s3:GetObject", "s3:PutObject", "kms:Decrypt", "sts:AssumeRole", "ec2:RunInstances"]
RESOURCES = ["arn:aws:s3:::b/a", "arn:aws:s3:::b/b", KEY, f"arn:aws:iam::{OWN}:role/admin", "*"]

action_elements = st.sampled_from(["*", "s3:*", "s3:Get*", "kms:*", "sts:AssumeRole", ["s3:PutObject", "kms:Decrypt"]])
resource_elements = st.sampled_from(["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/a", KEY, f"arn:aws:iam::{OWN}:role/*"])
condition_elements = st.sampled_from(
    [
        {},
        {},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"StringEquals": {"aws:PrincipalAccount": OWN}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}},
        {"StringNotEquals": {"aws:ResourceAccount": OTHER}},
    ]
)


@st.composite
def statements(draw: st.DrawFn, *, named: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        draw(st.sampled_from(["Action", "Action", "NotAction"])): draw(action_elements),
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): draw(resource_elements),
        "Condition": draw(condition_elements),
    }
    if named:
        made["Principal"] = draw(st.sampled_from(NAMES))
    return made


def policies(layer: Layer) -> st.SearchStrategy[tuple[Policy, ...]]:
    documents = st.lists(statements(named=layer is Layer.RESOURCE), min_size=1, max_size=3).map(
        lambda some: parse_policy({"Version": "2012-10-17", "Statement": some})
    )
    return st.lists(documents.map(lambda document: Policy(document, layer)), min_size=1, max_size=2).map(tuple)


authorizations = st.builds(
    Authorization,
    identity=policies(Layer.IDENTITY),
    resource=st.one_of(st.just(()), policies(Layer.RESOURCE)),
    boundary=st.one_of(st.none(), policies(Layer.BOUNDARY)),
    session=st.one_of(st.none(), policies(Layer.SESSION)),
    scps=st.one_of(st.just(()), st.lists(policies(Layer.SCP), max_size=2).map(tuple)),
    rcps=st.one_of(st.just(()), st.lists(policies(Layer.RCP), max_size=2).map(tuple)),
    management_account=st.sampled_from(["", "", OWN, OTHER]),
)
requests = st.builds(
    Request,
    principal=st.sampled_from(CALLERS),
    action=st.sampled_from(ACTIONS),
    resource=st.sampled_from(RESOURCES),
    context=st.sampled_from([{}, {"aws:SecureTransport": ("true",)}, {"aws:SecureTransport": ("false",)}]),
    resource_account=st.sampled_from([OWN, OTHER]),
)


@settings(max_examples=600, deadline=None)
@given(authorizations, requests)
def test_the_formula_holds_exactly_where_the_request_is_allowed(authorization: Authorization, request: Request) -> None:
    formula = permitted(request.principal, authorization, owner=request.owner)
    assert holds(formula, request.attributes()) is decide(request, authorization).allowed


@settings(max_examples=300, deadline=None)
@given(authorizations, st.sampled_from(CALLERS), st.sampled_from([OWN, OTHER]))
def test_what_is_found_is_allowed_and_what_is_not_found_never_is(
    authorization: Authorization, principal: Principal, owner: str
) -> None:
    formula = permitted(principal, authorization, owner=owner)
    known = {**principal.attributes, "aws:resourceaccount": (owner,)}
    missing = {key: () for key in ("aws:principalaccount", "aws:principalarn") if key not in known}
    found = solve(formula, {**known, **missing})
    if found is not None:
        context = {key: values for key, values in found.items() if key not in {*known, "action", "resource"}}
        request = Request(
            principal=principal,
            action=found.get("action", ("s3:example",))[0],
            resource=found.get("resource", ("*",))[0],
            context=context,
            resource_account=owner,
        )
        assert decide(request, authorization).allowed
        return
    for action in ACTIONS:
        for resource in RESOURCES:
            for secure in ({}, {"aws:SecureTransport": ("true",)}, {"aws:SecureTransport": ("false",)}):
                request = Request(
                    principal=principal, action=action, resource=resource, context=secure, resource_account=owner
                )
                assert not decide(request, authorization).allowed
