"""Checks of AWS Systems Manager."""

from __future__ import annotations

from bartizan.model import Problems, World, replace, rule
from bartizan.resources.ec2.compute import Instance
from bartizan.resources.ssm import Document, ManagedInstance, Parameter, RegionSettings


@rule(
    "high",
    passes=[Parameter(type="SecureString"), Parameter(type="String", secrets=())],
    fails=[Parameter(type="String", secrets=("AWS access key id",))],
)
def secret_in_plain_parameter(parameter: Parameter) -> Problems:
    """Parameter holds a secret in plain text.

    ## Why it matters
    Whoever may read parameters reads it, without any key; it shows in the console, in backups and in the history.

    ## How to fix
    Replace the secret by a new one, and keep that as a `SecureString`, or in Secrets Manager where it is rotated.

    ## References
    - https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-securestring.html
    """
    for each in parameter.secrets:
        yield f"its value looks like a secret: {each}"


@rule(
    "critical",
    passes=[Document(shared_with=()), Document(shared_with=("444455556666",))],
    fails=[Document(shared_with=("444455556666", "all"))],
)
def public_document(document: Document) -> Problems:
    """Systems Manager document is public.

    ## Why it matters
    Everybody reads what is in it: how machines are built, which hosts and paths there are, and often a secret.

    ## How to fix
    Stop sharing it with everybody, name the accounts that need it, and block public sharing in the region.

    ## References
    - https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html
    """
    if "all" in document.shared_with:
        yield "every AWS account may read and run it"


@public_document.risky_fix("other accounts that run the document cannot any more")
def close_document(document: Document) -> Document:
    """Stop sharing the document with everybody."""
    return replace(document, shared_with=tuple(each for each in document.shared_with if each != "all"))


@rule("low", passes=[Document(shared_with=())], fails=[Document(shared_with=("444455556666",))], advice=True)
def shared_document(document: Document, *, trusted_accounts: tuple[str, ...] = ()) -> Problems:
    """Systems Manager document is shared with other accounts.

    ## Why it matters
    They read what is in it, and run what you change it to without a look.

    ## How to fix
    Stop sharing it with accounts that do not need it; say so in your records where it is meant to stay shared.

    ## Parameters
    - `trusted_accounts`: accounts of yours, 12 digits each. The scan of an organization adds its own.

    ## References
    - https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html
    """
    for each in document.shared_with:
        if each not in {"all", *trusted_accounts}:
            yield f"account {each} may read and run it"


@shared_document.risky_fix("the other accounts can no longer run the document")
def unshare_document(document: Document, *, trusted_accounts: tuple[str, ...] = ()) -> Document:
    """Stop sharing the document with the other accounts."""
    kept = tuple(each for each in document.shared_with if each in {"all", *trusted_accounts})
    return replace(document, shared_with=kept)


@rule(
    "medium",
    passes=[RegionSettings(public_sharing_blocked=True)],
    fails=[RegionSettings(public_sharing_blocked=False)],
)
def public_documents_possible(settings: RegionSettings) -> Problems:
    """Systems Manager documents can be made public in this region.

    ## Why it matters
    One call publishes a document with all that is in it.

    ## How to fix
    Block public sharing of documents, in every region.

    ## References
    - https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html
    """
    if not settings.public_sharing_blocked:
        yield "public sharing of documents is not blocked"


@public_documents_possible.risky_fix("documents that are public on purpose cannot be shared with everybody again")
def block_public_documents(settings: RegionSettings) -> RegionSettings:
    """Block public sharing of documents."""
    return replace(settings, public_sharing_blocked=True)


