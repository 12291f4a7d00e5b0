"""Policy documents: the JSON of IAM, parsed into typed statements.

What AWS would not store is an error; what it would store and yet is hardly meant is left to ``lint``. Source:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, NoReturn

from bartizan.model import InputError
from bartizan.policy.places import Path, Place, place_at, place_of, shown, statement_lines, twice_of, written

Condition = tuple[str, str, tuple[str, ...]]
"""Operator (``StringEquals``), condition key (``aws:SourceAccount``) and values, as written."""


class MalformedPolicy(InputError, ValueError):  # noqa: N818 - reads as what it says of the text
    """A text that is no policy; the message names the JSON path of what is wrong, and its place in a text."""

    def __init__(self, message: str, path: Path = (), place: Place | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.place = place

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


@dataclass(frozen=True, slots=True)
class Principals:
    """The principals of a statement by kind; ``anyone`` is the star, alone or as an AWS principal."""

    aws: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    federated: tuple[str, ...] = ()
    canonical: tuple[str, ...] = ()

    @property
    def anyone(self) -> bool:
        """Whether the star is among them."""
        return "*" in self.aws


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; ``principals`` is ``None`` in an identity policy, which names none.

    ``not_actions``, ``not_resources`` and ``not_principals`` say that the element was written in its ``Not`` form.
    ``line`` is where it begins in the text it was parsed from, or 0.
    """

    effect: Literal["Allow", "Deny"]
    actions: tuple[str, ...]
    resources: tuple[str, ...] = ()
    principals: Principals | None = None
    conditions: tuple[Condition, ...] = ()
    sid: str = ""
    not_actions: bool = False
    not_resources: bool = False
    not_principals: bool = False
    line: int = field(default=0, compare=False, repr=False)

    @property
    def allows(self) -> bool:
        """Whether its effect is Allow."""
        return self.effect == "Allow"

    def condition_keys(self) -> frozenset[str]:
        """The condition keys it depends on, in lower case, as AWS compares them."""
        return frozenset(key.lower() for _, key, _ in self.conditions)


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A policy: its version and statements, and the JSON it was parsed from."""

    statements: tuple[Statement, ...]
    version: str = "2008-10-17"
    id: str = ""
    source: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    _hash: int | None = field(default=None, init=False, compare=False, repr=False)

    def __hash__(self) -> int:
        # Kept, since what is decided of a policy is remembered by it.
        if self._hash is None:
            object.__setattr__(self, "_hash", hash((self.statements, self.version, self.id)))
        return self._hash or 0

    def __iter__(self) -> Iterator[Statement]:
        return iter(self.statements)

    @property
    def allowing(self) -> tuple[Statement, ...]:
        """The statements that allow something."""
        return tuple(each for each in self.statements if each.allows)


_DOCUMENT_ELEMENTS = ("Version", "Id", "Statement")
_STATEMENT_ELEMENTS = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
)  # fmt: skip
_COMPARISONS = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
OPERATORS = (
    "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
    "StringNotLike", *(f"{kind}{each}" for kind in ("Numeric", "Date") for each in _COMPARISONS), "Bool",
    "BinaryEquals", "IpAddress", "NotIpAddress", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "Null",
)  # fmt: skip
"""The condition operators as AWS writes them, without set prefix and ``IfExists``."""
_OPERATORS: Mapping[str, str] = MappingProxyType(
    {
        f"{prefix}{operator}{suffix}".lower(): f"{prefix}{operator}{suffix}"
        for prefix in ("", "ForAnyValue:", "ForAllValues:")
        for operator in OPERATORS
        for suffix in ("", "IfExists")
        if operator != "Null" or not suffix
    }
)
_PRINCIPALS: Mapping[str, str] = MappingProxyType(
    {"AWS": "aws", "Service": "service", "Federated": "federated", "CanonicalUser": "canonical"}
)


def parse_policy(text: str | Mapping[str, Any]) -> PolicyDocument:
    """Parse a policy from JSON text or decoded JSON; raises ``MalformedPolicy`` with path and place of what is wrong.

    Names of elements may be in any case. A name that a text has twice in one object is an error, since it would hide
    what stands first.
    """
    if isinstance(text, Mapping):
        return _document(text)
    decoded = _decode(text)
    try:
        document = _document(decoded)
    except MalformedPolicy as wrong:
        raise MalformedPolicy(wrong.message, wrong.path, place_of(text, wrong.path)) from None
    lines = statement_lines(text) or (1,) * len(document.statements)
    # An empty list has a line, but no statement.
    placed = tuple(replace(each, line=line) for each, line in zip(document.statements, lines, strict=False))
    return replace(document, statements=placed)


def _document(raw: Any) -> PolicyDocument:
    elements = _elements(raw, (), _DOCUMENT_ELEMENTS)
    if "Statement" not in elements:
        raise _wrong((), "has no Statement")
    path, stated = elements["Statement"]
    if isinstance(stated, list):
        statements = tuple(_statement(each, (*path, index)) for index, each in enumerate(stated))
    elif isinstance(stated, Mapping):
        statements = (_statement(stated, path),)
    else:
        raise _wrong(path, f"must be a statement or a list of statements, not {_kind(stated)}")
    return PolicyDocument(
        statements=statements,
        version=_optional(elements, "Version") or "2008-10-17",
        id=_optional(elements, "Id"),
        source=raw,
    )


def _decode(text: str) -> Any:
    try:
        decoded = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
        _check_letters(text)
    except json.JSONDecodeError as wrong:
        raise MalformedPolicy(wrong.msg, (), place_at(text, wrong.pos)) from None
    except RecursionError:
        raise MalformedPolicy("$ is nested too deeply to be a policy") from None
    except UnicodeEncodeError:
        raise MalformedPolicy("$ has half a letter: a surrogate without its other half") from None
    except _TwiceError as twice:
        raise _doubled(text, twice.name) from None
    except ValueError as wrong:
        # Python's limit for the digits of an integer, or no number at all.
        raise MalformedPolicy(f"$ has a number that is none: {shown(str(wrong))}") from None
    return decoded


class _TwiceError(ValueError):
    """A name that an object has twice."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _TwiceError(name)
            seen.add(name)
    return made


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _check_letters(text: str) -> None:
    """Raise ``UnicodeEncodeError`` for surrogates, written as they are or escaped, that are no letter."""
    text.encode()
    if re.search(r"\\u[dD][89a-fA-F]", text):
        json.dumps(json.loads(text), ensure_ascii=False).encode()


