"""KMS keys as code."""

from __future__ import annotations

from bartizan.resources.kms import Key
from bartizan.resources.writing import CodeWriter, Own, Part, tags_map, tags_pairs


def _replica(key: Key) -> bool:
    return key.multi_region_key_type == "REPLICA"


_OF_KEY = Part("aws_kms_key_policy", {"key_policy": "policy"}, {"key_id": Own("id")})

TERRAFORM_KEY = CodeWriter(
    "aws_kms_key",
    Key,
    fields={
        "enable_key_rotation": "enable_key_rotation",
        "key_spec": "customer_master_key_spec",
        "multi_region_key_type": lambda key: {"multi_region": key.multi_region_key_type is not None or None},
        "tags": tags_map,
    },
    parts=(_OF_KEY,),
    import_id=lambda key: key.key_id,
    when=lambda key: not _replica(key),
)

TERRAFORM_REPLICA = CodeWriter(
    "aws_kms_replica_key",
    Key,
    fields={"tags": tags_map},
    parts=(_OF_KEY,),
    import_id=lambda key: key.key_id,
    when=_replica,
)

CLOUDFORMATION_KEY = CodeWriter(
    "AWS::KMS::Key",
    Key,
    fields={
        "enable_key_rotation": "EnableKeyRotation",
        "key_policy": "KeyPolicy",
        "key_spec": "KeySpec",
        "multi_region_key_type": lambda key: {"MultiRegion": key.multi_region_key_type is not None or None},
        "tags": tags_pairs,
    },
    when=lambda key: not _replica(key),
)

CLOUDFORMATION_REPLICA = CodeWriter(
    "AWS::KMS::ReplicaKey", Key, fields={"key_policy": "KeyPolicy", "tags": tags_pairs}, when=_replica
)
