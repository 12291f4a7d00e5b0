"""From resources to the estate: groups, boundaries, what was not read, and what S3 blocks."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.engine.trace import fields_asked
from bartizan.model import (
    CoverageGap,
    Gap,
    Problems,
    Reason,
    Resource,
    Snapshot,
    Unknown,
    World,
    rule,
    without,
)
from bartizan.policy import Decision, Estate, Outcome, PolicyDocument, Principal, parse_policy
from bartizan.resources.account import Account
from bartizan.resources.apigateway import Method, RestApi
from bartizan.resources.ec2.compute import Instance
from bartizan.resources.estate import (
    ESTATE_TYPES,
    IDENTITY_TYPES,
    POLICY_FIELDS,
    build_estate,
    by_type,
    estate_of,
    identities_of,
)
from bartizan.resources.iam import AwsManagedPolicy, Group, InlinePolicy, ManagedPolicy, Role, User
from bartizan.resources.kms import Key
from bartizan.resources.lambda_ import Function
from bartizan.resources.s3 import Bucket, PublicAccessBlock
from bartizan.resources.sqs import Queue

OWN = "111122223333"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
BOUND = f"arn:aws:iam::{OWN}:policy/bound"
ANNA = f"arn:aws:iam::{OWN}:user/anna"
APP = f"arn:aws:iam::{OWN}:role/teams/app"
OBJECT = "arn:aws:s3:::media/cat.jpg"
DENIED = Gap(Reason.DENIED, needs="s3:GetBucketPolicy")


def allow(*actions: str, **more: Any) -> PolicyDocument:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}
    return parse_policy({"Version": "2012-10-17", "Statement": [statement]})


def in_account(kind: type[Resource], arn: str, **fields: Any) -> Any:
    return kind(arn=arn, account=OWN, **fields)


def user(**fields: Any) -> User:
    found: User = in_account(User, ANNA, user_name="anna", user_id="AIDA1", **fields)
    return found


def decided(resources: list[Resource], action: str, principal: str = ANNA, resource: str = OBJECT) -> Decision:
    return build_estate(by_type(resources)).decide(Principal.parse(principal), action, resource)


def test_a_user_has_the_policies_of_its_groups() -> None:
    group = in_account(
        Group,
        f"arn:aws:iam::{OWN}:group/g",
        group_name="g",
        policies=(InlinePolicy("write", allow("s3:PutObject")),),
        managed_policy_arns=(READ_ONLY,),
    )
    aws = AwsManagedPolicy(arn=READ_ONLY, managed_policy_name="ReadOnlyAccess", policy_document=allow("s3:Get*"))
    resources = [user(groups=("g",)), group, aws]
    assert str(decided(resources, "s3:PutObject").statements[0]).startswith(
        "statement 1 of inline policy write of group g"
    )
    assert decided(resources, "s3:GetObject").allowed
    assert decided(resources, "s3:DeleteObject").outcome is Outcome.IMPLICITLY_DENIED


def test_a_group_of_another_account_gives_nothing() -> None:
    group = Group(
        arn="arn:aws:iam::444455556666:group/g",
        account="444455556666",
        group_name="g",
        policies=(InlinePolicy("write", allow("s3:PutObject")),),
    )
    estate = build_estate(by_type([user(groups=("g",)), group]))
    assert not estate.decide(Principal.parse(ANNA), "s3:PutObject", OBJECT).allowed
    assert estate.identities[ANNA].unread == ("group g (not read)",)


def test_a_boundary_bounds() -> None:
    bound = in_account(ManagedPolicy, BOUND, managed_policy_name="bound", policy_document=allow("s3:Get*"))
    anna = user(policies=(InlinePolicy("all", allow("s3:*")),), permissions_boundary=BOUND)
    assert decided([anna, bound], "s3:GetObject").allowed
    assert decided([anna, bound], "s3:PutObject").missing == ("permissions boundary",)


def test_a_policy_that_was_not_read_is_told() -> None:
    anna = user(managed_policy_arns=(READ_ONLY,), permissions_boundary=BOUND)
    app = in_account(Role, APP, role_name="app")
    estate = build_estate(by_type([anna, without(app, "policies", "assume_role_policy_document", gap=DENIED)]))
    assert estate.identities[ANNA].unread == (f"{READ_ONLY} (not read)", f"{BOUND} (not read)")
    assert "policies (access denied (needs s3:GetBucketPolicy))" in estate.identities[APP].unread
    assert estate.resources[APP].unread == ("trust policy (not read)",)


def test_ids_tags_and_paths_are_known() -> None:
    role = in_account(Role, APP, role_name="app", role_id="AROA1", path="/teams/", tags={"team": "web"})
    linked = in_account(Role, f"arn:aws:iam::{OWN}:role/aws-service-role/x.amazonaws.com/X", role_name="X")
    estate = build_estate(by_type([role, linked]))
    principal = estate.identities[APP].principal
    assert (principal.unique_id, principal.tags, principal.service_linked) == ("AROA1", {"team": "web"}, False)
    assert estate.identities[linked.arn].principal.service_linked


PUBLIC = allow("s3:GetObject", Principal="*")


@pytest.mark.parametrize(
    ("bucket_block", "account_block", "gets_in"),
    [(False, False, True), (True, False, False), (False, True, False)],
)
def test_a_public_policy_reaches_nobody_where_public_buckets_are_restricted(
    bucket_block: bool, account_block: bool, gets_in: bool
) -> None:
    bucket = in_account(
        Bucket,
        "arn:aws:s3:::media",
        bucket_name="media",
        policy=PUBLIC,
        public_access_block=PublicAccessBlock(restrict_public_buckets=bucket_block),
    )
    account = in_account(
        Account,
        "arn:aws:account::1:account",
        account_id=OWN,
        s3_public_access_block=PublicAccessBlock(restrict_public_buckets=account_block),
    )
    for stranger in ("*", "444455556666"):
        assert decided([bucket, account], "s3:GetObject", stranger).allowed is gets_in
    assert decided([bucket, account], "s3:GetObject", OWN).allowed


@pytest.mark.parametrize(("kind", "name"), POLICY_FIELDS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_every_type_with_a_policy_has_what_the_estate_takes_of_it(kind: type[Resource], name: str) -> None:
    assert {name, "tags"} <= set(kind.defaults)


def test_what_was_not_read_of_a_resource_is_told() -> None:
    bucket = in_account(Bucket, "arn:aws:s3:::media", bucket_name="media")
    key = in_account(Key, f"arn:aws:kms:eu-west-1:{OWN}:key/1", key_manager="AWS", key_policy=None)
    estate = build_estate(by_type([without(bucket, "policy", gap=DENIED), key]))
    assert "needs s3:GetBucketPolicy" in estate.resources[bucket.arn].unread[0]
    assert "the key is one of AWS's" in estate.resources[key.arn].unread[0]


def test_a_rule_gets_the_estate_once_and_its_tracer_sees_what_it_is_made_of() -> None:
    seen: list[Estate] = []

    @rule("low", passes=[(user(policies=(InlinePolicy("all", allow("s3:*")),)), Queue())], reads=ESTATE_TYPES)
    def sample(user: User, world: World) -> Problems:
        """A rule.

        ## Why it matters
        It does.

        ## How to fix
        Do.
        """
        seen.append(estate_of(world))
        yield from ()

    asked = fields_asked(sample)
    assert {"policies", "groups", "managed_policy_arns", "tags"} <= asked[User]
    assert "policy" in asked[Queue]
    seen.clear()
    snapshot = Snapshot([user(), in_account(Queue, "arn:aws:sqs:eu-west-1:1:q")])
    for _ in range(2):
        list(sample.check(user(), snapshot.view(sample.reads)))
    assert seen[0] is seen[1]


def test_a_failed_listing_makes_only_what_needs_it_unknown() -> None:
    gap = CoverageGap(types=(Bucket.cfn_type,), account=OWN, region="", gap=DENIED)
    snapshot = Snapshot([user()], [gap])
    assert ANNA in identities_of(snapshot.view(IDENTITY_TYPES)).identities
    with pytest.raises(Unknown, match="needs s3:GetBucketPolicy"):
        estate_of(snapshot.view(ESTATE_TYPES))


def test_what_can_be_changed_to_give_more_is_known() -> None:
    profile = f"arn:aws:iam::{OWN}:instance-profile/app"
    group = in_account(Group, f"arn:aws:iam::{OWN}:group/g", group_name="g", managed_policy_arns=(BOUND,))
    bound = in_account(
        ManagedPolicy,
        BOUND,
        managed_policy_name="bound",
        policy_document=allow("s3:Get*"),
        older_versions=(("v1", allow("*")),),
    )
    role = in_account(Role, APP, role_name="app", instance_profile_arns=(profile,), managed_policy_arns=(BOUND,))
    function = in_account(Function, f"arn:aws:lambda:eu-west-1:{OWN}:function:f", function_name="f", role=APP)
    machine = in_account(Instance, f"arn:aws:ec2:eu-west-1:{OWN}:instance/i-1", iam_instance_profile=profile)
    idle = in_account(Instance, f"arn:aws:ec2:eu-west-1:{OWN}:instance/i-2", iam_instance_profile=None)
    listed = by_type([user(groups=("g",)), group, bound, role, function, machine, idle])
    estate = build_estate(listed, workloads=True)
    assert (estate.identities[ANNA].groups, estate.identities[ANNA].attached) == ((group.arn,), (BOUND,))
    assert estate.identities[APP].attached == (BOUND,)
    assert estate.groups[group.arn].attached == (BOUND,)
    assert [str(each.name) for each in estate.versions[BOUND]] == [f"{BOUND} (v1)"]
    assert {(each.arn, each.role_arn) for each in estate.workloads or ()} == {(function.arn, APP), (machine.arn, APP)}
    assert build_estate(listed).workloads is None


@pytest.mark.parametrize(
    ("authorization", "unread"),
    [("AWS_IAM", ()), ("CUSTOM", ("the authorizers of its methods (they decide too)",))],
)
def test_a_rest_api_is_reached_by_the_arn_that_policies_name(authorization: str, unread: tuple[str, ...]) -> None:
    policy = allow("execute-api:Invoke", Principal="*")
    api = in_account(
        RestApi,
        "arn:aws:apigateway:eu-west-1::/restapis/a1",
        api_name="orders",
        region="eu-west-1",
        policy=policy,
        methods=(Method("GET /", authorization_type=authorization),),
    )
    (guarded,) = build_estate(by_type([api])).resources.values()
    assert guarded.arn == f"arn:aws:execute-api:eu-west-1:{OWN}:a1"
    assert guarded.unread == unread
    assert [each.document for each in guarded.policies] == [policy]
