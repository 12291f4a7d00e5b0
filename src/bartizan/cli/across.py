"""Options of commands that work across the accounts of an organization."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from bartizan.app.organization.accounts import Across
    from bartizan.aws.session import Access


def organization_scan_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--aggregator``, ``--cluster`` and ``--resume``: what only the scan of an organization can do."""
    for option in (
        click.option(
            "--resume",
            is_flag=True,
            help="With --org and --store: take up a scan that was broken off; what it read is not read again.",
        ),
        click.option(
            "--aggregator",
            metavar="NAME[@REGION]",
            default="",
            help="With --org: an aggregator of AWS Config, whose items are taken for what they tell of a resource.",
        ),
        click.option(
            "--cluster",
            metavar="ADDRESS",
            help="With --org: read the accounts on the Dask cluster whose scheduler is here: tcp://HOST:PORT.",
        ),
    ):
        command = option(command)
    return command


def organization_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--org`` and what belongs to it: which accounts of an organization, and how to get into them."""
    for option in (
        click.option(
            "--workers",
            type=click.IntRange(1, 4096),
            help="With --org: accounts to read at once. [default: 2 per core, or all of a cluster]",
        ),
        click.option(
            "--account-tag",
            "account_tags",
            multiple=True,
            metavar="KEY=VALUE",
            callback=_pairs,
            help="With --org: only accounts with this tag; repeatable, and all must fit.",
        ),
        click.option(
            "--without-account",
            "without",
            multiple=True,
            metavar="ACCOUNT",
            help="With --org: leave out this account; number, name or pattern; repeatable.",
        ),
        click.option(
            "--account",
            "accounts",
            multiple=True,
            metavar="ACCOUNT",
            help="With --org: only this account; number, name or pattern; repeatable.",
        ),
        click.option(
            "--ou",
            "units",
            multiple=True,
            metavar="UNIT",
            help="With --org: only accounts below this unit; id, name or path (Workloads/Production); repeatable.",
        ),
        click.option(
            "--org-external-id",
            metavar="ID",
            help="With --org: the external id that the roles ask for.",
        ),
        click.option(
            "--org-role",
            metavar="NAME",
            default="BartizanAudit",
            show_default=True,
            help="With --org: the role to assume in each account.",
        ),
        click.option(
            "--org",
            "organization",
            is_flag=True,
            help="All accounts of the organization that these credentials see, and what concerns them together.",
        ),
    ):
        command = option(command)
    return command


def _pairs(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    parted = [each.partition("=") for each in values]
    if wrong := [each for each in parted if not each[0] or not each[1]]:
        raise click.BadParameter(f"{wrong[0][0]!r} is not written KEY=VALUE.")
    return {key: value for key, _, value in parted}


def across_of(options: dict[str, Any], access: Access) -> Across | None:
    """What the options of ``organization_options`` name, which are taken out of them; ``None`` without ``--org``."""
    from bartizan.app.organization.accounts import Across
    from bartizan.app.organization.members import Choice

    role, external_id, workers = options.pop("org_role"), options.pop("org_external_id"), options.pop("workers")
    choice = Choice(
        units=options.pop("units"),
        accounts=options.pop("accounts"),
        without=options.pop("without"),
        tags=options.pop("account_tags"),
    )
    if not options.pop("organization"):
        if choice != Choice() or workers or external_id:
            raise click.UsageError("accounts are chosen with --org only; without it, one account is read")
        return None
    from bartizan.app.organization.run import Reach

    reach = Reach(access=access, role=role, external_id=external_id)
    return Across(reach=reach, choice=choice, at_once=workers or 0)
