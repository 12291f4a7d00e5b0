"""The estate: identities, guarded resources and organizations, from which every request's authorization follows.

It is what a scan of accounts, or an export of IAM, comes down to for the questions of who may do what.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bartizan.policy.compiled import Policy
from bartizan.policy.decision import Authorization, Decision, Levels, decide
from bartizan.policy.requests import Principal, PrincipalKind, Request, account_in


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Identity:
    """A user or role: who it is, what its policies and those of its groups say, what bounds it, who may assume it.

    ``boundary`` is ``None`` where it has none. ``unread`` names policies whose text is not known; a "no" about such an
    identity is no proof. ``groups`` holds the ARNs of the user's groups, ``attached`` those of the managed policies
    that are attached to it or its groups: by them it can be changed. ``profiles`` holds the ARNs of the instance
    profiles that the role is in, ``None`` where that is not known.
    """

    principal: Principal
    policies: tuple[Policy, ...] = ()
    boundary: tuple[Policy, ...] | None = None
    trust: Policy | None = None
    unread: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    attached: tuple[str, ...] = ()
    profiles: tuple[str, ...] | None = None

    @property
    def arn(self) -> str:
        """The ARN of the user or role."""
        return self.principal.arn


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """A group of users: what its members may do; ``attached`` holds the ARNs of its managed policies."""

    arn: str
    policies: tuple[Policy, ...] = ()
    attached: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Something that runs code under a role: a function, instance, task, project, notebook or stack.

    ``type`` is the CloudFormation type (``AWS::Lambda::Function``).
    """

    arn: str
    type: str
    role_arn: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GuardedResource:
    """A resource with policies of its own: a bucket, key, queue, topic, function, secret, repository or role.

    ``arn`` stands for all that is within: a bucket's objects too. ``unread`` names policies whose text is not known.
    """

    arn: str
    account: str
    policies: tuple[Policy, ...] = ()
    type: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Organization:
    """An organization: its id, its management account, and the policies from its root down to each account.

    ``unread`` says, by account, why its policies are not known, where they are not. ``whole``: whether no other account
    belongs to it than those that are known.
    """

    id: str = ""
    management_account: str = ""
    scps: Mapping[str, Levels] = field(default_factory=dict)
    rcps: Mapping[str, Levels] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    whole: bool = False

    @property
    def accounts(self) -> frozenset[str]:
        """The accounts that are known to belong to it."""
        return frozenset((*self.scps, *self.rcps, *self.paths)) | ({self.management_account} - {""})


class Estate:
    """Identities by ARN, guarded resources by ARN, and the organization around them.

    ``groups`` are by ARN. ``workloads`` is ``None`` where they were not read, which is not the same as none;
    ``workload_types`` are the types that were read of them, ``None`` standing for all.
    ``versions`` holds the versions of managed policies that are not the default, by the policy's ARN.
    """

    def __init__(  # noqa: PLR0913 - each is a part of an account that can be known or not
        self,
        identities: Iterable[Identity] = (),
        resources: Iterable[GuardedResource] = (),
        organization: Organization | None = None,
        *,
        groups: Iterable[Group] = (),
        workloads: Iterable[Workload] | None = None,
        workload_types: Iterable[str] | None = None,
        versions: Mapping[str, tuple[Policy, ...]] | None = None,
    ) -> None:
        self.identities = {each.arn: each for each in identities}
        self._roles = {
            (each.principal.account, each.arn.rpartition("/")[2]): each
            for each in self.identities.values()
            if each.principal.kind is PrincipalKind.ROLE
        }
        self.organization = organization or Organization()
        self.groups = {each.arn: each for each in groups}
        self.workloads = None if workloads is None else tuple(workloads)
        self.workload_types = None if workload_types is None else frozenset(workload_types)
        self.versions = dict(versions or {})
        trusts = (
            GuardedResource(arn=each.arn, account=each.principal.account, policies=(each.trust,), type="AWS::IAM::Role")
            for each in self.identities.values()
            if each.trust is not None
        )
        self.resources = {each.arn: each for each in (*trusts, *resources)}

    @property
    def accounts(self) -> frozenset[str]:
        """The accounts that anything in it belongs to."""
        found = {each.principal.account for each in self.identities.values()}
        return frozenset(found | {each.account for each in self.resources.values()} - {""})

    def resource(self, arn: str) -> GuardedResource | None:
        """The guarded resource that an ARN names or lies within (``arn:aws:s3:::bucket/key``)."""
        found = self.resources.get(arn)
        while found is None and "/" in arn:
            arn = arn.rpartition("/")[0]
            found = self.resources.get(arn)
        return found

    def identity(self, principal: Principal) -> Identity | None:
        """The user or role behind a principal; a session has its role's ARN."""
        found = self.identities.get(principal.arn)
        if found is None and principal.session:
            # A session's ARN does not tell the path of its role.
            name = principal.arn.rpartition("/")[2]
            found = self._roles.get((principal.account, name))
        return found

    def authorization(self, principal: Principal, resource: str = "*") -> Authorization:
        """All policies that have a say when the principal asks for something on the resource."""
        identity = self.identity(principal)
        guarded = self.resource(resource)
        owner = guarded.account if guarded else account_in(resource) or principal.account
        return Authorization(
            identity=identity.policies if identity else (),
            boundary=identity.boundary if identity else None,
            resource=guarded.policies if guarded else (),
            scps=self.organization.scps.get(principal.account, ()),
            rcps=self.organization.rcps.get(owner, ()),
            management_account=self.organization.management_account,
        )

    def request(
        self,
        principal: Principal,
        action: str,
        resource: str = "*",
        context: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Request:
        """The request, with what the estate knows of caller and resource filled in."""
        guarded = self.resource(resource)
        owner = guarded.account if guarded else account_in(resource) or principal.account
        inside = owner in self.organization.accounts
        return Request(
            principal=self.known(principal),
            action=action,
            resource=resource,
            context=context or {},
            resource_account=owner,
            resource_organization=self.organization.id if inside else "",
            resource_organization_path=self.organization.paths.get(owner, ""),
            resource_tags=guarded.tags if guarded else {},
        )

    def known(self, principal: Principal) -> Principal:
        """The principal with its id, tags and path as the estate knows them; as it was where it knows nothing."""
        identity = self.identity(principal)
        if identity is None:
            return principal
        known = identity.principal
        if not principal.session or known.kind is not PrincipalKind.ROLE:
            return known
        return Principal(
            kind=PrincipalKind.ROLE,
            arn=known.arn,
            account=known.account,
            session=principal.session,
            unique_id=known.unique_id,
            organization=known.organization,
            organization_path=known.organization_path,
            tags=known.tags,
            service_linked=known.service_linked,
        )

    def decide(
        self,
        principal: Principal,
        action: str,
        resource: str = "*",
        context: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Decision:
        """What AWS would answer to the request."""
        return decide(self.request(principal, action, resource, context), self.authorization(principal, resource))
