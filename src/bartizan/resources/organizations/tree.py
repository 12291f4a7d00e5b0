"""The tree of an organization: its units, accounts and policies.

Only its management account sees it, and accounts to which the administration of a service is delegated.
Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bartizan.model import CoverageGap, Gap, Reason, Resource, resource
from bartizan.model import field as documented
from bartizan.model.errors import NOT_READ
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.organizations.organization import DESCRIBE_ORGANIZATION, LIST_ROOTS
from bartizan.resources.reading import Api, Call, CustomReader, Failed, Item, Scope, take
from bartizan.resources.tags import NO_TAGS, Tags

DOCUMENT_TYPES = ("RESOURCE_CONTROL_POLICY", "SERVICE_CONTROL_POLICY")
"""The policies whose content is of IAM's grammar."""

_UNITS = Call("organizations:ListOrganizationalUnitsForParent")
_ACCOUNTS = Call("organizations:ListAccountsForParent")
_ADMINISTRATORS = Call("organizations:ListDelegatedAdministrators")
_SERVICES = Call("organizations:ListDelegatedServicesForAccount")
_POLICIES = Call("organizations:ListPolicies")
_POLICY = Call("organizations:DescribePolicy")
_TARGETS = Call("organizations:ListTargetsForPolicy")
_TAGS = Call("organizations:ListTagsForResource")
_NOT_IN_ONE = "AWSOrganizationsNotInUseException"


@resource("AWS::Organizations::OrganizationalUnit", name="unit_name")
class OrganizationalUnit(Resource):
    """A unit of the organization, or its root: what policies of the organization are attached to."""

    unit_id: str = documented("Its id (`ou-...`, or `r-...` of the root).", default="ou-abcd-11111111")
    unit_name: str = documented("Its name.", default="Workloads")
    parent_id: str = documented("The unit or root that it lies in; empty for the root.", default="r-abcd")

    @property
    def is_root(self) -> bool:
        """Whether it is the root of the organization."""
        return not self.parent_id


@resource("AWS::Organizations::Account", name="account_name")
class MemberAccount(Resource):
    """An account of the organization, its management account included."""

    account_id: str = documented("Its number.", default="111122223333")
    account_name: str = documented("Its name.", default="shop")
    state: str = documented("`ACTIVE`, `SUSPENDED`, or what it is on the way to.", default="ACTIVE")
    management_account_id: str = documented("The account that manages the organization.", default="444455556666")
    parents: tuple[str, ...] = documented("The root and the units that it lies in, from the top.", default=("r-abcd",))
    joined_timestamp: dt.datetime | None = documented("When it joined.", default=None, compare=False)
    delegated_services: tuple[str, ...] = documented(
        "The services (`guardduty.amazonaws.com`) that it administers for the organization.", default=()
    )

    @property
    def is_management(self) -> bool:
        """Whether it is the account that manages the organization."""
        return self.account_id == self.management_account_id

    @property
    def organization_id(self) -> str:
        """The organization's id, as its own ARN tells it."""
        # arn:aws:organizations::111122223333:account/o-abcdefghij/222233334444
        return self.arn.split("/")[1] if self.arn.count("/") == 2 else ""


@resource("AWS::Organizations::Policy", name="policy_name")
class OrganizationPolicy(Resource):
    """A policy of the organization: a service or resource control policy, a tag policy, or another kind."""

    policy_id: str = documented("Its id (`p-...`).", default="p-11111111")
    policy_name: str = documented("Its name.", default="guardrails")
    type: str = documented("Its kind, such as `SERVICE_CONTROL_POLICY`.", default="SERVICE_CONTROL_POLICY")
    aws_managed: bool = documented("Whether AWS wrote it.", default=False)
    document: PolicyDocument | None = documented("What it says, where it is of IAM's grammar.", default=None)
    settings: Mapping[str, Any] = documented("What it says, of the other kinds.", default=NO_TAGS)
    targets: tuple[str, ...] = documented("The ids of the roots, units and accounts it is attached to.", default=())


async def _together(*work: Awaitable[Any]) -> list[Any]:
    """What all of these give, done at once."""
    from asyncio import gather  # noqa: PLC0415 - takes time to import, and whoever checks code reads no tree

    return await gather(*work)


