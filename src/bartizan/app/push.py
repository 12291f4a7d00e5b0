"""Send the findings of a report to Security Hub, and close those sent earlier that are fixed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bartizan.app.reading import connect
from bartizan.aws import securityhub
from bartizan.aws.client import AwsApi
from bartizan.aws.securityhub import Refused
from bartizan.aws.session import Access, Identity, Session
from bartizan.model import InputError
from bartizan.report.asff import GENERATOR, Asff, asff, moment, product_arn
from bartizan.resources.reading import Failed, Scope

Report = Mapping[str, Any]
"""A report as ``report.json`` holds it."""

_NOT_ON = "InvalidAccessException"
# Without these a finding cannot be sent again; what else Security Hub adds to it is not ours to send.
_KEPT = (
    "SchemaVersion", "Id", "ProductArn", "GeneratorId", "AwsAccountId", "CreatedAt", "LastObservedAt", "Title",
    "Description", "FindingProviderFields", "Remediation", "ProductFields", "Resources", "Compliance",
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Changes:
    """What is to be sent to one region: ``open`` are the report's findings, of which ``new`` were not there yet.

    ``fixed`` were sent earlier and pass now; ``gone`` are those of resources that do not exist any more.
    """

    open: list[Asff] = field(default_factory=list)
    new: int = 0
    fixed: list[Asff] = field(default_factory=list)
    gone: list[Asff] = field(default_factory=list)

    @property
    def all(self) -> list[Asff]:
        """Everything that is sent."""
        return [*self.open, *self.fixed, *self.gone]


@dataclass(slots=True, kw_only=True)
class Push:
    """What is to be sent to which region, and what came of it.

    ``unreachable`` are regions of which Security Hub could not be asked, with the reason, ``elsewhere`` counts findings
    of other accounts, which only those can send, ``refused`` is what Security Hub did not take.
    """

    account: str
    regions: dict[str, Changes] = field(default_factory=dict)
    unreachable: dict[str, str] = field(default_factory=dict)
    elsewhere: int = 0
    sent: bool = False
    refused: tuple[Refused, ...] = ()


def read_report(text: str, name: str) -> Report:
    """The report in a text; raises ``InputError`` where it is none of an account."""
    try:
        report = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        report = None
    if not isinstance(report, dict) or report.get("schema_version") != 1:
        raise InputError(f"{name} is no report of Bartizan; `bartizan scan` writes one: bartizan-report/report.json")
    try:
        _used(report)
    except (LookupError, TypeError, AttributeError, ValueError) as wrong:
        raise InputError(f"{name} is a damaged report, or one of another version of Bartizan: {wrong!r}") from None
    if not report["regions"]:
        raise InputError(f"{name} is a report of code; Security Hub takes the findings of accounts: `bartizan scan`")
    return report


def _used(report: Report) -> None:
    """Take what is used out of a report once, so that what is wrong with it shows before anything is asked or sent."""
    started = dt.datetime.fromisoformat(report["started"])
    version = report["tool"]["version"]
    for finding in report["findings"]:
        asff(finding, report["rules"][finding["rule"]], at=started, version=version, product=finding["account"])
    frozenset(each["fingerprint"] for each in report["passed"])
    frozenset(name for gap in report["coverage_gaps"] for name in (gap["region"], *gap["types"]))
    frozenset(report["regions"])


def load_report(path: Path) -> Report:
    """The report in a file; raises ``InputError``."""
    try:
        return read_report(path.read_text(encoding="utf-8"), str(path))
    except OSError as failed:
        raise InputError(f"{path} cannot be read: {failed.strerror}; `bartizan scan` writes such a report") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is no report of Bartizan: it is no text in UTF-8") from None


async def push(  # noqa: PLR0913 - all but three can be left out
    access: Access,
    report: Report,
    agree: Callable[[Push], bool],
    *,
    regions: Iterable[str] = (),
    into: str = "",
    connect: Callable[[Session], AwsApi] = connect,
    wait: float = 1,
) -> Push:
    """Find out what is to be sent, and send it if ``agree`` says so.

    ``regions`` narrows it to Security Hub of these; ``into`` is a region that takes the findings of all. ``wait`` are
    seconds between attempts. Raises ``InputError`` where AWS cannot be reached or the report is of another account.
    """
    now = dt.datetime.now(dt.UTC)
    async with Session(access) as session:
        identity = await session.identity()
        api = connect(session)
        planned = await _plan(api, identity, report, set(regions), into, now)
        if not agree(planned):
            return planned
        refused: list[Refused] = []
        for region, changes in planned.regions.items():
            scope = Scope(identity.partition, identity.account, region, now)
            try:
                refused += await securityhub.send(api, scope, changes.all, wait=wait)
            except Failed as failed:
                planned.unreachable[region] = str(failed.gap)
    planned.sent, planned.refused = True, tuple(refused)
    return planned


async def _plan(  # noqa: PLR0913, PLR0917 - one step of `push`, with what it was given
    api: AwsApi, identity: Identity, report: Report, regions: set[str], into: str, now: dt.datetime
) -> Push:
    made = Push(account=identity.account)
    opened = _opened(report, identity, into, made)
    # Where nothing is open any more there may still be something to close.
    places = [into] if into else sorted({*opened, *report["regions"], identity.main_region})
    for region in places:
        if regions and region not in regions:
            continue
        changes = Changes(open=opened.get(region, []))
        scope = Scope(identity.partition, identity.account, region, now)
        product = _product(identity, region)
        try:
            before = await securityhub.earlier(api, scope, product=product, generator=GENERATOR)
        except Failed as failed:
            if changes.open or failed.code != _NOT_ON:
                made.unreachable[region] = _reason(failed)
            continue
        _close(changes, before, report, now)
        if changes.all:
            made.regions[region] = changes
    return made


def _product(identity: Identity, region: str) -> str:
    return product_arn(identity.partition, region, identity.account)


def _reason(failed: Failed) -> str:
    return "Security Hub is not on there" if failed.code == _NOT_ON else str(failed.gap)


def _opened(report: Report, identity: Identity, into: str, made: Push) -> dict[str, list[Asff]]:
    """The report's findings by the region that they are sent to; counts those of other accounts."""
    started = dt.datetime.fromisoformat(report["started"])
    version = report["tool"]["version"]
    opened: dict[str, list[Asff]] = {}
    for finding in report["findings"]:
        if finding["account"] != identity.account:
            made.elsewhere += 1
            continue
        region = into or finding["region"] or identity.main_region
        product = _product(identity, region)
        sent = asff(finding, report["rules"][finding["rule"]], at=started, version=version, product=product)
        opened.setdefault(region, []).append(sent)
    if made.elsewhere and not opened:
        raise InputError(
            f"the report is not of account {identity.account}, whose credentials these are; only an account itself can "
            "send its findings: choose another --profile or --role-arn"
        )
    return opened


