"""What goes into the work on one account, and what comes out: small values that travel between processes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from bartizan.app.selection import Selection
from bartizan.aws.aggregator import Aggregator
from bartizan.aws.session import Access
from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import Evaluation
from bartizan.engine.outcome import Outcome
from bartizan.engine.suppress import Accepted
from bartizan.model import CoverageGap, Gap, Resource
from bartizan.store.manifest import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Where what was read of an account is kept: the store, the snapshot, and the paths of the last findings.

    ``access`` is the way to the store, which need not be that to the account.
    """

    address: str
    access: Access
    snapshot: str
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An account to read, and how to reach it; ``regions`` and ``aggregator`` as in ``read_account``."""

    account: str
    name: str
    access: Access
    selection: Selection
    regions: tuple[str, ...] = ()
    keeping: Keeping | None = None
    aggregator: Aggregator | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountResult:
    """What came of an account: its outcome, and the resources that rules about the organization ask for (``shared``).

    ``unreached`` says why nothing could be read of it. ``seconds`` is the wall time. ``part`` is what was kept of it in
    a store, ``unkept`` why that failed. ``recorded``, ``unlisted`` and ``unrecorded`` are those of ``Reading``.
    """

    account: str
    name: str
    started: dt.datetime
    seconds: float = 0.0
    outcome: Outcome = field(default_factory=Outcome)
    accepted: Accepted = field(default_factory=Accepted)
    gaps: tuple[CoverageGap, ...] = ()
    shared: tuple[Resource, ...] = ()
    regions: tuple[str, ...] = ()
    calls: Mapping[str, int] = field(default_factory=dict)
    retries: int = 0
    unreached: Gap | None = None
    part: Part | None = None
    unkept: str = ""
    recorded: int = 0
    unlisted: int = 0
    unrecorded: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Read:
    """All that was read of an account, which only its own worker ever holds: who read it, and what was judged."""

    caller: str
    evaluation: Evaluation
    rules: Catalog
