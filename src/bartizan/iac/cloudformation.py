"""CloudFormation templates: their resources as blocks, with intrinsic functions resolved as far as the template tells.

Parameters count with their defaults. What another resource or the deployment decides is ``Computed``, but where it is
put together into a text (``!Sub "${Logs.Arn}/*"``), and as the Resource of a policy, a readable stand-in takes its
place, so that the policy around it can still be judged; so it does in a condition for what the template makes and for
the account, and as a principal for its users and roles. What is allowed, and the effect, are never made up.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bartizan.iac.loops import unrolled
from bartizan.iac.statements import compares_anything
from bartizan.iac.text import Tagged
from bartizan.model import InputError
from bartizan.resources.code import Block, CodeReader, Computed, Surroundings
from bartizan.resources.code_readers import CodeReaders

_STAND_IN = re.compile(r"<([^<>]+)>")
_VARIABLE = re.compile(r"\$\{([^}]+)\}")
_PSEUDO = {"AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}
_STANDS_IN = frozenset({"Resource", "NotResource"})
_IDENTITIES = {"AWS::IAM::Role": "role", "AWS::IAM::User": "user"}
_REMOVED = object()


class Template:
    """A template with its parameters' defaults, mappings and conditions.

    ``made`` are the resources that were made of others, and go by their own names.
    """

    def __init__(self, document: Mapping[str, Any], path: str, made: frozenset[str] = frozenset()) -> None:
        self.path = path
        self._made = made
        self._parameters = _section(document, "Parameters", path)
        self._mappings = _section(document, "Mappings", path)
        self._conditions = _section(document, "Conditions", path)
        self._judging: set[str] = set()
        declared = _section(document, "Resources", path)
        self.resources: Mapping[str, Any] = {}  # none of them is known while loops are unrolled
        self.unrolled = unrolled(declared, self.resolve, path)
        self.resources = self.unrolled.resources
        for name, each in self.resources.items():
            if not isinstance(each, dict) or not isinstance(each.get("Type"), str):
                raise InputError(f"{path}: resource {name} has no Type")

    def blocks(self, readers: CodeReaders) -> Iterator[tuple[CodeReader, str, Block]]:
        """Reader, logical id and block of each resource that can be read, with the parts that belong to it."""
        present = {name: each for name, each in self.resources.items() if self._exists(each)}
        values = {name: self._properties(name, each) for name, each in present.items()}

        def block_of(name: str) -> Block | None:
            return Block(values[name], what=name, around=around) if name in values else None

        around = Surroundings(
            self.path, block=block_of, type_of=lambda name: str(self.resources[name]["Type"]), shown=self.construct
        )
        for name, each in present.items():
            reader = readers.get(each["Type"])
            if reader is None:
                continue
            parts: dict[str, list[Block]] = {}
            untied: set[str] = set()
            for part, attribute in reader.parts.items():
                for other in (one for one, found in present.items() if found["Type"] == part):
                    tied = self._refers(present[other].get("Properties", {}).get(attribute), name, values[name])
                    if tied:
                        parts.setdefault(part, []).append(Block(values[other], what=other, around=around))
                    elif tied is None:
                        untied.add(part)
            block = Block(values[name], what=name, parts=parts, untied=frozenset(untied), around=around)
            if reader.reads(block):
                yield reader, name, block

    def construct(self, name: str) -> str:
        """The path of the construct that CDK made a resource of; its own name where it is not CDK's."""
        metadata = self.resources[name].get("Metadata")
        path = metadata.get("aws:cdk:path") if isinstance(metadata, dict) else None
        own = name in self._made or name in self.unrolled.origins
        return path if isinstance(path, str) and not own else name

    def _exists(self, declared: Mapping[str, Any]) -> bool:
        condition = declared.get("Condition")
        return condition is None or self._condition(condition) is not False

    def _properties(self, name: str, declared: Mapping[str, Any]) -> Mapping[str, Any]:
        found = self.resolve(declared.get("Properties") or {})
        if isinstance(found, Computed) or found is _REMOVED:
            return {}
        if not isinstance(found, dict):
            raise InputError(f"{self.path}: the Properties of {name} must be a mapping")
        return found

    def _refers(self, written: Any, name: str, values: Mapping[str, Any]) -> bool | None:
        """Whether an attribute means the resource called ``name``; ``None`` where that cannot be told."""
        if isinstance(written, list):
            answers = [self._refers(each, name, values) for each in written]
            return True if True in answers else None if None in answers else False
        function, argument = _function(written)
        if function in {"Ref", "GetAtt"} and argument is not None:
            target = argument.split(".")[0] if isinstance(argument, str) else argument[0]
            if target in self.resources:
                return bool(target == name)
        if function in {"Sub", "Join"} and name in (named := self._mentioned(written)):
            # An ARN that is put together names what holds the resource first, and the resource last.
            return named[-1] == name
        resolved = self.resolve(written)
        if isinstance(resolved, str):
            return resolved in [each for each in values.values() if isinstance(each, str)]
        return None if isinstance(resolved, Computed) else False

    def _mentioned(self, written: Any) -> list[str]:
        """The resources of the template that a text is put together from, in order."""
        text = self._text(written)
        names = (
            (found.removeprefix("GetAtt ").partition(".")[0] for found in _STAND_IN.findall(text))
            if isinstance(text, str)
            else ()
        )
        return [each for each in names if each in self.resources]

    def resolve(self, value: Any) -> Any:
        """The value with its functions worked out; ``Computed`` where only the deployment can."""
        function, argument = _function(value)
        if function:
            return self._call(function, argument)
        if isinstance(value, dict):
            kept = {name: self.resolve(each) for name, each in value.items()}
            for name in _STANDS_IN & kept.keys():
                kept[name] = _named(kept[name])
            if "Effect" in kept and not {"Action", "NotAction"}.isdisjoint(kept):
                self._stand_in(value, kept)
            return {name: each for name, each in kept.items() if each is not _REMOVED}
        if isinstance(value, list):
            return [each for each in map(self.resolve, value) if each is not _REMOVED]
        return value

    def _stand_in(self, written: Mapping[str, Any], statement: dict[str, Any]) -> None:
        """Name in a statement what the template makes, where it is a value of a condition, or who is allowed."""
        for operator, tests in _mapping(written.get("Condition")).items():
            resolved = _mapping(_mapping(statement.get("Condition")).get(operator))
            for key, values in _mapping(tests).items():
                if key in resolved and compares_anything(key):
                    resolved[key] = self._made_here(values, resolved[key])
        who, principal = _mapping(written.get("Principal")), _mapping(statement.get("Principal"))
        if "AWS" in who and "AWS" in principal:
            principal["AWS"] = self._made_here(who["AWS"], principal["AWS"], _IDENTITIES)

    def _made_here(self, written: Any, resolved: Any, kinds: Mapping[str, str] | None = None) -> Any:
        """Of what is not known, that which the template makes by what stands for it; ``kinds`` are those that count."""
        if isinstance(written, list) and isinstance(resolved, list) and len(written) == len(resolved):
            return [self._made_here(*each, kinds) for each in zip(written, resolved, strict=True)]
        if not isinstance(resolved, Computed):
            return resolved
        name, attribute = _reference(written)
        if name == "AWS::AccountId":
            return f"<{name}>"
        kind = self.resources.get(name, {}).get("Type")
        if kind is None or attribute.lower() not in {"", "arn", "id"}:
            return resolved
        if kinds is None:
            return f"<{resolved.expression}>"
        # What a template makes is all in one account.
        return f"arn:aws:iam::<AWS::AccountId>:{kinds[kind]}/<{name}>" if kind in kinds and attribute else resolved

    def _call(self, function: str, argument: Any) -> Any:
        known = {
            "Ref": self._ref,
            "Sub": self._sub,
            "Join": self._join,
            "If": self._if,
            "Select": self._select,
            "Split": self._split,
            "FindInMap": self._find_in_map,
            "Base64": self._base64,
            "GetAtt": self._get_att,
        }.get(function)
        try:
            return known(argument) if known else Computed(f"{function} {_shown(argument)}")
        except (TypeError, ValueError, IndexError, KeyError, AttributeError):
            raise InputError(f"{self.path}: {function} cannot be used on {_shown(argument)}") from None

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _REMOVED
        if name in _PSEUDO:
            return _PSEUDO[name]
        parameter = self._parameters.get(name)
        if isinstance(parameter, dict) and "Default" in parameter:
            default = parameter["Default"]
            listed = "List" in str(parameter.get("Type")) and isinstance(default, str)
            return [each.strip() for each in default.split(",")] if listed else default
        return Computed(name, refers=name if name in self.resources else "")

    def _get_att(self, argument: Any) -> Computed:
        name, attribute = argument[0], argument[-1]
        kind = str(self.resources[name]["Type"]).rpartition("::")[2] if name in self.resources else ""
        # What belongs to a resource, such as the default group of a VPC, has an id of its own.
        own = str(attribute).lower() in {"arn", "id", "groupid", f"{kind}id".lower()} and kind
        return Computed(f"GetAtt {_shown(argument)}", refers=name if own else "")

    def _text(self, value: Any) -> str | Computed:
        """The value as part of a text: what is computed becomes a stand-in that names it."""
        resolved = self.resolve(value)
        if isinstance(resolved, Computed):
            return f"<{resolved.expression}>"
        if isinstance(resolved, bool):
            return str(resolved).lower()
        return str(resolved)

    def _sub(self, argument: Any) -> Any:
        text, own = argument if isinstance(argument, list) else (argument, {})
        if isinstance(macro := self.resolve(text), Computed):
            return macro

        def put(found: re.Match[str]) -> str:
            name = found[1].strip()
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            if name in own:
                return str(self._text(own[name]))
            return f"<{name}>" if "." in name else str(self._text({"Ref": name}))

        return _VARIABLE.sub(put, text)

    def _join(self, argument: Any) -> Any:
        separator, parts = argument
        resolved = self.resolve(parts)
        if isinstance(resolved, Computed):
            return resolved
        return str(separator).join(str(self._text(each)) for each in resolved)

    def _if(self, argument: Any) -> Any:
        condition, then, otherwise = argument
        met = self._condition(condition)
        return Computed(f"If {condition}") if met is None else self.resolve(then if met else otherwise)

    def _select(self, argument: Any) -> Any:
        index, values = (self.resolve(each) for each in argument)
        known = not isinstance(index, Computed) and not isinstance(values, Computed)
        return values[int(index)] if known else Computed("Select")

    def _split(self, argument: Any) -> Any:
        separator, text = (self.resolve(each) for each in argument)
        return Computed("Split") if isinstance(text, Computed) else text.split(separator)

    def _find_in_map(self, argument: Any) -> Any:
        name, first, second = (self.resolve(each) for each in argument[:3])
        if isinstance(name, Computed) or isinstance(first, Computed) or isinstance(second, Computed):
            return Computed("FindInMap")
        found = self._mappings.get(name, {}).get(first, {})
        if second not in found and len(argument) == 4:
            return self.resolve(argument[3]["DefaultValue"])
        return found[second]

    def _base64(self, argument: Any) -> Any:
        resolved = self.resolve(argument)
        return resolved if isinstance(resolved, Computed) else base64.b64encode(str(resolved).encode()).decode()

    def _condition(self, name: str) -> bool | None:
        """Whether a condition holds; ``None`` where it depends on the deployment."""
        if name in self._judging:
            raise InputError(f"{self.path}: condition {name} depends on itself")
        if name not in self._conditions:
            raise InputError(f"{self.path}: there is no condition {name}")
        self._judging.add(name)
        try:
            return self._holds(self._conditions[name])
        finally:
            self._judging.discard(name)

    def _holds(self, written: Any) -> bool | None:
        function, argument = _function(written)
        if function == "Condition" or (isinstance(written, dict) and set(written) == {"Condition"}):
            return self._condition(argument if function else written["Condition"])
        if function == "Equals":
            left, right = (self.resolve(each) for each in argument)
            return None if isinstance(left, Computed) or isinstance(right, Computed) else str(left) == str(right)
        if function not in {"And", "Or", "Not"}:
            return None
        answers = [self._holds(each) for each in argument]
        if function == "Not":
            return None if answers[0] is None else not answers[0]
        decisive = function == "Or"
        return decisive if decisive in answers else None if None in answers else not decisive