def _close(changes: Changes, before: Iterable[Mapping[str, Any]], report: Report, now: dt.datetime) -> None:
    """Compare with what was sent before: keep the time when each was first seen, and find what is to be closed."""
    known = {each["Id"]: each for each in before}
    for each in changes.open:
        each["UpdatedAt"] = moment(now)
        if each["Id"] in known:
            each["CreatedAt"] = known[each["Id"]]["CreatedAt"]
    changes.new = sum(each["Id"] not in known for each in changes.open)
    still, passed = {each["Id"] for each in changes.open}, {each["fingerprint"] for each in report["passed"]}
    for name, finding in known.items():
        if name in still:
            continue
        archived = {key: finding[key] for key in _KEPT if key in finding}
        archived |= {"UpdatedAt": moment(now), "RecordState": "ARCHIVED"}
        if name.rpartition("/")[2] in passed:
            changes.fixed.append(archived | {"Compliance": {"Status": "PASSED"}})
        elif _gone(finding, report):
            changes.gone.append(archived)


def _gone(finding: Mapping[str, Any], report: Report) -> bool:
    """Whether the resource of an earlier finding would have been seen if it existed still.

    The rule must have run, on the region that it lies in, and nothing of its type may have been hidden.
    """
    fields = finding.get("ProductFields") or {}
    kind, region = fields.get("bartizan/resource-type", ""), fields.get("bartizan/region", "")
    if fields.get("bartizan/rule") not in report["rules"] or (region and region not in report["regions"]):
        return False
    return not any(
        gap["region"] in {"", region} or not region
        for gap in report["coverage_gaps"]
        if kind in gap["types"] or not gap["types"]
    )
