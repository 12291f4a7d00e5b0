"""How resources are written as infrastructure code, as data: the way back of what ``code`` declares.

A ``CodeWriter`` names a resource type of the code, and for each field of ours where its value goes: a path
(``"point_in_time_recovery.enabled"``), or a function of the resource that gives attributes. A field that the code keeps
in a resource of its own (``aws_s3_bucket_versioning``) stands in a ``Part``, which refers to the first one.

    TERRAFORM_QUEUE = CodeWriter(
        "aws_sqs_queue",
        Queue,
        names={"queue_name": "name"},
        fields={"sqs_managed_sse_enabled": "sqs_managed_sse_enabled"},
        parts=(Part("aws_sqs_queue_policy", {"policy": "policy"}, refers={"queue_url": Own("id")}),),
    )

What comes out are ``Declaration`` values; turning those into text is not done here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from bartizan.model import Resource, plain
from bartizan.policy import PolicyDocument

Attributes = Mapping[str, Any]
"""Attribute → value: texts, numbers, truth values, lists, mappings, and the kinds below. None: it is left out."""


class Unwritable(ValueError):  # noqa: N818 - reads as what it says of the value
    """A value that cannot be written as code, or would be something else there; the message says which."""


@dataclass(frozen=True, slots=True)
class Since:
    """A function of the resource as it should be, and as it was, for fields that only tell what is wrong."""

    give: Callable[[Any, Any], Attributes]


Way = str | Since | Callable[[Any], Attributes | Sequence[Attributes]]
"""Where a field goes: a path of attributes, nested ones after a dot, or a function of the resource.

In a ``Part`` a function may give the attributes of several such parts.
"""


@dataclass(frozen=True, slots=True)
class Own:
    """Stands for an attribute of the resource to which a part belongs; an empty one is CloudFormation's ``Ref``."""

    attribute: str = ""


