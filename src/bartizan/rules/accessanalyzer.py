"""Checks of IAM Access Analyzer."""

from __future__ import annotations

from typing import Any

from bartizan.model import Problems, World, rule
from bartizan.resources.accessanalyzer import Analyzer
from bartizan.resources.account import Account
from bartizan.resources.ec2.compute import RegionSettings
from bartizan.resources.organizations import OrganizationalUnit

_HERE: dict[str, Any] = {"account": "111122223333", "region": "eu-west-1"}
_ACCOUNT = Account(account_id="111122223333", account="111122223333")
_SHOWN = 10


@rule(
    "low",
    passes=[
        (_ACCOUNT, RegionSettings(**_HERE), Analyzer(**_HERE)),
        (_ACCOUNT, RegionSettings(**_HERE), Analyzer(type="ORGANIZATION", **_HERE)),
    ],
    fails=[
        (_ACCOUNT, RegionSettings(**_HERE)),
        (_ACCOUNT, RegionSettings(**_HERE), Analyzer(type="ACCOUNT_UNUSED_ACCESS", **_HERE)),
        (_ACCOUNT, RegionSettings(**_HERE), Analyzer(status="DISABLED", **_HERE)),
        (_ACCOUNT, RegionSettings(**_HERE), Analyzer(account="111122223333", region="us-east-1")),
    ],
    reads=[Analyzer, RegionSettings],
)
def no_external_analyzer(account: Account, world: World) -> Problems:
    """Account has Regions in which no analyzer looks for access from outside.

    ## Why it matters
    Nobody is told when a policy opens a bucket, key, role or queue to another account or to the world.

    ## How to fix
    Make an analyzer of external access in every Region; it is free. One for the whole organization lives in the
    administrator account, and is not seen from here.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-create-external.html
    """
    for region in _uncovered(world, account.account_id):
        yield f"no analyzer of external access is active in {region}"


def _uncovered(world: World, account: str) -> list[str]:
    analyzers = world.find(Analyzer, account=account)
    covered = {each.region for each in analyzers if each.external and each.status == "ACTIVE"}
    return sorted({each.region for each in world.find(RegionSettings, account=account)} - covered)


@rule(
    "info",
    advice=True,
    passes=[
        (
            _ACCOUNT,
            Analyzer(account="111122223333", type="ACCOUNT_UNUSED_ACCESS"),
        )
    ],
    fails=[
        _ACCOUNT,
        (_ACCOUNT, Analyzer(account="111122223333")),
    ],
    reads=[Analyzer],
)
def no_unused_access_analyzer(account: Account, world: World) -> Problems:
    """Unused access is looked for by no analyzer in the account.

    ## Why it matters
    Roles, keys and permissions that nobody needs pile up, and each is a way in.

    ## How to fix
    Consider an analyzer of unused access, in one Region or for the whole organization. It is billed by user and role;
    the checks here look at the same data for free, but only when they run.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-create-unused.html
    """
    if not any(each.unused for each in world.find(Analyzer, account=account.account_id)):
        yield "no analyzer of unused access exists"


@rule(
    "medium",
    passes=[Analyzer(), Analyzer(status="CREATING")],
    fails=[Analyzer(status="FAILED"), Analyzer(status="DISABLED", status_reason="ORGANIZATION_DELETED")],
)
def analyzer_not_working(analyzer: Analyzer) -> Problems:
    """Access analyzer does not work.

    ## Why it matters
    It shows no findings because it looks at nothing.

    ## How to fix
    Mend what AWS names as the reason, mostly that the service lost its trusted access to the organization.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-delegated-administrator.html
    """
    if analyzer.status in {"FAILED", "DISABLED"}:
        yield f"it is {analyzer.status.lower()}" + (f": {analyzer.status_reason}" if analyzer.status_reason else "")


@rule(
    "medium",
    passes=[Analyzer(), Analyzer(type="ACCOUNT_UNUSED_ACCESS", active_findings=("x (UnusedIAMRole)",))],
    fails=[
        Analyzer(active_findings=("arn:aws:s3:::shared (ExternalAccess)",)),
        Analyzer(active_findings=tuple(f"arn:aws:s3:::b{n} (ExternalAccess)" for n in range(12)), more_findings=True),
    ],
)
def external_access_open(analyzer: Analyzer) -> Problems:
    """Access analyzer found access from outside that nobody has judged.

    ## Why it matters
    Each is either meant, and should be archived with a rule, or a hole.

    ## How to fix
    Look at each: close it, or archive it. An archive rule keeps what is meant from coming back.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-work-with-findings.html
    """
    if analyzer.external:
        yield from _listed(analyzer)


@rule(
    "info",
    advice=True,
    passes=[
        Analyzer(type="ACCOUNT_UNUSED_ACCESS"),
        Analyzer(active_findings=("arn:aws:s3:::shared (ExternalAccess)",)),
    ],
    fails=[
        Analyzer(type="ACCOUNT_UNUSED_ACCESS", active_findings=("arn:aws:iam::111122223333:role/old (UnusedIAMRole)",))
    ],
)
def unused_access_open(analyzer: Analyzer) -> Problems:
    """Access analyzer found access that nobody uses.

    ## Why it matters
    What nobody uses serves an intruder only.

    ## How to fix
    Remove the roles, keys and permissions that it names, or archive what is kept on purpose.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-work-with-findings.html
    """
    if analyzer.unused:
        yield from _listed(analyzer)


def _listed(analyzer: Analyzer) -> Problems:
    yield from analyzer.active_findings[:_SHOWN]
    left = len(analyzer.active_findings) - _SHOWN
    if left > 0:
        yield f"and {left}{' or more' if analyzer.more_findings else ''} others"


_ROOT = OrganizationalUnit(unit_id="r-abcd", unit_name="Root", parent_id="", account="444455556666")
_WHOLE = Analyzer(type="ORGANIZATION", **_HERE)


@rule(
    "low",
    passes=[(_ROOT, _WHOLE), (_ROOT, _WHOLE, Analyzer(**_HERE)), OrganizationalUnit()],
    fails=[
        (_ROOT,),
        (_ROOT, Analyzer(**_HERE)),
        (_ROOT, Analyzer(type="ORGANIZATION", status="DISABLED", **_HERE)),
        (_ROOT, _WHOLE, Analyzer(account="111122223333", region="us-east-1")),
    ],
    reads=[Analyzer],
    organization=True,
)
def no_organization_analyzer(unit: OrganizationalUnit, world: World) -> Problems:
    """No analyzer looks for access from outside of the organization.

    ## Why it matters
    An analyzer of one account calls every other account a stranger, the organization's own ones too, so that people
    stop looking. And a new account has none.

    ## How to fix
    Make an analyzer with the organization as its zone of trust in every Region, in the account to which IAM Access
    Analyzer is delegated.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-create-external.html
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-delegated-administrator.html
    """
    if not unit.is_root:
        return
    working = [each for each in world.all(Analyzer) if each.external and each.status == "ACTIVE"]
    covered = {each.region for each in working if each.type == "ORGANIZATION"}
    missing = {each.region for each in working} - covered
    if not covered:
        yield "no analyzer of the organization is active"
    elif missing:
        yield f"in {', '.join(sorted(missing))} there are analyzers of single accounts only"
