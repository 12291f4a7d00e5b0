"""Rules of the user's own: from files that the command line names, and from installed packages.

A file holds rules in Python, or one in SQL. Python is code, and loading it runs it. So files are taken from the command
line only, never from settings that lie in the folder: what comes with a checkout of somebody else's must not run
because it was checked.
"""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Collection, Iterable, Iterator
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from bartizan.engine.catalog import Catalog, built_in_modules
from bartizan.engine.samples import defects, fix_defects
from bartizan.model import DeclarationError, InputError, Rule

GROUP = "bartizan.rules"
"""The entry point group by which an installed package offers modules with rules."""

_BROKEN = (
    ArithmeticError, AssertionError, AttributeError, ImportError, LookupError, NameError, OSError, RuntimeError,
    SyntaxError, TypeError, ValueError, DeclarationError, InputError,
)  # fmt: skip
"""What loading somebody's module may raise when it is written wrongly."""


def load_catalog(paths: Iterable[Path] = (), services: Collection[str] | None = None) -> Catalog:
    """The rules that come with Bartizan, those of installed packages, and those of files and of folders of files.

    With ``services``, of those that come with it only the rules of these.

    The id of a rule in Python begins with the file's name: ``acme.py`` gives ``acme.my-rule``; one in SQL names its
    id. Raises ``InputError`` with file and line where one cannot be loaded, or takes an id that is taken.
    """
    return _gathered([*built_in_modules(services), *_installed()], paths)


def load_custom(paths: Iterable[Path]) -> Catalog:
    """The rules of files and folders alone; raises ``InputError`` as ``load_catalog`` does."""
    return _gathered([], paths)


def tested(catalog: Catalog) -> dict[str, list[str]]:
    """What does not hold by their samples, for each rule with its fix; an empty list where all does."""
    return {
        rule.id: [*defects(rule), *(fix_defects(catalog.fixes[rule.id]) if rule.id in catalog.fixes else ())]
        for rule in catalog
    }


def _gathered(modules: Iterable[ModuleType], paths: Iterable[Path]) -> Catalog:
    files = [file for path in paths for file in _files(path)]
    queries = [each for each in files if each.suffix == ".sql"]
    loaded = [_loaded(each) for each in files if each not in queries]
    try:
        return Catalog.of([*modules, *loaded], _read(queries))
    except DeclarationError as twice:
        raise InputError(str(twice)) from None


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(each for each in path.iterdir() if each.suffix in {".py", ".sql"} and each.is_file())
    if not found:
        raise InputError(f"in {path} is no file with rules: *.py or *.sql")
    return found


def _read(queries: list[Path]) -> list[Rule]:
    if not queries:
        return []
    from bartizan.store.sql_rule import read_rule  # noqa: PLC0415 - of an extra, and only wanted where there are any

    return [read_rule(each) for each in queries]


def _installed() -> Iterator[ModuleType]:
    for each in entry_points(group=GROUP):
        try:
            loaded = each.load()
        except _BROKEN as broken:
            raise InputError(f"the rules of package {each.name} cannot be loaded: {_said(broken)}") from None
        if not isinstance(loaded, ModuleType):
            raise InputError(f"the entry point {each.name} in {GROUP} must name a module")
        yield loaded


def _loaded(path: Path) -> ModuleType:
    if not path.is_file() or path.suffix != ".py":
        raise InputError(f"{path} is no file with rules: *.py or *.sql, or a folder of them")
    name = f"custom_rules.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise InputError(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # annotations are looked up there
    try:
        spec.loader.exec_module(module)
    except _BROKEN as broken:
        raise InputError(f"{_place(path, broken)}: {_said(broken)}") from None
    return module


def _place(path: Path, broken: BaseException) -> str:
    if isinstance(broken, SyntaxError):
        return f"{path}:{broken.lineno}"
    frames = traceback.extract_tb(broken.__traceback__)
    lines = [each.lineno for each in frames if Path(each.filename).absolute() == path.absolute()]
    return f"{path}:{lines[-1]}" if lines else str(path)


def _said(broken: BaseException) -> str:
    text = broken.msg if isinstance(broken, SyntaxError) else str(broken)
    return text if isinstance(broken, (DeclarationError, InputError)) else f"{type(broken).__name__}: {text}"
