"""How IAM is read: nearly everything comes from one paged call and the credential report.

Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html and
https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from bartizan.model import CoverageGap, Gap, Reason, Resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.policy.requests import account_in
from bartizan.resources.iam import credentials, report
from bartizan.resources.iam.types import AwsManagedPolicy, Group, InlinePolicy, ManagedPolicy, Role, User
from bartizan.resources.reading import Api, Call, CustomReader, Failed, Fields, Reply, Scope, take

T = TypeVar("T")

_DETAILS = Call("iam:GetAccountAuthorizationDetails")
_ROLES = Call("iam:ListRoles")


def inline(policies: Iterable[tuple[str, Any]]) -> tuple[InlinePolicy, ...]:
    """Inline policies in order of name, since neither AWS nor code gives them an order that means something."""
    return tuple(InlinePolicy(name, parse_policy(document)) for name, document in sorted(policies))


def _inline_in(key: str) -> Callable[[Reply], tuple[InlinePolicy, ...]]:
    return lambda item: inline((each["PolicyName"], each["PolicyDocument"]) for each in item.get(key, ()))


def _attached(item: Reply) -> tuple[str, ...]:
    return tuple(sorted(each["PolicyArn"] for each in item["AttachedManagedPolicies"]))


def _tags(item: Reply) -> Mapping[str, str]:
    return {each["Key"]: each["Value"] for each in item.get("Tags", ())}


def _boundary(item: Reply) -> str | None:
    boundary = item.get("PermissionsBoundary")
    return boundary["PermissionsBoundaryArn"] if boundary else None


def _default_version(item: Reply) -> PolicyDocument:
    (document,) = (each["Document"] for each in item["PolicyVersionList"] if each["IsDefaultVersion"])
    return parse_policy(document)


def _older_versions(item: Reply) -> tuple[tuple[str, PolicyDocument], ...]:
    return tuple(
        (each["VersionId"], parse_policy(each["Document"]))
        for each in item["PolicyVersionList"]
        if not each["IsDefaultVersion"]
    )


_USER: Fields = {
    "user_name": lambda item: item["UserName"],
    "user_id": lambda item: item["UserId"],
    "path": lambda item: item["Path"],
    "create_date": lambda item: item["CreateDate"],
    "policies": _inline_in("UserPolicyList"),
    "managed_policy_arns": _attached,
    "groups": lambda item: tuple(sorted(item["GroupList"])),
    "permissions_boundary": _boundary,
    "tags": _tags,
}
_CREDENTIALS: Fields = {
    "password_enabled": lambda row: report.flag(row, "password_enabled"),
    "password_last_used": lambda row: report.moment(row, "password_last_used"),
    "password_last_changed": lambda row: report.moment(row, "password_last_changed"),
    "mfa_active": lambda row: report.flag(row, "mfa_active"),
    "access_keys": report.access_keys,
}
_GROUP: Fields = {
    "group_name": lambda item: item["GroupName"],
    "path": lambda item: item["Path"],
    "policies": _inline_in("GroupPolicyList"),
    "managed_policy_arns": _attached,
}
_ROLE: Fields = {
    "role_name": lambda item: item["RoleName"],
    "role_id": lambda item: item["RoleId"],
    "path": lambda item: item["Path"],
    "create_date": lambda item: item["CreateDate"],
    "assume_role_policy_document": lambda item: parse_policy(item["AssumeRolePolicyDocument"]),
    "policies": _inline_in("RolePolicyList"),
    "managed_policy_arns": _attached,
    "permissions_boundary": _boundary,
    "instance_profile_arns": lambda item: tuple(sorted(each["Arn"] for each in item["InstanceProfileList"])),
    "last_used": lambda item: item.get("RoleLastUsed", {}).get("LastUsedDate"),
    "tags": _tags,
}
_POLICY: Fields = {
    "managed_policy_name": lambda item: item["PolicyName"],
    "path": lambda item: item["Path"],
    "policy_document": _default_version,
    "older_versions": _older_versions,
    "attachment_count": lambda item: item["AttachmentCount"],
    "boundary_count": lambda item: item.get("PermissionsBoundaryUsageCount", 0),
}
_AWS_POLICY: Fields = {name: _POLICY[name] for name in ("managed_policy_name", "policy_document")}

_SESSION: Fields = {"max_session_duration": lambda seconds: seconds}
_A_PAGE = {"MaxItems": 1000}
"""What IAM gives at once if it is asked to; by itself it gives 100."""
_EVERYTHING = {"Filter": ["User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy"], **_A_PAGE}


async def _read(api: Api, scope: Scope) -> AsyncIterator[Resource | CoverageGap]:
    rows, sessions = await asyncio.gather(
        or_gap(report.credential_report(api, scope)), or_gap(_longest_sessions(api, scope))
    )
    async for reply in api.pages(_DETAILS, scope, _EVERYTHING):
        for item in reply["UserDetailList"]:
            row = _of(rows, item["UserName"], "credential report")
            yield _made(User, scope, item, (_USER, item), (_CREDENTIALS, row))
        for item in reply["RoleDetailList"]:
            seconds = _of(sessions, item["RoleName"], "list of roles")
            yield _made(Role, scope, item, (_ROLE, item), (_SESSION, seconds))
        for _, found in groups_and_policies(reply, scope):
            yield found


def authorized(reply: Reply, scope: Scope) -> Iterator[tuple[str, Resource]]:
    """The resources in a reply of GetAccountAuthorizationDetails alone, each with its JSON path.

    What the credential report and the list of roles would tell stays absent.
    """
    for number, item in enumerate(reply.get("UserDetailList") or ()):
        yield f"$.UserDetailList[{number}]", _made(User, scope, item, (_USER, item))
    for number, item in enumerate(reply.get("RoleDetailList") or ()):
        yield f"$.RoleDetailList[{number}]", _made(Role, scope, item, (_ROLE, item))
    yield from groups_and_policies(reply, scope)


def groups_and_policies(reply: Reply, scope: Scope) -> Iterator[tuple[str, Resource]]:
    """The groups and managed policies in the reply, each with its JSON path; of AWS's own policies, those in use."""
    for number, item in enumerate(reply.get("GroupDetailList") or ()):
        yield f"$.GroupDetailList[{number}]", _made(Group, scope, item, (_GROUP, item))
    for number, item in enumerate(reply.get("Policies") or ()):
        path = f"$.Policies[{number}]"
        if ":iam::aws:" not in item["Arn"]:
            yield path, _made(ManagedPolicy, scope, item, (_POLICY, item))
        elif item.get("AttachmentCount") or item.get("PermissionsBoundaryUsageCount"):
            yield path, _made(AwsManagedPolicy, scope, item, (_AWS_POLICY, item))


