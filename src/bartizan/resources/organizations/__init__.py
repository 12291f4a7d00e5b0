"""AWS Organizations: the organization as one account sees it, and the tree of it that its management account sees."""

from bartizan.resources.organizations.organization import ORGANIZATIONS, Organization
from bartizan.resources.organizations.tree import (
    TREE,
    MemberAccount,
    OrganizationalUnit,
    OrganizationPolicy,
    tags_of_account,
)

__all__ = [
    "ORGANIZATIONS",
    "TREE",
    "MemberAccount",
    "Organization",
    "OrganizationPolicy",
    "OrganizationalUnit",
    "tags_of_account",
]
