"""Ways from one account of an organization to administrator rights in another, worked out once for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from bartizan.model import Resource, World
from bartizan.policy.requests import account_in
from bartizan.resources.estate import IDENTITY_TYPES, WORKLOAD_TYPES, build_estate
from bartizan.resources.organizations import MemberAccount, OrganizationPolicy
from bartizan.resources.organizations.rails import organization_of

if TYPE_CHECKING:
    from bartizan.policy.escalation import Path, Paths

TAKEOVER_TYPES: tuple[type[Resource], ...] = (*IDENTITY_TYPES, *WORKLOAD_TYPES, MemberAccount, OrganizationPolicy)
"""The types that a rule which asks for takeovers must name in its ``reads``."""


def takeovers(world: World) -> Mapping[str, tuple[Path, ...]]:
    """By account, the shortest way of each user and role of another account to its administrators, certain ones first.

    They are of what was read: where a listing failed, there may be more. Administrators of the management account, and
    who comes by them, are left out: they rule the organization by being who they are.
    """
    return world.derived(_takeovers)


def _takeovers(world: World) -> Mapping[str, tuple[Path, ...]]:
    # Its methods take a while to load, which commands that judge no organization need not wait for.
    from bartizan.policy.escalation import Paths, build_graph  # noqa: PLC0415 - as the comment says

    organization = organization_of(world)
    estate = build_estate(world.listed, guarded=(), workloads=True, organization=organization)
    paths = Paths(build_graph(estate))
    management = organization.management_account
    return {account: tuple(_into(paths, account, management)) for account in sorted(estate.accounts)}


def _into(paths: Paths, account: str, management: str) -> Iterator[Path]:
    admins = paths.graph.admins
    for path in paths.into(account):
        ruled = (each for each in path.nodes if each in admins and account_in(each) == management)
        if account == management or not any(ruled):
            yield path
