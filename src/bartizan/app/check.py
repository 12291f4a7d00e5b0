"""Check infrastructure code with the rules of a scan."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import Evaluation, evaluate
from bartizan.engine.settings import Settings
from bartizan.engine.suppress import Accepted, accept
from bartizan.engine.trace import fields_read
from bartizan.iac.read import Code, Reading, read_code
from bartizan.model import InputError, Rule, Snapshot
from bartizan.model.resource import BASE_FIELDS
from bartizan.resources.code import CodeReader, service_of
from bartizan.resources.code_readers import CodeReaders


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCheck:
    """The result of a check: what was read as what, what was not and why, and the verdicts.

    ``seconds`` is the wall time, ``code`` all that was read.
    """

    code: Code
    readings: tuple[Reading, ...]
    not_read: Mapping[str, str]
    started: dt.datetime
    seconds: float
    catalog: Catalog
    evaluation: Evaluation
    accepted: Accepted = field(default_factory=Accepted)


def check(paths: Iterable[Path], catalog: Catalog, settings: Settings | None = None) -> CodeCheck:
    """Read the code and judge it; raises ``InputError`` where it cannot be read or holds no plan or template."""
    return check_with(paths, lambda _: catalog, settings)


def check_with(
    paths: Iterable[Path], choose: Callable[[Collection[str]], Catalog], settings: Settings | None = None
) -> CodeCheck:
    """As ``check``, by rules that are chosen once it is known of which services the code has resources.

    No other rules of Bartizan's own can judge it: one judges or asks about a type of its service.
    """
    started, clock = dt.datetime.now(dt.UTC), time.monotonic()
    asked = list(paths)
    code = read_code(asked, CodeReaders())
    if not code.files:
        named = ", ".join(map(str, asked))
        raise InputError(f"no Terraform code or plan and no CloudFormation template is in {named}")
    return judge(code, choose, settings, started=started, clock=clock)


def judge(
    code: Code,
    choose: Callable[[Collection[str]], Catalog],
    settings: Settings | None = None,
    *,
    started: dt.datetime,
    clock: float,
) -> CodeCheck:
    """Judge what was read; ``clock`` is the monotonic time at which that began."""
    readers = {reader.code_type: reader for reader in code.readers}
    catalog = choose({service_of(reader.kind) for reader in readers.values()})
    fitting = {rule.id: fitted for rule in catalog if (fitted := _fitting(rule, readers))}
    chosen = Catalog(
        {name: rule for rule in catalog if (name := rule.id) in fitting},
        {name: fix for name, fix in catalog.fixes.items() if name in fitting},
    )
    read_by = {id(each): reader.code_type for each, reader in zip(code.resources, code.readers, strict=True)}
    evaluation = evaluate(
        chosen, Snapshot(code.resources), lambda rule, resource: read_by[id(resource)] in fitting[rule.id]
    )
    return CodeCheck(
        code=code,
        readings=tuple(code.readings),
        not_read=code.not_read,
        started=started,
        seconds=time.monotonic() - clock,
        catalog=chosen,
        evaluation=evaluation,
        accepted=accept(evaluation, settings or Settings(), started.date()),
    )


def _fitting(rule: Rule, readers: Mapping[str, CodeReader]) -> frozenset[str]:
    """The code types whose resources the rule can judge.

    Some facts exist only in an account, such as when a role was last used, and others stand in the code of another
    resource. A rule that asks for one is left out rather than reported as unknown for each resource; so is a rule about
    resources that no code is read for.
    """
    of_kind = [reader for reader in readers.values() if reader.kind is rule.resource]
    if not of_kind or not set(rule.reads) <= {reader.kind for reader in readers.values()}:
        return frozenset()
    fields = set(rule.resource.defaults) - set(BASE_FIELDS)
    lacking = {reader.code_type: fields - reader.fields.keys() for reader in of_kind}
    # Which fields a rule reads is found by running it, which takes time.
    read = fields_read(rule) if any(lacking.values()) else frozenset()
    return frozenset(code_type for code_type, lacked in lacking.items() if lacked.isdisjoint(read))
