"""CloudFormation templates as YAML.

Two things in a template are more than they look: a mapping with one key of a function (``Ref``, ``Fn::Sub``), and a
dynamic reference in a text. A value from an account that happens to be one cannot be written so that it stays what it
is, so it is refused.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
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


class _Function:
    """A function of CloudFormation in its short form."""

    def __init__(self, tag: str, argument: str) -> None:
        self.tag, self.argument = tag, argument


def _represent(dumper: yaml.SafeDumper, function: _Function) -> yaml.Node:
    return dumper.represent_scalar(f"!{function.tag}", function.argument)


_Dumper.add_representer(_Function, _represent)


def resources(declared: Iterable[tuple[str, str, Declaration]]) -> str:
    """The entries of a template's ``Resources``: logical id, logical id of the owner, and what is declared.

    Raises ``Unwritable``.
    """
    entries = {
        name: {"Type": each.code_type, "Properties": _value(each.attributes, owner)} for name, owner, each in declared
    }
    return yaml.dump(
        entries, Dumper=_Dumper, sort_keys=False, default_flow_style=False, width=110, allow_unicode=True
    ).rstrip("\n")


def _value(value: Any, owner: str) -> Any:
    if isinstance(value, Own):
        return _Function("GetAtt", f"{owner}.{value.attribute}") if value.attribute else _Function("Ref", owner)
    if isinstance(value, Json):
        return json.dumps(value.value) if value.text else _value(value.value, owner)
    if isinstance(value, Nested):
        return _value(value.attributes, owner)
    if isinstance(value, Mapping):
        if len(value) == 1 and any(name == "Ref" or str(name).startswith("Fn::") for name in value):
            raise Unwritable(f"a mapping with the only key {next(iter(value))} is a function in a template")
        return {str(name): _value(each, owner) for name, each in value.items() if each is not None}
    if isinstance(value, (list, tuple)):
        return [_value(each, owner) for each in value]
    if isinstance(value, str) and "{{resolve:" in value:
        raise Unwritable("a text with {{resolve: is a dynamic reference in a template")
    return value if isinstance(value, (bool, int, float)) else str(value)
