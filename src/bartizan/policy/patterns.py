"""Patterns: the texts with wildcards and variables that policies compare with.

A pattern is a sequence of literal runs and wildcards. In an ARN compared by ``ArnLike`` a wildcard stays within its
component; everywhere else it matches any characters. Sources:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

Attributes = Mapping[str, tuple[str, ...]]
"""What is known of a request: the values of each attribute, by its name in lower case; what is missing is absent."""


class Wild(Enum):
    """The wildcards; those ``IN_PART`` do not match a colon."""

    ONE = "?"
    MANY = "*"
    ONE_IN_PART = "?:"
    MANY_IN_PART = "*:"


@dataclass(frozen=True, slots=True)
class Variable:
    """``${aws:username}`` or ``${aws:username, 'nobody'}``: its key in lower case, and its stand-in."""

    key: str
    default: str | None = None


Token = str | Wild
_WILD = {"*": Wild.MANY, "?": Wild.ONE}
_IN_PART = {Wild.MANY: Wild.MANY_IN_PART, Wild.ONE: Wild.ONE_IN_PART}
_SPECIAL = re.compile(r"\$\{([^{}]*)\}|([*?])")
_DEFAULTED = re.compile(r"\s*([^,\s]+)\s*,\s*'(.*)'\s*", re.DOTALL)


class Pattern:
    """Literal runs and wildcards; ``nocase`` ignores the case of letters. Equal patterns have equal tokens."""

    __slots__ = ("_hash", "_regex", "literal", "nocase", "prefix", "starts", "tokens")

    def __init__(self, tokens: Iterable[Token], *, nocase: bool = False) -> None:
        self.tokens: tuple[Token, ...] = tuple(_merged(tokens, nocase=nocase))
        self.nocase = nocase
        first = self.tokens[0] if self.tokens else ""
        self.prefix = first if isinstance(first, str) else ""
        """What everything that it matches begins with."""
        self.literal: str | None = self.prefix if len(self.tokens) < 2 and isinstance(first, str) else None
        """The one text that it matches, where it has no wildcard."""
        self.starts = self.tokens == (Wild.MANY,) or (
            len(self.tokens) == 2 and isinstance(first, str) and self.tokens[1] is Wild.MANY
        )
        """Whether it matches exactly what begins with ``prefix``."""
        self._regex: re.Pattern[str] | None = None
        self._hash = hash((self.tokens, nocase))

    def matches(self, text: str) -> bool:
        """Whether the whole text matches, in time that grows with the length of the text, not with its wildcards."""
        if self.nocase:
            text = text.lower()
        if self.literal is not None:
            return text == self.literal
        if not text.startswith(self.prefix):
            return False
        if self.starts:
            return True
        if self._regex is None:
            self._regex = re.compile(_regex(self.tokens), re.DOTALL)
        return self._regex.fullmatch(text) is not None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and self.tokens == other.tokens and self.nocase == other.nocase

    def __hash__(self) -> int:
        return self._hash

    def __str__(self) -> str:
        return "".join(token if isinstance(token, str) else token.value[0] for token in self.tokens)

    def __repr__(self) -> str:
        return f"Pattern({str(self)!r})"


class Template:
    """A pattern with variables, which take their values from the request; a value's own wildcards mean nothing."""

    __slots__ = ("_made", "keys", "nocase", "parts", "required")

    def __init__(self, parts: Sequence[Token | Variable], *, nocase: bool = False) -> None:
        self.parts = tuple(parts)
        self.nocase = nocase
        self.keys = tuple(dict.fromkeys(part.key for part in parts if isinstance(part, Variable)))
        """The attributes that it takes values from."""
        self.required = tuple(
            dict.fromkeys(part.key for part in parts if isinstance(part, Variable) and part.default is None)
        )
        """Those of them without which it means nothing."""
        self._made: dict[tuple[str | None, ...], Pattern | None] = {}

    def resolve(self, attributes: Attributes) -> Pattern | None:
        """The pattern with the request's values in place, or ``None`` where one is missing and has no default."""
        values = tuple([_single(attributes.get(key)) for key in self.keys])
        try:
            return self._made[values]
        except KeyError:
            if len(self._made) > 255:
                self._made.clear()
            made = self._made[values] = self._fill(dict(zip(self.keys, values, strict=True)))
            return made

    def _fill(self, values: Mapping[str, str | None]) -> Pattern | None:
        tokens: list[Token] = []
        for part in self.parts:
            if isinstance(part, Variable):
                value = values[part.key]
                if value is None:
                    value = part.default
                if value is None:
                    return None
                tokens.append(value)
            else:
                tokens.append(part)
        return Pattern(tokens, nocase=self.nocase)

    def specialised(self, known: Attributes) -> Pattern | Template | None:
        """With the values of the attributes in ``known`` in place, where one without values is missing for good."""
        parts: list[Token | Variable] = []
        for part in self.parts:
            if isinstance(part, Variable) and part.key in known:
                value = _single(known[part.key])
                if value is None:
                    value = part.default
                if value is None:
                    return None
                parts.append(value)
            else:
                parts.append(part)
        if any(isinstance(part, Variable) for part in parts):
            return Template(parts, nocase=self.nocase)
        return Pattern((part for part in parts if not isinstance(part, Variable)), nocase=self.nocase)

    def widened(self) -> Pattern:
        """The pattern that matches whatever it could match for any values."""
        return Pattern((Wild.MANY if isinstance(part, Variable) else part for part in self.parts), nocase=self.nocase)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Template) and self.parts == other.parts and self.nocase == other.nocase

    def __hash__(self) -> int:
        return hash((self.parts, self.nocase))

    def __str__(self) -> str:
        return "".join(_written(part) for part in self.parts)

    def __repr__(self) -> str:
        return f"Template({str(self)!r})"


