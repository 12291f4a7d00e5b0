"""The accounts of an organization, and which of them to read."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from bartizan.app.reading import Reading, connect, read_account, readers_of
from bartizan.aws.collect import Wanted
from bartizan.aws.session import Access, Session
from bartizan.model import InputError, Resource
from bartizan.resources.organizations import MemberAccount, OrganizationalUnit, OrganizationPolicy, tags_of_account
from bartizan.resources.reading import Failed, Scope

TREE_TYPES: tuple[type[Resource], ...] = (OrganizationalUnit, MemberAccount, OrganizationPolicy)
"""What is read of the organization itself, once, before its accounts."""

NOT_CHOSEN = "it was not chosen"
"""Why an account is left out that the user's choice does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which accounts to read: all, where nothing is named.

    ``units`` are ids, names or paths (``Workloads/Production``) of organizational units, which hold what lies below
    them; ``accounts`` are numbers, names or patterns; ``tags`` are keys and values that an account must have, all of
    them; ``without`` are accounts to leave out.
    """

    units: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """What was read of the organization, which of its accounts are chosen, and which are left out, with the reason."""

    reading: Reading
    chosen: tuple[MemberAccount, ...]
    left_out: Mapping[str, str]

    @property
    def organization(self) -> str:
        """The organization's id."""
        return self.chosen[0].organization_id

    @property
    def management_account(self) -> str:
        """The account that manages the organization."""
        return self.chosen[0].management_account_id

    @property
    def accounts(self) -> tuple[str, ...]:
        """All accounts of the organization, whether they are chosen or not."""
        return tuple(each.account_id for each in _accounts(self.reading))


async def find_members(access: Access, choice: Choice) -> Members:
    """Read the organization and choose.

    Raises ``InputError`` where the account of these credentials does not see the organization, or nothing is chosen.
    """
    wanted: Wanted = dict.fromkeys(TREE_TYPES)
    reading = await read_account(access, wanted, readers_of(wanted))
    return choose(reading, choice, await _tagged(access, choice.tags, _accounts(reading)) if choice.tags else None)


def choose(reading: Reading, choice: Choice, tagged: Collection[str] | None = None) -> Members:
    """The chosen accounts of what was read; ``tagged`` are those that have the tags, where any are asked for.

    Raises ``InputError`` as ``find_members`` does, and for a unit or account that there is not.
    """
    accounts = _accounts(reading)
    if not accounts:
        why = f": {reading.gaps[0].gap}" if reading.gaps else ""
        raise InputError(
            f"account {reading.account} does not see the accounts of an organization{why}; use credentials of the"
            " management account, or of one to which the administration of a service is delegated"
        )
    inside = _named_units(choice.units, [each for each in reading.resources if isinstance(each, OrganizationalUnit)])
    _require_known((*choice.accounts, *choice.without), accounts)
    left_out = {each.account_id: why for each in accounts if (why := _why_left_out(each, choice, inside, tagged))}
    chosen = tuple(each for each in accounts if each.account_id not in left_out)
    if not chosen:
        raise InputError("no account of the organization is in what you chose")
    return Members(reading=reading, chosen=chosen, left_out=left_out)


def _accounts(reading: Reading) -> list[MemberAccount]:
    found = (each for each in reading.resources if isinstance(each, MemberAccount))
    return sorted(found, key=lambda each: each.account_id)


def _why_left_out(
    account: MemberAccount, choice: Choice, inside: Collection[str], tagged: Collection[str] | None
) -> str:
    if account.state != "ACTIVE":
        return f"it is {account.state.lower().replace('_', ' ')}"
    chosen = (
        (not choice.units or any(each in inside for each in account.parents))
        and (not choice.accounts or _is_named(account, choice.accounts))
        and not _is_named(account, choice.without)
        and (tagged is None or account.account_id in tagged)
    )
    return "" if chosen else NOT_CHOSEN


def _is_named(account: MemberAccount, names: Iterable[str]) -> bool:
    return any(fnmatchcase(account.account_id, each) or fnmatchcase(account.account_name, each) for each in names)


def _require_known(names: Iterable[str], accounts: Iterable[MemberAccount]) -> None:
    for name in names:
        if not any(_is_named(each, (name,)) for each in accounts):
            raise InputError(f"the organization has no account {name!r}")


def _named_units(names: Iterable[str], units: Iterable[OrganizationalUnit]) -> frozenset[str]:
    """The ids of the named units; raises ``InputError`` for a name that there is not."""
    by_id = {each.unit_id: each for each in units}
    known = {each.unit_id: {each.unit_id, each.unit_name, unit_path(each, by_id)} for each in by_id.values()}
    found: set[str] = set()
    for name in names:
        fitting = {unit for unit, called in known.items() if name.strip("/") in called}
        if not fitting:
            paths = ", ".join(sorted(unit_path(each, by_id) or each.unit_name for each in by_id.values()))
            raise InputError(f"the organization has no unit {name!r}; it has {paths}")
        found |= fitting
    return frozenset(found)


def unit_path(unit: OrganizationalUnit, units: Mapping[str, OrganizationalUnit]) -> str:
    """The names from below the root down to a unit (``Workloads/Production``), of all ``units`` by id."""
    names: list[str] = []
    at: OrganizationalUnit | None = unit
    while at is not None and not at.is_root:
        names.append(at.unit_name)
        at = units.get(at.parent_id)
    return "/".join(reversed(names))


async def _tagged(access: Access, wanted: Mapping[str, str], accounts: Iterable[MemberAccount]) -> frozenset[str]:
    """The accounts that have these tags; raises ``InputError`` where AWS will not say."""
    async with Session(access) as session:
        identity = await session.identity()
        api = connect(session)
        listed = list(accounts)
        scope = Scope(identity.partition, identity.account, identity.main_region, listed[0].read_at)
        try:
            found = await asyncio.gather(*(tags_of_account(api, scope, each.account_id) for each in listed))
        except Failed as failed:
            raise InputError(f"the tags of the organization's accounts cannot be read: {failed.gap}") from None
    return frozenset(
        account.account_id
        for account, tags in zip(listed, found, strict=True)
        if all(tags.get(key) == value for key, value in wanted.items())
    )
