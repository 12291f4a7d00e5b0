"""Checks of AWS Security Hub."""

from __future__ import annotations

from collections.abc import Iterator

from bartizan.model import Problems, World, replace, rule
from bartizan.resources.account import Account
from bartizan.resources.securityhub import CIS, FSBP, DisabledControl, FindingAggregator, Hub, Subscription
from bartizan.rules.organizations.services import administered_elsewhere, new_accounts_left_out

_ADMINISTRATOR = "444455556666"
_EVERYWHERE = "ALL_REGIONS"
_OURS = "arn:aws:securityhub:eu-west-1:111122223333:hub/default"


@rule("medium", passes=[Hub()], fails=[Hub(arn=_OURS, enabled=False, standards=())])
def hub_disabled(hub: Hub) -> Problems:
    """Security Hub is off in a Region.

    ## Why it matters
    Nobody gathers what GuardDuty, Inspector and Macie find there, and nothing checks the Region against a standard.

    ## How to fix
    Turn it on in every Region in use, best from the organization's administrator account. It needs AWS Config.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-settingup.html
    """
    if not hub.enabled:
        yield "Security Hub is not enabled"


@hub_disabled.fix
def enable_hub(hub: Hub) -> Hub:
    """Turn Security Hub on, with new controls and the standards that fit every account."""
    return replace(_with_standards(hub), enabled=True, auto_enable_controls=True)


def _missing(hub: Hub) -> Iterator[tuple[str, str]]:
    wanted = (("AWS Foundational Security Best Practices", FSBP), ("the CIS AWS Foundations Benchmark", CIS))
    for name, standard in wanted:
        if not any(standard.partition("/")[0] in each.standard for each in hub.standards):
            yield name, standard


@rule(
    "medium",
    passes=[Hub(), Hub(enabled=False, standards=())],
    fails=[Hub(arn=_OURS, standards=()), Hub(arn=_OURS, standards=Hub().standards[:1])],
)
def standards_off(hub: Hub) -> Problems:
    """Security Hub does not check the standards that fit every account.

    ## Why it matters
    A hub without standards only collects; the settings that let most intruders in are left unchecked.

    ## How to fix
    Turn on AWS Foundational Security Best Practices and the newest CIS AWS Foundations Benchmark.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/standards-reference.html
    """
    if hub.enabled:
        for name, _ in _missing(hub):
            yield f"{name} is not enabled"


@standards_off.fix
def enable_standards(hub: Hub) -> Hub:
    """Turn on AWS Foundational Security Best Practices and the CIS AWS Foundations Benchmark."""
    return _with_standards(hub)


def _with_standards(hub: Hub) -> Hub:
    _, partition, _, region, *_ = hub.arn.split(":")
    added = (
        Subscription(f"arn:{partition}:securityhub:{region}::standards/{standard}") for _, standard in _missing(hub)
    )
    return replace(hub, standards=tuple(sorted((*hub.standards, *added), key=lambda each: each.standard)))


@rule(
    "info",
    advice=True,
    passes=[
        Hub(standards=(Subscription("arn:aws:securityhub:eu-west-1::standards/pci-dss/v/4.0.1"),)),
        Hub(enabled=False),
    ],
    fails=[Hub()],
)
def pci_standard_off(hub: Hub) -> Problems:
    """PCI DSS is not among the standards that Security Hub checks.

    ## Why it matters
    Where cards are paid with, the standard has to be met, and somebody will ask for the proof.

    ## How to fix
    Turn on the standard in accounts that hold or pass on data of card holders. Leave it off elsewhere.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/pci-standard.html
    """
    if hub.enabled and not any("pci-dss" in each.standard for each in hub.standards):
        yield "PCI DSS is not enabled"


@rule(
    "medium",
    passes=[Hub(), Hub(standards=(Subscription("standards/a", "PENDING"),))],
    fails=[Hub(standards=(Subscription("standards/a", "INCOMPLETE", "NO_AVAILABLE_CONFIGURATION_RECORDER"),))],
)
def standard_not_working(hub: Hub) -> Problems:
    """Security Hub cannot check a standard that is on.

    ## Why it matters
    The standard shows no failures because nothing is checked.

    ## How to fix
    Mostly AWS Config does not record the Region. Turn it on for all resource types that the standard looks at.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-setup-prereqs.html
    """
    for each in hub.standards:
        if each.status in {"INCOMPLETE", "FAILED"}:
            name = each.standard.partition("/")[2]
            yield f"{name} is {each.status.lower()}" + (f": {each.reason}" if each.reason else "")


@rule("low", passes=[Hub(), Hub(enabled=False)], fails=[Hub(auto_enable_controls=False)])
def new_controls_off(hub: Hub) -> Problems:
    """Security Hub leaves controls off that AWS adds to a standard.

    ## Why it matters
    What AWS has learned since the standard was turned on is not checked.

    ## How to fix
    Turn on new controls by default.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/controls-auto-enable.html
    """
    if hub.enabled and not hub.auto_enable_controls:
        yield "new controls stay off until somebody turns them on"


@new_controls_off.fix
def enable_new_controls(hub: Hub) -> Hub:
    """Turn on new controls by default."""
    return replace(hub, auto_enable_controls=hub.enabled or hub.auto_enable_controls)


_HERE = Account(account_id="111122223333", account="111122223333")


def _hub(region: str, *, enabled: bool = True, administrator: str | None = None) -> Hub:
    return Hub(account="111122223333", region=region, enabled=enabled, administrator=administrator)


