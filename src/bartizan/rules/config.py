"""Checks of AWS Config."""

from __future__ import annotations

from bartizan.model import Problems, World, replace, rule
from bartizan.resources.account import Account
from bartizan.resources.config import GLOBAL_TYPES, ConfigurationAggregator, ConfigurationRecorder
from bartizan.resources.organizations import OrganizationalUnit

_HERE = Account(account_id="111122223333", account="111122223333")
_NONE = ConfigurationRecorder(recorder_name=None, recording=False, delivery_bucket=None)
_SHOWN = 5


@rule(
    "medium",
    passes=[ConfigurationRecorder()],
    fails=[_NONE, ConfigurationRecorder(recording=False)],
)
def recorder_off(recorder: ConfigurationRecorder) -> Problems:
    """AWS Config does not record a Region.

    ## Why it matters
    Nobody can say later how a resource was set up when the intruder came, and Security Hub cannot check most controls.

    ## How to fix
    Turn on a recorder in every Region, with a delivery channel to a bucket of the logging account.

    ## References
    - https://docs.aws.amazon.com/config/latest/developerguide/stop-start-recorder.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/config-controls.html#config-1
    """
    if not recorder.recording:
        yield "the recorder is stopped" if recorder.recorder_name else "there is no recorder"


@recorder_off.fix
def start_recording(recorder: ConfigurationRecorder) -> ConfigurationRecorder:
    """Start a recorder of all types of resource."""
    return replace(recorder, recorder_name=recorder.recorder_name or "default", recording=True)


@rule(
    "low",
    passes=[
        ConfigurationRecorder(),
        _NONE,
        ConfigurationRecorder(all_supported=False, excluded_types=("AWS::IAM::Group", "AWS::IAM::User")),
    ],
    fails=[
        ConfigurationRecorder(all_supported=False, included_types=("AWS::S3::Bucket",)),
        ConfigurationRecorder(all_supported=False, excluded_types=("AWS::EC2::Instance", "AWS::IAM::User")),
    ],
)
def types_not_recorded(recorder: ConfigurationRecorder) -> Problems:
    """AWS Config leaves out types of resource.

    ## Why it matters
    Changes to what is left out have no history, and controls that look at it cannot be checked. Types of IAM may be
    left out where another Region records them.

    ## How to fix
    Record all types. Where a type changes so often that it is dear, record it once a day instead.

    ## References
    - https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html
    """
    if recorder.recorder_name is None or recorder.all_supported:
        return
    excluded = [each for each in recorder.excluded_types if each not in GLOBAL_TYPES]
    if excluded:
        more = f" and {len(excluded) - _SHOWN} more" if len(excluded) > _SHOWN else ""
        yield f"left out: {', '.join(excluded[:_SHOWN])}{more}"
    elif not recorder.excluded_types:
        yield f"only {len(recorder.included_types)} types are recorded"


@types_not_recorded.fix
def record_all_types(recorder: ConfigurationRecorder) -> ConfigurationRecorder:
    """Record all types of resource, with those of IAM where one of them was recorded."""
    included, excluded = set(recorder.included_types), set(recorder.excluded_types)
    some_of_iam = GLOBAL_TYPES & included or (excluded and GLOBAL_TYPES - excluded)
    return replace(
        recorder,
        all_supported=True,
        excluded_types=(),
        included_types=(),
        records_global_types=recorder.records_global_types or bool(some_of_iam),
    )


@rule(
    "low",
    passes=[
        (
            _HERE,
            ConfigurationRecorder(account="111122223333", records_global_types=False),
            ConfigurationRecorder(account="111122223333"),
        ),
        (_HERE, _NONE),
    ],
    fails=[
        (_HERE, ConfigurationRecorder(account="111122223333", records_global_types=False)),
        (
            _HERE,
            ConfigurationRecorder(account="111122223333", records_global_types=False),
            ConfigurationRecorder(account="111122223333", recording=False),
        ),
    ],
    reads=[ConfigurationRecorder],
)
def identities_not_recorded(account: Account, world: World) -> Problems:
    """AWS Config records users, roles and policies in no Region.

    ## Why it matters
    Who was allowed what, and since when, is the first question after an incident.

    ## How to fix
    Include global resource types in the recorder of one Region, best the account's main one.

    ## References
    - https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html
    """
    working = [each for each in world.find(ConfigurationRecorder, account=account.account_id) if each.recording]
    if working and not any(each.records_global_types for each in working):
        yield f"none of {len(working)} recorders includes global resource types"


@rule(
    "medium",
    passes=[ConfigurationRecorder(), _NONE],
    fails=[
        ConfigurationRecorder(delivery_bucket=None),
        ConfigurationRecorder(delivery_error="NoSuchBucket"),
        ConfigurationRecorder(last_error="AccessDenied"),
    ],
)
def history_lost(recorder: ConfigurationRecorder) -> Problems:
    """AWS Config records, but what it records does not arrive.

    ## Why it matters
    The recorder seems to be on, and the history has holes.

    ## How to fix
    Give it a delivery channel, and let the bucket's policy, the key and the recorder's role allow what it does.

    ## References
    - https://docs.aws.amazon.com/config/latest/developerguide/manage-delivery-channel.html
    """
    if not recorder.recording:
        return
    if recorder.delivery_bucket is None:
        yield "there is no delivery channel"
    elif recorder.delivery_error:
        yield f"the last delivery to {recorder.delivery_bucket} failed: {recorder.delivery_error}"
    if recorder.last_error:
        yield f"the last recording failed: {recorder.last_error}"


_ONE = ("eu-west-1",)
_ROOT = OrganizationalUnit(unit_id="r-abcd", unit_name="Root", parent_id="", account="444455556666")


@rule(
    "medium",
    passes=[
        (_ROOT, ConfigurationRecorder(), ConfigurationAggregator()),
        (_ROOT, ConfigurationRecorder(recording=False)),
        (_ROOT, ConfigurationRecorder(region="eu-west-1"), ConfigurationAggregator(all_regions=False, regions=_ONE)),
        OrganizationalUnit(),
    ],
    fails=[
        (_ROOT, ConfigurationRecorder()),
        (_ROOT, ConfigurationRecorder(), ConfigurationAggregator(of_organization=False)),
        (_ROOT, ConfigurationRecorder(region="us-east-1"), ConfigurationAggregator(all_regions=False, regions=_ONE)),
    ],
    reads=[ConfigurationAggregator, ConfigurationRecorder],
    organization=True,
)
def no_organization_aggregator(unit: OrganizationalUnit, world: World) -> Problems:
    """What AWS Config records is not brought together for the organization.

    ## Why it matters
    Which account has an open bucket, or had one last month, can only be asked account by account and Region by Region.

    ## How to fix
    Make an aggregator for the organization and all Regions in the account to which AWS Config is delegated.

    ## References
    - https://docs.aws.amazon.com/config/latest/developerguide/aggregate-data.html
    """
    recording = {each.region for each in world.all(ConfigurationRecorder) if each.recording} if unit.is_root else set()
    if not recording:
        return
    whole = [each for each in world.all(ConfigurationAggregator) if each.of_organization]
    missing = recording - {region for each in whole for region in each.regions}
    if not whole:
        yield "no aggregator takes in all accounts"
    elif missing and not any(each.all_regions for each in whole):
        yield f"its aggregators leave out {', '.join(sorted(missing))}"
