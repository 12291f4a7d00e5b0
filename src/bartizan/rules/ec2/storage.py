"""Checks of volumes, snapshots and images of Amazon EC2."""

from __future__ import annotations

import datetime as dt

from bartizan.model import SAMPLE_TIME, Problems, World, replace, rule
from bartizan.resources.ec2.compute import Image, Snapshot, Volume
from bartizan.resources.organizations import Organization
from bartizan.rules.datatags import without_data_tag
from bartizan.rules.outsiders import own_organization

_SHOP, _PARTNER = "111122223333", "444455556666"
_OURS = "o-exampleours"
_OUR_UNIT = f"arn:aws:organizations::{_SHOP}:ou/{_OURS}/ou-abcd-11111111"
_THEIR_ARN = f"arn:aws:organizations::{_PARTNER}:organization/o-exampletheirs"


def _days_ago(days: int) -> dt.datetime:
    return SAMPLE_TIME - dt.timedelta(days=days)


@rule("medium", passes=[Volume(encrypted=True)], fails=[Volume(encrypted=False)])
def unencrypted_volume(volume: Volume) -> Problems:
    """EBS volume is not encrypted.

    ## Why it matters
    Its snapshots are not encrypted either, and can be shared with anyone without a key.

    ## How to fix
    Make an encrypted copy of a snapshot, replace the volume with one made from it, and turn on encryption by default.

    ## References
    - https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html
    """
    if not volume.encrypted:
        yield "the volume is not encrypted"


@rule("info", passes=[Volume(attachments=("i-1",))], fails=[Volume(attachments=())])
def unattached_volume(volume: Volume) -> Problems:
    """EBS volume is attached to nothing.

    ## Why it matters
    It holds data that nobody uses any more, and costs money.

    ## How to fix
    Keep a snapshot if it may be needed, and delete the volume.

    ## References
    - https://docs.aws.amazon.com/ebs/latest/userguide/ebs-deleting-volume.html
    """
    if not volume.attachments:
        yield "no instance uses it"


@rule("critical", passes=[Snapshot(public=False)], fails=[Snapshot(public=True)])
def public_snapshot(snapshot: Snapshot) -> Problems:
    """EBS snapshot is public.

    ## Why it matters
    Any AWS account can make a volume of it and read every file, deleted ones included.

    ## How to fix
    Make it private, treat what is on it as leaked, and block public snapshots for the account.

    ## References
    - https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
    """
    if snapshot.public:
        yield "every AWS account may copy it"


@public_snapshot.fix
def make_snapshot_private(snapshot: Snapshot) -> Snapshot:
    """Take the snapshot back from everyone."""
    return replace(snapshot, public=False)


@rule("low", passes=[Snapshot()], fails=[Snapshot(shared_with=(_PARTNER,))], advice=True)
def shared_snapshot(snapshot: Snapshot, *, trusted_accounts: tuple[str, ...] = ()) -> Problems:
    """EBS snapshot is shared with other accounts.

    ## Why it matters
    They can copy it and keep the copy, whatever happens to the original.

    ## How to fix
    Take it back once the other account has what it needs; say so in your records where it is meant to stay shared.

    ## Parameters
    - `trusted_accounts`: accounts of yours, 12 digits each. The scan of an organization adds its own.

    ## References
    - https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
    """
    for each in snapshot.shared_with:
        if each not in trusted_accounts:
            yield f"account {each} may copy it"


@shared_snapshot.risky_fix("the other accounts can no longer copy it or make volumes of it")
def unshare_snapshot(snapshot: Snapshot, *, trusted_accounts: tuple[str, ...] = ()) -> Snapshot:
    """Take the snapshot back from the other accounts."""
    return replace(snapshot, shared_with=tuple(each for each in snapshot.shared_with if each in trusted_accounts))


