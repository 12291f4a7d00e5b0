"""Users, groups, roles and policies of IAM."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from bartizan.model import SAMPLE_TIME, Resource, field, resource
from bartizan.policy import PolicyDocument
from bartizan.resources.tags import NO_TAGS


@dataclass(frozen=True, slots=True)
class InlinePolicy:
    """A policy that belongs to one user, group or role."""

    policy_name: str
    policy_document: PolicyDocument


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key as the credential report numbers it (1 or 2); the report does not name its id."""

    number: int
    active: bool
    last_rotated: dt.datetime
    last_used: dt.datetime | None = None


@resource("AWS::IAM::User", name="user_name")
class User(Resource):
    """An IAM user. What concerns its credentials is up to four hours old, as the credential report is."""

    user_name: str = field("Its name.")
    user_id: str = field("The id that AWS gave it, which no later user of that name has.", default="")
    path: str = field("Its path.", default="/")
    create_date: dt.datetime = field("When it was created.", default=SAMPLE_TIME)
    policies: tuple[InlinePolicy, ...] = field("Its inline policies.", default=())
    managed_policy_arns: tuple[str, ...] = field("The managed policies attached to it directly.", default=())
    groups: tuple[str, ...] = field("The names of the groups it is in.", default=())
    permissions_boundary: str | None = field("The ARN of the policy that bounds its permissions.", default=None)
    tags: Mapping[str, str] = field("Its tags.", default=NO_TAGS)
    password_enabled: bool = field("Whether it has a password for the console.", default=False)
    password_last_used: dt.datetime | None = field("When the password was last used, if ever.", default=None)
    password_last_changed: dt.datetime | None = field("When the password was last set, if there is one.", default=None)
    mfa_active: bool = field("Whether it has an MFA device.", default=True)
    access_keys: tuple[AccessKey, ...] = field("Its access keys, inactive ones included.", default=())


@resource("AWS::IAM::Group", name="group_name")
class Group(Resource):
    """A group of IAM users."""

    group_name: str = field("Its name.")
    path: str = field("Its path.", default="/")
    policies: tuple[InlinePolicy, ...] = field("Its inline policies.", default=())
    managed_policy_arns: tuple[str, ...] = field("The managed policies attached to it.", default=())


@resource("AWS::IAM::Role", name="role_name")
class Role(Resource):
    """An IAM role."""

    role_name: str = field("Its name.")
    role_id: str = field("The id that AWS gave it, which no later role of that name has.", default="")
    path: str = field("Its path.", default="/")
    create_date: dt.datetime = field("When it was created.", default=SAMPLE_TIME)
    assume_role_policy_document: PolicyDocument = field(
        "Its trust policy: who may assume it.", default=PolicyDocument(())
    )
    policies: tuple[InlinePolicy, ...] = field("Its inline policies.", default=())
    managed_policy_arns: tuple[str, ...] = field("The managed policies attached to it.", default=())
    max_session_duration: int = field("How long a session lasts at most, in seconds.", default=3600)
    permissions_boundary: str | None = field("The ARN of the policy that bounds its permissions.", default=None)
    instance_profile_arns: tuple[str, ...] = field("The instance profiles that give it to machines.", default=())
    last_used: dt.datetime | None = field("When it was last used, if within AWS's 400 days of tracking.", default=None)
    tags: Mapping[str, str] = field("Its tags.", default=NO_TAGS)

    @property
    def managed_by_aws(self) -> bool:
        """Whether AWS made it and keeps it: service-linked roles, and those of Identity Center."""
        return self.path.startswith(("/aws-service-role/", "/aws-reserved/"))


@resource("AWS::IAM::ManagedPolicy", name="managed_policy_name")
class ManagedPolicy(Resource):
    """A managed policy of the customer."""

    managed_policy_name: str = field("Its name.")
    path: str = field("Its path.", default="/")
    policy_document: PolicyDocument = field("Its default version.", default=PolicyDocument(()))
    older_versions: tuple[tuple[str, PolicyDocument], ...] = field(
        "Its versions that are not the default, with their ids; one call makes one of them the default.", default=()
    )
    attachment_count: int = field("How many users, groups and roles it is attached to.", default=1)
    boundary_count: int = field("How many users and roles it is the permissions boundary of.", default=0)


@resource("AWS::IAM::AWSManagedPolicy", name="managed_policy_name")
class AwsManagedPolicy(Resource):
    """A managed policy of AWS that is in use in the account. It is read to know what it gives; no rule judges it."""

    managed_policy_name: str = field("Its name.")
    policy_document: PolicyDocument = field("Its default version.", default=PolicyDocument(()))