def parse_pattern(
    text: str, *, wildcards: bool = True, variables: bool = True, arn: bool = False, nocase: bool = False
) -> Pattern | Template:
    """Read a text of a policy.

    ``wildcards``: whether ``*`` and ``?`` mean more than themselves. ``variables``: whether ``${...}`` does, which it
    does from version 2012-10-17 on. ``arn``: whether the wildcards of the first five components stay within them.
    """
    parts = list(_parts(text, wildcards=wildcards, variables=variables))
    if arn:
        parts = list(_within_components(parts))
    if any(isinstance(part, Variable) for part in parts):
        return Template(parts, nocase=nocase)
    return Pattern((part for part in parts if not isinstance(part, Variable)), nocase=nocase)


def _parts(text: str, *, wildcards: bool, variables: bool) -> Iterator[Token | Variable]:
    done = 0
    for found in _SPECIAL.finditer(text):
        inside, wild = found.groups()
        if (wild and not wildcards) or (wild is None and not variables):
            continue
        if found.start() > done:
            yield text[done : found.start()]
        done = found.end()
        if wild:
            yield _WILD[wild]
        elif inside in {"*", "?", "$"}:
            yield inside
        else:
            yield _variable(inside)
    if done < len(text):
        yield text[done:]


def _variable(inside: str) -> Variable:
    defaulted = _DEFAULTED.fullmatch(inside)
    if defaulted:
        return Variable(defaulted[1].lower(), defaulted[2])
    return Variable(inside.strip().lower())


def _within_components(parts: Iterable[Token | Variable]) -> Iterator[Token | Variable]:
    """Keep the wildcards before the fifth colon within their component; a lone star stays as it is."""
    listed = list(parts)
    if listed == [Wild.MANY]:
        yield Wild.MANY
        return
    colons = 0
    for part in listed:
        if isinstance(part, str):
            colons += part.count(":")
            yield part
        elif isinstance(part, Wild) and colons < 5:
            yield _IN_PART[part]
        else:
            yield part


def _merged(tokens: Iterable[Token], *, nocase: bool) -> Iterator[Token]:
    """Join neighbouring literal runs, and neighbouring stars; drop empty runs."""
    run: list[str] = []
    before: Token = ""
    for token in tokens:
        if isinstance(token, str):
            if token:
                run.append(token.lower() if nocase else token)
                before = token
            continue
        if run:
            yield "".join(run)
            run = []
        if token is before and token in {Wild.MANY, Wild.MANY_IN_PART}:
            continue
        before = token
        yield token
    if run:
        yield "".join(run)


def _regex(tokens: Sequence[Token]) -> str:
    """An expression without backtracking over more than one star: the leftmost match of each run is the right one."""
    stars = [position for position, token in enumerate(tokens) if token in {Wild.MANY, Wild.MANY_IN_PART}]
    written: list[str] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if isinstance(token, Wild) and token in _ANY:
            following = next((star for star in stars if star > position), None)
            between = tokens[position + 1 : following] if following is not None else ()
            # Atomic where another star of the same reach follows: then an early match never hurts.
            if following is not None and tokens[following] is token and _stays(token, between):
                written.append(f"(?>{_ANY[token]}?{''.join(map(_atom, between))})")
                position = following
                continue
            written.append(_ANY[token])
        else:
            written.append(_atom(token))
        position += 1
    return "".join(written)


_ANY = {Wild.MANY: ".*", Wild.MANY_IN_PART: "[^:]*"}


def _stays(star: Token, between: Sequence[Token]) -> bool:
    return star is Wild.MANY or not any(isinstance(each, str) and ":" in each for each in between)


def _atom(token: Token) -> str:
    if isinstance(token, str):
        return re.escape(token)
    return "[^:]" if token is Wild.ONE_IN_PART else "."


def _single(values: tuple[str, ...] | None) -> str | None:
    # AWS fills in single-valued keys only.
    return values[0] if values and len(values) == 1 else None


def _written(part: Token | Variable) -> str:
    if isinstance(part, Variable):
        return "${" + part.key + ("" if part.default is None else f", '{part.default}'") + "}"
    return part if isinstance(part, str) else part.value[0]
