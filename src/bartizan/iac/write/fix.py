"""A fix as infrastructure code: which resource it is, and what the fix sets in it, under comments that say so."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bartizan.iac.write.comments import comments
from bartizan.iac.write.hcl import block, import_block
from bartizan.iac.write.yaml_ import resources
from bartizan.model import Fix, Resource, Unknown
from bartizan.resources.writing import CodeWriter, Declaration, Unwritable, declare, writer_for

_NO_LETTERS = re.compile(r"[^A-Za-z0-9]+")
_CODE_NAME = re.compile(r"(?:.*\.)?([A-Za-z_][A-Za-z0-9_-]*)(?:\[[^\]]*\])?")


class Language(StrEnum):
    """A kind of infrastructure code."""

    TERRAFORM = "terraform"
    CLOUDFORMATION = "cloudformation"

    @property
    def label(self) -> str:
        """As its makers write it."""
        return {"terraform": "Terraform", "cloudformation": "CloudFormation"}[self]


@dataclass(slots=True)
class Names:
    """Names of resources within one file, none of which is given twice."""

    taken: set[str] = field(default_factory=set)

    def of(self, resource: Resource, language: Language) -> str:
        """A name made from the resource's own; from its address where it comes from code."""
        wanted = _name(resource, language)
        name, number = wanted, 2
        while name in self.taken:
            name, number = f"{wanted}{'_' if language is Language.TERRAFORM else ''}{number}", number + 1
        self.taken.add(name)
        return name


@dataclass(frozen=True, slots=True)
class FixCode:
    """The text, and whether it holds more than comments."""

    text: str
    written: bool


def fix_code(
    fixes: Sequence[Fix],
    resource: Resource,
    writers: Iterable[CodeWriter],
    language: Language,
    names: Names | None = None,
) -> FixCode:
    """What these fixes make of a resource that needs them, one after the other, as code.

    Where something of it has no counterpart in the code, or is not known, a comment says that. A CloudFormation text
    is what stands below ``Resources``.
    """
    said = [_said(each) for each in fixes]
    fixed: Resource | None = resource
    try:
        for each in fixes:
            fixed = each.change(fixed) if fixed is not None else None
        writer = writer_for(writers, resource, terraform=language is Language.TERRAFORM)
        if fixed is None:
            kind = writer.code_type if writer else resource.cfn_type
            return FixCode(comments([*said, f"Remove {kind} {_called(resource)} from the code."]), written=False)
        changed = _changed(resource, fixed)
        lacking = sorted(changed - writer.writes) if writer else sorted(changed)
        if lacking:
            said.append(f"Not written as {language.label}: {', '.join(lacking)} of {resource.cfn_type}.")
        if writer is None or not changed & writer.writes:
            return FixCode(comments(said), written=False)
        declared = declare(writer, fixed, changed, resource)
        name = (names or Names()).of(resource, language)
        present = [each for each in declared if not each.nothing]
        said += [f"Remove the {each.code_type} of {_called(resource)}." for each in declared if each.nothing]
        if not present:
            return FixCode(comments(said), written=False)
        if language is Language.TERRAFORM:
            text = "\n\n".join(_terraform(writer, resource, name, present))
        else:
            text = _cloudformation(name, present)
    except Unknown as unknown:
        return FixCode(comments([*said, f"Not written: {unknown}."]), written=False)
    except Unwritable as unwritable:
        return FixCode(comments([*said, f"Not written as {language.label}: {unwritable}."]), written=False)
    return FixCode(f"{comments(said)}\n{text}", written=True)


def _said(fix: Fix) -> str:
    return f"{fix.rule.id}: {fix.what}." + (f" It may break: {fix.breaks}." if fix.breaks else "")


def _changed(resource: Resource, fixed: Resource) -> frozenset[str]:
    before = resource.known()
    return frozenset(name for name, value in fixed.known().items() if name not in before or before[name] != value)


def _terraform(writer: CodeWriter, resource: Resource, name: str, declared: list[Declaration]) -> Iterator[str]:
    if import_id := _import_id(writer, resource):
        yield import_block(writer.code_type, name, import_id)
    for each in declared:
        yield block(each, name)


def _import_id(writer: CodeWriter, resource: Resource) -> str:
    """The id of what lives in AWS; empty where it is not known."""
    try:
        return writer.import_id(resource) if resource.arn and writer.import_id else ""
    except Unknown:
        return ""


def _cloudformation(name: str, declared: list[Declaration]) -> str:
    entries = [(_logical_id(name, each), name, each) for each in declared]
    left_out = [f"{each.code_type}: {', '.join(each.left_out)} is left out." for each in declared if each.left_out]
    return "\n".join([*([comments(left_out)] if left_out else []), resources(entries)])


def _logical_id(name: str, declared: Declaration) -> str:
    if declared.code_type == declared.own:
        return name
    number = "" if declared.number == 1 else str(declared.number)
    return f"{name}{declared.code_type.rpartition('::')[2]}{number}"


def _called(resource: Resource) -> str:
    return resource.name or type(resource).__name__


def _name(resource: Resource, language: Language) -> str:
    coded = _CODE_NAME.fullmatch(resource.address)
    known = coded[1] if coded else _called(resource)
    words = [each for each in _NO_LETTERS.split(known) if each]
    if language is Language.TERRAFORM:
        made = "_".join(words)
        return made if made[:1].isalpha() else f"the_{made}".rstrip("_")
    made = "".join(each[:1].upper() + each[1:] for each in words)
    return made if made[:1].isalpha() else f"The{made}"


def template(texts: Iterable[str]) -> str:
    """CloudFormation texts of several resources as one template."""
    entries = "\n\n".join(textwrap.indent(each, "  ") for each in texts)
    return f"AWSTemplateFormatVersion: '2010-09-09'\nResources:\n{entries}\n"
