"""Resources: what an account or a template consists of, as frozen typed values.

A resource type is a class with the decorator ``resource``::

    @resource("AWS::SQS::Queue", name="queue_name")
    class Queue(Resource):
        '''An SQS queue.'''

        queue_name: str = field("Its name, without the URL.")
        kms_key_id: str | None = field("The KMS key of SSE-KMS.", default=None)

A field that was not read is *absent*: its slot is empty, and touching it raises ``Unknown``. That keeps types plain
(``bool``, not ``bool | None``) and makes it impossible to take "could not be read" for an answer.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, dataclass_transform

from bartizan.model.errors import NOT_READ, DeclarationError, Gap, Unknown

R = TypeVar("R", bound="Resource")

SAMPLE_TIME = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
"""When a resource that is written down in code, as a rule's sample is, counts as read."""

NO_GAPS: Mapping[str, Gap] = MappingProxyType({})


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands; ``line`` counts from 1, and 0 means the whole file."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


class _Absent:
    """The type of ``ABSENT``: the mark of a field without a default."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Any = _Absent()


@dataclass_transform(kw_only_default=True, eq_default=False)
def _typed(cls: type[R]) -> type[R]:
    """Only tells type checkers that the base's fields are arguments of every resource's constructor."""
    return cls


def field(doc: str, *, default: Any = ABSENT, compare: bool = True) -> Any:
    """Declare a field of a resource: what it says, and what it is where code builds the resource without naming it.

    Readers never get the default: a field that no reader fills stays absent. ``compare=False`` leaves the field out of
    equality, for facts about the reading rather than about the resource.
    """
    return dataclasses.field(compare=compare, metadata={"doc": doc, "default": default})


@_typed
class Resource:
    """The base of every resource type; its own fields say which one this is and where it was read."""

    __slots__ = ("account", "address", "arn", "gaps", "place", "read_at", "region")

    cfn_type: ClassVar[str]
    name_field: ClassVar[str]
    defaults: ClassVar[Mapping[str, Any]]
    compared: ClassVar[tuple[str, ...]]

    if TYPE_CHECKING:  # a slot cannot have a class-level default, and the constructor's type needs one
        arn: str = ""
        address: str = ""
        account: str = ""
        region: str = ""
        place: Place | None = None
        read_at: dt.datetime = SAMPLE_TIME
        gaps: Mapping[str, Gap] = NO_GAPS

    def __init__(self, **values: Any) -> None:
        put = object.__setattr__
        for name, default in self.defaults.items():
            value = values.pop(name, default)
            if value is not ABSENT:
                put(self, name, value)
        put(self, "gaps", values.pop("gaps", NO_GAPS))
        if values:
            raise TypeError(f"{type(self).__name__} has no field {', '.join(sorted(values))}")

    @classmethod
    def of(cls, values: Mapping[str, Any], gaps: Mapping[str, Gap] = NO_GAPS) -> Self:
        """Build what a reader read: fields in neither ``values`` nor ``gaps`` are absent as well, with no default."""
        self = object.__new__(cls)
        put = object.__setattr__
        for name in cls.defaults:
            if name in values:
                put(self, name, values[name])
        for name, default in BASE_DEFAULTS.items():
            if name not in values:
                put(self, name, default)
        put(self, "gaps", gaps or NO_GAPS)
        return self

    def __getattr__(self, name: str) -> Any:
        # Python comes here only where the slot is empty.
        if name in type(self).defaults:
            raise Unknown(f"{type(self).__name__}.{name}", self.gaps.get(name, NOT_READ))
        raise AttributeError(f"{type(self).__name__} has no field {name!r}")

    def __setattr__(self, name: str, value: object) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot assign to {name!r}: a resource never changes; use replace()")

    def __delattr__(self, name: str) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot delete {name!r}: a resource never changes; use replace()")

    def known(self) -> dict[str, Any]:
        """Its fields that were read, by name, in the order of declaration."""
        values = {}
        for name in self.defaults:
            try:
                values[name] = object.__getattribute__(self, name)
            except AttributeError:
                continue
        return values

    @property
    def key(self) -> str:
        """What identifies it within a world: its ARN, or its address where it comes from code."""
        return self.arn or self.address

    @property
    def name(self) -> str:
        """What people call it; falls back to the end of its key where the name is not known."""
        known: str | None = None
        try:
            known = object.__getattribute__(self, self.name_field) if self.name_field else None
        except AttributeError:
            known = None
        # What stands in code in angle brackets for an id is nothing to call it by.
        known = None if known and self.address and known.endswith(">") else known
        return known or self.arn.rsplit("/", 1)[-1].rsplit(":", 1)[-1] or self.address

    def days_since(self, moment: dt.datetime) -> int:
        """Whole days from ``moment`` (with a time zone) to the time it was read."""
        return (self.read_at - moment).days

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        mine, theirs = self.known(), other.known()
        return all(mine.get(name, ABSENT) == theirs.get(name, ABSENT) for name in self.compared)

    def __hash__(self) -> int:
        return hash((type(self), self.key))

    def __repr__(self) -> str:
        shown = (
            f"{name}={value!r}"
            for name, value in self.known().items()
            if name not in BASE_DEFAULTS or value != BASE_DEFAULTS[name]
        )
        return f"{type(self).__name__}({', '.join(shown)})"

    def __reduce__(self) -> tuple[Callable[..., Resource], tuple[Any, ...]]:
        return _rebuild, (type(self), self.known(), dict(self.gaps))


BASE_FIELDS: Mapping[str, tuple[str, str, Any]] = MappingProxyType(
    {
        "arn": ("str", "Its Amazon Resource Name; empty for what comes from code.", ""),
        "address": ("str", "Its address in the code it comes from; empty for what lives in AWS.", ""),
        "account": ("str", "The 12 digits of the account that owns it.", ""),
        "region": ("str", "The region it lives in; for global services the partition's main region.", ""),
        "place": ("Place | None", "File and line in the code it comes from.", None),
        "read_at": ("datetime", "When it was read.", SAMPLE_TIME),
    }
)
"""The fields that every resource has: type, what it says, and default."""

BASE_DEFAULTS: Mapping[str, Any] = MappingProxyType({name: default for name, (_, _, default) in BASE_FIELDS.items()})


def _rebuild(cls: type[R], values: Mapping[str, Any], gaps: Mapping[str, Gap]) -> R:
    return cls.of(values, gaps)


@dataclass_transform(kw_only_default=True, eq_default=False)
def resource(cfn_type: str, *, name: str = "") -> Callable[[type[R]], type[R]]:
    """Make a class a resource type.

    ``cfn_type`` is its CloudFormation type (or one in that style where CloudFormation has none), ``name`` the field
    that holds what people call it. Raises ``DeclarationError`` where a field lacks its documentation.
    """

    def decorate(cls: type[R]) -> type[R]:
        made = dataclasses.dataclass(frozen=False, slots=True, init=False, eq=False, repr=False)(cls)
        own = dataclasses.fields(made)
        for each in own:
            if not each.metadata.get("doc"):
                raise DeclarationError(f"{cls.__module__}.{cls.__name__}.{each.name} has no documentation")
        if not cls.__doc__:
            raise DeclarationError(f"{cls.__module__}.{cls.__name__} has no docstring")
        made.cfn_type = cfn_type
        made.name_field = name
        made.defaults = MappingProxyType({**{each.name: each.metadata["default"] for each in own}, **BASE_DEFAULTS})
        made.compared = tuple(each.name for each in own if each.compare)
        return made

    return decorate


def replace(resource: R, **changes: Any) -> R:
    """The same resource with some fields changed; what is absent stays absent unless it is named."""
    unknown = [name for name in changes if name not in resource.defaults]
    if unknown:
        raise TypeError(f"{type(resource).__name__} has no field {', '.join(unknown)}")
    gaps = {name: gap for name, gap in resource.gaps.items() if name not in changes}
    return type(resource).of({**resource.known(), **changes}, gaps)


def without(resource: R, *names: str, gap: Gap = NOT_READ) -> R:
    """The same resource as if the named fields had not been read, because of ``gap``."""
    values = {name: value for name, value in resource.known().items() if name not in names}
    return type(resource).of(values, {**resource.gaps, **dict.fromkeys(names, gap)})


def field_docs(cls: type[Resource]) -> Iterable[tuple[str, str, str]]:
    """Name, type (as written) and documentation of each field of a resource type, its own ones first."""
    for each in dataclasses.fields(cls):
        yield each.name, str(each.type), each.metadata["doc"]
    for name, (kind, doc, _) in BASE_FIELDS.items():
        yield name, kind, doc
