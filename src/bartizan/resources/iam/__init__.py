"""AWS Identity and Access Management."""

from bartizan.resources.iam.types import AccessKey, AwsManagedPolicy, Group, InlinePolicy, ManagedPolicy, Role, User

__all__ = ["AccessKey", "AwsManagedPolicy", "Group", "InlinePolicy", "ManagedPolicy", "Role", "User"]
