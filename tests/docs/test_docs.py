"""The documentation says what the code does."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from bartizan.app.ask import named_queries
from bartizan.cli.main import COMMANDS
from bartizan.engine.catalog import Catalog
from bartizan.frameworks import all_frameworks
from bartizan.policy.lint import CHECKS
from bartizan.resources.index import ResourceIndex
from bartizan.store.records import all_tables

ROOT = Path(__file__).parents[2]
TEXTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "scripts" / "reference.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_rule_type_and_command_has_its_place(reference: ModuleType) -> None:
    pages = dict(reference.pages())
    for rule in Catalog.load():
        page = pages[f"rules/{rule.id}.md"]
        assert rule.doc.why in page
        assert rule.doc.how_to_fix in page
        assert f"rules/{rule.id}.md" in pages["rules.md"]
    assert all(f"## {name}\n" in pages["resources.md"] for name in ResourceIndex.load().types)
    for table in all_tables().values():
        assert f"## {table.name}\n" in pages["tables.md"]
        assert all(f"| {each.name} | {each.kind} | {each.doc} |" in pages["tables.md"] for each in table.columns)
    assert all(f"## {name}\n" in pages["tables.md"] for name in named_queries())
    assert all(f"## {name}\n" in pages["commands.md"] for name in COMMANDS)
    assert all(f"### {each.code}\n" in pages["policy-checks.md"] for each in CHECKS)
    assert "### policy lint\n" in pages["commands.md"]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_commands_and_options_in_the_texts_exist(path: Path, reference: ModuleType) -> None:
    help_texts = reference.commands_page()
    for line in re.findall(r"bartizan ([a-z]+[^`\n#|;&]*)", path.read_text()):
        words = line.split()
        if words[0] in COMMANDS:
            for option in (each for each in words[1:] if each.startswith("--")):
                assert option in help_texts, f"{path.name} uses {option}"


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_links_to_files_lead_somewhere(path: Path, reference: ModuleType) -> None:
    made = {f"reference/{name}" for name, _ in reference.pages()}
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text()):
        assert target in made or (path.parent / target).exists(), target


def test_every_framework_has_a_page_and_every_rule_names_its_controls(reference: ModuleType) -> None:
    pages = dict(reference.pages())
    for each in all_frameworks():
        page = pages[f"frameworks/{each.id}.md"]
        assert f"frameworks/{each.id}.md" in pages["frameworks.md"]
        assert all(f"\n| {control.id} | {control.title} | {control.kind} |" in page for control in each.controls)
    assert "[s3.no-replication](../rules/s3.no-replication.md)" in pages["frameworks/mission.md"]
    assert "[mission](../frameworks/mission.md): C-S3.replication" in pages["rules/s3.no-replication.md"]


def test_the_site_holds_only_pages() -> None:
    strange = [each for each in (ROOT / "docs").rglob("*") if each.is_file() and each.suffix != ".md"]
    assert strange == [], "zensical copies every file below docs/ onto the site"


def test_every_decision_is_listed() -> None:
    listed = (ROOT / "docs" / "decisions" / "README.md").read_text()
    files = [each.name for each in (ROOT / "docs" / "decisions").glob("0*.md")]
    assert files
    assert all(name in listed for name in files)


def test_the_architecture_names_every_room() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    rooms = [each.name for each in (ROOT / "src" / "bartizan").iterdir() if (each / "__init__.py").exists()]
    assert all(f"`{room}/`" in text for room in rooms)
