"""Options that several commands share, and what their answers turn into."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from bartizan.cli.across import across_of, organization_options

if TYPE_CHECKING:
    from bartizan.app.estate import Source
    from bartizan.app.selection import Selection
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
    return reaching_options(
        click.option("--region", "regions", multiple=True, metavar="NAME", help="Only this region; repeatable.")(
            command
        )
    )


def reaching_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--profile`` and what else says with which credentials an account is reached."""
    for option in (
        click.option("--endpoint-url", metavar="URL", help="Another endpoint than AWS's, such as an emulator's."),
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


def tell(text: str) -> None:
    """Tell the user something beside the result."""
    from bartizan.report.safe import printable

    click.echo(printable(text), err=True)


def store_of(options: dict[str, Any]) -> Store:
    """The store that the options of ``store_options`` name, which are taken out of them."""
    from bartizan.app.keep import store_at
    from bartizan.aws.session import Access

    address, config = options.pop("address"), options.pop("config")
    address = address or settings_of(config).store
    access = Access(profile=options.pop("profile"), endpoint_url=options.pop("endpoint_url"))
    if not address:
        raise click.UsageError("say where the snapshots are: --store, or address in [store] of bartizan.toml")
    return store_at(address, access, tell)


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


def asks_for_code(reporting: Mapping[str, Any]) -> bool:
    """Whether the options of ``report_options`` ask for fixes as code, which are of one account."""
    return bool(reporting["fixes"] or {"terraform", "cloudformation"}.intersection(reporting["formats"]))


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
