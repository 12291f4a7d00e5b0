"""From what a scan read to the estate: who there is, what their policies say, and what guards the resources.

Rules ask ``estate_of(world)``, or ``identities_of(world)`` where IAM alone is enough, and name ``ESTATE_TYPES`` or
``IDENTITY_TYPES`` in their ``reads``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bartizan.model import Resource, Unknown, World
from bartizan.policy import (
    Estate,
    GuardedResource,
    Identity,
    Layer,
    Organization,
    Policy,
    PolicyDocument,
    Principal,
    PrincipalKind,
    Workload,
    parse_policy,
    reach,
)
from bartizan.policy import (
    Group as Membership,
)
from bartizan.resources import codeartifact
from bartizan.resources.account import Account
from bartizan.resources.apigateway import Method, RestApi
from bartizan.resources.backup import BackupVault
from bartizan.resources.dynamodb import Table
from bartizan.resources.ec2.compute import Instance
from bartizan.resources.ecr import Repository
from bartizan.resources.events import EventBus
from bartizan.resources.glue import Catalog
from bartizan.resources.iam import AwsManagedPolicy, Group, InlinePolicy, ManagedPolicy, Role, User
from bartizan.resources.kafka import Cluster
from bartizan.resources.kinesis import Stream
from bartizan.resources.kms import Key
from bartizan.resources.lambda_ import Function
from bartizan.resources.opensearch import Domain
from bartizan.resources.s3 import Bucket
from bartizan.resources.secretsmanager import Secret
from bartizan.resources.sns import Topic
from bartizan.resources.sqs import Queue

T = TypeVar("T")

IDENTITY_TYPES: tuple[type[Resource], ...] = (User, Group, Role, ManagedPolicy, AwsManagedPolicy)
"""The types that identities are made of."""

POLICY_FIELDS: Mapping[type[Resource], str] = {
    Bucket: "policy",
    Key: "key_policy",
    Queue: "policy",
    Topic: "policy",
    Function: "policy",
    Repository: "policy",
    Secret: "policy",
    EventBus: "policy",
    RestApi: "policy",
    Table: "policy",
    Stream: "policy",
    BackupVault: "access_policy",
    Domain: "access_policies",
    Cluster: "policy",
    Catalog: "policy",
    codeartifact.Domain: "permissions_policy_document",
    codeartifact.Repository: "permissions_policy_document",
}
"""The types that a policy of their own guards, and the field that holds it."""

WORKLOAD_TYPES: tuple[type[Resource], ...] = (Function, Instance)
"""The types that run code under a role."""

ESTATE_TYPES: tuple[type[Resource], ...] = (*IDENTITY_TYPES, *POLICY_FIELDS, Instance, Account)
"""The types that the whole estate is made of; accounts say what S3 blocks for all buckets."""


def estate_of(world: World) -> Estate:
    """Identities and guarded resources of the world, made once per snapshot; ``Unknown`` where a listing failed."""
    return world.derived(_everything)


def identities_of(world: World) -> Estate:
    """As ``estate_of``, with users, roles and their trust policies only."""
    return world.derived(_identities)


def _identities(world: World) -> Estate:
    return build_estate(world.all, guarded=())


def _everything(world: World) -> Estate:
    return build_estate(world.all, workloads=True)


def build_estate(
    listed: Callable[[type[Any]], Iterable[Any]],
    *,
    guarded: Iterable[type[Resource]] = tuple(POLICY_FIELDS),
    workloads: bool = False,
    organization: Organization | None = None,
    more: Iterable[GuardedResource] = (),
) -> Estate:
    """The estate of the resources that ``listed`` gives by type; ``guarded`` are the types to take besides identities.

    ``workloads``: whether what runs under a role was read too. A policy that was not read is named as ``unread`` where
    it belongs. ``more`` are guarded resources from elsewhere.
    """
    home = organization or Organization()
    policies = _Policies.of(listed)
    groups = {(each.account, each.group_name): each for each in listed(Group)}
    people = [_user(each, policies, groups, home) for each in listed(User)]
    roles = [_role(each, policies, home) for each in listed(Role)]
    kinds = tuple(guarded)
    blocks = dict(_blocks(listed(Account))) if Bucket in kinds else {}
    resources = [
        _guarded(each, POLICY_FIELDS[kind], blocks) for kind in kinds for each in listed(kind) if not _in_network(each)
    ]
    untrusted = [_hidden_trust(each) for each in roles if each.trust is None]
    return Estate(
        [*people, *roles],
        [*untrusted, *resources, *more],
        home,
        groups=[_membership(each, policies) for each in groups.values()],
        workloads=_workloads(listed) if workloads else None,
        workload_types=[each.cfn_type for each in WORKLOAD_TYPES],
        versions=dict(_versions(listed(ManagedPolicy))),
    )


@dataclass(slots=True)
class _Policies:
    """Managed policies by ARN, compiled once for each layer that they are used in."""

    documents: Mapping[str, PolicyDocument]
    unknown: Mapping[str, str] = field(default_factory=dict)
    made: dict[tuple[str, Layer], Policy] = field(default_factory=dict)

    @classmethod
    def of(cls, listed: Callable[[type[Any]], Iterable[Any]]) -> _Policies:
        documents: dict[str, PolicyDocument] = {}
        unknown: dict[str, str] = {}
        for each in (*listed(ManagedPolicy), *listed(AwsManagedPolicy)):
            try:
                documents[each.arn] = each.policy_document
            except Unknown as missing:
                unknown[each.arn] = str(missing.gap)
        return cls(documents, unknown)

    def find(self, arn: str, layer: Layer, unread: list[str]) -> tuple[Policy, ...]:
        """The policy of that ARN, or nothing and a word about it in ``unread``."""
        if arn not in self.documents:
            unread.append(f"{arn} ({self.unknown.get(arn, 'not read')})")
            return ()
        key = (arn, layer)
        if key not in self.made:
            self.made[key] = Policy(self.documents[arn], layer, arn)
        return (self.made[key],)


def _known(resource: Any, name: str, otherwise: T, unread: list[str]) -> T:
    """The field, or where it was not read something in its place and a word about it in ``unread``."""
    try:
        found: T = getattr(resource, name)
    except Unknown as missing:
        unread.append(f"{name.replace('_', ' ')} ({missing.gap})")
        return otherwise
    return found


def _attached(holder: Any) -> tuple[str, ...]:
    nothing: tuple[str, ...] = ()
    return _known(holder, "managed_policy_arns", nothing, [])


def _membership(group: Any, policies: _Policies) -> Membership:
    held = tuple(_own(group, policies, f" of group {group.group_name}", []))
    return Membership(arn=group.arn, policies=held, attached=_attached(group))


def _versions(policies: Iterable[Any]) -> Iterator[tuple[str, tuple[Policy, ...]]]:
    """What each managed policy said in its versions that are not the default, where it has such."""
    nothing: tuple[tuple[str, PolicyDocument], ...] = ()
    for each in policies:
        older = _known(each, "older_versions", nothing, [])
        if older:
            named = ((f"{each.arn} ({version})", document) for version, document in older)
            yield each.arn, tuple(Policy(document, Layer.IDENTITY, name) for name, document in named)


def _workloads(listed: Callable[[type[Any]], Iterable[Any]]) -> tuple[Workload, ...] | None:
    """What runs under a role; ``None`` where it was not read of which one."""
    try:
        roles = {profile: role.arn for role in listed(Role) for profile in role.instance_profile_arns}
        functions = [Workload(arn=each.arn, type=each.cfn_type, role_arn=each.role) for each in listed(Function)]
        machines = [
            Workload(arn=each.arn, type=each.cfn_type, role_arn=roles[each.iam_instance_profile])
            for each in listed(Instance)
            if each.iam_instance_profile in roles
        ]
    except Unknown:
        return None
    return (*functions, *machines)


def _own(holder: Any, policies: _Policies, where: str, unread: list[str]) -> Iterator[Policy]:
    """The policies of a user, group or role itself."""
    nothing: tuple[InlinePolicy, ...] = ()
    for each in _known(holder, "policies", nothing, unread):
        yield Policy(each.policy_document, Layer.IDENTITY, f"inline policy {each.policy_name}{where}")
    no_arns: tuple[str, ...] = ()
    for arn in _known(holder, "managed_policy_arns", no_arns, unread):
        yield from policies.find(arn, Layer.IDENTITY, unread)


def _boundary(holder: Any, policies: _Policies, unread: list[str]) -> tuple[Policy, ...] | None:
    arn: str | None = _known(holder, "permissions_boundary", None, unread)
    if arn is None:
        return None
    # Without its text nothing is known to be bounded; that it is there is told as unread.
    return policies.find(arn, Layer.BOUNDARY, unread) or None


def _user(user: Any, policies: _Policies, groups: Mapping[tuple[str, str], Any], home: Organization) -> Identity:
    unread: list[str] = []
    held = list(_own(user, policies, "", unread))
    no_groups: tuple[str, ...] = ()
    joined: list[Any] = []
    for name in _known(user, "groups", no_groups, unread):
        group = groups.get((user.account, name))
        if group is None:
            unread.append(f"group {name} (not read)")
        else:
            joined.append(group)
            held += _own(group, policies, f" of group {name}", unread)
    return Identity(
        principal=_principal(user, PrincipalKind.USER, "user_id", home, unread),
        policies=tuple(dict.fromkeys(held)),
        boundary=_boundary(user, policies, unread),
        unread=tuple(dict.fromkeys(unread)),
        groups=tuple(each.arn for each in joined),
        attached=tuple(dict.fromkeys(arn for each in (user, *joined) for arn in _attached(each))),
    )


def _role(role: Any, policies: _Policies, home: Organization) -> Identity:
    unread: list[str] = []
    document: PolicyDocument | None = _known(role, "assume_role_policy_document", None, unread)
    profiles: tuple[str, ...] | None = _known(role, "instance_profile_arns", None, [])
    return Identity(
        policies=tuple(_own(role, policies, "", unread)),
        boundary=_boundary(role, policies, unread),
        trust=Policy(document, Layer.RESOURCE, "trust policy") if document is not None else None,
        principal=_principal(role, PrincipalKind.ROLE, "role_id", home, unread),
        unread=tuple(dict.fromkeys(unread)),
        attached=_attached(role),
        profiles=profiles,
    )


def _principal(resource: Any, kind: PrincipalKind, id_field: str, home: Organization, unread: list[str]) -> Principal:
    path = resource.arn.partition(f":{kind}/")[2]
    no_tags: Mapping[str, str] = {}
    return Principal(
        kind=kind,
        arn=resource.arn,
        account=resource.account,
        unique_id=_known(resource, id_field, "", []),
        organization=home.id if resource.account in home.accounts else "",
        organization_path=home.paths.get(resource.account, ""),
        tags=_known(resource, "tags", no_tags, unread) if "tags" in resource.defaults else no_tags,
        service_linked=kind is PrincipalKind.ROLE and path.startswith("aws-service-role/"),
    )


def _hidden_trust(role: Identity) -> GuardedResource:
    return GuardedResource(
        arn=role.arn, account=role.principal.account, type=Role.cfn_type, unread=("trust policy (not read)",)
    )


def _in_network(resource: Any) -> bool:
    """Whether a network decides who comes as far as to the policy, which says nothing of the outside then."""
    return isinstance(resource, Domain) and _known(resource, "vpc_id", None, []) is not None


def _guarded(resource: Any, policy_field: str, blocks: Mapping[str, str]) -> GuardedResource:
    unread: list[str] = []
    document: PolicyDocument | None = _known(resource, policy_field, None, unread)
    policies = [] if document is None else [Policy(document, Layer.RESOURCE, "resource policy")]
    if resource.cfn_type == Key.cfn_type and document is None and not unread:
        unread.append("key policy (AWS keeps it: the key is one of AWS's)")
    if resource.cfn_type == Bucket.cfn_type and _is_public(resource, document, unread):
        policies += _blocked(resource, blocks, unread)
    if resource.cfn_type == RestApi.cfn_type:
        unread += _authorizers(resource)
    no_tags: Mapping[str, str] = {}
    return GuardedResource(
        arn=resource.invoke_arn if resource.cfn_type == RestApi.cfn_type else resource.arn,
        account=resource.account,
        policies=tuple(policies),
        type=resource.cfn_type,
        tags=_known(resource, "tags", no_tags, unread) if "tags" in resource.defaults else no_tags,
        unread=tuple(unread),
    )


def _authorizers(api: Any) -> Iterator[str]:
    """What else decides about requests to a REST API, and is none of IAM's policies."""
    methods: tuple[Method, ...] = _known(api, "methods", (), [])
    if any(each.authorization_type not in {"NONE", "AWS_IAM"} for each in methods):
        yield "the authorizers of its methods (they decide too)"


