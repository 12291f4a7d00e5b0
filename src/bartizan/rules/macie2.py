"""Checks of Amazon Macie."""

from __future__ import annotations

from typing import Any

from bartizan.model import Problems, World, replace, rule
from bartizan.resources.macie2 import Session
from bartizan.resources.s3 import Bucket
from bartizan.resources.tags import DATA_TAGS, SENSITIVE, Tags, said_sensitive
from bartizan.rules.organizations.services import administered_elsewhere, new_accounts_left_out

_HERE: dict[str, Any] = {"account": "111122223333", "region": "eu-west-1"}
_PERSONAL = Bucket(bucket_name="patients", tags=Tags({"data-classification": "Personal"}), **_HERE)


@rule(
    "medium",
    passes=[
        (_PERSONAL, Session(**_HERE)),
        (Bucket(bucket_name="web", tags=Tags({"data-classification": "public"}), **_HERE), Session(**_HERE)),
        Bucket(bucket_name="web", **_HERE),
    ],
    fails=[
        _PERSONAL,
        (_PERSONAL, Session(enabled=False, **_HERE)),
        (_PERSONAL, Session(account="111122223333", region="us-east-1")),
    ],
    reads=[Session],
)
def sensitive_bucket_unwatched(
    bucket: Bucket,
    world: World,
    *,
    data_tags: tuple[str, ...] = DATA_TAGS,
    sensitive_data: tuple[str, ...] = SENSITIVE,
) -> Problems:
    """Bucket whose tags say that it holds sensitive data is not looked at by Macie.

    ## Why it matters
    Nobody learns what data is really in it, nor that it became readable by others.

    ## How to fix
    Turn Macie on in the bucket's Region, and let it sample the buckets by itself or by a job.

    ## Parameters
    - `data_tags`: keys of tags that say which data a resource holds.
    - `sensitive_data`: words in their values that call data sensitive.

    ## References
    - https://docs.aws.amazon.com/macie/latest/user/discovery-asdd.html
    """
    said = said_sensitive(bucket.tags, data_tags, sensitive_data)
    if said and not any(each.enabled for each in world.all(Session, near=bucket)):
        yield f"its tag {said} says so, and Macie is off in {bucket.region}"


@rule("info", advice=True, passes=[Session()], fails=[Session(enabled=False)])
def macie_off(session: Session) -> Problems:
    """Macie is off in a Region.

    ## Why it matters
    Buckets that hold personal data, keys or card numbers are known only as far as somebody remembers.

    ## How to fix
    Consider Macie where buckets hold data of people. It shows for free which buckets are public or shared.

    ## References
    - https://docs.aws.amazon.com/macie/latest/user/getting-started.html
    """
    if not session.enabled:
        yield "Macie is not enabled, or paused"


@macie_off.fix
def enable_macie(session: Session) -> Session:
    """Turn Macie on."""
    return replace(session, enabled=True)


@rule("low", passes=[Session(), Session(enabled=False)], fails=[Session(automated_discovery=False)])
def no_automated_discovery(session: Session) -> Problems:
    """Macie is on, but looks into no bucket by itself.

    ## Why it matters
    Sensitive data is found only where somebody thought of running a job.

    ## How to fix
    Turn on automated sensitive data discovery. It samples objects, and is billed by what it reads.

    ## References
    - https://docs.aws.amazon.com/macie/latest/user/discovery-asdd-account-manage.html
    """
    if session.enabled and not session.automated_discovery:
        yield "automated sensitive data discovery is off"


@no_automated_discovery.fix
def discover(session: Session) -> Session:
    """Turn on automated sensitive data discovery."""
    return replace(session, automated_discovery=session.enabled or session.automated_discovery)


apart = administered_elsewhere.of(Session, "Macie")
new_accounts = new_accounts_left_out.of(Session, "Macie")
