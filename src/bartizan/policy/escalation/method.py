"""Methods of privilege escalation as data: what must be permitted, what must be there, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Target(StrEnum):
    """What a method is used on; each is one choice among the estate's, and gives one edge."""

    PASSED_ROLE = "a role that the service may assume"
    WORKLOAD = "something that runs under a role"
    USER = "another user"
    ROLE = "a role"
    PROVIDED_ROLE = "a role that trusts an identity provider"
    SELF = "the caller itself"
    OWN_GROUP = "a group that the caller is in"
    OWN_POLICY = "a managed policy of the caller"
    OTHER_GROUP = "a group that the caller is not in"
    OLDER_VERSION = "an older version of a managed policy of the caller"
    NOTHING = "nothing that is there already"


class On(StrEnum):
    """What a needed permission is for."""

    ANY = "any resource of the action's types, at the caller's choice"
    TARGET = "the user or role that the method is used on"
    WORKLOAD = "the workload that runs under the role"
    GROUP = "the group that the method is used on"
    POLICY = "the managed policy that the method is used on"
    TARGET_POLICY = "a managed policy of the role that the method is used on"
    PROVIDER = "the identity provider that the role trusts"


class Result(StrEnum):
    """What the caller has in the end."""

    BECOMES = "becomes it"
    ANYTHING = "may give itself anything"


@dataclass(frozen=True, slots=True)
class Need:
    """A permission that a method needs.

    ``context`` gives condition keys (in lower case) the values that the method's call has; ``{admin}`` in one stands
    for the ARN of AdministratorAccess. A key without values is missing from the call. ``trusted``: the role has been
    made to trust the caller before.
    """

    action: str
    on: On = On.ANY
    context: tuple[tuple[str, tuple[str, ...]], ...] = ()
    trusted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method of privilege escalation.

    ``service`` is the service that must be trusted by the role that is passed, or under which a workload runs;
    ``workload`` is the CloudFormation type of what runs. ``prerequisites`` says in words what the estate cannot tell.
    ``profiled``: the role must be in an instance profile.
    ``lifts_boundary``: the caller is rid of its permissions boundary on the way. ``of_user``, ``of_role``: whether
    users and roles can use it. ``source``: where it is documented.
    """

    id: str
    title: str
    needs: tuple[Need, ...]
    target: Target
    result: Result = Result.BECOMES
    service: str = ""
    workload: str = ""
    prerequisites: str = ""
    lifts_boundary: bool = False
    profiled: bool = False
    of_user: bool = True
    of_role: bool = True
    source: str = ""


PATHS = "https://pathfinding.cloud/paths/"
RHINO = "https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/"
ADMIN_POLICY: tuple[tuple[str, tuple[str, ...]], ...] = (("iam:policyarn", ("{admin}",)),)
"""What a call that attaches AdministratorAccess says of the policy."""

UNBOUNDED: tuple[tuple[str, tuple[str, ...]], ...] = (("iam:permissionsboundary", ()),)
"""What a call says of a user or role without a permissions boundary."""


def passing(  # noqa: PLR0913 - each is a field of an entry, given by name
    method: str,
    title: str,
    service: str,
    *actions: str,
    source: str,
    prerequisites: str = "",
    profiled: bool = False,
) -> Method:
    """A method that passes a role to a service which then runs the caller's code under it."""
    passed = Need("iam:PassRole", On.TARGET, (("iam:passedtoservice", (service,)),))
    return Method(
        id=method,
        title=title,
        needs=(passed, *map(Need, actions)),
        target=Target.PASSED_ROLE,
        service=service,
        prerequisites=prerequisites,
        profiled=profiled,
        source=source,
    )


def reusing(  # noqa: PLR0913 - each is a field of an entry, given by name
    method: str,
    title: str,
    workload: str,
    service: str,
    *actions: str,
    source: str,
    prerequisites: str = "",
    more: tuple[Need, ...] = (),
) -> Method:
    """A method that makes something run the caller's code under the role that it has already."""
    return Method(
        id=method,
        title=title,
        needs=(*(Need(each, On.WORKLOAD) for each in actions), *more),
        target=Target.WORKLOAD,
        workload=workload,
        service=service,
        prerequisites=prerequisites,
        source=source,
    )