def _is_public(bucket: Any, document: PolicyDocument | None, unread: list[str]) -> bool:
    try:
        return any(reach.public(document, bucket.arn, bucket.account))
    except Unknown as undecided:
        unread.append(str(undecided))
        return False


_ON, _OFF = "on", "off"


def _blocks(accounts: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Whether each account restricts public buckets: on, off, or why that is not known."""
    for each in accounts:
        try:
            yield each.account, _ON if each.s3_public_access_block.restrict_public_buckets else _OFF
        except Unknown as missing:
            yield each.account, str(missing.gap)


def _blocked(bucket: Any, blocks: Mapping[str, str], unread: list[str]) -> tuple[Policy, ...]:
    """What S3 makes of a public policy under ``RestrictPublicBuckets``: only the own account and AWS services get in.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    account = blocks.get(bucket.account, _OFF)
    try:
        on = account == _ON or bucket.public_access_block.restrict_public_buckets
    except Unknown as missing:
        unread.append(f"public access block ({missing.gap})")
        return ()
    if not on:
        if account != _OFF:
            unread.append(f"the account's public access block ({account})")
        return ()
    statement = {
        "Sid": "RestrictPublicBuckets",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {
            "StringNotEquals": {"aws:PrincipalAccount": bucket.account},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
    }
    document = parse_policy({"Version": "2012-10-17", "Statement": statement})
    return (Policy(document, Layer.RESOURCE, "block public access"),)


def by_type(resources: Iterable[Resource]) -> Callable[[type[Any]], list[Any]]:
    """What ``build_estate`` asks, for resources at hand: gaps in listings do not stop it."""
    held: defaultdict[type[Resource], list[Any]] = defaultdict(list)
    for each in resources:
        held[type(each)].append(each)
    return lambda kind: held.get(kind, [])
