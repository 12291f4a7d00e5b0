"""Find the estate that questions of access are about: in an account, or in files that were exported from some."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bartizan.app.organization.accounts import Accounts, Across, read_accounts, told
from bartizan.app.organization.members import NOT_CHOSEN
from bartizan.app.reading import Progress, no_progress, read_account, readers_of
from bartizan.aws.collect import Wanted
from bartizan.aws.session import Access
from bartizan.iac.export import read_export, read_organization, read_resource_policies
from bartizan.model import CoverageGap, InputError, Resource, Snapshot
from bartizan.policy import Estate, GuardedResource, Identity, Organization
from bartizan.resources.account import Account, public_access_reader
from bartizan.resources.ec2.compute import Instance
from bartizan.resources.estate import IDENTITY_TYPES, POLICY_FIELDS, WORKLOAD_TYPES, build_estate, by_type
from bartizan.resources.iam.reader import authorization_reader
from bartizan.resources.kms import Key
from bartizan.resources.lambda_ import Function
from bartizan.resources.organizations import MemberAccount, OrganizationPolicy
from bartizan.resources.organizations.rails import organization_of
from bartizan.resources.reading import AnyReader
from bartizan.resources.s3 import Bucket

GUARDED_TYPES: tuple[type[Resource], ...] = tuple(POLICY_FIELDS)
"""The types that are guarded by a policy of their own and are read from an account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the estate comes from: ``files`` that were exported, or else the account that ``access`` reaches.

    With ``across`` it is the accounts of the organization that these credentials see. ``organization`` and
    ``resource_policies`` are files that say what stands around the accounts.
    """

    files: tuple[Path, ...] = ()
    organization: Path | None = None
    resource_policies: tuple[Path, ...] = ()
    access: Access = field(default_factory=Access)
    regions: tuple[str, ...] = ()
    across: Across | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEstate:
    """An estate, and what is not known of it.

    ``account`` is the one account that it is of, empty where it is of several; ``caller`` is whose credentials read it.
    ``unseen`` are the listings that failed, ``cut`` the files that end too early, ``assumed`` what the answers rest on.
    ``unreached`` are the accounts of which nothing could be read, with the reason.
    """

    estate: Estate
    account: str = ""
    caller: str = ""
    unseen: tuple[CoverageGap, ...] = ()
    cut: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    read: frozenset[type[Resource]] = frozenset()
    unreached: Mapping[str, str] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """What limits the answers, a sentence each."""
        gaps = (
            f"not seen: {', '.join(each.types)}{_where(each, named=not self.account)}: {each.gap}"
            for each in self.unseen
            if each.types and each.account not in self.unreached
        )
        nothing = (f"not seen: all of {who}: {why}" for who, why in told(self.unreached))
        cut = (f"{each} ends before the answer does (IsTruncated): identities are missing" for each in self.cut)
        return (*nothing, *dict.fromkeys(gaps), *cut, *self.assumed)

    @property
    def partial(self) -> bool:
        """Whether identities or resources may exist that were not seen."""
        return bool(self.unseen or self.cut)

    def hides(self, kind: type[Resource]) -> bool:
        """Whether some of a type were not seen."""
        return any(kind.cfn_type in each.types for each in self.unseen)


def _where(gap: CoverageGap, *, named: bool) -> str:
    account = f" of account {gap.account}" if named and gap.account else ""
    return account + (f" in {gap.region}" if gap.region else "")


def find_estate(
    source: Source,
    *,
    guarded: Iterable[type[Resource]] = GUARDED_TYPES,
    workloads: bool = False,
    progress: Progress = no_progress,
) -> FoundEstate:
    """The estate of the source; raises ``InputError`` where files are broken or the account cannot be read.

    Of an account only what is asked for is read: identities, the ``guarded`` types, and ``workloads`` where wanted.
    """
    kinds = tuple(guarded)
    organization = read_organization(source.organization) if source.organization else Organization()
    assumed = [] if source.organization else ["no organization was given: no SCPs and RCPs are taken into account"]
    if source.files:
        return _from_files(source, organization, assumed)
    wanted = _wanted(kinds, workloads=workloads)
    if source.across is not None:
        accounts = asyncio.run(read_accounts(source.across, wanted, _readers(wanted), source.regions, progress))
        more = _policies_in(source, "")
        return _of_organization(accounts, kinds, frozenset(wanted), more, workloads=workloads)
    reading = asyncio.run(
        read_account(source.access, wanted, _readers(wanted), regions=source.regions, progress=progress)
    )
    gaps = tuple(each for each in reading.gaps if each.hides)
    listed = by_type(reading.resources)
    more = _policies_in(source, reading.account)
    estate = build_estate(listed, guarded=kinds, workloads=workloads, organization=organization, more=more)
    return FoundEstate(
        estate=estate,
        account=reading.account,
        caller=reading.caller,
        unseen=gaps,
        assumed=tuple(assumed),
        read=frozenset(wanted),
    )


def _of_organization(
    accounts: Accounts,
    guarded: tuple[type[Resource], ...],
    read: frozenset[type[Resource]],
    more: Iterable[GuardedResource],
    *,
    workloads: bool,
) -> FoundEstate:
    tree = Snapshot(accounts.members.reading.resources, accounts.members.reading.gaps)
    organization = organization_of(tree.view((MemberAccount, OrganizationPolicy)))
    listed = by_type(accounts.resources)
    return FoundEstate(
        estate=build_estate(listed, guarded=guarded, workloads=workloads, organization=organization, more=more),
        caller=accounts.members.reading.caller,
        unseen=tuple(each for each in accounts.gaps if each.hides),
        assumed=tuple(_assumed_of(organization, accounts.left_out)),
        read=read,
        unreached=accounts.unreached,
    )


def _assumed_of(organization: Organization, left_out: Mapping[str, str]) -> Iterator[str]:
    for who, why in told(organization.unread):
        yield f"the SCPs and RCPs that reach {who} are not known ({why}): what they deny is not taken into account"
    for who, why in told(left_out):
        what = "nothing in it was asked" if why == NOT_CHOSEN else "nothing in it can act"
        yield f"{who}: {why.replace('it was', 'was').replace('it is', 'is')}, so that {what}"


def _from_files(source: Source, organization: Organization, assumed: list[str]) -> FoundEstate:
    export = read_export(source.files, dt.datetime.now(dt.UTC))
    accounts = {each.account for each in export.resources if each.account}
    account = next(iter(accounts)) if len(accounts) == 1 else ""
    more = _policies_in(source, account)
    if not source.resource_policies:
        assumed.append("no resource policies were given: only the trust policies of roles are taken into account")
    estate = build_estate(by_type(export.resources), organization=organization, more=more)
    return FoundEstate(estate=estate, account=account, cut=export.cut, assumed=tuple(assumed))


def _policies_in(source: Source, account: str) -> list[GuardedResource]:
    return [each for path in source.resource_policies for each in read_resource_policies(path, account)]


def _wanted(guarded: tuple[type[Resource], ...], *, workloads: bool) -> Wanted:
    """The types to read, and of each the fields that the estate is made of."""
    wanted: dict[type[Resource], frozenset[str] | None] = dict.fromkeys(IDENTITY_TYPES)
    for kind in guarded:
        wanted[kind] = frozenset({POLICY_FIELDS[kind], "tags"})
    if Key in wanted:
        wanted[Key] = frozenset({"key_manager", "key_policy", "tags"})
    if Bucket in wanted:
        wanted[Bucket] = frozenset({"policy", "public_access_block", "tags"})
        wanted[Account] = frozenset({"s3_public_access_block"})
    if workloads:
        wanted |= {kind: wanted.get(kind) or frozenset() for kind in WORKLOAD_TYPES}
        wanted[Function] = (wanted[Function] or frozenset()) | {"role"}
        wanted[Instance] = frozenset({"iam_instance_profile"})
    return wanted


def _readers(wanted: Wanted) -> list[AnyReader]:
    """The ordinary readers, but for what they would read of identities and accounts besides."""
    ours = (authorization_reader(), public_access_reader())
    replaced = {kind for each in ours for kind in each.types}
    others = readers_of({kind: fields for kind, fields in wanted.items() if kind not in replaced})
    return [*others, *(each for each in ours if any(kind in wanted for kind in each.types))]


def identity_named(found: FoundEstate, text: str) -> Identity | None:
    """The identity with that ARN, or with that name where only one has it; raises ``InputError`` for several."""
    estate = found.estate
    exact = estate.identities.get(text)
    if exact is not None:
        return exact
    named = [each for each in estate.identities.values() if each.arn.endswith((f":{text}", f"/{text}"))]
    if len(named) > 1:
        raise InputError(f"{text!r} may be {' or '.join(sorted(each.arn for each in named)[:5])}; give the ARN")
    return named[0] if named else None