def _section(document: Mapping[str, Any], name: str, path: str) -> Mapping[str, Any]:
    section = document.get(name)
    if section is None:
        return {}
    if not isinstance(section, dict):
        raise InputError(f"{path}: {name} must be a mapping")
    return section


def _function(value: Any) -> tuple[str, Any]:
    """The name of an intrinsic function without ``Fn::``, and its argument; an empty name for anything else."""
    if isinstance(value, Tagged):
        argument = value.value
        if value.tag == "GetAtt" and isinstance(argument, str):
            argument = argument.split(".", 1)
        return value.tag, argument
    if isinstance(value, dict) and len(value) == 1:
        ((name, argument),) = value.items()
        if name == "Ref" or name.startswith("Fn::"):
            return name.removeprefix("Fn::"), argument
    return "", None


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _reference(written: Any) -> tuple[str, str]:
    """The name and attribute that ``Ref`` or ``GetAtt`` refers to; empty for anything else."""
    function, argument = _function(written)
    if function == "Ref" and isinstance(argument, str):
        return argument, ""
    if function == "GetAtt":
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        if isinstance(parts, list) and len(parts) == 2 and all(isinstance(each, str) for each in parts):
            return parts[0], parts[1]
    return "", ""


def _named(value: Any) -> Any:
    """The ARNs of a statement, those that are computed by what they stand for."""
    if isinstance(value, list):
        return [_named(each) for each in value]
    return f"<{value.expression}>" if isinstance(value, Computed) else value


def _shown(argument: Any) -> str:
    text = ".".join(map(str, argument)) if isinstance(argument, list) else str(argument)
    return text[:80]
