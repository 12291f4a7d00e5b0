"""``data.aws_iam_policy_document``: its blocks into the policy that its ``json`` is.

Source: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bartizan.iac.hcl.values import Budget, Mixed, encoded
from bartizan.resources.code import Computed

_LISTS = {
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
}
_OTHERS = ("source_policy_documents", "override_policy_documents", "source_json", "override_json")


def policy_document(values: Mapping[str, Any], budget: Budget) -> str | Computed:
    """The JSON of a document; ``Computed`` where a part of it is not known that a stand-in must not replace."""
    statements = values.get("statement", [])
    if not isinstance(statements, list):
        return Computed("dynamic statement")
    made = [_statement(each) for each in statements]
    for name in _OTHERS:
        added = _others(values.get(name))
        if added is None:
            return Computed(name)
        # One that overrides replaces the statement of the same Sid.
        if name.startswith("override"):
            sids = {each.get("Sid") for each in added} - {None, ""}
            made = [each for each in made if each.get("Sid") not in sids]
        made = made + added
    return encoded({"Version": values.get("version") or "2012-10-17", "Statement": made}, budget)


def _others(given: Any) -> list[dict[str, Any]] | None:
    """The statements of other documents; ``None`` where they are not known."""
    found: list[dict[str, Any]] = []
    for each in given if isinstance(given, list) else [given]:
        if each in (None, ""):
            continue
        text = each.text if isinstance(each, Mixed) else each
        try:
            statements = json.loads(text)["Statement"]
        except (TypeError, ValueError, LookupError, RecursionError):
            return None
        found += statements if isinstance(statements, list) else [statements]
    return found if all(isinstance(each, dict) for each in found) else None


def _statement(block: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"Effect": block.get("effect") or "Allow"}
    if block.get("sid"):
        made["Sid"] = block["sid"]
    for name, key in _LISTS.items():
        if block.get(name):
            made[key] = _single(block[name])
    for name, key in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        if block.get(name):
            made[key] = _principals(block[name])
    if block.get("condition"):
        made["Condition"] = _conditions(block["condition"])
    return made


def _principals(blocks: Any) -> Any:
    if not isinstance(blocks, list):
        return blocks
    made: dict[str, Any] = {}
    for each in blocks:
        kind, who = each.get("type"), each.get("identifiers")
        if kind == "*":
            return "*" if who == ["*"] else Computed("principals")
        if not isinstance(kind, str) or not isinstance(who, list):
            return Computed("principals")
        made[kind] = [*made.get(kind, []), *who]
    return {kind: _single(who) for kind, who in made.items()}


def _conditions(blocks: Any) -> Any:
    if not isinstance(blocks, list):
        return blocks
    made: dict[str, dict[str, Any]] = {}
    for each in blocks:
        test, variable, values = each.get("test"), each.get("variable"), each.get("values")
        if not isinstance(test, str) or not isinstance(variable, str):
            return Computed("condition")
        operator = made.setdefault(test, {})
        if variable in operator and not (isinstance(values, list) and isinstance(operator[variable], list)):
            return Computed("condition")
        operator[variable] = [*operator[variable], *values] if variable in operator else values
    return {
        test: {name: _single(values) for name, values in operator.items()}  # As the provider writes it.
        for test, operator in made.items()
    }


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value
