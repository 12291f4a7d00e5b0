"""Modules: their variables, locals, resources and calls of other modules, evaluated when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bartizan.iac.files import NO_TEXTS
from bartizan.iac.hcl.document import policy_document
from bartizan.iac.hcl.evaluate import Evaluator, Scope, pairs_of
from bartizan.iac.hcl.folder import Folder, constant, read_folder
from bartizan.iac.hcl.syntax import Part, Written, shown
from bartizan.iac.hcl.values import Budget, settled
from bartizan.iac.terraform import IDENTIFYING
from bartizan.model import InputError
from bartizan.resources.code import Computed

if TYPE_CHECKING:
    from tree_sitter import Parser

_META = frozenset({"count", "for_each", "provider", "depends_on"})
_META_OF_MODULES = _META | {"source", "version", "providers"}
_NO_VALUES = frozenset({"lifecycle", "provisioner", "connection", "timeouts"})
_MOST = 20_000
_MOST_MODULES = 1_000
_LARGEST_FILE = 1_000_000
_KNOWN_DATA = {
    ("aws_partition", "partition"): "aws",
    ("aws_partition", "dns_suffix"): "amazonaws.com",
    ("aws_caller_identity", "account_id"): Computed("AWS::AccountId"),
    ("aws_region", "name"): Computed("AWS::Region"),
    ("aws_region", "region"): Computed("AWS::Region"),
}


@dataclass(frozen=True, slots=True)
class Instance:
    """One of a block's instances: its key as addresses have it, and the names of its loop.

    ``depends`` is the expression of a count that is not known: there may be none, or many, of this one.
    """

    key: str = ""
    loops: Mapping[str, Any] = field(default_factory=dict)
    depends: str = ""


@dataclass(slots=True)
class Project:
    """What the modules of one root share: the evaluator, the folders that were read, and what was left out, and why.

    Files are read below ``within`` only; ``texts`` is what they shall say instead, by their full paths.
    """

    evaluator: Evaluator
    within: Path
    root: Path
    folders: dict[Path, Folder] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    modules: int = 0
    resources: int = 0
    texts: Mapping[Path, str] = field(default_factory=lambda: NO_TEXTS)

    @classmethod
    def new(
        cls,
        root: Path,
        within: Path,
        parser: Parser,
        folders: dict[Path, Folder],
        texts: Mapping[Path, str] = NO_TEXTS,
    ) -> Project:
        """A project whose root module is a folder; ``folders`` are those that were read before."""
        return cls(Evaluator(parser, Budget(str(root))), within.resolve(), root.resolve(), folders, texts=texts)

    def folder(self, path: Path) -> Folder:
        """A folder, read once."""
        if path not in self.folders:
            self.folders[path] = read_folder(path, self.evaluator.parser, self.texts)
        return self.folders[path]

    def count_resource(self) -> None:
        """Count one more; raises ``InputError`` when there are too many."""
        self.resources += 1
        if self.resources > _MOST:
            raise InputError(f"{self.root}: there are more than {_MOST} resources; name a smaller folder")


@dataclass(frozen=True, slots=True)
class _Names:
    """An object whose attributes are asked for one by one."""

    find: Callable[[str], Any]

    def step(self, key: Any) -> Any:
        return self.find(str(key))

    def each(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class _Block:
    """A resource, data source or module call as an object; ``instance`` once it is known which one."""

    module: Module
    part: Part
    instance: Instance | None = None

    def step(self, key: Any) -> Any:
        instance = self.instance
        if instance is None:
            found = self.module.instances(self.part)
            if not self.module.loops(self.part):
                instance = found[0]
            else:
                wanted = f"[{key}]" if isinstance(key, int) else f'["{key}"]'
                chosen = next((each for each in found if each.key == wanted), None)
                # Of a number that is not known, any one stands for all.
                chosen = chosen or (found[0] if found and found[0].depends else None)
                return _Block(self.module, self.part, chosen) if chosen else Computed()
        return self.module.attribute(self.part, instance, str(key))

    def each(self) -> list[Any] | None:
        found = self.module.instances(self.part)
        if any(each.depends for each in found):
            return None
        return [_Block(self.module, self.part, each) for each in found]


@dataclass(slots=True)
class Module:
    """One instance of a module. ``inputs`` are the values of its variables, ``at`` its address, empty for the root."""

    project: Project
    folder: Folder
    at: str = ""
    inputs: Mapping[str, Callable[[], Any]] = field(default_factory=dict)
    depends: tuple[str, ...] = ()
    above: tuple[Path, ...] = ()
    values: dict[tuple[str, ...], Any] = field(default_factory=dict)
    busy: set[tuple[str, ...]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.project.modules += 1
        if self.project.modules > _MOST_MODULES:
            raise InputError(f"{self.folder.path}: there are more than {_MOST_MODULES} instances of modules")

    @property
    def scope(self) -> Scope:
        """The scope of what stands in no loop."""
        return Scope(self)

    def named(self, head: str, _scope: Scope) -> Any:
        """See ``Names``."""
        if head == "path":
            return {"module": self._relative(), "root": ".", "cwd": "."}
        if head in {"each", "count", "self", "terraform"}:
            return Computed()
        if head == "data":
            return _Names(lambda kind: _Names(lambda name: self._block("data", (kind, name))))
        found: Callable[[str], Any] = {
            "var": self.variable,
            "local": self.local,
            "module": lambda name: self._block("module", (name,)),
        }.get(head, lambda name: self._block("resource", (head, name)))
        return _Names(found)

    def _relative(self) -> str:
        # Files are found again from the root; what lies beside it keeps its full path.
        path = self.folder.path
        return str(path.relative_to(self.project.root)) if path.is_relative_to(self.project.root) else str(path)

    def read(self, path: str) -> str | None:
        """See ``Names``: files below the root's folder and the module's own."""
        try:
            found = (self.project.root / path).resolve()
            allowed = any(found.is_relative_to(each) for each in (self.project.root, self.folder.path))
            if not allowed or not found.is_file() or found.stat().st_size > _LARGEST_FILE:
                return None
            return found.read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None

    def _block(self, kind: str, labels: tuple[str, ...]) -> Any:
        part = self.folder.of(kind).get(labels)
        return Computed() if part is None else _Block(self, part)

    def variable(self, name: str) -> Any:
        """The value of a variable: given, or its default."""
        return self.once(("var", name), lambda: self._variable(name))

    def _variable(self, name: str) -> Any:
        if name in self.inputs:
            return self.inputs[name]()
        part = self.folder.of("variable").get((name,))
        written = self.folder.given.get(name) if not self.at else None
        written = written or (part.body.attributes.get("default") if part else None)
        return self.evaluate(written, self.scope) if written else Computed(f"var.{name}")

    def local(self, name: str) -> Any:
        """The value of a local."""
        written = self.folder.locals.get(name)
        return self.once(("local", name), lambda: self.evaluate(written, self.scope)) if written else Computed()

    def once(self, key: tuple[str, ...], make: Callable[[], Any]) -> Any:
        """What ``make`` gives, asked once; raises ``InputError`` where it asks for itself."""
        if key not in self.values:
            if key in self.busy:
                raise InputError(f"{self.folder.path}: {'.'.join(key)} depends on itself")
            self.busy.add(key)
            self.values[key] = make()
            self.busy.discard(key)
        return self.values[key]

    def evaluate(self, written: Written, scope: Scope) -> Any:
        """The value of an expression."""
        return self.project.evaluator.value(written.expression, scope)

    def loops(self, part: Part) -> bool:
        """Whether a block has keys."""
        return not {"count", "for_each"}.isdisjoint(part.body.attributes)

    def instances(self, part: Part) -> list[Instance]:
        """The instances of a block; a single one that stands for all where their number is not known."""
        found: list[Instance] = self.once(("instances", part.type, *part.labels), lambda: self._instances(part))
        return found

    def _instances(self, part: Part) -> list[Instance]:
        if (count := part.body.attributes.get("count")) is not None:
            number = self.evaluate(count, self.scope)
            if isinstance(number, int | float) and not isinstance(number, bool):
                if number > _MOST:
                    raise InputError(f"{part.file}:{count.line}: a count of more than {_MOST}")
                return [Instance(f"[{index}]", {"count": {"index": index}}) for index in range(int(number))]
            return [Instance("", {"count": {"index": Computed("count.index")}}, shown(count.expression))]
        if (over := part.body.attributes.get("for_each")) is None:
            return [Instance()]
        pairs = pairs_of(self.evaluate(over, self.scope))
        if pairs is not None:
            return [Instance(f'["{key}"]', {"each": {"key": key, "value": value}}) for key, value in pairs]
        each = {"key": Computed("each.key"), "value": Computed("each.value")}
        return [Instance("", {"each": each}, shown(over.expression))]

    def attribute(self, part: Part, instance: Instance, name: str) -> Any:
        """An attribute of a resource or data source, or an output of a module call."""
        text = ".".join([*(["data"] if part.type == "data" else []), *part.labels]) + f"{instance.key}.{name}"
        if part.type == "module":
            inner = self.call(part, instance)
            return inner.output(name) if inner else Computed(f"module.{text}")
        scope = self.scope.within(instance.loops)
        if part.type == "data" and part.labels[0] == "aws_iam_policy_document":
            make = lambda: policy_document(self.body(part, scope), self.project.evaluator.budget)  # noqa: E731 - once
            return self.once(("data", *part.labels, instance.key), make) if name == "json" else Computed(text)
        if part.type == "data":
            return _KNOWN_DATA.get((part.labels[0], name), Computed(text))
        written = part.body.attributes.get(name)
        if written is None:
            address = f"{self.at}{'.' if self.at else ''}{'.'.join(part.labels)}{instance.key}"
            return Computed(text, refers=address if name in IDENTIFYING else "")
        return self.once((*part.labels, instance.key, name), lambda: self.evaluate(written, scope))

    def output(self, name: str) -> Any:
        """The value of an output."""
        part = self.folder.of("output").get((name,))
        written = part.body.attributes.get("value") if part else None
        return self.once(("output", name), lambda: self.evaluate(written, self.scope)) if written else Computed(name)

    def call(self, part: Part, instance: Instance) -> Module | None:
        """The module that a call makes; ``None`` where its code is not read."""
        found: Module | None = self.once(("call", *part.labels, instance.key), lambda: self._call(part, instance))
        return found

    def source(self, part: Part) -> Path | None:
        """The folder of a module call; ``None``, with the reason kept, where it is not read."""
        written = constant(part.body.attributes.get("source"))
        why = "its code is not in this folder"
        if isinstance(written, str) and written.startswith(("./", "../")):
            path = (self.folder.path / written).resolve()
            if path.is_relative_to(self.project.within) and path.is_dir():
                return path
            why = f"{written} is outside of {self.project.within}" if path.is_dir() else f"there is no {written}"
        self.project.left_out[f"{part.file}:{part.line}"] = f"module {part.labels[0]}: {why}"
        return None

    def _call(self, part: Part, instance: Instance) -> Module | None:
        path = self.source(part)
        if path is None:
            return None
        if path in (*self.above, self.folder.path):
            raise InputError(f"{part.file}:{part.line}: module {part.labels[0]} calls itself")
        scope = self.scope.within(instance.loops)
        inputs = {
            name: (lambda given=written: self.evaluate(given, scope))
            for name, written in part.body.attributes.items()
            if name not in _META_OF_MODULES
        }
        at = f"{self.at}{'.' if self.at else ''}module.{part.labels[0]}{instance.key}"
        depends = (*self.depends, instance.depends) if instance.depends else self.depends
        return Module(self.project, self.project.folder(path), at, inputs, depends, (*self.above, self.folder.path))

    def body(self, part: Part, scope: Scope) -> dict[str, Any]:
        """The values of a block's attributes, and of the blocks in it as lists."""
        budget = self.project.evaluator.budget
        made: dict[str, Any] = {}
        for name, written in part.body.attributes.items():
            if name not in _META or part.type not in {"resource", "data"}:
                value = self.evaluate(written, scope)
                # What a document is made of may have stand-ins; it settles them itself.
                document = part.labels[:1] == ("aws_iam_policy_document",) or part.type not in {"resource", "data"}
                made[name] = value if document else settled(value, budget)
        for block in part.body.blocks:
            # Inside of nested blocks these are names as any other: a rule of a backup plan has a lifecycle.
            if block.type in _NO_VALUES and part.type in {"resource", "data"}:
                continue
            name = block.labels[0] if block.type == "dynamic" and block.labels else block.type
            inner = self._dynamic(block, scope) if block.type == "dynamic" else [self.body(block, scope)]
            before = made.get(name, [])
            known = isinstance(before, list) and inner is not None
            made[name] = [*before, *inner] if known and inner is not None else Computed(f"dynamic {name}")
        return made

    def _dynamic(self, block: Part, scope: Scope) -> list[dict[str, Any]] | None:
        """The blocks that a ``dynamic`` block makes; ``None`` if their number is not known."""
        over = block.body.attributes.get("for_each")
        content = next((each for each in block.body.blocks if each.type == "content"), None)
        value = self.evaluate(over, scope) if over and block.labels else None
        if isinstance(value, list):
            pairs: Iterator[tuple[Any, Any]] = ((each, each) for each in value)
        elif isinstance(value, dict):
            pairs = ((key, value[key]) for key in sorted(value))
        else:
            return None
        name = constant(block.body.attributes.get("iterator")) or _bare(block) or block.labels[0]
        return [
            self.body(content, scope.within({name: {"key": key, "value": each}}))
            for key, each in pairs
            if content is not None
        ]


def _bare(block: Part) -> str:
    written = block.body.attributes.get("iterator")
    return shown(written.expression) if written else ""
