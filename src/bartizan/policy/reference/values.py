"""What AWS authorizes by: actions, resource types and condition keys as typed values.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

PLACEHOLDER = re.compile(r"\$\{[^}]+\}|<[^>]+>|\*")
"""What stands for a name that the user chose: ``${BucketName}``, but ``<key>`` or ``*`` in a few keys and ARNs."""


class AccessLevel(StrEnum):
    """What an action does, as AWS files it; an action of two levels has the narrower one."""

    LIST = "List"
    READ = "Read"
    WRITE = "Write"
    TAGGING = "Tagging"
    PERMISSIONS_MANAGEMENT = "Permissions management"


class ValueType(StrEnum):
    """The type of a condition key's values, which says what operators compare them.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """

    STRING = "String"
    NUMERIC = "Numeric"
    DATE = "Date"
    BOOL = "Bool"
    BINARY = "Binary"
    IP = "IPAddress"
    ARN = "ARN"


@dataclass(frozen=True, slots=True)
class ConditionKey:
    """A condition key; a name with a placeholder (``aws:RequestTag/${TagKey}``) stands for many keys.

    ``types`` has a second type only where AWS documents two, as for ``aws:EpochTime``. ``multivalued`` keys take the
    operators ``ForAnyValue`` and ``ForAllValues``.
    """

    name: str
    types: tuple[ValueType, ...]
    multivalued: bool = False

    @property
    def type(self) -> ValueType:
        """The type that AWS names first."""
        return self.types[0]

    def matches(self, key: str) -> bool:
        """Whether the key of a policy is this one, or one that the placeholders stand for; case does not matter."""
        return _pattern(self.name, r".+").fullmatch(key) is not None


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A resource type of a service; ``arn`` is AWS's template: ``arn:${Partition}:s3:::${BucketName}``."""

    name: str
    arn: str
    condition_keys: tuple[str, ...] = ()

    @property
    def wildcard(self) -> str:
        """The template with a star for every placeholder, as a policy would name all resources of the type."""
        return PLACEHOLDER.sub("*", self.arn)

    @property
    def literal(self) -> int:
        """How many characters of the template are fixed: of two types that match, the one with more is meant."""
        return len(PLACEHOLDER.sub("", self.arn))

    def matches(self, arn: str) -> bool:
        """Whether the ARN has the shape of the type.

        Names may hold slashes and colons (paths of roles, log groups), so an ARN can have the shape of two types of
        its service; ``Service.resource_type_of`` chooses. A resource part that is a single name holds neither.
        """
        fields, resource = self.arn.split(":", 5)[:5], self.arn.split(":", 5)[-1]
        given = arn.split(":", 5)
        if len(given) < 6 or len(fields) < 5:
            return False
        name = r"[^/:]+" if PLACEHOLDER.fullmatch(resource) else r".+"
        pairs = zip(fields, given, strict=False)
        return all(_pattern(field, ".*").fullmatch(part) for field, part in pairs) and bool(
            _pattern(resource, name).fullmatch(given[5])
        )


@dataclass(frozen=True, slots=True)
class ResourceUse:
    """A resource type that an action works on; where several are not required, a call names one of them.

    ``condition_keys`` are those that the action takes for this type.
    """

    type: str
    required: bool = False
    condition_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """An action: what it does, on what resources, and by what keys a policy can narrow it.

    An action without ``resources`` is allowed only on ``"*"``. ``dependent_actions`` are those that the caller may
    need besides, such as ``iam:PassRole``.
    """

    prefix: str
    name: str
    access: AccessLevel
    description: str = ""
    resources: tuple[ResourceUse, ...] = ()
    condition_keys: tuple[str, ...] = ()
    dependent_actions: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.prefix}:{self.name}"


@dataclass(frozen=True, slots=True)
class Service:
    """A service by its prefix in policies; actions, resource types and condition keys by name in lower case."""

    prefix: str
    name: str
    actions: Mapping[str, Action]
    resource_types: Mapping[str, ResourceType]
    condition_keys: Mapping[str, ConditionKey]

    def resource_type_of(self, arn: str) -> ResourceType | None:
        """The type that the ARN is of, or ``None`` where it has the shape of none."""
        shaped = [each for each in self.resource_types.values() if each.matches(arn)]
        return max(shaped, key=lambda each: each.literal, default=None)

    def condition_key(self, name: str) -> ConditionKey | None:
        """The key of that name, or the one whose placeholders stand for it."""
        exact = self.condition_keys.get(name.lower())
        return exact or next((each for each in self.condition_keys.values() if each.matches(name)), None)


@cache
def _pattern(template: str, name: str) -> re.Pattern[str]:
    fixed = PLACEHOLDER.split(template)
    return re.compile(name.join(re.escape(each) for each in fixed), re.IGNORECASE | re.DOTALL)
