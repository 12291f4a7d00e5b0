"""The journal of a run: what is about to be done is on the disk before it is done.

A run is one file of JSON lines: the plan first, then a record before and after each call. A line that was cut off by a
crash is as if it had not been written; whoever goes on reads the resource again to see how far the call before it came.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from bartizan.app.harden.plan_file import dump, load
from bartizan.engine.hardening import Plan
from bartizan.model import InputError

DEFAULT_FOLDER = Path("bartizan-runs")
_TIME, _BYTES, _CALL, _REFUSED = "$time", "$bytes", "call", "refused"


class State(StrEnum):
    """How far a change of a run is.

    ``BEGUN`` may have been made in part. ``UNSEEN`` was accepted by AWS, but does not show when it is read again.
    ``ALREADY`` was as it should be before, ``DRIFTED`` was not as planned: nothing was called for either.
    """

    PENDING = "pending"
    BEGUN = "begun"
    DONE = "done"
    UNSEEN = "unseen"
    ALREADY = "already"
    DRIFTED = "drifted"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNDOING = "undoing"
    UNDONE = "undone"

    @property
    def made(self) -> bool:
        """Whether something of it may be there to undo."""
        return self in {State.DONE, State.UNSEEN} or self.partly

    @property
    def partly(self) -> bool:
        """Whether some of its calls may have been made, and others not."""
        return self in {State.BEGUN, State.FAILED, State.UNDOING}

    @property
    def over(self) -> bool:
        """Whether an apply that is taken up again has nothing to do for it."""
        return self in {State.DONE, State.UNSEEN, State.ALREADY, State.UNDOING, State.UNDONE}


@dataclass(slots=True)
class Progress:
    """What the journal says of one change: its state, why, what looks saw before it, what its rules say after it.

    ``touched`` are the calls of it that were begun, and that AWS did not refuse for certain.
    """

    state: State = State.PENDING
    why: str = ""
    was: Mapping[str, Any] | None = None
    touched: set[str] = field(default_factory=set)
    verdicts: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Run:
    """A run as its journal tells it: which plan, when and by whom, and how far each change is, by its number."""

    id: str
    path: Path
    plan: Plan
    started: dt.datetime
    by: str
    progress: dict[int, Progress]

    def counts(self) -> Mapping[State, int]:
        """How many changes are in which state."""
        return {
            state: count for state in State if (count := sum(each.state is state for each in self.progress.values()))
        }


class Journal:
    """The open journal of a run; each record is on the disk when ``record`` returns."""

    def __init__(self, run: Run, stream: IO[bytes]) -> None:
        self.run = run
        self._stream = stream

    def record(self, change: int, state: State, **more: Any) -> None:
        """Write that a change is in this state now, and remember it."""
        self._write({"change": change, "state": str(state), **more})
        _take(self.run.progress[change], state, more)

    def call(self, change: int, name: str, params: Mapping[str, Any]) -> None:
        """Write that a call of a change is about to be made."""
        self._write({"change": change, _CALL: name, "params": params})
        self.run.progress[change].touched.add(name)

    def refused(self, change: int, name: str, why: str) -> None:
        """Write that AWS refused a call, the first of its name, so that nothing of it was made."""
        self._write({"change": change, _REFUSED: name, "why": why})
        self.run.progress[change].touched.discard(name)

    def note(self, **what: Any) -> None:
        """Write something that changes no state, such as what came of a call."""
        self._write(what)

    def _write(self, record: Mapping[str, Any]) -> None:
        at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"at": at, **record}, default=_written, ensure_ascii=False)
        try:
            self._stream.write(line.encode() + b"\n")
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError as failed:
            raise InputError(
                f"the journal {self.run.path} cannot be written ({failed.strerror or failed}), so nothing more is "
                f"changed; make room, then `bartizan apply --resume {self.run.id}` goes on"
            ) from None


def _take(progress: Progress, state: State, more: Mapping[str, Any]) -> None:
    progress.state = state
    progress.why = more.get("why", "")
    progress.was = more.get("was", progress.was)
    progress.verdicts = more.get("verdicts", progress.verdicts)


@contextmanager
def begin(plan: Plan, folder: Path, by: str) -> Iterator[Journal]:
    """A new run of a plan, whose journal is open as long as the context; raises ``InputError``."""
    now = dt.datetime.now(dt.UTC)
    name = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    path = folder / f"{name}.jsonl"
    run = Run(name, path, plan, now, by, {each.number: Progress() for each in plan.changes})
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=False)
    with _opened(run) as journal:
        journal.note(run=name, by=by, plan=dump(plan))
        _sync_folder(folder)
        yield journal


@contextmanager
def go_on(run: Run) -> Iterator[Journal]:
    """The journal of an earlier run, to write on in it."""
    with _opened(run) as journal:
        yield journal


@contextmanager
def _opened(run: Run) -> Iterator[Journal]:
    with _told(run.path), run.path.open("ab") as stream:
        if stream.tell() and not _ends_whole(run.path):
            stream.write(b"\n")  # what a crash cut off stays a line of its own, which nobody takes for a record
        yield Journal(run, stream)


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as failed:
        raise InputError(f"{path} cannot be written: {failed.strerror or failed}") from None


def _sync_folder(folder: Path) -> None:
    """Put the file's name on the disk too, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read_run(name: str, folder: Path) -> Run:
    """The run of that id, or the only one that begins so; raises ``InputError`` where there is none."""
    found = sorted(folder.glob("*.jsonl")) if folder.is_dir() else []
    fitting = [each for each in found if each.stem.startswith(name)]
    exact = [each for each in fitting if each.stem == name]
    chosen = exact or fitting
    if len(chosen) != 1:
        known = ", ".join(each.stem for each in found[-5:]) or "none"
        what = "several runs begin" if chosen else "there is no run that begins"
        raise InputError(f"{what} with {name!r} in {folder}; the last ones there: {known}")
    return _read(chosen[0])


