"""What stands for ids that are not known yet, back into the references of Terraform's language that they came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bartizan.iac.edit.changes import Refused
from bartizan.iac.write.hcl import Raw, quoted
from bartizan.iac.write.yaml_ import Function
from bartizan.resources.writing import Json, Nested, Own

_STAND_IN = re.compile(r"<([^<>]+)>")
_REFERENCE = re.compile(r"[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*|\[\d+\]|\[(?:each\.key|count\.index)\]|\[\"[\w.-]+\"\])+")
_TO_COME = re.compile(r"(.+) in .+")


def referring(value: Any) -> Any:
    """A value in which stand-ins are references again; raises ``Refused`` for one that is none."""
    if isinstance(value, Nested):
        return Nested(referring(value.attributes))
    if isinstance(value, Json):
        return replace(value, value=referring(value.value))
    if isinstance(value, Mapping):
        return {name: referring(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [referring(each) for each in value]
    return _text(value) if isinstance(value, str) and _STAND_IN.search(value) else value


def _text(value: str) -> Raw:
    whole = _STAND_IN.fullmatch(value)
    if whole:
        return Raw(_reference(whole[1]))
    pieces = _STAND_IN.split(value)
    texts = [quoted(each)[1:-1] if not number % 2 else f"${{{_reference(each)}}}" for number, each in enumerate(pieces)]
    return Raw(f'"{"".join(texts)}"')


def _reference(standing: str) -> str:
    to_come = _TO_COME.fullmatch(standing)
    address = to_come[1] if to_come else standing
    if not _REFERENCE.fullmatch(address) or address.startswith("module."):
        raise Refused(f"what would be written refers to <{standing}>")
    return f"{address}.id" if to_come else address


def owning(value: Any, own: str) -> Any:
    """A value in which what stands for the resource that a part belongs to refers to it; ``own`` is its address."""
    if isinstance(value, Own):
        return Raw(f"{own}.{value.attribute}")
    if isinstance(value, Nested):
        return Nested(owning(value.attributes, own))
    if isinstance(value, Mapping):
        return {name: owning(each, own) for name, each in value.items()}
    return [owning(each, own) for each in value] if isinstance(value, list | tuple) else value


_MADE = re.compile(r"[A-Za-z0-9:]+(?:\.[A-Za-z0-9.]+)?")


def calling(value: Any) -> Any:
    """As ``referring``, of plain values of a template: into its functions."""
    if isinstance(value, Mapping):
        return {name: calling(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [calling(each) for each in value]
    if not isinstance(value, str) or not _STAND_IN.search(value):
        return value
    if whole := _STAND_IN.fullmatch(value):
        name = _made(whole[1])
        return Function("GetAtt" if "." in name else "Ref", name)
    pieces = _STAND_IN.split(value)
    texts = [f"${{{_made(each)}}}" if number % 2 else each.replace("${", "${!") for number, each in enumerate(pieces)]
    return Function("Sub", "".join(texts))


def _made(standing: str) -> str:
    to_come = _TO_COME.fullmatch(standing)
    name = to_come[1] if to_come else standing.removeprefix("GetAtt ")
    if not _MADE.fullmatch(name):
        raise Refused(f"what would be written refers to <{standing}>")
    return name