def _doubled(text: str, name: str) -> MalformedPolicy:
    path, place = twice_of(text)
    where = f" in {written(path[:-1])}" if path else ""
    return MalformedPolicy(f"{shown(name)} stands twice{where}; AWS takes it once", path, place)


def _elements(raw: Any, path: Path, known: tuple[str, ...]) -> dict[str, tuple[Path, Any]]:
    """The elements of an object by their proper names: where each stands, and its value."""
    if not isinstance(raw, Mapping):
        raise _wrong(path, f"must be an object, not {_kind(raw)}")
    proper = {each.lower(): each for each in known}
    found: dict[str, tuple[Path, Any]] = {}
    for name, value in raw.items():
        element = proper.get(str(name).lower())
        if element is None:
            raise _wrong((*path, str(name)), f"is no element of a policy{_nearest(str(name), known)}")
        if element in found:
            raise _wrong((*path, str(name)), f"stands twice, in different cases; AWS takes {element} once")
        found[element] = ((*path, str(name)), value)
    return found


def _statement(raw: Any, path: Path) -> Statement:
    elements = _elements(raw, path, _STATEMENT_ELEMENTS)
    effect_path, effect = elements.get("Effect", (path, None))
    if effect not in ("Allow", "Deny"):
        said = f", not {json.dumps(shown(effect))}" if isinstance(effect, str) else ""
        raise _wrong((*path, "Effect") if effect_path == path else effect_path, f'must be "Allow" or "Deny"{said}')
    actions, not_actions = _either(elements, "Action", path)
    resources, not_resources = _either(elements, "Resource", path)
    if "Action" not in elements and "NotAction" not in elements:
        raise _wrong(path, "has neither Action nor NotAction")
    chosen, not_principals = _chosen(elements, "Principal", path)
    principal = elements.get(chosen, (path, None))
    condition = elements.get("Condition", (path, None))
    return Statement(
        effect=effect,
        actions=actions,
        resources=resources,
        principals=None if principal[1] is None else _principals(principal[1], principal[0]),
        conditions=() if condition[1] is None else tuple(_conditions(condition[1], condition[0])),
        sid=_optional(elements, "Sid"),
        not_actions=not_actions,
        not_resources=not_resources,
        not_principals=not_principals,
    )


