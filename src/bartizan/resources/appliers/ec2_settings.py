"""What an account has chosen for EC2 in a region: changing it."""

from __future__ import annotations

from bartizan.resources.applying import ApiWriter, Edit, Params, Put
from bartizan.resources.ec2.compute import RegionSettings
from bartizan.resources.reading import Call

_UNBLOCKED = "unblocked"


def _switch(name: str, on: str, off: str) -> tuple[Put, Put]:
    """A setting that one call turns on and another off."""
    return (
        Put(Call(on), lambda edit: {} if getattr(edit.after, name) else None, (name,)),
        Put(Call(off), lambda edit: None if getattr(edit.after, name) else {}, (name,)),
    )


def _block(name: str, key: str, on: str, off: str) -> tuple[Put, Put]:
    """A block of public sharing: one call sets how far it goes, another takes it away."""

    def set_to(edit: Edit) -> Params | None:
        state = getattr(edit.after, name)
        return None if state == _UNBLOCKED else {key: state}

    def unblock(edit: Edit) -> Params | None:
        return {} if getattr(edit.after, name) == _UNBLOCKED else None

    return Put(Call(on), set_to, (name,)), Put(Call(off), unblock, (name,))


REGION_SETTINGS = ApiWriter(
    RegionSettings,
    puts=(
        *_switch(
            "ebs_encryption_by_default",
            on="ec2:EnableEbsEncryptionByDefault",
            off="ec2:DisableEbsEncryptionByDefault",
        ),
        *_block(
            "snapshot_block_public_access",
            "State",
            on="ec2:EnableSnapshotBlockPublicAccess",
            off="ec2:DisableSnapshotBlockPublicAccess",
        ),
        *_block(
            "image_block_public_access",
            "ImageBlockPublicAccessState",
            on="ec2:EnableImageBlockPublicAccess",
            off="ec2:DisableImageBlockPublicAccess",
        ),
        Put(
            Call("ec2:ModifyInstanceMetadataDefaults"),
            # What is not named stays as it is, and this word takes a default away.
            lambda edit: {"HttpTokens": edit.after.default_http_tokens or "no-preference"},
            ("default_http_tokens",),
        ),
        *_switch(
            "serial_console_access",
            on="ec2:EnableSerialConsoleAccess",
            off="ec2:DisableSerialConsoleAccess",
        ),
    ),
)