@rule("low", passes=[Snapshot(encrypted=True)], fails=[Snapshot(encrypted=False)])
def unencrypted_snapshot(snapshot: Snapshot) -> Problems:
    """EBS snapshot is not encrypted.

    ## Why it matters
    It can be shared with anyone, by mistake or on purpose, without a key that could be withdrawn.

    ## How to fix
    Copy it with encryption and delete the original.

    ## References
    - https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html
    """
    if not snapshot.encrypted:
        yield "the snapshot is not encrypted"


@rule("critical", passes=[Image(public=False)], fails=[Image(public=True)])
def public_image(image: Image) -> Problems:
    """Machine image is public.

    ## Why it matters
    Any AWS account can start it and read everything on it: code, configuration, keys left behind.

    ## How to fix
    Make it private, and treat the secrets on it as leaked.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-intro.html
    """
    if image.public:
        yield "every AWS account may start it"


@public_image.risky_fix("other accounts that start the image cannot any more")
def make_image_private(image: Image) -> Image:
    """Take the image back from everyone."""
    return replace(image, public=False)


@rule(
    "low",
    passes=[
        Image(account=_SHOP),
        (Image(account=_SHOP, shared_with=(_OUR_UNIT,)), Organization(account=_SHOP, organization_id=_OURS)),
    ],
    fails=[
        Image(account=_SHOP, shared_with=(_PARTNER,)),
        (Image(account=_SHOP, shared_with=(_THEIR_ARN,)), Organization(account=_SHOP, organization_id=_OURS)),
        (Image(account=_SHOP, shared_with=(_THEIR_ARN,)), Organization(account=_SHOP, organization_id=None)),
    ],
    reads=[Organization],
    advice=True,
)
def shared_image(
    image: Image, world: World, *, trusted_accounts: tuple[str, ...] = (), trusted_organizations: tuple[str, ...] = ()
) -> Problems:
    """Machine image is shared with other accounts.

    ## Why it matters
    They can start it, read all that is on it, and keep a copy, whatever happens to the original.

    ## How to fix
    Take it back once the others have what they need; say so in your records where it is meant to stay shared.

    ## Parameters
    - `trusted_accounts`: accounts of yours, 12 digits each. The scan of an organization adds its own.
    - `trusted_organizations`: ids of organizations besides your own (`o-...`) that may be let in.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-explicit.html
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/share-amis-with-organizations-and-OUs.html
    """
    for each in image.shared_with:
        if not each.startswith("arn:"):
            if each not in trusted_accounts:
                yield f"account {each} may start it"
            continue
        # arn:aws:organizations::111122223333:ou/o-abcdefghij/ou-abcd-11111111
        organization = each.split("/")[1]
        if organization not in trusted_organizations and organization != own_organization(image, world):
            yield f"accounts of organization {organization} may start it"


@rule(
    "info",
    passes=[Image(creation_date=_days_ago(100))],
    fails=[Image(creation_date=_days_ago(800))],
)
def old_image(image: Image, *, max_age: int = 730) -> Problems:
    """Machine image is old.

    ## Why it matters
    What is started from it begins with years of unpatched flaws.

    ## How to fix
    Build a new image from an up-to-date base, and deregister this one.

    ## Parameters
    - `max_age`: days after which an image is old.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html
    """
    days = image.days_since(image.creation_date)
    if days > max_age:
        yield f"made {days} days ago"


@rule("low", passes=[Image(encrypted=True)], fails=[Image(encrypted=False)])
def unencrypted_image(image: Image) -> Problems:
    """Machine image is not encrypted.

    ## Why it matters
    Every volume started from it is unencrypted, unless each launch says otherwise.

    ## How to fix
    Copy the image with encryption, and deregister the original.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AMIEncryption.html
    """
    if not image.encrypted:
        yield "it holds an unencrypted snapshot"


volume_without_data_tag = without_data_tag.of(Volume, "EBS volume")
snapshot_without_data_tag = without_data_tag.of(Snapshot, "EBS snapshot")
