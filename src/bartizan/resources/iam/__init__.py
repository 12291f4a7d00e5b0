"""AWS Identity and Access Management."""

from bartizan.resources.iam.types import AccessKey, Group, InlinePolicy, ManagedPolicy, Role, User

__all__ = ["AccessKey", "Group", "InlinePolicy", "ManagedPolicy", "Role", "User"]
