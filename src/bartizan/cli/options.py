"""Options that several commands share, and what their answers turn into."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from bartizan.app.estate import Source
    from bartizan.app.organization.accounts import Across
    from bartizan.app.selection import Selection
    from bartizan.aws.session import Access
    from bartizan.engine.catalog import Catalog
    from bartizan.engine.outcome import Results
    from bartizan.engine.settings import Settings
    from bartizan.store.store import Store

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

SEVERITIES = ("critical", "high", "medium", "low", "info")
FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "html": "report.html",
        "json": "report.json",
        "csv": "findings.csv",
        "sarif": "report.sarif",
        "junit": "junit.xml",
        "markdown": "report.md",
        "ocsf": "findings.ocsf.json",
        "asff": "findings.asff.json",
        "terraform": "fixes.tf",
        "cloudformation": "fixes.yaml",
    }
)
"""Each format of reports, and the name of its file."""


def access_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--profile`` and what else says which account to read, and in which regions."""
    for option in (
        click.option("--endpoint-url", metavar="URL", help="Another endpoint than AWS's, such as an emulator's."),
        click.option("--region", "regions", multiple=True, metavar="NAME", help="Only this region; repeatable."),
        click.option("--external-id", metavar="ID", help="External id to assume the role with."),
        click.option("--role-arn", metavar="ARN", help="Role to assume first."),
        click.option("--profile", metavar="NAME", help="Profile of the AWS configuration."),
    ):
        command = option(command)
    return command


def estate_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--file`` and its like, or an account to read, and ``--json``: what questions of access are asked about."""
    path = click.Path(path_type=Path)
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON."),
        click.option(
            "--resource-policies",
            multiple=True,
            type=path,
            metavar="FILE",
            help="Policies of resources as a JSON object by ARN; repeatable.",
        ),
        click.option(
            "--organization",
            "organization_file",
            type=path,
            metavar="FILE",
            help="The organization with its SCPs and RCPs, as JSON.",
        ),
        click.option(
            "--file",
            "files",
            multiple=True,
            type=path,
            metavar="PATH",
            help="Ask about an export instead of the account: what `aws iam get-account-authorization-details` "
            "writes, a file per account, or a folder of them; repeatable.",
        ),
    ):
        command = option(command)
    return access_options(organization_options(command))


def trusted_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--trusted``: accounts of others that the user knows of."""
    return click.option(
        "--trusted",
        multiple=True,
        metavar="ACCOUNT",
        callback=_accounts,
        help="An account of yours or of somebody you trust, 12 digits; repeatable.",
    )(command)


