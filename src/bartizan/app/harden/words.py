"""Plans and runs in words for the terminal, and as values for ``--json``."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from bartizan.app.harden.journal import Run, State
from bartizan.engine.hardening import Change, Plan, PlannedCall, Risk
from bartizan.model import plain
from bartizan.report.safe import printable

_ARGUMENTS_SHOWN = 2000
_REASON_SHOWN = 300
_RISKS = {
    Risk.SAFE: "safe",
    Risk.RISKY: "may break something",
    Risk.LASTING: "cannot be undone",
}


def plan_text(plan: Plan) -> Iterator[str]:
    """The plan for people: each change with its calls, and what is left."""
    yield printable(f"Plan for AWS account {plan.account}, made {plan.made:%Y-%m-%d %H:%M} UTC by {plan.by}")
    for each in plan.changes:
        yield ""
        yield from change_text(each)
    yield from _left_text(plan)
    yield ""
    if plan.changes:
        counted = ", ".join(f"{count} {_RISKS[risk]}" for risk, count in plan.risks().items() if count)
        resources = "1 resource changes" if len(plan.changes) == 1 else f"{len(plan.changes)} resources change"
        yield f"{resources}: {counted}."
    else:
        yield "Nothing is to be changed."


def change_text(change: Change) -> Iterator[str]:
    """One change: what, why, how, and what else it does."""
    doing = "Delete" if change.after is None else "Change"
    yield printable(f"{change.number}. {doing} {type(change.before).__name__} {change.before.name}  [{change.risk}]")
    yield printable(f"   {change.before.key}" + (f" in {change.before.region}" if change.before.region else ""))
    for fixing in change.fixes:
        yield printable(f"   - {fixing.what} ({fixing.rule}, {fixing.severity})")
        if fixing.breaks:
            yield printable(f"     may break: {fixing.breaks}")
    for rule in change.worsens:
        yield printable(f"   ! it will fail {rule}, which it passes now")
    for name in change.changed:
        yield from (printable(f"   {line}") for line in _difference(name, change))
    for call in change.calls:
        yield printable(f"   > {call_text(call)}")
    if change.lasting:
        yield printable(f"   undo: none: {change.lasting}")
    elif change.undo:
        yield printable(f"   undo: {', '.join(each.call for each in change.undo)}")
    for user in change.affected:
        yield printable(f"   used: {user}")
    if change.needs:
        yield f"   after: {', '.join(map(str, change.needs))}"


def call_text(call: PlannedCall) -> str:
    """A call with its arguments on one line, cut where they are very long."""
    arguments = json.dumps(call.params, ensure_ascii=False)
    cut = f"{arguments[:_ARGUMENTS_SHOWN]}... (whole in the file)" if len(arguments) > _ARGUMENTS_SHOWN else arguments
    return f"{call.call} {cut}"


def _difference(name: str, change: Change) -> Iterator[str]:
    """A field before and after; of long values the lines that differ."""
    before, after = (plain(each.known().get(name)) for each in (change.before, change.after) if each is not None)
    if not isinstance(before, (dict, list)) and not isinstance(after, (dict, list)):
        yield f"{name}: {_short(before)} -> {_short(after)}"
        return
    yield f"{name}:"
    for line in difflib.unified_diff(_lines(before), _lines(after), lineterm="", n=1):
        if not line.startswith(("---", "+++", "@@")):
            yield f"  {line}"


def _lines(value: Any) -> list[str]:
    return [] if value is None else json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False).splitlines()


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _left_text(plan: Plan) -> Iterator[str]:
    """What is left to people, by reason."""
    reasons = Counter(each.why for each in plan.left)
    if reasons:
        yield ""
        yield f"Left to people ({len(plan.left)} findings; the file names each):"
    for why, count in reasons.most_common():
        yield printable(f"  {count} x {shortened(why)}")


_STATES: Mapping[State, str] = {
    State.PENDING: "not yet made",
    State.BEGUN: "broken off",
    State.DONE: "done",
    State.UNSEEN: "accepted, not seen yet",
    State.ALREADY: "was so already",
    State.DRIFTED: "refused, since it drifted",
    State.FAILED: "failed",
    State.SKIPPED: "skipped",
    State.UNDOING: "being undone",
    State.UNDONE: "undone",
}


def outcome_text(change: Change, state: State, why: str) -> str:
    """What came of one change, on one line."""
    what = f"{change.number}. {type(change.before).__name__} {change.before.name}: {_STATES[state]}"
    return printable(f"{what}: {shortened(why)}" if why else what)


def shortened(text: str) -> str:
    """A reason on one line; what AWS or an emulator says can be a page."""
    line = " ".join(text.split())
    return f"{line[:_REASON_SHOWN]}..." if len(line) > _REASON_SHOWN else line


def run_text(run: Run) -> Iterator[str]:
    """A run with what came of each change."""
    yield run_line(run)
    for change in run.plan.changes:
        progress = run.progress[change.number]
        yield f"  {outcome_text(change, progress.state, progress.why)}"
        for rule, verdict in progress.verdicts.items():
            if verdict != "pass":
                yield printable(f"     {rule}: still {verdict}")


def run_line(run: Run) -> str:
    """A run on one line."""
    counted = ", ".join(f"{count} {_STATES[state]}" for state, count in run.counts().items())
    return printable(f"{run.id}  account {run.plan.account}: {counted or 'nothing to do'}")


def run_facts(run: Run) -> dict[str, Any]:
    """A run as JSON values."""
    return {
        "run": run.id,
        "journal": str(run.path),
        "account": run.plan.account,
        "started": run.started.isoformat(),
        "by": run.by,
        "changes": [
            {
                "number": each.number,
                "type": each.before.cfn_type,
                "resource": each.before.key,
                "region": each.before.region,
                "rules": [fixing.rule for fixing in each.fixes],
                "state": str(run.progress[each.number].state),
                "why": run.progress[each.number].why,
                "verdicts": dict(run.progress[each.number].verdicts),
            }
            for each in run.plan.changes
        ],
    }
