"""The shapes in which CloudTrail's events are kept: its own files, and exports of Lake, Athena and event history.

A file is taken whole or not at all; an event in it that is none is counted.
"""

from __future__ import annotations

import csv
import io
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import msgspec

from bartizan.trail.event import (
    Attributes,
    Event,
    Part,
    SessionContext,
    SessionIssuer,
    TlsDetails,
    UserIdentity,
    WebIdFederationData,
)

LARGEST = 1 << 30
"""The bytes to which a file may expand; CloudTrail's own stay far below."""

_GZIP = b"\x1f\x8b"
_NO_EVENTS = ("CloudTrail-Digest", "CloudTrail-Insight", "CloudTrail-NetworkActivity-Digest", "result_sign.json")
_SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".gz")


class UnreadableError(ValueError):
    """A file that is not what it should be; its text says why."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The events of a file, and how many records in it are none."""

    events: list[Event]
    malformed: int = 0


class _Log(Part, frozen=True):
    Records: list[Event]


_log = msgspec.json.Decoder(_Log)
_any: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


def holds_events(name: str) -> bool:
    """Whether a file of this name may hold events: no digest, no insight, no signature, no metadata."""
    return name.lower().endswith(_SUFFIXES) and not any(each in name for each in _NO_EVENTS)


def organization_of(path: str) -> str | None:
    """The organization in whose folder an organization trail has put the file."""
    found = re.search(r"(?:^|/)AWSLogs/(o-[a-z0-9]{10,32})/", path)
    return found.group(1) if found else None


def decode(data: bytes) -> Decoded:
    """The events of a file, whatever its shape; raises ``UnreadableError``."""
    text = _expanded(data) if data.startswith(_GZIP) else data
    if not text.strip():
        raise UnreadableError("it is empty")
    try:
        return Decoded(_log.decode(text).Records)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # Another shape, or one record in it is odd: slower, and with an answer for each record.
        return _decode_slowly(text)


def _expanded(data: bytes) -> bytes:
    parts, left = list[bytes](), LARGEST
    try:
        while data:
            inflater = zlib.decompressobj(31)
            parts.append(inflater.decompress(data, left + 1))
            left -= len(parts[-1])
            if left < 0:
                raise UnreadableError(f"it expands to more than {LARGEST >> 20} MB")
            if not inflater.eof:
                raise UnreadableError("it is cut off: the end of its gzip stream is missing")
            data = inflater.unused_data.lstrip(b"\0")
    except zlib.error as broken:
        raise UnreadableError(f"its gzip stream is broken ({broken})") from None
    return b"".join(parts)


def _decode_slowly(text: bytes) -> Decoded:
    first = text.lstrip()[:1]
    try:
        records = _json_records(text) if first in b"{[" else _csv_records(text)
        events, malformed = list[Event](), 0
        for each in records:
            try:
                events.append(msgspec.json.decode(msgspec.json.encode(_cased(each)), type=Event))
            except (msgspec.MsgspecError, TypeError, ValueError):
                malformed += 1
    except (msgspec.DecodeError, UnicodeDecodeError, csv.Error, RecursionError) as broken:
        raise UnreadableError(f"it is no JSON or CSV of events ({broken})") from None
    if not events:
        raise UnreadableError(f"none of its {malformed} records is an event" if malformed else "it holds no events")
    return Decoded(events, malformed)


def _json_records(text: bytes) -> Iterable[Any]:
    try:
        held = msgspec.json.decode(text)
    except msgspec.DecodeError:
        # One record a line, as Athena unloads them; a file that is broken says so at its first line.
        return map(_unwrapped, _any.decode_lines(text))
    if isinstance(held, dict) and isinstance(held.get("Records"), list):
        return map(_unwrapped, held["Records"])
    if isinstance(held, dict) and isinstance(held.get("Events"), list):
        return map(_unwrapped, held["Events"])
    return map(_unwrapped, held if isinstance(held, list) else [held])


