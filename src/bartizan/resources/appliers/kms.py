"""KMS keys: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Put
from bartizan.resources.kms import Key
from bartizan.resources.reading import Call


def _of(edit: Edit) -> dict[str, Any]:
    return {"KeyId": edit.after.key_id}


KEY = ApiWriter(
    Key,
    puts=(
        Put(
            Call("kms:EnableKeyRotation"),
            lambda edit: _of(edit) if edit.after.enable_key_rotation else None,
            ("enable_key_rotation",),
        ),
        Put(
            Call("kms:DisableKeyRotation"),
            lambda edit: None if edit.after.enable_key_rotation else _of(edit),
            ("enable_key_rotation",),
        ),
        Put(
            Call("kms:CancelKeyDeletion"),
            _of,
            ("key_state", "deletion_date"),
            lasting="KMS takes no date for a deletion; schedule it anew where the key is to go",
        ),
    ),
)
