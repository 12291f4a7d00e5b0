"""Checks of snapshots of databases."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.rds import DbClusterSnapshot, DbSnapshot
from bartizan.rules.datatags import without_data_tag

_PARTNER = "444455556666"


@rule("critical", passes=[DbSnapshot(shared_with=(_PARTNER,))], fails=[DbSnapshot(shared_with=("all",))])
def public_snapshot(snapshot: DbSnapshot) -> Problems:
    """Database snapshot is public.

    ## Why it matters
    Any AWS account can restore it and read the whole database; people search for such snapshots all the time.

    ## How to fix
    Make it private, and treat what is in it as leaked.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html
    """
    if "all" in snapshot.shared_with:
        yield "every AWS account may restore it"


@public_snapshot.fix
def make_snapshot_private(snapshot: DbSnapshot) -> DbSnapshot:
    """Take the snapshot back from everyone."""
    return replace(snapshot, shared_with=tuple(each for each in snapshot.shared_with if each != "all"))


@rule("low", passes=[DbSnapshot()], fails=[DbSnapshot(shared_with=(_PARTNER,))], advice=True)
def shared_snapshot(snapshot: DbSnapshot, *, trusted_accounts: tuple[str, ...] = ()) -> Problems:
    """Database snapshot is shared with other accounts.

    ## Why it matters
    They can copy it and keep the copy, whatever happens to the original.

    ## How to fix
    Take it back once the other account has what it needs; say so in your records where it is meant to stay shared.

    ## Parameters
    - `trusted_accounts`: accounts of yours, 12 digits each. The scan of an organization adds its own.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html
    """
    for each in snapshot.shared_with:
        if each not in {"all", *trusted_accounts}:
            yield f"account {each} may restore it"


@shared_snapshot.risky_fix("the other accounts can no longer restore or copy it")
def unshare_snapshot(snapshot: DbSnapshot, *, trusted_accounts: tuple[str, ...] = ()) -> DbSnapshot:
    """Take the snapshot back from the other accounts."""
    return replace(
        snapshot, shared_with=tuple(each for each in snapshot.shared_with if each in {"all", *trusted_accounts})
    )


@rule("medium", passes=[DbSnapshot()], fails=[DbSnapshot(encrypted=False)])
def unencrypted_snapshot(snapshot: DbSnapshot) -> Problems:
    """Database snapshot is not encrypted.

    ## Why it matters
    It can be shared with anyone, by mistake or on purpose, without a key that could be withdrawn.

    ## How to fix
    Copy it with a KMS key and delete the original.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_CopySnapshot.html
    """
    if not snapshot.encrypted:
        yield "the snapshot is not encrypted"


@rule(
    "critical",
    passes=[DbClusterSnapshot(shared_with=(_PARTNER,))],
    fails=[DbClusterSnapshot(shared_with=("all",)), DbClusterSnapshot(engine="docdb", shared_with=("all",))],
)
def public_cluster_snapshot(snapshot: DbClusterSnapshot) -> Problems:
    """Snapshot of a database cluster is public.

    ## Why it matters
    Any AWS account can restore it and read the whole database; people search for such snapshots all the time.

    ## How to fix
    Make it private, and treat what is in it as leaked.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-share-snapshot.html
    - https://docs.aws.amazon.com/documentdb/latest/developerguide/backup_restore-share_cluster_snapshots.html
    """
    if "all" in snapshot.shared_with:
        yield "every AWS account may restore it"


@public_cluster_snapshot.fix
def make_cluster_snapshot_private(snapshot: DbClusterSnapshot) -> DbClusterSnapshot:
    """Take the snapshot back from everyone."""
    return replace(snapshot, shared_with=tuple(each for each in snapshot.shared_with if each != "all"))


@rule("low", passes=[DbClusterSnapshot()], fails=[DbClusterSnapshot(shared_with=(_PARTNER,))], advice=True)
def shared_cluster_snapshot(snapshot: DbClusterSnapshot, *, trusted_accounts: tuple[str, ...] = ()) -> Problems:
    """Snapshot of a database cluster is shared with other accounts.

    ## Why it matters
    They can copy it and keep the copy, whatever happens to the original.

    ## How to fix
    Take it back once the other account has what it needs; say so in your records where it is meant to stay shared.

    ## Parameters
    - `trusted_accounts`: accounts of yours, 12 digits each. The scan of an organization adds its own.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-share-snapshot.html
    """
    for each in snapshot.shared_with:
        if each not in {"all", *trusted_accounts}:
            yield f"account {each} may restore it"


@shared_cluster_snapshot.risky_fix("the other accounts can no longer restore or copy it")
def unshare_cluster_snapshot(
    snapshot: DbClusterSnapshot, *, trusted_accounts: tuple[str, ...] = ()
) -> DbClusterSnapshot:
    """Take the snapshot back from the other accounts."""
    return replace(
        snapshot, shared_with=tuple(each for each in snapshot.shared_with if each in {"all", *trusted_accounts})
    )


@rule("medium", passes=[DbClusterSnapshot()], fails=[DbClusterSnapshot(encrypted=False)])
def unencrypted_cluster_snapshot(snapshot: DbClusterSnapshot) -> Problems:
    """Snapshot of a database cluster is not encrypted.

    ## Why it matters
    It can be shared with anyone, by mistake or on purpose, without a key that could be withdrawn.

    ## How to fix
    Copy it with a KMS key and delete the original; encrypt the cluster it came from.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-copy-snapshot.html
    """
    if not snapshot.encrypted:
        yield "the snapshot is not encrypted"


db_snapshot_without_data_tag = without_data_tag.of(DbSnapshot, "Snapshot of a database instance")
db_cluster_snapshot_without_data_tag = without_data_tag.of(DbClusterSnapshot, "Snapshot of a database cluster")
