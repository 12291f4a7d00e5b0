"""Sets of values: what one element of a statement, or one condition, compares with.

Each family (texts, numbers, dates, addresses) is a class with the same two questions: does a value of the request
belong to it, and which other values are worth trying to find one that belongs, or does not. Source:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import ipaddress
import itertools
import operator
import re
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Protocol

from bartizan.policy.patterns import Attributes, Pattern, Template

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Span = tuple[int, bytes, bytes]  # length, first and last address; bytes of one length compare as numbers do
_IPV4, _IPV6 = socket.AF_INET, socket.AF_INET6
_EPOCH = re.compile(r"-?\d{1,12}(\.\d{1,12})?\Z")
_W3C = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d{1,12})?)?(?:Z|([+-])(\d\d):(\d\d))?)?)?)?\Z"
)
_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?\Z")


class Values(Protocol):
    """A set of values; hashable, and equal where it is written alike."""

    def has(self, value: str, attributes: Attributes) -> bool:
        """Whether a value of the request is in the set; variables take their values from ``attributes``."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The attributes that variables in it refer to."""


class Texts:
    """Texts, as literals, patterns and templates; any of them may match."""

    __slots__ = ("_exact", "_hash", "_others", "_starts", "keys", "nocase", "patterns", "templates")

    def __init__(self, patterns: Iterable[Pattern | Template]) -> None:
        listed = list(dict.fromkeys(patterns))
        self.patterns = tuple(each for each in listed if isinstance(each, Pattern))
        self.templates = tuple(each for each in listed if isinstance(each, Template))
        self.keys = tuple(dict.fromkeys(key for each in self.templates for key in each.keys))
        self.nocase = any(each.nocase for each in listed)
        self._exact = frozenset(each.literal for each in self.patterns if each.literal is not None)
        self._starts = tuple(each.prefix for each in self.patterns if each.starts)
        self._others = tuple(each for each in self.patterns if each.literal is None and not each.starts)
        self._hash = hash((self.patterns, self.templates))

    def has(self, value: str, attributes: Attributes) -> bool:
        """Whether one of the patterns matches the value."""
        folded = value.lower() if self.nocase else value
        if folded in self._exact or (self._starts and folded.startswith(self._starts)):
            return True
        for pattern in self._others:
            if pattern.matches(folded):
                return True
        for template in self.templates:
            made = template.resolve(attributes)
            if made is not None and made.matches(folded):
                return True
        return False

    @property
    def literals(self) -> frozenset[str] | None:
        """All its texts, where it has neither wildcards nor variables."""
        return None if self._starts or self._others or self.templates else self._exact

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Texts) and self.patterns == other.patterns and self.templates == other.templates

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"Texts({', '.join(map(str, (*self.patterns, *self.templates)))})"


_COMPARE: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "equals": operator.eq,
    "lessthan": operator.lt,
    "lessthanequals": operator.le,
    "greaterthan": operator.gt,
    "greaterthanequals": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers, or moments as seconds since 1970, on one side of each bound; a text that is none is never in it."""

    comparison: str
    bounds: tuple[Fraction, ...]
    dates: bool = False

    def has(self, value: str, attributes: Attributes) -> bool:  # noqa: ARG002 - numbers know no variables
        """Whether the value compares so with one of the bounds."""
        number = parse_date(value) if self.dates else parse_number(value)
        compare = _COMPARE[self.comparison]
        return number is not None and any(compare(number, bound) for bound in self.bounds)

    @property
    def keys(self) -> tuple[str, ...]:
        """None: numbers know no variables."""
        return ()


@dataclass(frozen=True, slots=True)
class Networks:
    """IP addresses within one of the networks."""

    networks: tuple[Network, ...]
    _spans: tuple[_Span, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_spans", tuple(map(_span, self.networks)))

    def has(self, value: str, attributes: Attributes) -> bool:  # noqa: ARG002 - addresses know no variables
        """Whether the value is an address, or a network, inside."""
        span = _parse_span(value)
        if span is None:
            return False
        length, first, last = span
        for other, low, high in self._spans:  # noqa: SIM110 - a generator costs more than the answer here
            if length == other and low <= first and last <= high:
                return True
        return False

    @property
    def keys(self) -> tuple[str, ...]:
        """None: addresses know no variables."""
        return ()


@dataclass(frozen=True, slots=True)
class Flags:
    """Truth values, or binary values, compared by what they mean: ``TRUE`` is ``true``."""

    values: frozenset[str]
    binary: bool = False

    def has(self, value: str, attributes: Attributes) -> bool:  # noqa: ARG002 - flags know no variables
        """Whether the value means one of them."""
        return (_decoded(value) if self.binary else value.lower()) in self.values

    @property
    def keys(self) -> tuple[str, ...]:
        """None: flags know no variables."""
        return ()


def flags(values: Iterable[str], *, binary: bool = False) -> Flags:
    """The set of these truth values, or of what these base64 texts encode."""
    if binary:
        return Flags(frozenset(each for each in map(_decoded, values) if each is not None), binary=True)
    return Flags(frozenset(each.lower() for each in values))


def parse_number(text: str) -> Fraction | None:
    """The number, or ``None`` where the text is none."""
    return Fraction(text) if _NUMBER.match(text) else None


def parse_date(text: str) -> Fraction | None:
    """The moment in seconds since 1970, from ISO 8601 or such a number; ``None`` where the text is neither.

    Of ISO 8601 the forms of https://www.w3.org/TR/NOTE-datetime; four digits are a year.
    """
    found = _W3C.match(text)
    if found is None:
        return Fraction(text) if _EPOCH.match(text) else None
    year, month, day, hour, minute, second = (
        int(each or least) for each, least in zip(found.groups()[:6], _LEAST, strict=True)
    )
    try:
        moment = dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC)
    except ValueError:
        return None
    sign, hours, minutes = found.groups()[7:]
    ahead = int(f"{sign}{int(hours) * 3600 + int(minutes) * 60}") if sign else 0
    since = moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return Fraction(since.days * 86_400 + since.seconds - ahead) + Fraction(found[7] or 0)


def parse_network(text: str) -> Network | None:
    """The network, a single address being one of its own; ``None`` where the text is neither."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _span(network: Network) -> _Span:
    first = network[0].packed
    return len(first), first, network[-1].packed


