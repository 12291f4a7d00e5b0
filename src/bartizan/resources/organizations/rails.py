"""The policies of an organization that reach an account, level by level, and the organization made of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from bartizan.model import Unknown, World
from bartizan.policy import Layer, Organization, Policy, PolicyDocument
from bartizan.policy.rails import Rails
from bartizan.resources.organizations.tree import MemberAccount, OrganizationPolicy

_NOTHING = PolicyDocument(())
SCP, RCP, TAGS = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "TAG_POLICY"


def rails_of(account: MemberAccount, kind: str, world: World) -> Rails:
    """The service or resource control policies from the root down to the account itself; none where AWS has none on.

    Raises ``Unknown`` where the content of one, or what it is attached to, was not read.
    """
    return tuple(
        tuple(each.document for each in level if each.document is not None) for level in _levels(account, kind, world)
    )


def policies_on(account: MemberAccount, kind: str, world: World) -> list[OrganizationPolicy]:
    """All policies of a kind that reach the account, those of the root first."""
    return [each for level in _levels(account, kind, world) for each in level]


def organization_of(world: World) -> Organization:
    """The organization for questions of access: its accounts, and the policies that reach each of them.

    An account whose policies are not known has none, and is named as ``unread`` with the reason.
    """
    made: dict[tuple[Layer, str], Policy] = {}
    found: dict[Layer, dict[str, tuple[tuple[Policy, ...], ...]]] = {Layer.SCP: {}, Layer.RCP: {}}
    unread: dict[str, str] = {}
    accounts = world.listed(MemberAccount)
    for account in accounts:
        try:
            for kind, layer in ((SCP, Layer.SCP), (RCP, Layer.RCP)):
                levels = _levels(account, kind, world)
                found[layer][account.account_id] = tuple(
                    tuple(_policy(each, layer, made) for each in level) for level in levels
                )
        except Unknown as missing:
            unread[account.account_id] = str(missing)
    return Organization(
        id=accounts[0].organization_id if accounts else "",
        management_account=accounts[0].management_account_id if accounts else "",
        scps=found[Layer.SCP],
        rcps=found[Layer.RCP],
        paths={each.account_id: "/".join((each.organization_id, *each.parents, "")) for each in accounts},
        unread=unread,
        whole=_all_known(world),
    )


def _all_known(world: World) -> bool:
    try:
        return bool(world.all(MemberAccount))
    except Unknown:
        return False


def _policy(policy: OrganizationPolicy, layer: Layer, made: dict[tuple[Layer, str], Policy]) -> Policy:
    """The policy for the reasoner, one for all accounts, so that they are seen to be ruled alike."""
    key = (layer, policy.arn)
    if key not in made:
        made[key] = Policy(policy.document or _NOTHING, layer, policy.policy_name)
    return made[key]


def _levels(account: MemberAccount, kind: str, world: World) -> tuple[tuple[OrganizationPolicy, ...], ...]:
    """The policies of a kind at each level from the root down to the account itself, as far as there are any."""
    attached = world.derived(_by_target)
    levels = (tuple(attached.get((kind, each), ())) for each in (*account.parents, account.account_id))
    # A level without any is one where the kind of policy is off: AWS always leaves one attached.
    return tuple(level for level in levels if level)


def _by_target(world: World) -> Mapping[tuple[str, str], Sequence[OrganizationPolicy]]:
    """The policies by their kind and what they are attached to."""
    found: dict[tuple[str, str], list[OrganizationPolicy]] = defaultdict(list)
    for policy in world.all(OrganizationPolicy):
        for target in policy.targets:
            found[policy.type, target].append(policy)
    return found
