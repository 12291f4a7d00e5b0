"""AWS's service authorization reference: which actions there are, on what, and by what keys they can be narrowed.

Nothing is read at import, and deciding a request does not need it: it is for explaining, checking and writing policies.
"""

from bartizan.policy.reference.global_keys import GLOBAL_KEYS
from bartizan.policy.reference.load import Reference
from bartizan.policy.reference.values import (
    AccessLevel,
    Action,
    ConditionKey,
    ResourceType,
    ResourceUse,
    Service,
    ValueType,
)

__all__ = [
    "GLOBAL_KEYS",
    "AccessLevel",
    "Action",
    "ConditionKey",
    "Reference",
    "ResourceType",
    "ResourceUse",
    "Service",
    "ValueType",
]