async def or_gap(reading: Coroutine[Any, Any, T]) -> T | Gap:
    """What the coroutine gives, or the gap of the call that failed in it."""
    try:
        return await reading
    except Failed as failed:
        return failed.gap


async def _longest_sessions(api: Api, scope: Scope) -> dict[str, int]:
    return {
        item["RoleName"]: item["MaxSessionDuration"]
        async for reply in api.pages(_ROLES, scope, _A_PAGE)
        for item in reply["Roles"]
    }


def _of(found: Mapping[str, Any] | Gap, name: str, where: str) -> Any:
    if isinstance(found, Gap):
        return found
    return found.get(name, Gap(Reason.NOT_READ, detail=f"it is newer than the {where}"))


def _made(kind: type[Resource], scope: Scope, item: Reply, *sources: tuple[Fields, Any]) -> Resource:
    """The resource of the item; where a gap stands in the place of a source, all its fields are gaps."""
    values: dict[str, Any] = {}
    gaps: dict[str, Gap] = {}
    for fields, source in sources:
        if isinstance(source, Gap):
            gaps |= dict.fromkeys(fields, source)
            continue
        found, missing = take(fields, source)
        values |= found
        gaps |= missing
    account = account_in(item["Arn"]) or scope.account
    values |= {"arn": item["Arn"], "account": account, "region": scope.region, "read_at": scope.now}
    return kind.of(values, gaps)


async def _read_as_it_is(api: Api, scope: Scope, wanted: frozenset[str]) -> AsyncIterator[Resource | CoverageGap]:
    async for found in _read(api, scope):
        if isinstance(found, User) and found.arn in wanted:
            yield await credentials.as_they_are(api, scope, found)
        else:
            yield found


async def _read_authorization(api: Api, scope: Scope) -> AsyncIterator[Resource | CoverageGap]:
    async for reply in api.pages(_DETAILS, scope, _EVERYTHING):
        for _, found in authorized(reply, scope):
            yield found


def authorization_reader() -> CustomReader:
    """Reads what identities may do in one paged call, and leaves out how they are used."""
    return CustomReader(
        (User, Group, Role, ManagedPolicy, AwsManagedPolicy), declared=(_DETAILS,), read=_read_authorization
    )


IAM = CustomReader(
    (User, Group, Role, ManagedPolicy, AwsManagedPolicy),
    declared=(_DETAILS, _ROLES, report.GENERATE, report.GET),
    read=_read,
    again=_read_as_it_is,
    also=credentials.CALLS,
)
