"""CloudFormation templates as YAML.

Two things in a template are more than they look: a mapping with one key of a function (``Ref``, ``Fn::Sub``), and a
dynamic reference in a text. A value from an account that happens to be one cannot be written so that it stays what it
is, so it is refused.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from bartizan.resources.writing import Declaration, Json, Nested, Own, Unwritable

_LINE_BREAKS = frozenset("\x85\u2028\u2029")
"""What ends a line for YAML 1.1 beside the usual ones: https://yaml.org/spec/1.1/#id871136"""


class _Dumper(yaml.SafeDumper):
    """Dumps without anchors, and indents lists below their key as AWS's own templates do."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:  # noqa: ARG002 - PyYAML's signature
        return super().increase_indent(flow, False)

    def choose_scalar_style(self) -> Any:
        function = str(getattr(self.event, "tag", "")).startswith("!")
        if not function and not _LINE_BREAKS.isdisjoint(getattr(self.event, "value", "")):
            return '"'  # in another style a reader takes each of them for the end of a line, and folds it
        return "" if function else super().choose_scalar_style()


@dataclass(frozen=True, slots=True)
class Function:
    """A function of CloudFormation, which YAML has in a short form."""

    tag: str
    argument: str

    @property
    def long(self) -> dict[str, Any]:
        """As JSON has it."""
        if self.tag == "Ref":
            return {"Ref": self.argument}
        return {f"Fn::{self.tag}": self.argument.split(".", 1) if self.tag == "GetAtt" else self.argument}


def _represent(dumper: yaml.SafeDumper, function: Function) -> yaml.Node:
    return dumper.represent_scalar(f"!{function.tag}", function.argument)


_Dumper.add_representer(Function, _represent)


def resources(declared: Iterable[tuple[str, str, Declaration]]) -> str:
    """The entries of a template's ``Resources``: logical id, logical id of the owner, and what is declared.

    Raises ``Unwritable``.
    """
    return entries(declared, keep=False)


def entries(declared: Iterable[tuple[str, str, Declaration]], *, keep: bool) -> str:
    """As ``resources``; with ``keep`` what is there stays where the stack or the entry goes, as an import asks for.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-manually.html
    """
    kept = {"DeletionPolicy": "Retain"} if keep else {}
    return dumped(
        {
            name: {"Type": each.code_type, **kept, "Properties": plain_of(each.attributes, owner)}
            for name, owner, each in declared
        }
    )


def dumped(value: Mapping[str, Any], width: int = 110) -> str:
    """A mapping of plain values and functions as YAML, without the end of its last line."""
    return yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, default_flow_style=False, width=width, allow_unicode=True
    ).rstrip("\n")


def plain_of(value: Any, owner: str) -> Any:  # noqa: PLR0911 - one line per kind of value
    """The value of a property as plain values and functions; ``owner`` is the logical id that parts refer to.

    Raises ``Unwritable``.
    """
    if isinstance(value, Function):
        return value
    if isinstance(value, Own):
        return Function("GetAtt", f"{owner}.{value.attribute}") if value.attribute else Function("Ref", owner)
    if isinstance(value, Json):
        return json.dumps(value.value) if value.text else plain_of(value.value, owner)
    if isinstance(value, Nested):
        return plain_of(value.attributes, owner)
    if isinstance(value, Mapping):
        if len(value) == 1 and any(name == "Ref" or str(name).startswith("Fn::") for name in value):
            raise Unwritable(f"a mapping with the only key {next(iter(value))} is a function in a template")
        return {str(name): plain_of(each, owner) for name, each in value.items() if each is not None}
    if isinstance(value, (list, tuple)):
        return [plain_of(each, owner) for each in value]
    if isinstance(value, str) and "{{resolve:" in value:
        raise Unwritable("a text with {{resolve: is a dynamic reference in a template")
    return value if isinstance(value, (bool, int, float)) else str(value)
