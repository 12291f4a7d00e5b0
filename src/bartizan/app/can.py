"""Decide one request: what ``bartizan can`` says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from bartizan.app.asking import (
    caller_named,
    check_action,
    check_resource,
    clause_facts,
    context_facts,
    default_context,
    doubts,
    merged,
    parse_context,
    unknown_resource,
    warnings_for,
)
from bartizan.app.estate import FoundEstate
from bartizan.policy import Decision, Layer, Outcome, Request
from bartizan.policy.reference import Reference

Answer = Literal["allowed", "denied", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What AWS would answer; ``doubts`` are what was not read and might turn it, ``assumed`` the context by default."""

    answer: Answer
    decision: Decision
    request: Request
    assumed: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def facts(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return {
            "answer": self.answer,
            "decision": str(self.decision.outcome),
            "principal": self.request.principal.session or self.request.principal.arn or "anyone",
            "action": self.request.action,
            "resource": self.request.resource,
            "context": context_facts(self.request.context),
            "assumed": list(self.assumed),
            "statements": [clause_facts(each) for each in self.decision.statements],
            "missing": list(self.decision.missing),
            "unread": list(self.doubts),
            "warnings": list(self.warnings),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks for what, as the user wrote it; ``context`` holds ``KEY=VALUE``."""

    principal: str
    action: str
    resource: str = "*"
    context: tuple[str, ...] = ()


def check(question: Question) -> None:
    """Raise ``InputError`` where the question can have no answer, before anything is read for it."""
    check_action(question.action)
    check_resource(question.resource)
    parse_context(question.context)


def can(found: FoundEstate, question: Question, now: dt.datetime) -> Verdict:
    """Whether AWS would let the request through; raises ``InputError`` where the question cannot be understood."""
    check(question)
    action, resource = question.action, question.resource
    given = parse_context(question.context)
    caller = caller_named(found, question.principal)
    defaults = default_context(now)
    circumstances = merged(defaults, given)
    estate = found.estate
    request = estate.request(caller, action, resource, circumstances)
    decision = estate.decide(caller, action, resource, circumstances)
    guarded = estate.resource(resource)
    open_questions = doubts(found, estate.identity(caller), guarded, resource)
    if decision.missing == (str(Layer.RESOURCE),) and guarded is None:
        open_questions.append(f"the policy of {resource}: not read")
    if decision.outcome is Outcome.EXPLICITLY_DENIED:
        open_questions = []
    told: Answer = "unknown" if open_questions else "allowed" if decision.allowed else "denied"
    return Verdict(
        answer=told,
        decision=decision,
        request=request,
        assumed=tuple(key for key in circumstances if key in defaults and key not in given),
        doubts=tuple(open_questions),
        warnings=tuple(warnings_for(action, resource, given, Reference.load())),
        notes=(*found.notes, *unknown_resource(found, resource)),
    )
