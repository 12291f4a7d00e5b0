"""Paths of escalation as text, plain JSON values, Graphviz and Mermaid. Names are harmless in each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bartizan.policy import Clause
from bartizan.policy.escalation import METHODS, Answer, Cut, Hop, Method, Path, Step
from bartizan.policy.escalation.graph import ADMINISTRATOR, ASSUME, UNREAD
from bartizan.report.safe import printable

_TITLES: Mapping[str, str] = {
    ADMINISTRATOR: "An administrator may do anything in the account",
    ASSUME: "Assume the role",
    UNREAD: "What its policies allow is not known",
}
_POSSIBLE = 10
"""How many paths that are only possible are told in the text."""

_NAMED = 5
"""How many holders of a statement are named in the text."""


def path_facts(answer: Answer) -> dict[str, Any]:
    """All of an answer as plain JSON values."""
    methods = {each.id: each for each in METHODS}
    return {
        "target": answer.target,
        "paths": [_path(each, methods) for each in answer.paths],
        "possible": [_path(each, methods) for each in answer.possible],
        "cuts": [_cut(each) for each in answer.cuts],
        "administrators": [
            {
                "arn": arn,
                "statements": [_statement(each) for each in admin.statements],
                "conditions": {key: list(values) for key, values in admin.conditions},
            }
            for arn, admin in sorted(answer.admins.items())
        ],
        "unread": {arn: list(names) for arn, names in sorted(answer.unread.items())},
    }


def _path(path: Path, methods: Mapping[str, Method]) -> dict[str, Any]:
    return {
        "source": path.source,
        "target": path.target,
        "unknown": path.unknown,
        "conditions": {key: list(values) for key, values in path.conditions},
        "hops": [_hop(node, hop, methods) for node, hop in zip(path.nodes, path.hops, strict=False)],
    }


def _hop(node: str, hop: Hop, methods: Mapping[str, Method]) -> dict[str, Any]:
    method = methods.get(hop.method)
    return {
        "from": node,
        "to": hop.target,
        "method": hop.method,
        "title": title(hop.method, methods),
        "via": hop.via,
        "prerequisites": method.prerequisites if method else "",
        "source": method.source if method else "",
        "crosses_accounts": crosses(node, hop.target),
        "unknown": hop.unknown,
        "steps": [_step(each) for each in hop.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "action": step.action,
        "resource": step.resource,
        "statements": [_statement(each) for each in step.statements],
        "conditions": {key: list(values) for key, values in step.conditions},
    }


def _cut(cut: Cut) -> dict[str, Any]:
    return {
        "statements": [_statement(each) for each in cut.statements],
        "holders": list(cut.holders),
        "ends": cut.ends,
        "of": cut.of,
    }


def _statement(clause: Clause) -> dict[str, Any]:
    return {
        "policy": clause.policy,
        "layer": str(clause.layer),
        "statement": clause.index + 1,
        "sid": clause.statement.sid,
        "text": str(clause),
    }


def title(method: str, methods: Mapping[str, Method]) -> str:
    """What is done by a method, in a few words."""
    found = methods.get(method)
    return found.title if found else _TITLES.get(method, method)


def crosses(node: str, target: str) -> bool:
    """Whether a hop leads from one account to another."""
    before, after = _account(node), _account(target)
    return bool(before and after and before != after)


def _account(node: str) -> str:
    parts = node.split(":", 5)
    return parts[4] if len(parts) == 6 else node.rpartition(" ")[2]


def path_text(answer: Answer) -> str:
    """An answer for people: each path step by step, what is only possible, and what to change first."""
    facts = path_facts(answer)
    lines: list[str] = []
    paths, possible = facts["paths"], facts["possible"]
    lines += [f"Paths ({len(paths)})", ""] if paths else [f"No path to {answer.target} was found.", ""]
    lines += [line for path in paths for line in (*_path_lines(path), "")]
    if possible:
        lines += [f"Possible paths: something is not known ({len(possible)})", ""]
        lines += [line for path in possible[:_POSSIBLE] for line in (*_path_lines(path), "")]
    if len(possible) > _POSSIBLE:
        lines += [f"{len(possible) - _POSSIBLE} more are possible: --json lists them all", ""]
    lines += _cut_lines(facts["cuts"])
    for arn, names in facts["unread"].items():
        lines.append(f"Not read: {', '.join(names)} of {arn}, so that what it may do besides is unknown")
    return "\n".join(printable(line) for line in lines).rstrip()


def _path_lines(path: Mapping[str, Any]) -> Iterator[str]:
    yield f"{path['source']} -> {path['target']}"
    for number, hop in enumerate(path["hops"], 1):
        via = f" ({hop['via']})" if hop["via"] else ""
        abroad = ", in another account" if hop["crosses_accounts"] else ""
        yield f"  {number}. {hop['title']}{via}: reaches {hop['to']}{abroad}"
        for step in hop["steps"]:
            yield f"     {step['action']} on {step['resource']}"
            yield from (f"       allowed by {each['text']}" for each in step["statements"])
            yield from (f"       needs {key} = {', '.join(values)}" for key, values in step["conditions"].items())
        if hop["prerequisites"]:
            yield f"     works if {hop['prerequisites']}"
        if hop["unknown"]:
            yield f"     not certain: {hop['unknown']}"
        if hop["source"]:
            yield f"     see {hop['source']}"


def _cut_lines(cuts: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for number, cut in enumerate(cuts, 1):
        if number == 1:
            yield "Change first"
        statements = " and ".join(each["text"] for each in cut["statements"])
        yield f"  {number}. {statements}: ends the paths of {cut['ends']} of {cut['of']}"
        holders, more = cut["holders"][:_NAMED], len(cut["holders"]) - _NAMED
        yield f"     held by {', '.join(holders)}" + (f" and {more} more" if more > 0 else "")


def path_dot(answer: Answer) -> str:
    """All paths of an answer as one graph in Graphviz's language.

    Source: https://graphviz.org/doc/info/lang.html
    """
    lines = ["digraph paths {", "  rankdir=LR;", "  node [shape=box];"]
    numbers, edges = _drawn(answer)
    lines += [f"  n{number} [label={_dot(node)}];" for node, number in numbers.items()]
    for (before, after), (labels, certain) in edges.items():
        style = "" if certain else ", style=dashed"
        lines.append(f"  n{before} -> n{after} [label={_dot(', '.join(labels))}{style}];")
    return "\n".join([*lines, "}"])


def path_mermaid(answer: Answer) -> str:
    """All paths of an answer as one flowchart of Mermaid.

    Source: https://mermaid.js.org/syntax/flowchart.html
    """
    numbers, edges = _drawn(answer)
    lines = ["flowchart LR", *(f'  n{number}["{_mermaid(node)}"]' for node, number in numbers.items())]
    for (before, after), (labels, certain) in edges.items():
        arrow = "-->" if certain else "-.->"
        lines.append(f'  n{before} {arrow}|"{_mermaid(", ".join(labels))}"| n{after}')
    return "\n".join(lines)


Edges = dict[tuple[int, int], tuple[list[str], bool]]


def _drawn(answer: Answer) -> tuple[dict[str, int], Edges]:
    """The nodes, numbered, and the edges between them with the methods, and whether one of these is certain."""
    numbers: dict[str, int] = {}
    edges: Edges = {}
    for path in (*answer.paths, *answer.possible):
        for node, hop in zip(path.nodes, path.hops, strict=False):
            before = numbers.setdefault(node, len(numbers))
            after = numbers.setdefault(hop.target, len(numbers))
            labels, certain = edges.get((before, after), ([], False))
            named = labels if hop.method in labels else [*labels, hop.method]
            edges[before, after] = (named, certain or not hop.unknown)
    return numbers, edges


def _dot(text: str) -> str:
    escaped = printable(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _mermaid(text: str) -> str:
    """The text with everything that Mermaid, Markdown or HTML could take for more written as a character code."""
    return "".join(each if each.isalnum() or each in " :/._-,+=@" else f"#{ord(each)};" for each in printable(text))
