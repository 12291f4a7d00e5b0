"""Who can become whom: administrators, trust on both sides, outsiders, paths and cuts; and all of it by brute force."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.model import InputError
from bartizan.policy import Estate, Group, Identity, Layer, Organization, Policy, Principal, PrincipalKind, decide
from bartizan.policy.escalation import METHODS, Graph, Hop, Paths, build_graph, everything_in
from policy.escalation_samples import EVERYTHING, OTHER, OWN, SHAPES, allow, deny, policy, role, trust, user

LAMBDA = {"Service": "lambda.amazonaws.com"}
RUN = ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]


def arn(kind: str, name: str, account: str = OWN) -> str:
    return f"arn:aws:iam::{account}:{kind}/{name}"


def graph_of(*identities: Identity, **more: Any) -> Graph:
    return build_graph(Estate(identities, workloads=(), **more), shapes=SHAPES)


def hops(graph: Graph, node: str) -> set[tuple[str, str]]:
    return {(hop.target, hop.method) for hop in graph.hops(node)}


def test_an_administrator_is_whoever_lacks_nothing_whatever_its_name() -> None:
    spelled = policy(allow([f"{each}:*" for each in ("iam", "s3", "ec2")]), name="AdministratorAccess")
    graph = graph_of(
        user("plain", EVERYTHING),
        user("in-two", policy(allow("*", NotIpAddress={"aws:SourceIp": "10.0.0.0/8"})), policy(allow("*"))),
        user("but-one", policy(allow("*"), deny("secretsmanager:*"))),
        user("on-some", policy(allow("*", "arn:aws:s3:::b"), allow("iam:*"))),
        user("named", spelled),
        user("not-actions", policy({"Effect": "Allow", "NotAction": "aws-portal:*", "Resource": "*"})),
        user("but-a-bucket", policy(allow("*"), deny("s3:*", "arn:aws:s3:::audit/*"))),
        user("bounded", EVERYTHING, boundary=(policy(allow("s3:*"), layer=Layer.BOUNDARY),)),
        user("widely-bounded", EVERYTHING, boundary=(policy(allow("*"), layer=Layer.BOUNDARY),)),
    )
    assert set(graph.admins) == {arn("user", each) for each in ("plain", "in-two", "not-actions", "widely-bounded")}
    assert [str(each) for each in graph.admins[arn("user", "plain")].statements] == [
        "statement 1 of arn:aws:iam::aws:policy/AdministratorAccess (identity-based policy)"
    ]


def test_whoever_can_lift_a_denial_by_its_own_policies_has_a_path() -> None:
    graph = graph_of(user("but-a-bucket", policy(allow("*"), deny("s3:*", "arn:aws:s3:::audit/*"))))
    answer = Paths(graph).ask()
    assert [path.source for path in answer.paths] == [arn("user", "but-a-bucket")]
    assert answer.paths[0].target == everything_in(OWN)


def test_administrators_are_what_the_organization_leaves() -> None:
    def admins(*statements: dict[str, Any]) -> set[str]:
        levels = ((policy(allow("*"), *statements, layer=Layer.SCP),),)
        organization = Organization(id="o-1", management_account=OTHER, scps={OWN: levels})
        return set(graph_of(user("plain", EVERYTHING), organization=organization).admins)

    assert admins(deny("cloudtrail:StopLogging"))
    assert admins(deny("iam:*", arn("role", "OrganizationAccess")))
    assert admins(deny("ec2:RunInstances"))
    assert not admins(deny("iam:*"))


def test_an_administrator_with_mfa_needs_mfa() -> None:
    graph = graph_of(user("ann", policy(allow("*", Bool={"aws:MultiFactorAuthPresent": "true"}))))
    assert graph.admins[arn("user", "ann")].conditions == (("aws:multifactorauthpresent", ("true",)),)


def test_a_role_is_assumed_only_where_both_sides_agree() -> None:
    assume = policy(allow("sts:AssumeRole"))
    graph = graph_of(
        user("may", assume),
        user("may-not"),
        user("named"),
        role("open", trust({"AWS": OWN})),
        role("for-named", trust({"AWS": arn("user", "named")})),
        role("for-nobody", trust(LAMBDA)),
        role("with-id", trust({"AWS": OWN}, StringEquals={"sts:ExternalId": "secret"})),
    )
    assert hops(graph, arn("user", "may")) == {
        (arn("role", "open"), "assume-role"),
        (arn("role", "with-id"), "assume-role"),
    }
    assert hops(graph, arn("user", "may-not")) == set()
    # A trust that names a user of the same account lets it in without a permission of its own.
    assert hops(graph, arn("user", "named")) == {(arn("role", "for-named"), "assume-role")}
    external = next(hop for hop in graph.hops(arn("user", "may")) if hop.target == arn("role", "with-id"))
    assert external.conditions == (("sts:externalid", ("secret",)),)
    assert [each.layer for each in external.statements] == [Layer.IDENTITY, Layer.RESOURCE]


def test_trust_by_tags_is_decided_for_each_caller() -> None:
    def tagged(name: str, team: str) -> Identity:
        principal = Principal(kind=PrincipalKind.USER, arn=arn("user", name), account=OWN, tags={"team": team})
        return Identity(principal=principal, policies=(assume,))

    assume = policy(allow("sts:AssumeRole"))
    condition = {"StringEquals": {"aws:PrincipalTag/team": "ops"}}
    graph = graph_of(tagged("ann", "ops"), tagged("bob", "web"), role("ops", trust({"AWS": OWN}, **condition)))
    assert hops(graph, arn("user", "ann")) == {(arn("role", "ops"), "assume-role")}
    assert hops(graph, arn("user", "bob")) == set()


def test_a_session_that_a_trust_names_is_its_roles() -> None:
    session = f"arn:aws:sts::{OWN}:assumed-role/worker/one"
    graph = graph_of(
        role("worker", trust(LAMBDA), policy(allow("sts:AssumeRole"))),
        role("boss", trust({"AWS": session}), EVERYTHING),
    )
    found = [hop for hop in graph.hops(arn("role", "worker")) if hop.target == arn("role", "boss")]
    assert len(found) == 1


def test_paths_cross_accounts_and_administrators_of_one_are_not_those_of_all() -> None:
    there = role("deploy", trust({"AWS": OWN}), EVERYTHING, account=OTHER)
    graph = graph_of(
        user("ann", policy(allow("sts:AssumeRole", arn("role", "step")))),
        role("step", trust({"AWS": OWN}), policy(allow("sts:AssumeRole", there.arn))),
        user("boss", EVERYTHING),
        there,
    )
    answer = Paths(graph).ask(arn("user", "ann"))
    assert [path.nodes for path in answer.paths] == [(arn("user", "ann"), arn("role", "step"), there.arn)]
    # The administrator of one account reaches the other by name only.
    assert Paths(graph).ask(arn("user", "boss"), there.arn).paths[0].hops[-1].method == "assume-role"
    assert Paths(graph).ask(arn("user", "boss"), arn("user", "ann")).paths[0].nodes == (
        arn("user", "boss"),
        everything_in(OWN),
        arn("user", "ann"),
    )


def test_outsiders_are_named_with_what_they_need() -> None:
    provider = arn("saml-provider", "idp")
    graph = graph_of(
        role("vendor", trust({"AWS": "999988887777"}, StringEquals={"sts:ExternalId": "x"}), EVERYTHING),
        role("anyone", trust({"AWS": "*"})),
        role("people", trust({"Federated": provider}, "sts:AssumeRoleWithSAML"), EVERYTHING),
        role("function", trust(LAMBDA), EVERYTHING),
    )
    assert set(graph.outsiders) == {"account 999988887777", "anyone with an AWS account", provider}
    answer = Paths(graph).ask()
    assert {path.source for path in answer.paths} == {"account 999988887777"}
    assert Paths(graph).ask(provider).paths[0].target == arn("role", "people")
    vendor = next(path for path in answer.paths if path.source.startswith("account"))
    assert vendor.conditions == (("sts:externalid", ("x",)),)


def test_what_was_not_read_is_possible_never_none() -> None:
    graph = graph_of(
        user("ann", unread=("Secret",)), user("bob", policy(allow("iam:CreateAccessKey", arn("user", "ann"))))
    )
    answer = Paths(graph).ask()
    assert answer.paths == ()
    assert {path.source for path in answer.possible} == {arn("user", "ann"), arn("user", "bob")}
    assert answer.unread == {arn("user", "ann"): ("Secret",)}
    assert all("could not be read" in path.unknown for path in answer.possible)


def test_a_group_leads_on_to_what_its_policies_allow() -> None:
    group = Group(arn=arn("group", "builders"), policies=(policy(allow(RUN)),))
    graph = graph_of(
        user("ann", policy(allow("iam:AddUserToGroup"))), role("fn", trust(LAMBDA), EVERYTHING), groups=[group]
    )
    path = Paths(graph).ask(arn("user", "ann")).paths[0]
    assert (path.hops[0].method, path.hops[0].via) == ("add-user-to-group", group.arn)
    assert path.hops[0].steps[0].action == "iam:AddUserToGroup"
    assert {step.action for step in path.hops[0].steps} > set(RUN)
    bounded = user(
        "ann",
        policy(allow("iam:AddUserToGroup")),
        boundary=(policy(allow("iam:AddUserToGroup"), layer=Layer.BOUNDARY),),
    )
    assert not Paths(graph_of(bounded, role("fn", trust(LAMBDA), EVERYTHING), groups=[group])).ask().paths


def test_user_names_in_policies_are_each_ones_own() -> None:
    keys = policy(allow("iam:*AccessKey*", "arn:aws:iam::*:user/${aws:username}"))
    graph = graph_of(
        user("ann", keys), user("bob", keys), role("worker", trust(LAMBDA), keys), user("boss", EVERYTHING)
    )
    assert all(not list(graph.hops(node)) for node in (arn("user", "ann"), arn("user", "bob"), arn("role", "worker")))


def test_service_linked_roles_are_nobodys() -> None:
    linked = Identity(
        principal=Principal.parse(f"arn:aws:iam::{OWN}:role/aws-service-role/x.amazonaws.com/Linked"),
        policies=(EVERYTHING,),
        trust=trust(LAMBDA),
    )
    assert (
        hops(graph_of(user("ann", policy(allow([*RUN, "iam:UpdateAssumeRolePolicy"]))), linked), arn("user", "ann"))
        == set()
    )


def test_all_paths_are_listed_once_each_the_shortest_first() -> None:
    assume = policy(allow("sts:AssumeRole"))
    graph = graph_of(
        user("ann", assume),
        role("a", trust({"AWS": OWN}), assume),
        role("b", trust({"AWS": OWN}), assume),
        role("boss", trust({"AWS": OWN}), EVERYTHING),
    )
    found = Paths(graph).ask(arn("user", "ann"), most=50, longest=4).paths
    short = {tuple(node.rpartition("/")[2] for node in path.nodes) for path in found}
    assert short == {
        ("ann", "boss"),
        ("ann", "a", "boss"),
        ("ann", "b", "boss"),
        ("ann", "a", "b", "boss"),
        ("ann", "b", "a", "boss"),
    }
    assert len(found) == 5
    assert [len(path.hops) for path in found] == sorted(len(path.hops) for path in found)
    assert len(Paths(graph).ask(arn("user", "ann"), most=2).paths) == 2
    assert len(Paths(graph).ask(arn("user", "ann"), most=50, longest=2).paths) == 3


def test_a_node_that_there_is_not_is_said() -> None:
    with pytest.raises(InputError, match="ghost"):
        Paths(graph_of(user("ann"))).ask(arn("user", "ghost"))


def test_the_cut_is_the_statement_that_ends_most() -> None:
    shared = policy(allow(RUN), name="shared")
    graph = graph_of(
        user("ann", shared),
        user("bob", shared),
        user("cat", policy(allow("sts:AssumeRole"), name="cats")),
        role("fn", trust(LAMBDA), EVERYTHING),
        role("ops", trust({"AWS": OWN}), EVERYTHING),
    )
    cuts = Paths(graph).ask().cuts
    assert [(cut.ends, cut.of) for cut in cuts] == [(2, 3), (1, 3)]
    assert [str(each) for each in cuts[0].statements] == ["statement 1 of shared (identity-based policy)"]


def test_a_permission_that_is_given_twice_is_cut_twice() -> None:
    twice = policy(allow("sts:AssumeRole"), allow("sts:*", arn("role", "ops")), name="twice")
    graph = graph_of(
        user("cat", twice), role("ops", trust({"AWS": arn("user", "cat"), "Service": "x.amazonaws.com"}), EVERYTHING)
    )
    assert Paths(graph).ask().cuts[0].ends == 1
    delegated = graph_of(user("cat", twice), role("ops", trust({"AWS": OWN}), EVERYTHING))
    sides = next(iter(delegated.hops(arn("user", "cat")))).sides
    assert sorted(len(side) for side in sides) == [1, 2]


# Brute force: the same questions, asked of every pair by single decisions.

_NAMES = ("ann", "bob")
_ROLES = ("one", "two")
_CHOSEN = [
    each
    for each in METHODS
    if each.id in {"lambda-create-and-invoke", "create-access-key", "update-assume-role-policy"}
]
_actions = st.lists(
    st.sampled_from(
        [
            "sts:AssumeRole",
            "iam:PassRole",
            "lambda:*",
            "iam:CreateAccessKey",
            "iam:UpdateAssumeRolePolicy",
            "iam:*",
            "s3:*",
        ]
    ),
    min_size=1,
    max_size=3,
)
_resources = st.sampled_from(
    [
        "*",
        "*",
        arn("role", "one"),
        arn("role", "*"),
        arn("user", "ann"),
        arn("user", "${aws:username}"),
        f"arn:aws:lambda:*:{OWN}:function:*",
    ]
)
_mfa = st.sampled_from([{}, {}, {"Bool": {"aws:MultiFactorAuthPresent": "true"}}])
_statements = st.builds(
    lambda effect, action, resource, condition: {
        "Effect": effect,
        "Action": action,
        "Resource": resource,
        "Condition": condition,
    },
    st.sampled_from(["Allow", "Allow", "Allow", "Deny"]),
    _actions,
    _resources,
    _mfa,
)
_policies = st.lists(_statements, min_size=1, max_size=3).map(lambda some: policy(*some))
_trusts = st.builds(
    lambda principal, condition: trust(principal, **condition),
    st.sampled_from(
        [LAMBDA, {"AWS": OWN}, {"AWS": arn("user", "ann")}, {"AWS": arn("role", "two")}, {"AWS": OWN, **LAMBDA}]
    ),
    _mfa,
)
_boundaries = st.sampled_from([None, None, None, (policy(allow(["iam:*", "sts:*"]), layer=Layer.BOUNDARY),)])


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    shared = draw(st.lists(_policies, min_size=1, max_size=2))
    chosen = st.lists(st.one_of(st.sampled_from(shared), _policies), max_size=2).map(tuple)
    identities = [replace(user(name), policies=draw(chosen), boundary=draw(_boundaries)) for name in _NAMES]
    identities += [replace(role(name, draw(_trusts)), policies=draw(chosen)) for name in _ROLES]
    return Estate(identities, workloads=())


def _single(
    estate: Estate, caller: Identity, action: str, on: str, guards: tuple[Policy, ...] = (), **context: str
) -> bool:
    """Whether a call goes through, with MFA or without it."""
    for mfa in ({}, {"aws:MultiFactorAuthPresent": ("true",)}):
        given = {**{key.replace("__", ":"): (value,) for key, value in context.items()}, **mfa}
        authorization = estate.authorization(caller.principal, on)
        if guards:
            authorization = replace(authorization, resource=guards)
        elif not action.startswith("sts:"):
            authorization = replace(authorization, resource=())
        if decide(estate.request(caller.principal, action, on, given), authorization).allowed:
            return True
    return False


def _trusts_lambda(estate: Estate, target: Identity) -> bool:
    return any(
        estate.decide(Principal.parse("lambda.amazonaws.com"), "sts:AssumeRole", target.arn, context).allowed
        for context in ({}, {"aws:MultiFactorAuthPresent": ("true",)})
    )


def brute(estate: Estate) -> set[tuple[str, str, str]]:
    """All hops by the chosen methods, each call tried by itself."""
    found: set[tuple[str, str, str]] = set()
    function = f"arn:aws:lambda:us-east-1:{OWN}:function:example"
    for caller, target in itertools.permutations(estate.identities.values(), 2):
        ask = lambda action, on, guards=(), **context: _single(estate, caller, action, on, guards, **context)  # noqa: B023, E731 - asked at once
        if target.principal.kind is PrincipalKind.USER:
            if ask("iam:CreateAccessKey", target.arn):
                found.add((caller.arn, target.arn, "create-access-key"))
            continue
        if ask("sts:AssumeRole", target.arn):
            found.add((caller.arn, target.arn, "assume-role"))
        passed = ask("iam:PassRole", target.arn, iam__PassedToService="lambda.amazonaws.com")
        run = ask("lambda:CreateFunction", function) and ask("lambda:InvokeFunction", function)
        if passed and run and _trusts_lambda(estate, target):
            found.add((caller.arn, target.arn, "lambda-create-and-invoke"))
        if ask("iam:UpdateAssumeRolePolicy", target.arn) and ask(
            "sts:AssumeRole", target.arn, (trust({"AWS": caller.arn}),)
        ):
            found.add((caller.arn, target.arn, "update-assume-role-policy"))
    return found


@settings(max_examples=250, deadline=None)
@given(estates())
def test_the_graph_is_what_single_decisions_say(estate: Estate) -> None:
    graph = build_graph(estate, _CHOSEN, SHAPES)
    found = {(node, hop.target, hop.method) for node in estate.identities for hop in graph.hops(node)}
    assert not any(hop.unknown for node in estate.identities for hop in graph.hops(node))
    assert found == brute(estate)


@settings(max_examples=150, deadline=None)
@given(estates(), st.sampled_from([arn("user", "bob"), arn("role", "two")]))
def test_shortest_paths_are_those_of_all_simple_ones(estate: Estate, target: str) -> None:
    graph = build_graph(estate, _CHOSEN, SHAPES)
    answer = Paths(graph).ask(target=target)
    lengths = {path.source: len(path.hops) for path in answer.paths}
    assert lengths == {source: length for source in estate.identities if (length := _shortest(graph, source, target))}
    for path in answer.paths:
        assert path.target == target
        for node, hop in zip(path.nodes, path.hops, strict=False):
            assert hop in list(graph.hops(node))


def _shortest(graph: Graph, source: str, target: str) -> int:
    """The fewest hops by trying ever longer chains; 0 where there is none."""
    reached = {source}
    for length in range(1, 6):
        reached = {hop.target for node in reached for hop in graph.hops(node)}
        if source != target and target in reached:
            return length
    return 0


@settings(max_examples=100, deadline=None)
@given(estates())
def test_without_a_cuts_statements_its_paths_are_gone(estate: Estate) -> None:
    target = arn("role", "two")
    answer = Paths(build_graph(estate, _CHOSEN, SHAPES)).ask(target=target)
    if not answer.cuts:
        return
    cut = answer.cuts[0]
    gone = {id(each.statement) for each in cut.statements}
    left = [
        replace(
            each,
            policies=tuple(_without(one, gone) for one in each.policies),
            trust=_without(each.trust, gone) if each.trust else None,
        )
        for each in estate.identities.values()
    ]
    after = Paths(build_graph(Estate(left, workloads=()), _CHOSEN, SHAPES)).ask(target=target)
    assert len(after.paths) <= len(answer.paths) - cut.ends


def _without(whole: Policy, gone: set[int]) -> Policy:
    document = replace(
        whole.document, statements=tuple(each for each in whole.document.statements if id(each) not in gone)
    )
    return Policy(document, whole.layer, whole.name)


def test_a_hop_tells_each_statement_once() -> None:
    shared = policy(allow(RUN), name="shared")
    graph = graph_of(user("ann", shared), role("fn", trust(LAMBDA), EVERYTHING))
    hop: Hop = next(iter(graph.hops(arn("user", "ann"))))
    assert len(hop.statements) == 1
    assert {step.action for step in hop.steps} == set(RUN)
