"""What lies in a folder: the files that may be infrastructure code, and the folders of Terraform's language."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

_ENDINGS = (".json", ".yaml", ".yml", ".template")
_SKIPPED = frozenset({".git", ".terraform", ".venv", "cdk.out.cache", "node_modules"})


@dataclass(slots=True)
class Tree:
    """Files and folders in order; ``skipped`` are the folders that were not entered."""

    files: list[Path] = field(default_factory=list)
    terraform: list[Path] = field(default_factory=list)
    skipped: list[Path] = field(default_factory=list)


def look_into(folder: Path) -> Tree:
    """Walk a folder; links to other folders are not followed."""
    tree = Tree()
    for base, folders, files in os.walk(folder):
        # Beside CDK's manifest lie copies of what it uploads: code of functions, with whatever it brings.
        assets = "asset." if "manifest.json" in files else None
        passed = {each for each in folders if each in _SKIPPED or (assets and each.startswith(assets))}
        tree.skipped += [Path(base) / each for each in sorted(passed)]
        folders[:] = sorted(each for each in folders if each not in passed)
        if any(each.endswith((".tf", ".tf.json")) for each in files):
            tree.terraform.append(Path(base))
        tree.files += [
            Path(base) / each for each in sorted(files) if each.endswith(_ENDINGS) and not _is_terraform(each)
        ]
    return tree


def _is_terraform(name: str) -> bool:
    return name.endswith((".tf.json", ".tfvars.json"))


def around(folder: Path) -> Path:
    """The checkout that a folder lies in, which modules may be read from; the folder itself if it lies in none."""
    here = folder.resolve()
    return next((each for each in (here, *here.parents) if (each / ".git").exists()), here)
