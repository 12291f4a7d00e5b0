"""The policies of an organization that reach an account, level by level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from bartizan.model import World
from bartizan.policy.rails import Rails
from bartizan.resources.organizations.tree import MemberAccount, OrganizationPolicy

SCP, RCP, TAGS = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "TAG_POLICY"


def rails_of(account: MemberAccount, kind: str, world: World) -> Rails:
    """The service or resource control policies from the root down to the account itself; none where AWS has none on.

    Raises ``Unknown`` where the content of one, or what it is attached to, was not read.
    """
    attached = world.derived(_by_target)
    levels = (attached.get((kind, each), ()) for each in (*account.parents, account.account_id))
    documents = (tuple(each.document for each in level if each.document is not None) for level in levels)
    # A level without any is one where the kind of policy is off: AWS always leaves one attached.
    return tuple(level for level in documents if level)


def policies_on(account: MemberAccount, kind: str, world: World) -> list[OrganizationPolicy]:
    """All policies of a kind that reach the account, those of the root first."""
    attached = world.derived(_by_target)
    return [each for target in (*account.parents, account.account_id) for each in attached.get((kind, target), ())]


def _by_target(world: World) -> Mapping[tuple[str, str], Sequence[OrganizationPolicy]]:
    """The policies by their kind and what they are attached to."""
    found: dict[tuple[str, str], list[OrganizationPolicy]] = defaultdict(list)
    for policy in world.all(OrganizationPolicy):
        for target in policy.targets:
            found[policy.type, target].append(policy)
    return found
