"""Reading files and folders of infrastructure code into resources."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bartizan.iac.cloudformation import Template
from bartizan.iac.terraform import planned
from bartizan.iac.text import Document, parse
from bartizan.model import InputError, Place, Resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.index import ResourceIndex
from bartizan.resources.reading import take

_ENDINGS = (".json", ".yaml", ".yml", ".template")
_MARKS = ("planned_values", "Resources", "AWSTemplateFormatVersion", "terraform_version")
_LARGEST = 300_000_000
_SHOW = "give Bartizan what `terraform show -json` writes: terraform plan -out plan.out; terraform show -json plan.out"
_SKIPPED = frozenset({".git", ".terraform", "node_modules", ".venv", "cdk.out.cache"})


@dataclass(slots=True)
class Code:
    """What was read: the resources, the reader that each came by, and the files."""

    resources: list[Resource] = field(default_factory=list)
    readers: list[CodeReader] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def read_code(paths: Iterable[Path], index: ResourceIndex) -> Code:
    """Read plans and templates; folders are searched for them.

    Raises ``InputError`` for a file that is broken, and for one named by the user that is neither plan nor template.
    """
    code = Code()
    for path in paths:
        if path.is_dir():
            for found in _candidates(path):
                _read_file(found, index, code, named=False)
        else:
            _read_file(path, index, code, named=True)
    return code


def _candidates(folder: Path) -> Iterator[Path]:
    for base, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if each not in _SKIPPED)
        yield from (Path(base) / each for each in sorted(files) if each.endswith(_ENDINGS))


def _read_file(path: Path, index: ResourceIndex, code: Code, *, named: bool) -> None:
    text = _text(path)
    if not named and not any(mark in text for mark in _MARKS):
        return
    document = _parsed(text, str(path))
    value = document.value
    if isinstance(value, dict) and _is_plan(value):
        found = _plan(value, str(path), index)
        places = {address: Place(str(path)) for _, address, _ in found}
    elif isinstance(value, dict) and _is_template(value):
        found = list(Template(value, str(path)).blocks(index.code_readers))
        places = {name: Place(str(path), document.lines.get(("Resources", name), 0)) for _, name, _ in found}
    elif named:
        raise InputError(_neither(value, path))
    else:
        return
    code.files.append(str(path))
    for reader, address, block in found:
        values, gaps = take(reader.fields, block)
        values |= {"address": address, "place": places[address]}
        code.resources.append(reader.kind.of(values, gaps))
        code.readers.append(reader)


def _text(path: Path) -> str:
    try:
        if (size := path.stat().st_size) > _LARGEST:
            raise InputError(f"{path} has {size // 1_000_000} MB; files of up to {_LARGEST // 1_000_000} MB are read")
        return path.read_text(encoding="utf-8-sig")
    except OSError as failed:
        raise InputError(f"{path} cannot be read: {failed.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} cannot be read: it is no text in UTF-8; of a Terraform plan, {_SHOW}") from None


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


def _plan(value: dict[str, Any], path: str, index: ResourceIndex) -> list[tuple[CodeReader, str, Block]]:
    try:
        return list(planned(value, index.code_readers, path))
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
        isinstance(each, dict) and "Type" in each for each in resources.values()
    )
    return "AWSTemplateFormatVersion" in value or typed