@dataclass(slots=True)
class _Tree:
    """One reading of the tree; ``delegated`` holds the services by the account that administers them, or a gap."""

    api: Api
    scope: Scope
    management: str
    delegated: Mapping[str, tuple[str, ...]] | Gap = NOT_READ
    found: list[Resource | CoverageGap] = field(default_factory=list)

    def base(self, arn: str, account: str = "") -> dict[str, Any]:
        owner = account or self.management
        return {"arn": arn, "account": owner, "region": self.scope.region, "read_at": self.scope.now}

    async def all(self, call: Call, key: str, params: Mapping[str, Any]) -> list[Item]:
        return [each async for reply in self.api.pages(call, self.scope, params) for each in reply.get(key) or ()]

    async def unit(self, item: Item, parents: tuple[str, ...]) -> None:
        """Keep a unit, and what lies in it."""
        values = {"unit_id": item["Id"], "unit_name": item["Name"], "parent_id": parents[-1] if parents else ""}
        self.found.append(OrganizationalUnit.of({**values, **self.base(item["Arn"])}))
        inside = (*parents, item["Id"])
        below = await self.listed(_UNITS, "OrganizationalUnits", item["Id"], OrganizationalUnit)
        accounts = await self.listed(_ACCOUNTS, "Accounts", item["Id"], MemberAccount)
        self.found.extend(self.account(each, inside) for each in accounts)
        await _together(*(self.unit(each, inside) for each in below))

    async def listed(self, call: Call, key: str, parent: str, kind: type[Resource]) -> list[Item]:
        try:
            return await self.all(call, key, {"ParentId": parent})
        except Failed as failed:
            self.found.append(_gap(self.scope, failed.gap, call, kind))
            return []

    def account(self, item: Item, parents: tuple[str, ...]) -> MemberAccount:
        values, gaps = take(_ACCOUNT_FIELDS, item)
        if isinstance(self.delegated, Gap):
            gaps["delegated_services"] = self.delegated
        else:
            values["delegated_services"] = self.delegated.get(item["Id"], ())
        values |= {"parents": parents, "management_account_id": self.management}
        return MemberAccount.of({**values, **self.base(item["Arn"], item["Id"])}, gaps)

    async def delegations(self) -> None:
        """Find out who administers what; asked once for all accounts."""
        try:
            listed = await self.all(_ADMINISTRATORS, "DelegatedAdministrators", {})
            services = await _together(
                *(self.all(_SERVICES, "DelegatedServices", {"AccountId": each["Id"]}) for each in listed)
            )
        except Failed as failed:
            self.delegated = failed.gap
            return
        self.delegated = {
            account["Id"]: tuple(sorted(each["ServicePrincipal"] for each in some))
            for account, some in zip(listed, services, strict=True)
        }

    async def policies(self, kind: str) -> None:
        try:
            listed = await self.all(_POLICIES, "Policies", {"Filter": kind})
        except Failed as failed:
            self.found.append(_gap(self.scope, failed.gap, _POLICIES, OrganizationPolicy))
            return
        await _together(*(self.policy(each) for each in listed))

    async def policy(self, item: Item) -> None:
        values, gaps = take(_POLICY_FIELDS, item)
        try:
            described = await self.api.call(_POLICY, self.scope, {"PolicyId": item["Id"]})
            said, missing = take(_content_fields(item["Type"]), described["Policy"]["Content"])
            values |= said
            gaps |= missing
        except Failed as failed:
            gaps |= dict.fromkeys(("document", "settings"), failed.gap)
        try:
            targets = await self.all(_TARGETS, "Targets", {"PolicyId": item["Id"]})
            values["targets"] = tuple(sorted(each["TargetId"] for each in targets))
        except Failed as failed:
            gaps["targets"] = failed.gap
        self.found.append(OrganizationPolicy.of({**values, **self.base(item["Arn"])}, gaps))


_ACCOUNT_FIELDS = {
    "account_id": lambda item: item["Id"],
    "account_name": lambda item: item["Name"],
    # AWS replaces Status by State, and sends both for now.
    "state": lambda item: item.get("State") or item["Status"],
    "joined_timestamp": lambda item: item.get("JoinedTimestamp"),
}
_POLICY_FIELDS = {
    "policy_id": lambda item: item["Id"],
    "policy_name": lambda item: item["Name"],
    "type": lambda item: item["Type"],
    "aws_managed": lambda item: bool(item.get("AwsManaged")),
}


def _content_fields(kind: str) -> Mapping[str, Any]:
    if kind in DOCUMENT_TYPES:
        return {"document": parse_policy, "settings": lambda _: NO_TAGS}
    return {"document": lambda _: None, "settings": json.loads}


def _gap(scope: Scope, gap: Gap, call: Call, *kinds: type[Resource]) -> CoverageGap:
    types = tuple(each.cfn_type for each in kinds or (OrganizationalUnit, MemberAccount, OrganizationPolicy))
    return CoverageGap(types=types, account=scope.account, region="", gap=gap, call=call.name)


async def tags_of_account(api: Api, scope: Scope, account: str) -> Mapping[str, str]:
    """The tags of an account of the organization, which only a choice of accounts asks for; raises ``Failed``."""
    return Tags(
        [
            (each["Key"], each["Value"])
            async for reply in api.pages(_TAGS, scope, {"ResourceId": account})
            for each in reply["Tags"]
        ]
    )


async def _read(api: Api, scope: Scope) -> AsyncIterator[Resource | CoverageGap]:
    """Everything below the root; nothing, without a word, for an account that has no part in managing it."""
    try:
        described = await api.call(DESCRIBE_ORGANIZATION, scope, {})
    except Failed as failed:
        if failed.code != _NOT_IN_ONE:
            yield _gap(scope, failed.gap, DESCRIBE_ORGANIZATION)
        return
    management = described["Organization"]["MasterAccountId"]
    tree = _Tree(api, scope, management)
    try:
        roots = await tree.all(LIST_ROOTS, "Roots", {})
    except Failed as failed:
        if management == scope.account or failed.gap.reason is not Reason.DENIED:
            yield _gap(scope, failed.gap, LIST_ROOTS)
        return
    enabled = _enabled_types(roots)
    await tree.delegations()
    await _together(*(tree.unit(each, ()) for each in roots), *(tree.policies(each) for each in enabled))
    for each in tree.found:
        yield each


def _enabled_types(roots: Iterable[Item]) -> list[str]:
    found: dict[str, set[str]] = defaultdict(set)
    for root in roots:
        for each in root.get("PolicyTypes") or ():
            found[each["Status"]].add(each["Type"])
    return sorted(found["ENABLED"])


TREE = CustomReader(
    (OrganizationalUnit, MemberAccount, OrganizationPolicy),
    declared=(
        DESCRIBE_ORGANIZATION,
        LIST_ROOTS,
        _UNITS,
        _ACCOUNTS,
        _TAGS,
        _ADMINISTRATORS,
        _SERVICES,
        _POLICIES,
        _POLICY,
        _TARGETS,
    ),
    read=_read,
)