def _chosen(elements: Mapping[str, Any], name: str, path: Path) -> tuple[str, bool]:
    """Which of an element and its ``Not`` form is there, and whether it is the latter."""
    negative = f"Not{name}"
    if name in elements and negative in elements:
        raise _wrong(path, f"has both {name} and {negative}")
    return (negative, True) if negative in elements else (name, False)


def _either(elements: Mapping[str, tuple[Path, Any]], name: str, path: Path) -> tuple[tuple[str, ...], bool]:
    chosen, negated = _chosen(elements, name, path)
    where, value = elements.get(chosen, (path, []))
    return _texts(value, where), negated


def _principals(raw: Any, path: Path) -> Principals:
    if raw == "*":
        return Principals(aws=("*",))
    if not isinstance(raw, Mapping):
        raise _wrong(path, f'must be "*" or an object, not {_kind(raw)}')
    for kind in raw:
        if kind not in _PRINCIPALS:
            raise _wrong((*path, str(kind)), f"is no kind of principal{_nearest(str(kind), _PRINCIPALS)}")
    return Principals(**{_PRINCIPALS[kind]: _texts(value, (*path, kind)) for kind, value in raw.items()})


def _conditions(raw: Any, path: Path) -> Iterator[Condition]:
    if not isinstance(raw, Mapping):
        raise _wrong(path, f"must be an object, not {_kind(raw)}")
    for operator, tests in raw.items():
        where = (*path, str(operator))
        _check_operator(str(operator), where)
        if not isinstance(tests, Mapping):
            raise _wrong(where, f"must be an object, not {_kind(tests)}")
        for key, values in tests.items():
            place = (*where, str(key))
            listed = enumerate(values) if isinstance(values, list) else ()
            found = tuple(_scalar(each, (*place, index)) for index, each in listed)
            yield str(operator), str(key), found if isinstance(values, list) else (_scalar(values, place),)


def _check_operator(operator: str, path: Path) -> None:
    if operator.lower() not in _OPERATORS:
        raise _wrong(path, f"is no condition operator{_nearest(operator, _OPERATORS.values())}")


def _scalar(value: Any, path: Path) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)):
        return str(value)
    raise _wrong(path, f"must be a text, a number or a truth value, not {_kind(value)}")


def _texts(value: Any, path: Path) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list):
        return tuple(_text(each, (*path, index)) for index, each in enumerate(value))
    raise _wrong(path, f"must be a text or a list of texts, not {_kind(value)}")


def _optional(elements: Mapping[str, tuple[Path, Any]], name: str) -> str:
    path, value = elements.get(name, ((), None))
    return "" if value is None else _text(value, path)


def _text(value: Any, path: Path) -> str:
    if isinstance(value, str):
        return value
    raise _wrong(path, f"must be a text, not {_kind(value)}")


def _wrong(path: Path, what: str) -> MalformedPolicy:
    return MalformedPolicy(f"{written(path)} {what}", path)


def _nearest(name: str, known: Iterable[str]) -> str:
    proper = {each.lower(): each for each in known}
    near = difflib.get_close_matches(shown(name).lower(), proper, n=1)
    return f"; did you mean {proper[near[0]]}?" if near else ""


def _kind(value: Any) -> str:
    if isinstance(value, Mapping):
        return "an object"
    kinds = ((str, "a text"), (bool, "a truth value"), ((int, float), "a number"), (list, "a list"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "null" if value is None else "no JSON")
