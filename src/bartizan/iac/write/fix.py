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
    known, said = list(writers), [str(resource.place or resource.key)] if resource.key else []
    try:
        fixed = _fixed(fixes, resource, said)
        writer = writer_for(known, resource, terraform=language is Language.TERRAFORM)
        if fixed is None:
            kind = writer.code_type if writer else resource.cfn_type
            said.append(f"Remove {_called(resource)} ({kind}) from the code, if it is there.")
            return FixCode(comments(said), written=False)
        changed = _changed(resource, fixed)
        lacking = changed - (writer.writes if writer else frozenset())
        if lacking:
            said.append(f"Not written as {language.label}: {', '.join(sorted(lacking))} of {resource.cfn_type}.")
        if writer and changed - lacking:
            declared = declare(writer, fixed, changed - lacking, resource)
            return _written(said, writer, resource, declared, names or Names())
    except Unknown as unknown:
        said.append(f"Not written: {unknown}.")
    except (LookupError, TypeError, ValueError, AttributeError) as wrong:
        why = str(wrong) if isinstance(wrong, Unwritable) else f"{type(wrong).__name__}: {wrong}"
        said.append(f"Not written as {language.label}: {why}.")
    return FixCode(comments(said), written=False)


def _fixed(fixes: Iterable[Fix], resource: Resource, said: list[str]) -> Resource | None:
    """The resource as the fixes make it; those that something is not known for are passed over, which is said."""
    fixed = resource
    for each in fixes:
        said.append(_said(each))
        try:
            changed = each.change(fixed)
        except Unknown as unknown:
            said.append(f"Not written: {unknown}.")
            continue
        if changed is None:
            return None
        fixed = changed
    return fixed


def _written(
    said: list[str], writer: CodeWriter, resource: Resource, declared: list[Declaration], names: Names
) -> FixCode:
    """The text under comments; ``said`` is what these say already."""
    present = [each for each in declared if not each.nothing]
    said = [*said, *(f"Remove the {each.code_type} of {_called(resource)}." for each in declared if each.nothing)]
    if not present:
        return FixCode(comments(said), written=False)
    name = names.of(resource, Language.TERRAFORM if writer.terraform else Language.CLOUDFORMATION)
    if writer.terraform:
        text = "\n\n".join(_terraform(writer, resource, name, present))
    else:
        text = _cloudformation(name, present)
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
    entries = [(logical_id(name, each), name, each) for each in declared]
    left_out = [f"{each.code_type}: {', '.join(each.left_out)} is left out." for each in declared if each.left_out]
    return "\n".join([*([comments(left_out)] if left_out else []), resources(entries)])


def logical_id(name: str, declared: Declaration) -> str:
    """The logical id of a resource or part; ``name`` is that of the resource."""
    if declared.code_type == declared.own:
        return name
    number = "" if declared.number == 1 else str(declared.number)
    return f"{name}{declared.code_type.rpartition('::')[2]}{number}"


def _called(resource: Resource) -> str:
    return resource.name or type(resource).__name__


def _name(resource: Resource, language: Language) -> str:
    coded = _CODE_NAME.fullmatch(resource.address)
    known = coded[1] if coded else resource.name or "example"
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