def _parse_span(text: str) -> _Span | None:
    # The way of the socket library is short, and most values are single addresses.
    try:
        if ":" in text:
            address = socket.inet_pton(_IPV6, text)
            return 16, address, address
        address = socket.inet_pton(_IPV4, text)
    except (OSError, ValueError):
        network = parse_network(text)
        return None if network is None else _span(network)
    return 4, address, address


def _decoded(text: str) -> str | None:
    try:
        return base64.b64decode(text, validate=True).hex()
    except (binascii.Error, ValueError):
        return None


def candidates(sets: Iterable[Values]) -> tuple[str, ...]:
    """Values on both sides of each border of sets of numbers, addresses or flags, plain ones first.

    Whatever combination of such sets has a member, has one among these. Texts have none here: see ``language``.
    """
    listed = list(sets)
    found: list[str] = []
    networks = [network for each in listed if isinstance(each, Networks) for network in each.networks]
    if networks:
        found += _ORDINARY_ADDRESSES
        found += _addresses(networks)
    for dates in (False, True):
        bounds = {
            bound for each in listed if isinstance(each, Numbers) and each.dates is dates for bound in each.bounds
        }
        found += (written(number, dates=dates) for number in _around(bounds))
    for each in listed:
        if isinstance(each, Flags):
            found += _flag_candidates(each)
    return tuple(dict.fromkeys(found))


_ORDINARY_ADDRESSES = ("198.51.100.7", "2001:db8::7", "0.0.0.0", "::")  # noqa: S104 - values to try, nothing binds


def _addresses(networks: Iterable[Network]) -> Iterator[str]:
    for network in networks:
        yield str(network[0])
        after = int(network[-1]) + 1
        if after < 2**network.max_prefixlen:
            yield str(type(network[0])(after))


def _around(bounds: Iterable[Fraction]) -> Iterator[Fraction]:
    ordered = sorted(bounds)
    if ordered:
        yield from ordered
        yield from ((low + high) / 2 for low, high in itertools.pairwise(ordered))
        yield ordered[0] - 1
        yield ordered[-1] + 1


def _flag_candidates(flag: Flags) -> Iterator[str]:
    if flag.binary:
        yield from (base64.b64encode(bytes.fromhex(each)).decode() for each in sorted(flag.values))
        longest = max((len(each) for each in flag.values), default=0)
        yield base64.b64encode(b"x" * (longest + 1)).decode()
    else:
        yield from ("true", "false")


def written(number: Fraction, *, dates: bool) -> str:
    """A number as a policy writes it, exactly; a moment of whole seconds in ISO 8601 where the calendar has it."""
    if dates and number.denominator == 1 and _FIRST_SECOND <= number <= _LAST_SECOND:
        moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=int(number))
        return moment.isoformat().replace("+00:00", "Z")
    with localcontext(prec=100):
        return f"{Decimal(number.numerator) / Decimal(number.denominator):f}"


_LEAST = (1, 1, 1, 0, 0, 0)
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799
