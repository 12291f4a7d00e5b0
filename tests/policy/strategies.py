"""Generators of small policies and requests over all layers, from alphabets so small that they often meet.

``documents`` makes the policies of all layers, ``requests`` the calls; ``authorization`` turns the former into what
``decide`` takes. Other tests may take the parts: ``statements``, ``principals``, ``conditions``.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from bartizan.policy import ANONYMOUS, Authorization, Layer, Principal, PrincipalKind, Request, parse_policy
from bartizan.policy.compiled import compile_policies
from bartizan.policy.document import PolicyDocument
from policy.oracle import Documents

OWN, OTHER = "111122223333", "444455556666"
USER, ROLE = f"arn:aws:iam::{OWN}:user/team/ann", f"arn:aws:iam::{OWN}:role/app"
SESSION, FEDERATED = f"arn:aws:sts::{OWN}:assumed-role/app/s1", f"arn:aws:sts::{OWN}:federated-user/bob"
SAML = f"arn:aws:iam::{OWN}:saml-provider/corp"
CANONICAL = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"

_tags = st.sampled_from([{}, {"team": "red"}, {"Team": "blue", "*": "x"}])
principals: st.SearchStrategy[Principal] = st.one_of(
    st.just(ANONYMOUS),
    st.sampled_from([Principal.parse(each) for each in ("s3.amazonaws.com", SAML, f"arn:aws:iam::{OTHER}:user/eve")]),
    st.builds(
        Principal,
        kind=st.just(PrincipalKind.ROOT),
        arn=st.just(f"arn:aws:iam::{OWN}:root"),
        account=st.just(OWN),
        canonical_id=st.sampled_from(["", CANONICAL]),
    ),
    st.builds(
        Principal,
        kind=st.just(PrincipalKind.USER),
        arn=st.just(USER),
        account=st.just(OWN),
        unique_id=st.sampled_from(["", "AIDA1"]),
        organization=st.sampled_from(["", "o-1"]),
        organization_path=st.sampled_from(["", "o-1/r-1/ou-1/"]),
        tags=_tags,
    ),
    st.builds(
        Principal,
        kind=st.just(PrincipalKind.ROLE),
        arn=st.just(ROLE),
        account=st.just(OWN),
        session=st.sampled_from(["", SESSION]),
        unique_id=st.sampled_from(["", "AROA1"]),
        organization=st.sampled_from(["", "o-1"]),
        service_linked=st.sampled_from([False, False, True]),
        tags=_tags,
    ),
    st.builds(
        Principal,
        kind=st.just(PrincipalKind.FEDERATED_USER),
        arn=st.just(FEDERATED),
        account=st.just(OWN),
        federated_by=st.sampled_from(["", USER]),
    ),
)

ACTIONS = [
    "s3:GetObject", "s3:GetObject", "s3:PutObject", "S3:getobject", "sts:AssumeRole", "sts:AssumeRole", "kms:Decrypt",
    "kms:Decrypt", "kms:RetireGrant", "sts:GetCallerIdentity", "sts:TagSession", "iam:PassRole", "dynamodb:GetItem",
]  # fmt: skip
RESOURCES = [
    "*", "arn:aws:s3:::b/ann/k", "arn:aws:s3:::b/k", "arn:aws:s3:::B/k", "arn:aws:s3:::b/red", ROLE,
    f"arn:aws:iam::{OTHER}:role/app", f"arn:aws:kms:eu-west-1:{OWN}:key/1", f"arn:aws:kms:eu-west-1:{OTHER}:key/1",
    f"arn:aws:dynamodb:eu-west-1:{OWN}:table/t",
]  # fmt: skip
_texts = st.sampled_from(["", "red", "Red", "blue", "re*", "r?d", "ann", "*", OWN, "o-1", USER, "true", "1"])
_numbers = st.sampled_from(["1", "1.0", "2", "-3", "10", "ten"])
_dates = st.sampled_from(
    [
        "2024", "2024-01", "2024-01-01T00:00:00Z", "2024-01-01T01:00:00+01:00", "2024-01-01T00:00Z", "2025-06-30",
        "1704067200", "1704067200.0", "soon",
    ]
)  # fmt: skip
_addresses = st.sampled_from(
    ["10.0.0.1", "10.0.0.0/24", "10.0.0.0/8", "11.0.0.1", "2001:db8::1", "2001:DB8::/32", "::/0", "0.0.0.0/0", "here"]
)
_binaries = st.sampled_from(["QQ==", "QUI=", "AA==", "?"])
_arns = st.sampled_from(
    [USER, ROLE, "arn:aws:iam::*:user/*", "arn:aws:*:user/team/ann", "arn:aws:s3:::b", "*", "arn:*"]
)
_variables = st.sampled_from(
    [
        "${aws:username}", "${aws:PrincipalTag/team}", "${aws:PrincipalTag/team, 'red'}", "r${*}", "${$}{x}",
        "${aws:username}*", "${nothing:here}",
    ]
)  # fmt: skip
_FAMILIES: list[tuple[tuple[str, ...], tuple[str, ...], st.SearchStrategy[str]]] = [
    (
        ("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
         "StringNotLike"),
        ("aws:PrincipalTag/team", "aws:username", "aws:PrincipalAccount", "aws:ResourceAccount", "aws:PrincipalOrgID",
         "t:text", "T:TEXT", "aws:TagKeys", "aws:PrincipalType", "aws:userid", "aws:ResourceTag/team"),
        st.one_of(_texts, _texts, _variables),
    ),
    (
        ("NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan",
         "NumericGreaterThanEquals"),
        ("t:number",),
        _numbers,
    ),
    (
        ("DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan",
         "DateGreaterThanEquals"),
        ("aws:CurrentTime",),
        _dates,
    ),
    (("Bool",), ("aws:SecureTransport", "aws:PrincipalIsAWSService"), st.sampled_from(["true", "false", "TRUE"])),
    (("BinaryEquals",), ("t:binary",), _binaries),
    (("IpAddress", "NotIpAddress"), ("aws:SourceIp",), _addresses),
    (
        ("ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"),
        ("aws:PrincipalArn", "t:arn"),
        st.one_of(_arns, _variables),
    ),
]  # fmt: skip
_CONTEXT: dict[str, st.SearchStrategy[str]] = {
    "t:text": _texts, "aws:TagKeys": _texts, "t:number": _numbers, "AWS:currenttime": _dates, "t:binary": _binaries,
    "aws:SourceIp": _addresses, "t:arn": _arns, "aws:SecureTransport": st.sampled_from(["true", "false", "True"]),
}  # fmt: skip


def _some(values: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.one_of(values, st.lists(values, min_size=1, max_size=3))


@st.composite
def conditions(draw: st.DrawFn, count: int | None = None) -> dict[str, Any]:
    """A condition of ``count`` (or up to two) operators, of all families, with what may stand around them."""
    made: dict[str, dict[str, Any]] = {}
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2])) if count is None else count):
        operators, keys, values = draw(st.sampled_from(_FAMILIES))
        key = draw(st.sampled_from(keys))
        if draw(st.integers(0, 7)) == 0:
            made.setdefault("Null", {})[key] = draw(st.sampled_from(["true", "false", ["true", "false"]]))
            continue
        operator = draw(st.sampled_from(operators))
        operator = draw(st.sampled_from(["", "", "", "ForAllValues:", "ForAnyValue:"])) + operator
        operator += draw(st.sampled_from(["", "", "IfExists"]))
        made.setdefault(operator, {})[key] = draw(_some(values))
    return made


_action_elements = _some(
    st.sampled_from(
        ["*", "s3:*", "s3:Get*", "S3:GETOBJECT", "sts:*", "kms:?ecrypt", "kms:*", "iam:PassRole", "dynamodb:*"]
    )
)
_resource_elements = _some(
    st.one_of(
        st.sampled_from(
            ["*", "*", "arn:aws:s3", "arn:aws:s3:::*", "arn:aws:s3:::b/?", "arn:*:role/app", "arn:aws:iam"]
        ),
        st.sampled_from(RESOURCES),
        st.sampled_from(
            ["arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/${aws:PrincipalTag/team, 'k'}", "arn:aws:s3:::b/${*}"]
        ),
    )
)
_principal_elements = st.one_of(
    st.just("*"),
    st.fixed_dictionaries(
        {"AWS": _some(st.sampled_from(
            ["*", OWN, f"arn:aws:iam::{OWN}:root", OTHER, USER, ROLE, SESSION, FEDERATED, "AIDA1", "AROA1",
             f"arn:aws:iam::{OTHER}:user/eve"]
        ))}
    ),
    st.sampled_from(
        [{"Service": "s3.amazonaws.com"}, {"Federated": SAML}, {"CanonicalUser": CANONICAL},
         {"AWS": OWN, "Service": ["s3.amazonaws.com", "ec2.amazonaws.com"]}]
    ),
)  # fmt: skip


@st.composite
def statements(draw: st.DrawFn, layer: Layer) -> dict[str, Any]:
    """A statement as a policy of the layer may have it."""
    made: dict[str, Any] = {
        "Effect": draw(st.sampled_from(["Allow"] * 4 + ["Deny"])),
        draw(st.sampled_from(["Action", "Action", "Action", "NotAction"])): draw(_action_elements),
    }
    if layer is not Layer.RESOURCE or draw(st.booleans()):
        made[draw(st.sampled_from(["Resource", "Resource", "Resource", "NotResource"]))] = draw(_resource_elements)
    if layer in {Layer.RESOURCE, Layer.ENDPOINT}:
        made[draw(st.sampled_from(["Principal", "Principal", "Principal", "NotPrincipal"]))] = draw(_principal_elements)
    elif layer is Layer.RCP:
        made["Principal"] = "*"
    condition = draw(conditions())
    if condition:
        made["Condition"] = condition
    return made


_NAMING = {Layer.RESOURCE, Layer.RCP, Layer.ENDPOINT}


@st.composite
def policies(draw: st.DrawFn, layer: Layer) -> PolicyDocument:
    """A parsed policy of the layer."""
    listed = [draw(statements(layer)) for _ in range(draw(st.integers(1, 3)))]
    if draw(st.integers(0, 3)):
        open_wide: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        listed.append({**open_wide, "Principal": "*"} if layer in _NAMING else open_wide)
    return parse_policy({"Version": draw(st.sampled_from(["2012-10-17"] * 4 + ["2008-10-17"])), "Statement": listed})


def _layer(layer: Layer, *, least: int = 0) -> st.SearchStrategy[tuple[PolicyDocument, ...]]:
    return st.lists(policies(layer), min_size=least, max_size=2).map(tuple)


def _levels(layer: Layer) -> st.SearchStrategy[tuple[tuple[PolicyDocument, ...], ...]]:
    return st.one_of(st.just(()), st.just(()), st.lists(_layer(layer, least=1), max_size=2).map(tuple))


documents: st.SearchStrategy[Documents] = st.builds(
    Documents,
    identity=_layer(Layer.IDENTITY),
    resource=st.one_of(st.just(()), _layer(Layer.RESOURCE)),
    boundary=st.one_of(st.none(), st.none(), _layer(Layer.BOUNDARY)),
    session=st.one_of(st.none(), st.none(), _layer(Layer.SESSION)),
    endpoint=st.one_of(st.none(), st.none(), _layer(Layer.ENDPOINT)),
    scps=_levels(Layer.SCP),
    rcps=_levels(Layer.RCP),
    management_account=st.sampled_from(["", "", OWN, OTHER]),
)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """A call by anybody to anything, with any of the context keys that the conditions ask about."""
    context = {
        key: tuple(draw(st.lists(_CONTEXT[key], min_size=1, max_size=2 if key == "aws:TagKeys" else 1)))
        for key in draw(st.lists(st.sampled_from(sorted(_CONTEXT)), unique=True, max_size=5))
    }
    return Request(
        principal=draw(principals),
        action=draw(st.sampled_from(ACTIONS)),
        resource=draw(st.sampled_from(RESOURCES)),
        context=context,
        resource_account=draw(st.sampled_from(["", "", OTHER])),
        resource_tags=draw(_tags),
        resource_organization=draw(st.sampled_from(["", "o-1"])),
    )


def authorization(documents: Documents) -> Authorization:
    """The same policies compiled, as ``decide`` takes them."""

    def compiled(some: tuple[PolicyDocument, ...], layer: Layer) -> Any:
        return compile_policies(((f"{layer} {number}", each) for number, each in enumerate(some, 1)), layer)

    def optional(some: tuple[PolicyDocument, ...] | None, layer: Layer) -> Any:
        return None if some is None else compiled(some, layer)

    return Authorization(
        identity=compiled(documents.identity, Layer.IDENTITY),
        resource=compiled(documents.resource, Layer.RESOURCE),
        boundary=optional(documents.boundary, Layer.BOUNDARY),
        session=optional(documents.session, Layer.SESSION),
        endpoint=optional(documents.endpoint, Layer.ENDPOINT),
        scps=tuple(compiled(level, Layer.SCP) for level in documents.scps),
        rcps=tuple(compiled(level, Layer.RCP) for level in documents.rcps),
        management_account=documents.management_account,
    )
