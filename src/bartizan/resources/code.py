"""How resources are read from infrastructure code, as data: Terraform plans and CloudFormation templates.

A ``CodeReader`` names a resource type of the code (``aws_sqs_queue``, ``AWS::SQS::Queue``), and for each field of ours
a pure function that takes it out of a ``Block``: the attributes of one declared resource. What the code leaves to be
computed raises ``Unknown`` when it is touched, so only the fields that depend on it are absent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn, TypeVar

from bartizan.model import Gap, Reason, Resource, Unknown

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Computed:
    """Stands in the attributes of a block for a value that is only known once the code is applied.

    ``refers`` is the address of the resource of the same code whose id, ARN or name it is; empty for anything else.
    """

    expression: str = ""
    refers: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The code that a block stands in, as far as it is asked for what the block refers to.

    ``path`` is its file or folder. ``referred`` gives the addresses that an attribute (``block.attribute`` if nested)
    may refer to, ``block`` the block at an address, if it is read, ``type_of`` its type, ``shown`` its address as
    reports have it.
    """

    path: str = ""
    referred: Callable[[str], Sequence[str]] = lambda _: ()
    block: Callable[[str], Block | None] = lambda _: None
    type_of: Callable[[str], str] = lambda _: ""
    shown: Callable[[str], str] = lambda address: address

    def stand_in(self, address: str) -> str:
        """What stands for the id of a resource that the code makes: the same for the resource and who refers to it."""
        return f"<{address} in {self.path}>"

    def within(self, name: str) -> Surroundings:
        """Those of a nested block."""
        return replace(self, referred=lambda attribute: self.referred(f"{name}.{attribute}"))


NOWHERE = Surroundings()


