"""Filter patterns of CloudWatch Logs: which events a pattern matches. Pure.

A pattern in braces asks about the fields of JSON events; any other is a list of terms that the text must hold. Patterns
in brackets take lines apart by their spaces, which no JSON event is meant for, so they match none.

A comparison with a field that an event lacks does not hold, ``!=`` included: only ``NOT EXISTS`` asks for that.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from typing import Any

Event = Mapping[str, Any]
Matcher = Callable[[Event], bool]

_MISSING: Any = object()
_REMEMBERED = 4096
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<mark>&&|\|\||[()])
      | (?P<compare>!=|>=|<=|=|<|>)
      | (?P<field>\$(?:\.?\[(?:\d+|'[^']*'|"[^"]*")\]|\.[^\s.\[\]()=!<>&|"%]+)+)
      | "(?P<quoted>(?:\\.|[^"\\])*)"
      | %(?P<regex>[^%]*)%
      | (?P<word>[^\s()=!<>&|"%]+)
    )""",
    re.VERBOSE,
)
_STEP = re.compile(r"\[(\d+)\]|\[['\"]([^'\"]*)['\"]\]|\.([^.\[\]]+)")
_TERM = re.compile(r'([?-]?)(?:"((?:\\.|[^"\\])*)"|%([^%]+)%|(\S+))')
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$")
_ORDER: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
_FACTS: Mapping[tuple[str, str], Callable[[Any], bool]] = {
    ("IS", "NULL"): lambda value: value is None,
    ("IS", "TRUE"): lambda value: value is True,
    ("IS", "FALSE"): lambda value: value is False,
    ("NOT", "EXISTS"): lambda value: value is _MISSING,
}


class PatternError(ValueError):
    """A pattern that is not understood; the message says where."""


def matches(pattern: str, event: Event) -> bool:
    """Whether a log event matches the pattern; raises ``PatternError``."""
    return compiled(pattern)(event)


@lru_cache(maxsize=_REMEMBERED)
def compiled(pattern: str) -> Matcher:
    """The pattern as a function of an event; raises ``PatternError``."""
    text = pattern.strip()
    if text.startswith("{"):
        if not text.endswith("}"):
            raise PatternError(f"{pattern!r} lacks its closing brace")
        return _Parser(list(_tokens(text[1:-1]))).whole()
    if text.startswith("["):
        return lambda _: False
    return _terms(text)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def _tokens(text: str) -> Iterator[_Token]:
    position, end = 0, len(text.rstrip())
    while position < end:
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise PatternError(f"{text[position : position + 20]!r} is not understood")
        position = found.end()
        yield _Token(found.lastgroup, found[found.lastgroup])


class _Parser:
    """Reads ``or`` of ``and`` of conditions, each of which may be an expression in parentheses."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0

    def whole(self) -> Matcher:
        """The whole pattern."""
        made = self._either()
        if self._next < len(self._tokens):
            raise PatternError(f"{self._tokens[self._next].text!r} follows where the pattern should end")
        return made

    def _take(self, kind: str = "", text: str = "") -> _Token | None:
        if self._next == len(self._tokens):
            return None
        token = self._tokens[self._next]
        if (kind and token.kind != kind) or (text and token.text != text):
            return None
        self._next += 1
        return token

    def _either(self) -> Matcher:
        options = [self._both()]
        while self._take("mark", "||"):
            options.append(self._both())
        return options[0] if len(options) == 1 else lambda event: any(each(event) for each in options)

    def _both(self) -> Matcher:
        needed = [self._one()]
        while self._take("mark", "&&"):
            needed.append(self._one())
        return needed[0] if len(needed) == 1 else lambda event: all(each(event) for each in needed)

    def _one(self) -> Matcher:
        if self._take("mark", "("):
            inner = self._either()
            if not self._take("mark", ")"):
                raise PatternError("a parenthesis is not closed")
            return inner
        field = self._take("field")
        if field is None:
            raise PatternError("a condition starts with a field, such as $.eventName")
        steps = tuple(_steps(field.text))
        holds = self._condition()
        return lambda event: holds(_value(event, steps))

    def _condition(self) -> Callable[[Any], bool]:
        compare = self._take("compare")
        if compare:
            value = self._take()
            if value is None or value.kind in {"mark", "compare", "field"}:
                raise PatternError(f"nothing to compare with follows {compare.text!r}")
            return _comparison(compare.text, value)
        first, second = self._take("word"), self._take("word")
        fact = _FACTS.get((first.text.upper(), second.text.upper())) if first and second else None
        if fact is None:
            raise PatternError("a field is followed by a comparison, or by one of IS NULL, IS TRUE, NOT EXISTS")
        return fact


def _steps(field: str) -> Iterator[str | int]:
    for index, quoted, name in _STEP.findall(field):
        yield int(index) if index else quoted or name


def _value(event: Any, steps: tuple[str | int, ...]) -> Any:
    for step in steps:
        if isinstance(step, int):
            if not isinstance(event, (list, tuple)) or step >= len(event):
                return _MISSING
            event = event[step]
        elif isinstance(event, Mapping) and step in event:
            event = event[step]
        else:
            return _MISSING
    return event


def _comparison(sign: str, token: _Token) -> Callable[[Any], bool]:
    if sign in _ORDER:
        if not _NUMBER.match(token.text):
            raise PatternError(f"{token.text!r} is no number, which {sign!r} compares with")
        bound, order = float(token.text), _ORDER[sign]
        return lambda value: _number(value) and order(value, bound)
    same = _sameness(token)
    if sign == "=":
        return lambda value: value is not _MISSING and same(value)
    return lambda value: value is not _MISSING and not same(value)


def _sameness(token: _Token) -> Callable[[Any], bool]:
    if token.kind == "regex":
        try:
            expression = re.compile(token.text)
        except re.error as wrong:
            raise PatternError(f"%{token.text}% is no regular expression: {wrong}") from None
        return lambda value: expression.search(_text(value)) is not None
    text = re.sub(r"\\(.)", r"\1", token.text) if token.kind == "quoted" else token.text
    if token.kind == "word" and _NUMBER.match(text):
        number = float(text)
        return lambda value: value == number if _number(value) else _text(value) == text
    if "*" not in text:
        return lambda value: _text(value) == text
    # Only the star is special to AWS; the module that translates it knows more.
    wild = re.compile(translate(re.sub(r"[?\[]", lambda special: f"[{special[0]}]", text)))
    return lambda value: value is not None and wild.match(_text(value)) is not None


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _terms(text: str) -> Matcher:
    needed: list[Matcher] = []
    options: list[Matcher] = []
    for sign, quoted, expression, bare in _TERM.findall(text):
        term = _term(re.sub(r"\\(.)", r"\1", quoted) or bare, expression)
        if sign == "?":
            options.append(term)
        else:
            needed.append(_not(term) if sign == "-" else term)
    return lambda event: all(each(event) for each in needed) and (not options or any(each(event) for each in options))


def _term(text: str, expression: str) -> Matcher:
    if expression:
        try:
            found = re.compile(expression)
        except re.error as wrong:
            raise PatternError(f"%{expression}% is no regular expression: {wrong}") from None
        return lambda event: found.search(_text(event)) is not None
    return lambda event: text in _text(event)


def _not(term: Matcher) -> Matcher:
    return lambda event: not term(event)
