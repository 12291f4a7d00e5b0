"""Settings from files: found, read, and written to."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

from bartizan.engine.evidence import Evidence
from bartizan.engine.settings import Settings
from bartizan.iac.files import read_text
from bartizan.model import InputError, Suppression

NAME = "bartizan.toml"
_LARGEST = 5_000_000


def load_settings(path: Path | None, folder: Path) -> Settings:
    """The settings of a file, or where none is named those of ``bartizan.toml`` or ``pyproject.toml`` in a folder.

    Without any file they change nothing. Raises ``InputError`` that names file, line and key of what is wrong.
    """
    if path is not None:
        return _of_project(path) if path.name == "pyproject.toml" else _read(path)
    own, project = folder / NAME, folder / "pyproject.toml"
    if own.is_file():
        return _read(own)
    return _of_project(project) if project.is_file() else Settings()


def add_suppression(path: Path, suppression: Suppression) -> None:
    """Append a suppression to a file of settings, which keeps its other content as it was; makes the file if need be.

    Raises ``InputError`` where the file cannot be read or written, or says already what is to be added.
    """
    present = _read(path) if path.is_file() else Settings()
    if suppression in present.suppressions:
        raise InputError(f"{path} accepts this already: {suppression}")
    _append(path, present.text, _written(suppression))


def add_evidence(path: Path, evidence: Evidence) -> None:
    """Append evidence to a file of settings, as ``add_suppression`` does. The newest of a control's is what counts."""
    present = _read(path) if path.is_file() else Settings()
    if evidence in present.evidence:
        raise InputError(f"{path} says this already: {evidence}")
    names = ("control", "statement", "owner", "file", "sha256")
    lines = [f"{name} = {json.dumps(value)}" for name in names if (value := getattr(evidence, name))]
    days = [f"date = {evidence.date.isoformat()}", f"expires = {evidence.expires.isoformat()}"]
    _append(path, present.text, "\n".join(["[[evidence]]", *lines, *days]) + "\n")


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits; raises ``InputError`` where it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as failed:
        raise InputError(f"{path} cannot be read: {failed.strerror or failed}") from None


def changed_files(settings: Settings) -> frozenset[str]:
    """The files of evidence that are there, beside the settings, and not the ones that were seen.

    One that is not there is kept elsewhere; its digest says which it is.
    """
    folder = Path(settings.source).parent
    proofs = {each.file: each.sha256 for each in settings.evidence if each.file and (folder / each.file).is_file()}
    return frozenset(file for file, seen in proofs.items() if digest(folder / file) != seen.lower())


def _append(path: Path, before: str, text: str) -> None:
    gap = "" if not before or before.endswith("\n\n") else ("\n" if before.endswith("\n") else "\n\n")
    try:
        with path.open("a", encoding="utf-8") as stream:
            stream.write(gap + text)
    except OSError as failed:
        raise InputError(f"{path} cannot be written: {failed.strerror or failed}") from None


def _written(suppression: Suppression) -> str:
    names = ("rule", "resource", "account", "region", "reason", "owner")
    lines = [f"{name} = {json.dumps(value)}" for name in names if (value := getattr(suppression, name))]
    if suppression.expires:
        lines.append(f"expires = {suppression.expires.isoformat()}")
    return "\n".join(["[[suppress]]", *lines]) + "\n"


def _read(path: Path) -> Settings:
    text = _text(path)
    return Settings.parse(_decoded(text, path), str(path), text)


def _of_project(path: Path) -> Settings:
    text = _text(path)
    tools = _decoded(text, path).get("tool", {})
    return Settings.parse(tools["bartizan"], str(path), text) if "bartizan" in tools else Settings()


def _text(path: Path) -> str:
    return read_text(path, _LARGEST, too_large="it can hardly be a file of settings")


def _decoded(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as wrong:
        raise InputError(f"{path}: {wrong}") from None