@dataclass(frozen=True, slots=True)
class Nested:
    """A nested block: Terraform tells it from a mapping, CloudFormation does not. In a list, a block for each."""

    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Json:
    """A JSON document, which is a text in Terraform and a mapping in CloudFormation, unless it is a text there too."""

    value: Any
    text: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A resource of the code that holds some fields of another.

    ``refers`` are the attributes by which it says whose they are, with what else it cannot be without. It is left out
    where its fields give nothing.
    """

    code_type: str
    fields: Mapping[str, Way]
    refers: Attributes


@dataclass(frozen=True, slots=True)
class CodeWriter:
    """How one resource type is written as one kind of code.

    ``names`` are fields that say which one it is, and are always written. ``import_id`` gives the id by which
    Terraform takes over what exists already. ``when`` decides whether a resource is written so, where there are several
    types in the code for one of ours. A writer without a ``code_type`` has parts only.
    """

    code_type: str
    kind: type[Resource]
    names: Mapping[str, Way] = field(default_factory=dict)
    fields: Mapping[str, Way] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    import_id: Callable[[Any], str] | None = None
    when: Callable[[Any], bool] | None = None

    @property
    def terraform(self) -> bool:
        """Whether it writes Terraform; otherwise it is CloudFormation."""
        return "::" not in (self.code_type or self.parts[0].code_type)

    @property
    def writes(self) -> frozenset[str]:
        """The fields that it can write."""
        return frozenset({*self.names, *self.fields, *(name for part in self.parts for name in part.fields)})


@dataclass(frozen=True, slots=True)
class Declaration:
    """One resource of the code: its attributes, and those that must not be there.

    ``own`` is the type of the resource that it is a part of, or its own type; empty where a part stands alone.
    ``number`` tells several parts of one type apart.
    """

    code_type: str
    own: str
    attributes: Attributes
    left_out: tuple[str, ...] = ()
    number: int = 1

    @property
    def nothing(self) -> bool:
        """Whether it is a part of which there should be none."""
        return self.code_type != self.own and not self.attributes


def declare(
    writer: CodeWriter, resource: Resource, fields: Collection[str], before: Resource | None = None
) -> list[Declaration]:
    """The resource as code, as far as these fields go; those that the writer does not know are passed over.

    ``before`` is the resource as it is now. Raises ``Unknown`` where a field is not known, and ``Unwritable``.
    """
    was = before or resource
    declared = []
    if writer.code_type:
        names = {name: way for name, way in writer.names.items() if resource.known().get(name)}
        own = _attributes({**names, **writer.fields}, resource, was, {*names, *fields})
        declared.append(_declaration(writer.code_type, writer, own))
    for part in writer.parts:
        if any(name in fields for name in part.fields):
            declared += _parts(part, writer, resource, was, fields)
    return declared


def _parts(
    part: Part, writer: CodeWriter, resource: Resource, was: Resource, fields: Collection[str]
) -> Iterator[Declaration]:
    for name, way in part.fields.items():
        several = way(resource) if callable(way) and name in fields else None
        if isinstance(several, Sequence):
            for number, found in enumerate(several or [{}], 1):
                yield _declaration(part.code_type, writer, {**part.refers, **found} if found else {}, number)
            return
    found = _attributes(part.fields, resource, was, fields)
    given = any(value is not None for value in found.values())
    yield _declaration(part.code_type, writer, {**part.refers, **found} if given else {})


def _declaration(code_type: str, writer: CodeWriter, attributes: Attributes, number: int = 1) -> Declaration:
    given = {name: value for name, value in attributes.items() if value is not None}
    left_out = tuple(sorted(set(attributes) - set(given)))
    return Declaration(code_type, writer.code_type, given, left_out, number)


def _attributes(ways: Mapping[str, Way], resource: Resource, was: Resource, fields: Collection[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, way in ways.items():
        if name not in fields:
            continue
        if isinstance(way, str):
            given: Any = _at(way, written(getattr(resource, name)))
        else:
            given = way.give(resource, was) if isinstance(way, Since) else way(resource)
        found = _merged(found, given)
    return found


def _at(path: str, value: Any) -> dict[str, Any]:
    name, _, rest = path.partition(".")
    return {name: Nested(_at(rest, value)) if rest and value is not None else value}


def _merged(one: Attributes, other: Attributes) -> dict[str, Any]:
    """Both together: several fields may share a nested block, or the only one of a list."""
    merged = dict(one)
    for name, value in other.items():
        merged[name] = _both(merged[name], value) if merged.get(name) is not None else value
    return merged


def _both(present: Any, value: Any) -> Any:
    if value is None:
        return present
    if isinstance(present, Nested) and isinstance(value, Nested):
        return Nested(_merged(present.attributes, value.attributes))
    if isinstance(present, dict) and isinstance(value, dict):
        return _merged(present, value)
    if isinstance(present, list) and isinstance(value, list) and len(present) == len(value) == 1:
        return [_both(present[0], value[0])]
    return value


def written(value: Any) -> Any:
    """A value of the model as a value of code: policies as JSON, sets and tuples as lists."""
    if isinstance(value, PolicyDocument):
        return Json(plain(value))
    if isinstance(value, Enum):
        return str(value)
    return plain(value) if isinstance(value, (tuple, frozenset, Mapping)) else value


def nested(**attributes: Any) -> Nested:
    """A nested block with these attributes."""
    return Nested(attributes)


def tags_map(resource: Any) -> Attributes:
    """Tags as Terraform has them."""
    return {"tags": dict(resource.tags) or None}


def tags_pairs(resource: Any) -> Attributes:
    """Tags as CloudFormation has them in most types."""
    return {"Tags": [{"Key": key, "Value": value} for key, value in resource.tags.items()] or None}


def tags_object(resource: Any) -> Attributes:
    """Tags as CloudFormation has them in some types: by key."""
    return {"Tags": dict(resource.tags) or None}


def writer_for(writers: Iterable[CodeWriter], resource: Resource, *, terraform: bool) -> CodeWriter | None:
    """The writer that fits a resource, for Terraform or else CloudFormation; none where there is none."""
    fitting = (each for each in writers if each.kind is type(resource) and each.terraform is terraform)
    return next((each for each in fitting if each.when is None or each.when(resource)), None)


def declared_types(writers: Iterable[CodeWriter]) -> Iterator[str]:
    """All types of the code that these writers name."""
    for each in writers:
        if each.code_type:
            yield each.code_type
        yield from (part.code_type for part in each.parts)