def _accounts(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    for each in values:
        if len(each) != 12 or not each.isdigit():
            raise click.BadParameter(f"{each!r} is no account: give its 12 digits.")
    return values


def source_of(options: dict[str, Any]) -> Source:
    """The source that the options of ``estate_options`` name, which are taken out of them."""
    from bartizan.app.estate import Source
    from bartizan.aws.session import Access

    names = ("profile", "role_arn", "external_id", "endpoint_url")
    reaching = {name: options.pop(name) for name in names}
    files, regions = options.pop("files"), options.pop("regions")
    access, organization = Access(**reaching), options.pop("organization_file")
    across = across_of(options, access)
    if files and (regions or across or any(reaching.values())):
        raise click.UsageError("--file asks about files: it takes no profile, role, region, endpoint or --org")
    if organization and across:
        raise click.UsageError("--org reads the organization: it takes no --organization besides")
    return Source(
        files=files,
        organization=organization,
        resource_policies=options.pop("resource_policies"),
        access=access,
        regions=regions,
        across=across,
    )


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


def store_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--store``: where snapshots are kept."""
    return click.option(
        "--store",
        "address",
        metavar="ADDRESS",
        help="Snapshots: a folder, or s3://bucket/prefix. [default: address of [store] in bartizan.toml]",
    )(command)


def store_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--store`` and what else says how to reach it."""
    for option in (
        click.option("--endpoint-url", metavar="URL", help="Another endpoint than S3's, such as an emulator's."),
        click.option("--profile", metavar="NAME", help="Profile of the AWS configuration, for a store in S3."),
        click.option(
            "--config",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            help="Settings. [default: bartizan.toml or pyproject.toml here, if there is one]",
        ),
    ):
        command = option(command)
    return store_option(command)


def store_of(options: dict[str, Any]) -> Store:
    """The store that the options of ``store_options`` name, which are taken out of them."""
    from bartizan.app.keep import store_at
    from bartizan.aws.session import Access

    address, config = options.pop("address"), options.pop("config")
    address = address or settings_of(config).store
    access = Access(profile=options.pop("profile"), endpoint_url=options.pop("endpoint_url"))
    if not address:
        raise click.UsageError("say where the snapshots are: --store, or address in [store] of bartizan.toml")
    return store_at(address, access)


def framework_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--framework``: the rules of these frameworks, and what the reports say of their controls."""
    return click.option(
        "--framework",
        "frameworks",
        multiple=True,
        metavar="ID",
        help="Only the rules of this framework, and what came of its controls; repeatable.",
    )(command)


def selection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--service``, ``--rule`` and ``--severity``: which rules take part; ``--config``: and how."""
    for option in (
        click.option(
            "--custom",
            multiple=True,
            type=click.Path(path_type=Path),
            metavar="PATH",
            help="Rules of your own: a Python file, which is run, an SQL file, or a folder of them; repeatable.",
        ),
        click.option(
            "--config",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            help="Settings. [default: bartizan.toml or pyproject.toml here, if there is one]",
        ),
        click.option(
            "--severity", type=click.Choice(SEVERITIES), default="info", help="Leave out rules that are less severe."
        ),
        click.option("--rule", "rules", multiple=True, metavar="ID", help="Only this rule or pattern; repeatable."),
        click.option("--service", "services", multiple=True, metavar="NAME", help="Only this service; repeatable."),
    ):
        command = option(command)
    return command


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


def report_options(default_output: str, fail_on: str = "high", *, formats: Iterable[str] = FORMATS) -> Decorator:
    """``--output``, ``--format``, ``--fail-on``, ``--unknown-ok``, ``--json``, ``--passes`` and ``--fixes``."""
    offered = tuple(formats)

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in (
            click.option("--fixes", is_flag=True, help="Give each finding its fix as code, in json."),
            click.option("--passes", is_flag=True, help="List the passes too, in ocsf and asff."),
            click.option("--json", "as_json", is_flag=True, help="Print the report as JSON instead of the summary."),
            click.option("--unknown-ok", is_flag=True, help="Exit with 0, not 3, when something could not be judged."),
            click.option(
                "--fail-on",
                type=click.Choice((*SEVERITIES, "never")),
                default=fail_on,
                show_default=True,
                help="Exit with 1 when a finding is at least this severe.",
            ),
            click.option(
                "--format",
                "formats",
                multiple=True,
                type=click.Choice(offered),
                help="Report to write, or fixes as code; repeatable. [default: html and json]",
            ),
            click.option(
                "--output",
                type=click.Path(file_okay=False),
                default=None,
                callback=_writable,
                help="Directory for the reports." + (f" [default: {default_output}]" if default_output else ""),
            ),
        ):
            command = option(command)
        return command

    return decorate


def _writable(_: click.Context, __: click.Parameter, folder: str | None) -> str | None:
    """Refuse a folder that cannot be made before anything is read, rather than after a scan of minutes."""
    if folder:
        above = next(each for each in (Path(folder), *Path(folder).absolute().parents) if each.exists())
        if not above.is_dir():
            raise click.BadParameter(f"{folder} cannot be made, since {above} is a file.")
        if not os.access(above, os.W_OK | os.X_OK):
            raise click.BadParameter(f"{folder} cannot be written: no permission for {above}.")
    return folder


def settings_of(config: Path | None) -> Settings:
    """What the file of ``--config`` says, or one that lies where the command runs; raises ``InputError``."""
    from bartizan.app.settings import load_settings

    return load_settings(config, Path.cwd())


def selected(  # noqa: PLR0913, PLR0917 - one argument per option
    services: tuple[str, ...],
    rules: tuple[str, ...],
    severity: str,
    settings: Settings | None = None,
    frameworks: tuple[str, ...] = (),
    custom: tuple[Path, ...] = (),
) -> Catalog:
    """The catalog as the settings want it, narrowed by the selection options.

    Raises ``InputError`` for what matches nothing.
    """
    return selection(services, rules, severity, settings, frameworks, custom).catalog()


def selection(  # noqa: PLR0913, PLR0917 - one argument per option
    services: tuple[str, ...],
    rules: tuple[str, ...],
    severity: str,
    settings: Settings | None = None,
    frameworks: tuple[str, ...] = (),
    custom: tuple[Path, ...] = (),
) -> Selection:
    """The rules that the selection options name."""
    from bartizan.app.selection import Selection
    from bartizan.engine.settings import Settings

    return Selection(
        services=services,
        rules=rules,
        severity=severity,
        settings=settings or Settings(),
        frameworks=frameworks,
        custom=custom,
    )


def exit_code(results: Results, catalog: Catalog, *, partial: bool, fail_on: str, unknown_ok: bool) -> int:
    """0 clean, 1 findings at or above ``fail_on``, 3 where something could not be judged, unless that is fine too."""
    from bartizan.model import Severity, Status

    tally = results.tally()
    if fail_on != "never":
        floor = Severity.parse(fail_on)
        if any(counts[Status.FAIL] and catalog.rules[rule].severity >= floor for rule, counts in tally.items()):
            return 1
    if unknown_ok:
        return 0
    unjudged = any(counts[Status.UNKNOWN] or counts[Status.ERROR] for counts in tally.values())
    return 3 if partial or unjudged else 0