def runs(folder: Path) -> Iterator[Run | InputError]:
    """All runs in a folder, the oldest first, or why one cannot be read."""
    for path in sorted(folder.glob("*.jsonl")) if folder.is_dir() else []:
        try:
            yield _read(path)
        except InputError as wrong:
            yield wrong


def _read(path: Path) -> Run:
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as failed:
        raise InputError(f"{path} cannot be read: {failed.strerror or failed}") from None
    records = [each for line in lines if (each := _record(line)) is not None]
    if not records or "plan" not in records[0]:
        raise InputError(f"{path} is no journal of a run, or its beginning was lost; nothing was changed by it")
    head = records[0]
    plan = load(head["plan"], str(path))
    progress = {each.number: Progress() for each in plan.changes}
    for each in records[1:]:
        change = progress.get(each.get("change", 0))
        if change is not None and "state" in each:
            _take(change, State(each["state"]), each)
        elif change is not None and _CALL in each:
            change.touched.add(each[_CALL])
        elif change is not None and _REFUSED in each:
            change.touched.discard(each[_REFUSED])
    return Run(path.stem, path, plan, dt.datetime.fromisoformat(head["at"]), head["by"], progress)


def _record(line: bytes) -> Mapping[str, Any] | None:
    """A line's record, or None where it is none: a crash may have cut it off."""
    try:
        found = json.loads(line, object_hook=_revived)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _written(value: Any) -> Any:
    if isinstance(value, (dt.datetime, dt.date)):
        return {_TIME: value.isoformat()}
    if isinstance(value, bytes):
        return {_BYTES: base64.b64encode(value).decode()}
    raise TypeError(f"{type(value).__name__} cannot be written to a journal")


def _revived(value: dict[str, Any]) -> Any:
    if value.keys() == {_TIME}:
        return dt.datetime.fromisoformat(value[_TIME])
    return base64.b64decode(value[_BYTES]) if value.keys() == {_BYTES} else value