def _unwrapped(record: Any) -> Any:
    """The event itself, where a record holds it as text (``lookup-events``) or by the name that Lake gives it."""
    if isinstance(record, Mapping):
        for name in ("CloudTrailEvent", "eventJson", "eventjson", "eventData", "eventdata"):
            if name in record:
                held = record[name]
                return msgspec.json.decode(held) if isinstance(held, str) else held
    return record


def _csv_records(text: bytes) -> Iterator[Any]:
    csv.field_size_limit(min(sys.maxsize, LARGEST))
    rows = csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""), strict=True)
    if not {"eventname", "eventjson", "cloudtrailevent"} & {str(each).lower() for each in rows.fieldnames or ()}:
        raise UnreadableError("it is no JSON, and no CSV with a column eventName or eventJson")
    for row in rows:
        held = {name: _value(value) for name, value in row.items() if name and isinstance(value, str) and value}
        yield _unwrapped(held)


def _value(text: str) -> Any:
    """A column of a CSV: JSON, or a structure as Trino prints it, or the text."""
    if text[0] in "{[":
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError:
            return _printed(text)
    return text


_TOKEN = re.compile(r"[{\[\]}]|, (?=[{\[]|\w+=)|(\w+)=|[^{}\[\],=]+|[,=]")


def _printed(text: str) -> Any:
    """A structure as Athena and Lake print it in CSV: ``{type=IAMUser, sessioncontext={...}}``, ``[{arn=...}]``."""
    tokens = [(each.group(0), each.group(1)) for each in _TOKEN.finditer(text)]

    def parse(at: int) -> tuple[Any, int]:
        opening = tokens[at][0] if at < len(tokens) else ""
        if opening == "{":
            found = dict[str, Any]()
            at += 1
            while at < len(tokens) and tokens[at][0] != "}":
                name = tokens[at][1]
                if name:
                    found[name], at = parse(at + 1)
                else:
                    at += 1
            return found, at + 1
        if opening == "[":
            held = list[Any]()
            at += 1
            while at < len(tokens) and tokens[at][0] != "]":
                if tokens[at][0] == ", ":
                    at += 1
                else:
                    one, at = parse(at)
                    held.append(one)
            return held, at + 1
        words = list[str]()
        while at < len(tokens) and tokens[at][0] not in ("}", "]", ", "):
            words.append(tokens[at][0])
            at += 1
        value = "".join(words).strip()
        return (None if value in ("null", "") else value), max(at, 1)

    return parse(0)[0]


_KINDS = (Event, UserIdentity, SessionContext, SessionIssuer, Attributes, WebIdFederationData, TlsDetails)
_NAMES: Mapping[str, str] = MappingProxyType({name.lower(): name for kind in _KINDS for name in kind.__struct_fields__})
_STRUCTURES = frozenset(
    {"useridentity", "sessioncontext", "sessionissuer", "attributes", "webidfederationdata", "tlsdetails"}
)


def _cased(record: Any) -> Any:
    """A record with AWS's spelling of names, of which Athena and Lake leave only small letters."""
    if not isinstance(record, Mapping):
        raise TypeError("a record is an object")
    return {_NAMES.get(str(name).lower(), name): _inner(str(name).lower(), held) for name, held in record.items()}


def _inner(name: str, held: Any) -> Any:
    if name in _STRUCTURES and isinstance(held, Mapping):
        return _cased(held)
    if name == "resources" and isinstance(held, list):
        return [_resource(each) for each in held if isinstance(each, Mapping)]
    readers: Mapping[str, Callable[[Any], Any]] = {"eventtime": _time, "mfaauthenticated": str}
    return readers[name](held) if name in readers and held is not None else held


def _resource(held: Mapping[str, Any]) -> dict[str, Any]:
    spelled = {"arn": "ARN", "arnprefix": "ARNPrefix", "accountid": "accountId"}
    return {spelled.get(str(name).lower(), str(name)): each for name, each in held.items()}


def _time(held: Any) -> Any:
    """``2026-03-01 10:00:00.000``, as Lake writes times, in CloudTrail's form."""
    return (
        re.sub(r"^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)?(?: UTC)?$", r"\1T\2Z", held)
        if isinstance(held, str)
        else held
    )
