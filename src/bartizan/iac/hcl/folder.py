"""The files of one folder as Terraform reads them together: blocks by what they declare, and given variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bartizan.iac.files import NO_TEXTS, read_text
from bartizan.iac.hcl.syntax import Body, Part, Written, read_body
from bartizan.model import InputError

if TYPE_CHECKING:
    from tree_sitter import Parser

_ENDINGS = (".tf", ".tf.json")
_KINDS = {"resource": 2, "data": 2, "variable": 1, "output": 1, "module": 1}
_LARGEST = 5_000_000


@dataclass(slots=True)
class Folder:
    """What a folder declares, by kind and labels, and its locals; ``given`` are the variables of its ``*.tfvars``."""

    path: Path
    declared: dict[str, dict[tuple[str, ...], Part]] = field(default_factory=dict)
    locals: dict[str, Written] = field(default_factory=dict)
    providers: list[Part] = field(default_factory=list)
    given: dict[str, Written] = field(default_factory=dict)

    def of(self, kind: str) -> Mapping[tuple[str, ...], Part]:
        """The blocks of a kind (``resource``) by their labels."""
        return self.declared.get(kind, {})


def code_files(folder: Path) -> list[Path]:
    """The files of Terraform's language in a folder, without those below it."""
    return sorted(each for each in folder.iterdir() if each.name.endswith(_ENDINGS) and each.is_file())


def read_folder(path: Path, parser: Parser, texts: Mapping[Path, str] = NO_TEXTS) -> Folder:
    """Read a folder; raises ``InputError`` with file and line where a file is broken, or declares twice.

    ``texts`` is what files shall say instead, by their full paths.
    """
    folder = Folder(path)
    files = code_files(path)
    overriding = [each for each in files if each.name.partition(".")[0].rpartition("_")[2] == "override"]
    for each in (each for each in files if each not in overriding):
        for part in read_body(_text(each, texts), str(each), parser).blocks:
            _declare(folder, part)
    for each in overriding:
        for part in read_body(_text(each, texts), str(each), parser).blocks:
            _override(folder, part)
    for each in _variable_files(path):
        folder.given.update(read_body(_text(each), str(each), parser).attributes if each.suffix != ".json" else
                            _given_as_json(each))  # fmt: skip
    return folder


def _variable_files(path: Path) -> Iterator[Path]:
    # In the order in which Terraform loads them: the last one counts.
    for name in ("terraform.tfvars", "terraform.tfvars.json"):
        if (path / name).is_file():
            yield path / name
    yield from sorted(each for each in path.iterdir() if each.name.endswith((".auto.tfvars", ".auto.tfvars.json")))


def _given_as_json(path: Path) -> dict[str, Written]:
    from bartizan.iac.text import parse  # noqa: PLC0415 - only few folders have such files

    value = parse(_text(path), str(path)).value
    if not isinstance(value, dict):
        raise InputError(f"{path}: variables as JSON must be a mapping")
    return {name: Written(each) for name, each in value.items()}


def _declare(folder: Folder, part: Part) -> None:
    if part.type == "locals":
        for name, written in part.body.attributes.items():
            if name in folder.locals:
                raise InputError(f"{part.file}:{written.line}: local.{name} is there twice")
            folder.locals[name] = written
    elif part.type == "provider":
        folder.providers.append(part)
    elif part.type in _KINDS:
        if len(part.labels) != _KINDS[part.type]:
            raise InputError(f"{part.file}:{part.line}: a {part.type} takes {_KINDS[part.type]} names")
        of_kind = folder.declared.setdefault(part.type, {})
        if part.labels in of_kind:
            raise InputError(f"{part.file}:{part.line}: {part.type} {'.'.join(part.labels)} is there twice")
        of_kind[part.labels] = part


def _override(folder: Folder, part: Part) -> None:
    base = folder.of(part.type).get(part.labels)
    if part.type == "locals":
        folder.locals.update(part.body.attributes)
    elif base is None:
        _declare(folder, part)
    else:
        replaced = {each.type for each in part.body.blocks}
        kept = [each for each in base.body.blocks if each.type not in replaced]
        body = Body({**base.body.attributes, **part.body.attributes}, kept + part.body.blocks)
        folder.declared[part.type][part.labels] = Part(base.type, base.labels, body, base.file, base.line)


def _text(path: Path, texts: Mapping[Path, str] = NO_TEXTS) -> str:
    return read_text(path, _LARGEST, too_large="name a smaller folder", texts=texts)


def constant(written: Written | None) -> Any:
    """A text that is written without any template, such as the source of a module; ``None`` for anything else."""
    node = written.expression if written else None
    if isinstance(node, str):
        return node
    text = (getattr(node, "text", None) or b"").decode().strip()
    plain = len(text) > 1 and text[0] == text[-1] == '"' and not any(each in text[1:-1] for each in ('"', "${", "%{"))
    return text[1:-1] if plain else None
