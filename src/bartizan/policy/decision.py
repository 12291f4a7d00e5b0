"""Decisions: whether AWS lets a request through, and why.

Follows https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
and, between accounts, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from bartizan.policy.compiled import Clause, Layer, Policy
from bartizan.policy.patterns import Attributes
from bartizan.policy.requests import Principal, PrincipalKind, Request

Levels = tuple[tuple[Policy, ...], ...]
"""The policies of an organization from its root down to the account: each level must allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """All policies that have a say in a request.

    ``identity`` holds the policies of the caller and its groups; ``resource`` those on the resource, a role's trust
    policy being one. ``boundary``, ``session`` and ``endpoint`` are ``None`` where there is none, which is not the same
    as an empty one; a federated user without a session policy is as one with an empty one. ``scps`` are of the caller's
    account, ``rcps`` of the resource's; neither reaches ``management_account``. An AWS managed key has no RCPs.
    """

    identity: tuple[Policy, ...] = ()
    resource: tuple[Policy, ...] = ()
    boundary: tuple[Policy, ...] | None = None
    session: tuple[Policy, ...] | None = None
    endpoint: tuple[Policy, ...] | None = None
    scps: Levels = ()
    rcps: Levels = ()
    management_account: str = ""
    deniers: tuple[Policy, ...] = field(init=False, repr=False, compare=False)
    """The policies beside SCPs and RCPs that deny anything at all."""
    scp_deniers: tuple[Policy, ...] = field(init=False, repr=False, compare=False)
    rcp_deniers: tuple[Policy, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        layers = (self.identity, self.resource, self.boundary or (), self.session or (), self.endpoint or ())
        for name, policies in (("deniers", layers), ("scp_deniers", self.scps), ("rcp_deniers", self.rcps)):
            denying = tuple(policy for listed in policies for policy in listed if policy.denies)
            object.__setattr__(self, name, denying)


class Outcome(StrEnum):
    """What comes of a request."""

    ALLOWED = "allowed"
    EXPLICITLY_DENIED = "explicitly denied"
    IMPLICITLY_DENIED = "implicitly denied"


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome, the statements that brought it about, and for an implicit denial the layers whose leave is missing.

    ``missing`` names the layers in words, such as ``identity-based policy`` or ``service control policy at level 2``.
    """

    outcome: Outcome
    statements: tuple[Clause, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the request goes through."""
        return self.outcome is Outcome.ALLOWED

    @property
    def layer(self) -> Layer | None:
        """The layer of the statement that decided, where one did."""
        return self.statements[0].layer if self.statements else None


RCP_SERVICES = frozenset(
    {
        "aoss", "appconfig", "appstream", "autoscaling", "autoscaling-plans", "budgets", "clouddirectory", "cloudfront",
        "cloudsearch", "cloudtrail-data", "codeartifact", "codebuild", "codecommit", "codepipeline", "cognito-identity",
        "cognito-idp", "comprehend", "comprehendmedical", "compute-optimizer", "cost-optimization-hub", "dax", "dsql",
        "dynamodb", "ecr", "ecr-public", "events", "firehose", "fis", "fms", "gamelift", "health", "inspector-scan",
        "kendra", "kinesisvideo", "kms", "logs", "memorydb", "networkmonitor", "notifications", "opensearch",
        "pca-connector-ad", "personalize", "polly", "pricing", "resource-groups", "rolesanywhere", "s3",
        "secretsmanager", "servicediscovery", "signin", "sqs", "sts", "support", "swf", "textract",
        "timestream-influxdb", "transcribe", "transfer", "translate", "wafv2", "workspaces", "xray",
    }
)  # fmt: skip
"""The services whose resources RCPs guard.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-supported-services
"""

RCP_EXEMPT = frozenset({"kms:retiregrant"})
"""Their actions that RCPs nevertheless leave alone (in lower case)."""

FREE_ACTIONS = frozenset({"sts:getcalleridentity", "sts:getsessiontoken"})
"""What every identity may do, whatever its policies say (in lower case).

Sources: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html
"""

TRUST_ACTIONS = frozenset(
    {
        "sts:assumerole",
        "sts:assumerolewithsaml",
        "sts:assumerolewithwebidentity",
        "sts:tagsession",
        "sts:setsourceidentity",
    }
)


def needs_resource_policy(action: str, resource: str) -> bool:
    """Whether the resource's own policy must allow even its own account: keys and roles (action in lower case)."""
    if action in TRUST_ACTIONS:
        return ":role/" in resource
    return action.startswith("kms:") and ":key/" in resource


def scps_reach(principal: Principal, authorization: Authorization) -> bool:
    """Whether SCPs bind the caller: an identity of a member account, but no service-linked role."""
    return (
        bool(authorization.scps)
        and principal.has_policies
        and not principal.service_linked
        and principal.account != authorization.management_account
    )


def rcps_guard(principal: Principal, owner: str, authorization: Authorization) -> bool:
    """Whether RCPs guard what ``owner`` has against the caller, in the services that know them."""
    return bool(authorization.rcps) and not principal.service_linked and owner != authorization.management_account


def rcps_know(action: str) -> bool:
    """Whether RCPs guard resources against an action (in lower case)."""
    return action.partition(":")[0] in RCP_SERVICES and action not in RCP_EXEMPT


class Strength(StrEnum):
    """How far a resource's policy gives to a caller of its own account."""

    DIRECT = "direct"
    ROLE = "role"
    ACCOUNT = "account"


# Taken out of their classes once: in some versions of Python each way there costs as much as a condition.
_ROOT, _FEDERATED_USER = PrincipalKind.ROOT, PrincipalKind.FEDERATED_USER
_IDENTITY, _RESOURCE, _BOUNDARY, _SESSION = Layer.IDENTITY, Layer.RESOURCE, Layer.BOUNDARY, Layer.SESSION
_SCP, _RCP, _ENDPOINT = Layer.SCP, Layer.RCP, Layer.ENDPOINT
_ALLOWED, _EXPLICITLY_DENIED, _IMPLICITLY_DENIED = Outcome
_DIRECT, _ROLE, _ACCOUNT = Strength


def settled(principal: Principal, action: str) -> Decision | None:
    """What AWS decides without asking a policy, for an action in lower case; ``None`` where policies decide.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html for the root user.
    """
    if principal.has_policies and action in FREE_ACTIONS:
        return Decision(_ALLOWED)
    if principal.kind is _ROOT and action == "sts:assumerole":
        return Decision(_IMPLICITLY_DENIED, (), ("identity other than the root user",))
    return None


def has_boundary(principal: Principal, authorization: Authorization) -> bool:
    """Whether the caller has a permissions boundary."""
    return authorization.boundary is not None and principal.has_policies


def limits(principal: Principal, authorization: Authorization) -> tuple[tuple[Layer, tuple[Policy, ...]], ...]:
    """What limits the caller's own policies: the boundary and the session's policies, each by its layer.

    Source for federated users: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
    """
    boundary, session = authorization.boundary, authorization.session
    if session is None and principal.kind is _FEDERATED_USER:
        session = ()
    found: tuple[tuple[Layer, tuple[Policy, ...]], ...] = ()
    if boundary is not None:
        found += ((_BOUNDARY, boundary),)
    if session is not None:
        found += ((_SESSION, session),)
    return found


def decide(request: Request, authorization: Authorization) -> Decision:
    """Whether AWS would allow the request under these policies."""
    action = request.action.lower()
    return (
        settled(request.principal, action) or _Deciding(request, authorization, request.attributes(), action).decide()
    )


@dataclass(slots=True)
class _Deciding:
    """One request at its way through the layers."""

    request: Request
    authorization: Authorization
    attributes: Attributes
    action: str

    def decide(self) -> Decision:
        principal, authorization, owner = self.request.principal, self.authorization, self.request.owner
        scps = authorization.scps if scps_reach(principal, authorization) else ()
        rcps = authorization.rcps if rcps_guard(principal, owner, authorization) and rcps_know(self.action) else ()
        denied = self._denial(scps=bool(scps), rcps=bool(rcps))
        if denied is not None:
            return Decision(_EXPLICITLY_DENIED, (denied,))
        leave: list[Clause] = []
        missing: list[str] = []
        for layer, levels in ((_RCP, rcps), (_SCP, scps)):
            for number, level in enumerate(levels, 1):
                self._ask(level, layer, leave, missing, number)
        if authorization.endpoint is not None:
            self._ask(authorization.endpoint, _ENDPOINT, leave, missing)
        if not principal.has_policies:
            self._ask(authorization.resource, _RESOURCE, leave, missing)
        elif owner == principal.account:
            self._within_account(leave, missing)
        else:
            self._own_side(leave, missing)
            self._ask(authorization.resource, _RESOURCE, leave, missing)
        if missing:
            return Decision(_IMPLICITLY_DENIED, (), tuple(missing))
        return Decision(_ALLOWED, tuple(reversed(leave)))

    def _denial(self, *, scps: bool, rcps: bool) -> Clause | None:
        authorization, attributes, action = self.authorization, self.attributes, self.action
        bounded = has_boundary(self.request.principal, authorization)
        policies = authorization.deniers
        if scps:
            policies += authorization.scp_deniers
        if rcps:
            policies += authorization.rcp_deniers
        for policy in policies:
            for clause in policy.denying[action]:
                if clause.applies(attributes, bounded=bounded):
                    return clause
        return None

    def _ask(
        self, policies: Iterable[Policy], layer: Layer, leave: list[Clause], missing: list[str], level: int = 0
    ) -> None:
        for policy in policies:
            for clause in policy.allowing[self.action]:
                if clause.applies(self.attributes):
                    leave.append(clause)
                    return
        missing.append(f"{layer} at level {level}" if level else str(layer))

    def _within_account(self, leave: list[Clause], missing: list[str]) -> None:
        """Within one account either side may allow, and boundary and session bind only what is not given directly."""
        direct, to_role, delegated = self._given()
        if direct is not None:
            leave.append(direct)
            return
        required = needs_resource_policy(self.action, self.request.resource)
        if to_role is not None:
            self._limits(leave, missing)
            leave.append(to_role)
            return
        if required and delegated is None:
            missing.append(str(_RESOURCE))
        elif required and delegated is not None:
            leave.append(delegated)
        self._own_side(leave, missing)

    def _given(self) -> tuple[Clause | None, Clause | None, Clause | None]:
        """What the resource's policy allows: to the caller directly, to its role, and through its account."""
        to_role = delegated = None
        for policy in self.authorization.resource:
            for clause in policy.allowing[self.action]:
                if clause.applies(self.attributes):
                    strength = grant_strength(clause, self.request.principal)
                    if strength is _DIRECT:
                        return clause, None, None
                    if strength is _ROLE:
                        to_role = to_role or clause
                    else:
                        delegated = delegated or clause
        return None, to_role, delegated

    def _own_side(self, leave: list[Clause], missing: list[str]) -> None:
        """The caller's own account: its policies, within boundary and session. The root needs none."""
        if self.request.principal.kind is _ROOT:
            return
        self._ask(self.authorization.identity, _IDENTITY, leave, missing)
        self._limits(leave, missing)

    def _limits(self, leave: list[Clause], missing: list[str]) -> None:
        for layer, policies in limits(self.request.principal, self.authorization):
            self._ask(policies, layer, leave, missing)


def grant_strength(clause: Clause, principal: Principal) -> Strength:
    """How far an allowing statement that applies to a caller gives to it."""
    if clause.principal is None or clause.principal.negated or not clause.names.isdisjoint(principal.direct_names):
        return _DIRECT
    named = clause.names & principal.names
    return _ACCOUNT if named <= principal.account_names else _ROLE