@rule(
    "low",
    passes=[
        (_HERE, _hub("eu-west-1"), _hub("us-east-1", enabled=False)),
        (_HERE, _hub("eu-west-1"), _hub("us-east-1"), FindingAggregator(account="111122223333")),
        (_HERE, _hub("eu-west-1", administrator=_ADMINISTRATOR), _hub("us-east-1", administrator=_ADMINISTRATOR)),
    ],
    fails=[(_HERE, _hub("eu-west-1"), _hub("us-east-1"))],
    reads=[Hub, FindingAggregator],
)
def findings_not_aggregated(account: Account, world: World) -> Problems:
    """Security Hub's findings stay in the Regions where they were made.

    ## Why it matters
    Nobody looks into seventeen consoles. What happens in a Region that is not used stays unseen.

    ## How to fix
    Make a finding aggregator in the main Region of the administrator account that links all Regions.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/finding-aggregation.html
    """
    hubs = [each for each in world.find(Hub, account=account.account_id) if each.enabled]
    if len(hubs) < 2 or world.find(FindingAggregator, account=account.account_id):
        return
    if any(each.administrator is None for each in hubs):
        yield f"Security Hub is on in {len(hubs)} Regions, and nothing brings their findings together"


@rule(
    "low",
    passes=[
        (
            FindingAggregator(
                region="eu-west-1",
                account="111122223333",
                region_linking_mode="ALL_REGIONS_EXCEPT_SPECIFIED",
                regions=("eu-north-1",),
            ),
            _hub("us-east-1"),
        ),
        (FindingAggregator(region="eu-west-1", account="111122223333"), _hub("us-east-1")),
        (
            FindingAggregator(
                region="eu-west-1",
                account="111122223333",
                region_linking_mode="SPECIFIED_REGIONS",
                regions=("us-east-1",),
            ),
            _hub("eu-west-1"),
            _hub("us-east-1"),
            _hub("eu-north-1", enabled=False),
        ),
    ],
    fails=[
        (
            FindingAggregator(region="eu-west-1", account="111122223333", region_linking_mode="SPECIFIED_REGIONS"),
            _hub("us-east-1"),
        ),
        (
            FindingAggregator(region="eu-west-1", account="111122223333", region_linking_mode="NO_REGIONS"),
            _hub("us-east-1"),
        ),
        (
            FindingAggregator(
                region="eu-west-1",
                account="111122223333",
                region_linking_mode="ALL_REGIONS_EXCEPT_SPECIFIED",
                regions=("us-east-1",),
            ),
            _hub("us-east-1"),
        ),
    ],
    reads=[Hub],
)
def aggregator_leaves_out_regions(aggregator: FindingAggregator, world: World) -> Problems:
    """Security Hub's finding aggregator leaves out Regions.

    ## Why it matters
    Intruders like to work in Regions that nobody looks at.

    ## How to fix
    Link all Regions, those that AWS opens later included.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/finding-aggregation.html
    """
    for hub in world.find(Hub, account=aggregator.account):
        if hub.enabled and hub.region != aggregator.region and not _linked(aggregator, hub.region):
            yield f"findings of {hub.region} do not come here"


def _linked(aggregator: FindingAggregator, region: str) -> bool:
    """Whether the findings of a region come to it; a mode may also be that no region's do."""
    mode = aggregator.region_linking_mode
    if mode == "SPECIFIED_REGIONS":
        return region in aggregator.regions
    return mode == _EVERYWHERE or (mode == "ALL_REGIONS_EXCEPT_SPECIFIED" and region not in aggregator.regions)


@aggregator_leaves_out_regions.fix
def link_all_regions(aggregator: FindingAggregator) -> FindingAggregator:
    """Link all Regions."""
    return replace(aggregator, region_linking_mode=_EVERYWHERE, regions=())


@rule(
    "low",
    passes=[DisabledControl(control_id="IAM.6", disabled_reason="No root credentials in member accounts.")],
    fails=[DisabledControl(control_id="IAM.6", title="Hardware MFA should be enabled for root", standard="s/fsbp")],
)
def control_off_without_reason(control: DisabledControl) -> Problems:
    """Security Hub control is turned off, and nobody wrote why.

    ## Why it matters
    Nobody can tell a decision from an accident, or from an intruder who wanted not to be seen.

    ## How to fix
    Turn the control on again, or write down why not.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/disable-controls-overview.html
    """
    if not control.disabled_reason:
        standard = control.standard.partition("/")[2]
        yield f"{control.control_id} of {standard} ({control.title}) is off without a reason"


@rule(
    "info",
    advice=True,
    passes=[DisabledControl(control_id="S3.7", severity_rating="LOW", disabled_reason="One Region by law.")],
    fails=[
        DisabledControl(
            control_id="IAM.6", severity_rating="CRITICAL", title="Hardware MFA", disabled_reason="No root credentials."
        )
    ],
)
def grave_control_off(control: DisabledControl) -> Problems:
    """Security Hub control of high or critical severity is turned off.

    ## Why it matters
    What was a good reason when it was turned off may no longer hold.

    ## How to fix
    Look at the reason once a year, and turn the control on again if it is gone.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/disable-controls-overview.html
    """
    if control.severity_rating in {"HIGH", "CRITICAL"}:
        reason = control.disabled_reason or "no reason is given"
        yield f"{control.control_id} ({control.title}), {control.severity_rating.lower()}: {reason}"


apart = administered_elsewhere.of(Hub, "Security Hub")
new_accounts = new_accounts_left_out.of(Hub, "Security Hub")