class Block(Mapping[str, Any]):
    """Attributes as written in code, nested blocks included; touching a computed one raises ``Unknown``.

    An attribute that is null counts as not given, as Terraform and CloudFormation have it. ``new`` says that the code
    creates the resource, so that what it leaves out has the value that AWS gives a new one.
    """

    __slots__ = ("_around", "_new", "_parts", "_untied", "_values", "what")

    def __init__(  # noqa: PLR0913 - all but the values may be left out, and are named
        self,
        values: Mapping[str, Any],
        *,
        what: str = "",
        parts: Mapping[str, Sequence[Block]] | None = None,
        untied: frozenset[str] = frozenset(),
        new: bool = True,
        around: Surroundings = NOWHERE,
    ) -> None:
        self._around = around
        self._new = new
        self._values = values
        self._parts = parts or {}
        self._untied = untied
        self.what = what

    def __getitem__(self, name: str) -> Any:
        value = self._open(self._values[name], name)
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return (name for name, value in self._values.items() if value is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def parts(self, code_type: str) -> Sequence[Block]:
        """The blocks of another type that belong to this one, such as the rules of a security group.

        Raises ``Unknown`` if there are such blocks of which it cannot be told whose they are.
        """
        if code_type in self._untied:
            raise Unknown(self.what, Gap(Reason.COMPUTED, detail=f"whose {code_type} it is"))
        return self._parts.get(code_type, ())

    def part(self, code_type: str) -> Block | None:
        """The block of another type of which a resource has one at most, such as the policy of a bucket.

        Raises ``Unknown`` as ``parts`` does, unless one is known to be its own.
        """
        own = self._parts.get(code_type)
        return own[0] if own else next(iter(self.parts(code_type)), None)

    def if_new(self, default: T, what: str) -> T:
        """What AWS gives a new resource; raises ``Unknown`` for one that exists, of which the code does not say it."""
        if not self._new:
            raise Unknown(self.what, Gap(Reason.NOT_READ, detail=f"it exists already, and no code here sets {what}"))
        return default

    def own_id(self) -> str:
        """Its id; what stands for it where AWS has not given it yet."""
        own = self._values.get("id")
        return own if isinstance(own, str) else self._around.stand_in(self.what)

    def id_in(self, name: str) -> str:
        """The id in an attribute that must be given; of a resource that the code makes, what stands for it.

        Raises ``Unknown`` where it cannot be told which resource that is.
        """
        found = self.ids_in(name)
        if not found:
            raise KeyError(name)
        if len(found) > 1:
            raise Unknown(f"{self.what}.{name}", Gap(Reason.COMPUTED, detail=f"which of {', '.join(found)} it is"))
        return found[0]

    def ids_in(self, name: str) -> tuple[str, ...]:
        """As ``id_in``, for an attribute that holds several, or may not be given.

        Of a list that a plan does not know at all, those are taken that the code refers to.
        """
        value = self._values.get(name)
        given = value if isinstance(value, list) else [] if value is None else [value]
        later = [each for each in given if isinstance(each, Computed)]
        meant = [each.refers for each in later] if all(each.refers for each in later) else self._around.referred(name)
        if later and not (meant if later == [value] else len(meant) == len(later)):
            self._open(later[0], name)
        known = [self._open(each, name) for each in given if not isinstance(each, Computed)]
        return (*known, *map(self._around.stand_in, meant if later else ()))

    def id_if_given(self, name: str) -> str | None:
        """As ``id_in``; ``None`` for an attribute that is not given, or empty."""
        return self.id_in(name) or None if any(self.ids_in(name)) else None

    def one_in(self, name: str) -> str | None:
        """As ``id_if_given``, for an attribute that may also be the account that the code is for."""
        value = self._values.get(name)
        own = isinstance(value, Computed) and value.expression == "AWS::AccountId"
        return "<AWS::AccountId>" if own else self.id_if_given(name)

    def named_in(self, name: str) -> str | None:
        """An attribute that names a resource; one that the code makes by its address, for rules that look for it."""
        try:
            return self.get(name) or None
        except Unknown:
            found = self.referred(name)
            return None if found is None else self._around.shown(found.what)

    def referred(self, name: str) -> Block | None:
        """The block that an attribute refers to; ``None`` where the attribute is not given.

        Raises ``Unknown`` where that is not in the code, or it cannot be told which one it is.
        """
        if self._values.get(name) is None:
            return None
        address = self._address_in(name)
        found = self._around.block(address) if address else None
        if found is None:
            raise Unknown(f"{self.what}.{name}", Gap(Reason.NOT_READ, detail="what it refers to is not in this code"))
        return found

    def type_in(self, name: str) -> str:
        """The type, as code calls it, of the resource that an attribute refers to; empty where that cannot be told."""
        address = self._address_in(name)
        return self._around.type_of(address) if address else ""

    def _address_in(self, name: str) -> str:
        value = self._values.get(name)
        if isinstance(value, Computed) and value.refers:
            return value.refers
        several = self._around.referred(name)
        return several[0] if len(several) == 1 else ""

    def plain(self, name: str, default: Any = None) -> Any:
        """An attribute as plain dicts and lists, all of whose parts must be known."""
        return _plain(self.get(name, default))

    def first(self, name: str) -> Block:
        """A nested block of which Terraform makes a list of one; an empty one where there is none."""
        listed: Sequence[Block] = self.get(name) or ()
        return listed[0] if listed else Block({}, what=f"{self.what}.{name}", new=self._new)

    def _open(self, value: Any, name: str) -> Any:
        where = f"{self.what}.{name}" if self.what else name
        if isinstance(value, Computed):
            raise Unknown(where, Gap(Reason.COMPUTED, detail=value.expression))
        if isinstance(value, dict):
            around = self._around.within(name.partition("[")[0])
            return Block(value, what=where, untied=self._untied, new=self._new, around=around)
        if isinstance(value, list):
            return [self._open(each, f"{name}[{index}]") for index, each in enumerate(value)]
        return value


def truth(value: Any) -> bool:
    """A truth value, which templates may also write as a text."""
    return str(value).lower() == "true"


def only_in_aws(block: Block) -> NoReturn:
    """The value of a field that no code can tell; raises ``Unknown``."""
    raise Unknown(block.what, Gap(Reason.NOT_READ, detail="only AWS knows it"))


def _plain(value: Any) -> Any:
    if isinstance(value, Block):
        return {name: _plain(value[name]) for name in value}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value


def service_of(kind: type[Resource]) -> str:
    """The service that a type belongs to, which is the name of its module here and of that of its rules."""
    return kind.__module__.removeprefix("bartizan.resources.").partition(".")[0].rstrip("_")


@dataclass(frozen=True, slots=True)
class CodeReader:
    """How one resource type is read from one kind of code.

    ``parts`` names other code types whose blocks belong to this one, and the attribute by which they refer to it
    (``{"aws_sqs_queue_policy": "queue_url"}``); where that is empty, each of theirs may belong to any of these.
    ``defaulted`` names, for its code type and those of its parts, the attributes (``block.attribute`` if nested)
    that the provider computes where the code leaves them out: in a new resource they count as not given, so that
    the functions in ``fields`` say what AWS makes of that. ``when`` decides from a block whether it is such a
    resource at all. ``inner`` are the resources that its nested blocks are: readers whose ``blocks`` picks those.
    """

    code_type: str
    kind: type[Resource]
    fields: Mapping[str, Callable[[Block], Any]]
    parts: Mapping[str, str] = field(default_factory=dict)
    defaulted: Mapping[str, Sequence[str]] = field(default_factory=dict)
    when: Callable[[Block], bool] | None = None
    inner: tuple[CodeReader, ...] = ()
    blocks: Callable[[Block], Sequence[Block]] = lambda _: ()

    def reads(self, block: Block) -> bool:
        """Whether a block is of its type; where that turns on what is not known yet, it is taken, with its unknowns."""
        try:
            return self.when is None or self.when(block)
        except Unknown:
            return True
