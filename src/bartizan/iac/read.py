"""Reading files and folders of infrastructure code into resources."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bartizan.iac.cloudformation import Template
from bartizan.iac.files import NO_TEXTS, read_text
from bartizan.iac.loops import LOOP
from bartizan.iac.sam import expand, is_sam
from bartizan.iac.serverless import as_template, is_serverless
from bartizan.iac.terraform import planned
from bartizan.iac.text import Document, parse
from bartizan.iac.tree import around, look_into
from bartizan.model import InputError, Place, Resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.code_readers import CodeReaders
from bartizan.resources.reading import take

_MARKS = ("planned_values", "Resources", "AWSTemplateFormatVersion", "terraform_version")
_LARGEST = 300_000_000
_SHOW = "give Bartizan what `terraform show -json` writes: terraform plan -out plan.out; terraform show -json plan.out"
_PLAN = "Terraform plan"

Found = tuple[CodeReader, str, Block]


@dataclass(frozen=True, slots=True)
class Reading:
    """A file or folder, what it was read as, and how many resources of known types it holds."""

    path: str
    kind: str
    resources: int


@dataclass(slots=True)
class Code:
    """What was read: the resources, the reader that each came by, and the files and folders with what they are.

    ``blocks`` are what each was taken from, ``kinds`` what the file or folder is in which it stands, and ``places``
    where blocks stand, by file or folder and by address. ``not_read`` says of what was passed over why it was.
    """

    resources: list[Resource] = field(default_factory=list)
    readers: list[CodeReader] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    kinds: list[Reading] = field(default_factory=list)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)
    not_read: dict[str, str] = field(default_factory=dict)

    @property
    def files(self) -> list[str]:
        """The files and folders that were read."""
        return [each.path for each in self.readings]

    def add(self, path: Path, kind: str, found: list[Found], places: Mapping[str, Place]) -> None:
        """Keep the resources of one file or folder."""
        self.readings.append(Reading(str(path), kind, len(found)))
        self.places |= {(str(path), address): place for address, place in places.items()}
        for reader, address, block in found:
            self._keep(reader, address, block, places[address])
            for inner in reader.inner:
                for each in inner.blocks(block):
                    self._keep(inner, each.what, each, places[address])

    def _keep(self, reader: CodeReader, address: str, block: Block, place: Place) -> None:
        values, gaps = take(reader.fields, block)
        self.resources.append(reader.kind.of(values | {"address": address, "place": place}, gaps))
        self.readers.append(reader)
        self.blocks.append(block)
        self.kinds.append(self.readings[-1])


def read_code(paths: Iterable[Path], readers: CodeReaders, texts: Mapping[Path, str] = NO_TEXTS) -> Code:
    """Read plans, templates and folders of Terraform's language; other folders are searched for them.

    ``texts`` is what files shall say instead of what they do, by their full paths.

    Raises ``InputError`` for a file that is broken, for one named by the user that is none of these, and where an
    extra is needed that is not installed.
    """
    code = Code()
    for path in paths:
        if path.is_dir():
            tree = look_into(path)
            for each in tree.skipped:
                code.not_read[str(each)] = "what tools put there is not read"
            for each in tree.files:
                _read_file(each, readers, code, texts, named=False)
            _read_terraform(tree.terraform, around(path), readers, code, texts)
        elif path.name.endswith((".tf", ".tf.json")) and path.is_file():
            _read_terraform([path.parent], around(path.parent), readers, code, texts)
        else:
            _read_file(path, readers, code, texts, named=True)
    return code


def _read_terraform(
    folders: list[Path], within: Path, readers: CodeReaders, code: Code, texts: Mapping[Path, str]
) -> None:
    """Read root modules; what another folder calls is read with its caller, and what has a plan beside it by that."""
    if not folders:
        return
    # As its parser, what reads the language is only wanted where there are such files: it takes time to load.
    from bartizan.iac.hcl.folder import read_folder  # noqa: PLC0415 - as said
    from bartizan.iac.hcl.module import Project  # noqa: PLC0415
    from bartizan.iac.hcl.read import local_modules, read_hcl  # noqa: PLC0415
    from bartizan.iac.hcl.syntax import hcl_parser  # noqa: PLC0415

    parser = hcl_parser()
    known = {each.resolve(): read_folder(each.resolve(), parser, texts) for each in folders}
    called = {each for folder in known.values() for each in local_modules(folder)}
    roots = [each for each in folders if each.resolve() not in called] or folders
    planned_in = {Path(each.path).parent: each.path for each in code.readings if each.kind == _PLAN}
    for folder in roots:
        if folder in planned_in:
            code.not_read[str(folder)] = f"its plan was read: {planned_in[folder]}"
            continue
        read = read_hcl(folder, Project.new(folder, within, parser, known, texts), readers)
        code.add(folder, "Terraform", read.found, read.places)
        code.not_read.update(read.left_out)


def _read_file(path: Path, readers: CodeReaders, code: Code, texts: Mapping[Path, str], *, named: bool) -> None:
    text = _text(path, texts)
    if not named and path.stem != "serverless" and not any(mark in text for mark in _MARKS):
        return
    document = _parsed(text, str(path))
    value = document.value
    if isinstance(value, dict) and _is_plan(value):
        found = _plan(value, str(path), readers)
        kind = _PLAN if "planned_values" in value else "Terraform state"
        code.add(path, kind, found, {address: Place(str(path)) for _, address, _ in found})
    elif isinstance(value, dict) and _is_template(value):
        _read_template(path, document, readers, code)
    elif is_serverless(value, path):
        _read_serverless(path, document, readers, code)
    elif named:
        raise InputError(_neither(value, path))
    elif isinstance(value, dict) and "lineage" in value:
        code.not_read[str(path)] = f"a state in Terraform's own format; {_SHOW}"


def _read_template(path: Path, document: Document, readers: CodeReaders, code: Code) -> None:
    """Read a template: CloudFormation's, of the Serverless Application Model, or what CDK makes.

    What CDK makes is named by the path of its construct.
    """
    value, kind = document.value, "CloudFormation template"
    origins: Mapping[str, str] = {}
    if is_sam(value):
        kind = "SAM template"
        value, origins = expand(value, str(path))
    found: list[Found] = []
    places: dict[str, Place] = {}
    template = Template(value, str(path), frozenset(origins))
    origins = {**origins, **template.unrolled.origins}
    for each in template.unrolled.unknown:
        code.not_read[f"{path}: {each}"] = "only the deployment tells what it runs over"
    for reader, name, block in template.blocks(readers):
        address = template.construct(name)
        if address != name:
            kind = "CDK template"
        found.append((reader, address, block))
        places[address] = Place(str(path), document.lines.get(("Resources", origins.get(name, name)), 0))
    code.add(path, kind, found, places)


def _read_serverless(path: Path, document: Document, readers: CodeReaders, code: Code) -> None:
    template, lines = as_template(document, path)
    found = list(Template(template, str(path)).blocks(readers))
    places = {name: Place(str(path), lines.get(name, 0)) for _, name, _ in found}
    code.add(path, "Serverless Framework project", found, places)


def _text(path: Path, texts: Mapping[Path, str]) -> str:
    return read_text(path, _LARGEST, no_text=f"of a Terraform plan, {_SHOW}", texts=texts)


def _parsed(text: str, path: str) -> Document:
    if text.lstrip()[:1] == "{":
        try:
            value = json.loads(text)
        except json.JSONDecodeError as broken:
            hint = f"; this is the log of a run, {_SHOW}" if '"@level"' in text[:1000] else ""
            raise InputError(f"{path}:{broken.lineno}:{broken.colno}: {broken.msg}{hint}") from None
        except RecursionError:
            raise InputError(f"{path} is nested too deeply") from None
        # YAML reads JSON too, slower, but with lines; a plan has no use for them.
        if _is_plan(value):
            return Document(value)
    return parse(text, path)


def _plan(value: dict[str, Any], path: str, readers: CodeReaders) -> list[Found]:
    try:
        return list(planned(value, readers, path))
    except (LookupError, TypeError, AttributeError, ValueError, RecursionError) as wrong:
        raise InputError(f"{path} is no plan as `terraform show -json` writes it: {wrong!r}") from None


def _is_plan(value: dict[str, Any]) -> bool:
    """Whether it is a plan, or a state in the same format."""
    return "planned_values" in value or ("terraform_version" in value and isinstance(value.get("values"), dict))


def _neither(value: Any, path: Path) -> str:
    if isinstance(value, dict) and ("lineage" in value or "terraform_version" in value):
        return f"{path} is a Terraform file in a format of its own; {_SHOW}"
    return f"{path} is neither a Terraform plan as JSON (terraform show -json) nor a CloudFormation template"


def _is_template(value: dict[str, Any]) -> bool:
    resources = value.get("Resources")
    typed = isinstance(resources, dict) and any(
        name.startswith(LOOP) or (isinstance(each, dict) and "Type" in each) for name, each in resources.items()
    )
    return "AWSTemplateFormatVersion" in value or typed
