"""Loops of templates, unrolled into the resources that they make.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bartizan.iac.text import Tagged
from bartizan.model import InputError

LOOP = "Fn::ForEach::"
_MOST = 10_000


@dataclass(slots=True)
class Unrolled:
    """Resources by logical id; ``origins`` names the loop that one came out of, ``unknown`` the loops that are not run.

    What a loop runs over may only be known once the template is deployed.
    """

    resources: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def unrolled(resources: Mapping[str, Any], resolve: Callable[[Any], Any], path: str) -> Unrolled:
    """The resources with those that loops make; ``resolve`` works out what a loop runs over.

    Raises ``InputError`` that names ``path`` where a loop is not of its form or makes too many.
    """
    made = Unrolled()
    for name, declared in resources.items():
        if name.startswith(LOOP):
            _run(name, declared, name, made, resolve, path)
        else:
            made.resources[name] = declared
    return made


def _run(  # noqa: PLR0913, PLR0917 - what loops within loops share
    name: str, loop: Any, outermost: str, made: Unrolled, resolve: Callable[[Any], Any], path: str
) -> None:
    if not isinstance(loop, list) or len(loop) != 3 or not isinstance(loop[0], str) or not isinstance(loop[2], dict):
        raise InputError(f"{path}: {name} must list a name, what it runs over, and what it makes")
    over = resolve(loop[1])
    if not isinstance(over, list) or not all(isinstance(each, (str, int)) for each in over):
        made.unknown.append(name)
        return
    for each in over:
        for inner, declared in loop[2].items():
            put = _put(declared, loop[0], str(each))
            if inner.startswith(LOOP):
                _run(inner, put, outermost, made, resolve, path)
                continue
            logical = _text(inner, loop[0], str(each))
            made.resources[logical] = put
            made.origins[logical] = outermost
            if len(made.origins) > _MOST:
                raise InputError(f"{path}: {outermost} makes more than {_MOST} resources")


def _put(value: Any, name: str, element: str) -> Any:
    """The value with the element in place of the loop's name."""
    if isinstance(value, dict):
        if value == {"Ref": name}:
            return element
        return {_text(key, name, element): _put(each, name, element) for key, each in value.items()}
    if isinstance(value, list):
        return [_put(each, name, element) for each in value]
    if isinstance(value, Tagged):
        return element if value == Tagged("Ref", name) else Tagged(value.tag, _put(value.value, name, element))
    return _text(value, name, element) if isinstance(value, str) else value


def _text(text: str, name: str, element: str) -> str:
    plain = "".join(each for each in element if each.isalnum())
    return text.replace(f"${{{name}}}", element).replace(f"&{{{name}}}", plain)