@rule(
    "medium",
    passes=[
        (RegionSettings(sessions_logged=True), ManagedInstance()),
        RegionSettings(sessions_logged=False),
    ],
    fails=[
        (RegionSettings(sessions_logged=False), ManagedInstance()),
        (RegionSettings(session_logs_encrypted=False), ManagedInstance()),
    ],
    reads=[ManagedInstance],
)
def sessions_not_logged(settings: RegionSettings, world: World) -> Problems:
    """Session Manager does not log what is done in its sessions.

    ## Why it matters
    CloudTrail tells who opened a session, but not what was typed in it.

    ## How to fix
    Name an encrypted log group or bucket in the preferences of Session Manager, and ask for encryption.

    ## References
    - https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-logging.html
    """
    if world.all(ManagedInstance, near=settings):
        if not settings.sessions_logged:
            yield "neither a bucket nor a log group is set for session logs"
        elif not settings.session_logs_encrypted:
            yield "session logs may go to a place that is not encrypted"


@rule(
    "info",
    passes=[(RegionSettings(session_key="alias/sessions"), ManagedInstance()), RegionSettings(session_key=None)],
    fails=[(RegionSettings(session_key=None), ManagedInstance())],
    reads=[ManagedInstance],
    advice=True,
)
def sessions_without_own_key(settings: RegionSettings, world: World) -> Problems:
    """Sessions of Session Manager are encrypted by TLS alone.

    ## Why it matters
    With a KMS key, whoever opens a session needs the right to use that key too, and each use of it is logged.

    ## How to fix
    Name a customer managed key in the preferences of Session Manager.

    ## References
    - https://docs.aws.amazon.com/systems-manager/latest/userguide/session-preferences-enable-encryption.html
    """
    if not settings.session_key and world.all(ManagedInstance, near=settings):
        yield "no KMS key is set in the preferences"


@rule(
    "medium",
    passes=[
        (Instance(instance_id="i-1"), ManagedInstance(instance_id="i-1")),
        Instance(state="stopped"),
    ],
    fails=[
        Instance(instance_id="i-1"),
        (Instance(instance_id="i-1"), ManagedInstance(instance_id="i-2")),
        (Instance(instance_id="i-1"), ManagedInstance(instance_id="i-1", online=False)),
    ],
    reads=[ManagedInstance],
)
def instance_not_managed(instance: Instance, world: World) -> Problems:
    """EC2 instance is not managed by Systems Manager.

    ## Why it matters
    Nobody knows what is installed on it, it is not patched centrally, and people administer it by SSH keys.

    ## How to fix
    Give it a role with `AmazonSSMManagedInstanceCore`, or turn on the default host management configuration, and see
    that the agent runs and reaches Systems Manager.

    ## References
    - https://docs.aws.amazon.com/systems-manager/latest/userguide/managed-instances-default-host-management.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/ssm-controls.html
    """
    if instance.state == "running":
        known = world.find(ManagedInstance, near=instance, instance_id=instance.instance_id)
        if not known:
            yield "Systems Manager does not know it"
        elif not any(each.online for each in known):
            yield "its agent does not answer"


@rule(
    "high",
    passes=[ManagedInstance(patches_missing=False), ManagedInstance(patches_missing=True, online=False)],
    fails=[ManagedInstance(patches_missing=True)],
)
def patches_missing(instance: ManagedInstance) -> Problems:
    """Managed machine lacks patches.

    ## Why it matters
    The flaws that the patches close are public, and so are the tools that use them.

    ## How to fix
    Install the patches of the baseline by Patch Manager, and do so regularly in a maintenance window.

    ## References
    - https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-compliance-states.html
    """
    # What a machine said that is off now is no longer what it is.
    if instance.online and instance.patches_missing:
        yield f"{instance.platform or 'it'} is not compliant with its patch baseline"


@rule(
    "low",
    passes=[ManagedInstance(patches_missing=False), ManagedInstance(patches_missing=None, online=False)],
    fails=[ManagedInstance(patches_missing=None)],
)
def patches_not_scanned(instance: ManagedInstance) -> Problems:
    """Managed machine is never scanned for missing patches.

    ## Why it matters
    Nobody can tell whether it is up to date.

    ## How to fix
    Scan it daily by a patch policy of Quick Setup or an association with `AWS-RunPatchBaseline`.

    ## References
    - https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager.html
    """
    if instance.online and instance.patches_missing is None:
        yield "Systems Manager has no patch compliance of it"
