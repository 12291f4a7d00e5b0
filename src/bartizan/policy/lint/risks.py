"""Checks of what a policy gives: more than anybody can have meant."""

from __future__ import annotations

from collections.abc import Iterator

from bartizan.model import Unknown
from bartizan.policy import reach
from bartizan.policy.compiled import Layer
from bartizan.policy.deputy import SENDERS
from bartizan.policy.document import PolicyDocument, Statement
from bartizan.policy.lint.check import Level, Located, Problem, Subject, check
from bartizan.policy.patterns import parse_pattern
from bartizan.policy.places import shown

_EVERYTHING = frozenset({"*", "*:*"})


def _giving(subject: Subject) -> Iterator[Located]:
    """The allowing statements of policies that give; those of SCPs, RCPs, boundaries and endpoints only let pass."""
    if subject.facts.layer in {Layer.IDENTITY, Layer.SESSION, Layer.RESOURCE}:
        yield from (each for each in subject.statements if each.statement.allows)


def _everywhere(each: Located) -> bool:
    return "*" in each.statement.resources and not each.statement.not_resources


@check(Level.SECURITY)
def allows_everything(subject: Subject) -> Iterator[Problem]:
    """Every action on every resource is what an administrator has, and whoever takes over the identity."""
    for each in _giving(subject):
        statement = each.statement
        if subject.facts.layer is not Layer.RESOURCE and not statement.not_actions and _everywhere(each):
            for position, action in enumerate(statement.actions):
                if action in _EVERYTHING:
                    yield Problem(each.action_at(position), f"{each.name} allows everything on everything",
                                  "name the actions and resources that are needed")  # fmt: skip


@check(Level.WARNING)
def allows_whole_service(subject: Subject) -> Iterator[Problem]:
    """Every action of a service on all its resources is more than work needs, and grows with the service."""
    for each in _giving(subject):
        if subject.facts.layer is not Layer.RESOURCE and not each.statement.not_actions and _everywhere(each):
            for position, action in enumerate(each.statement.actions):
                if action.endswith(":*") and action not in _EVERYTHING:
                    yield Problem(each.action_at(position), f"{each.name} allows all of {action[:-2]} on everything",
                                  "name the actions and resources that are needed")  # fmt: skip


@check(Level.SECURITY)
def passes_any_role(subject: Subject) -> Iterator[Problem]:
    """Who may pass any role to a service can have that service do what the most powerful of the roles may do."""
    for each in _giving(subject):
        statement = each.statement
        if statement.not_actions or not _everywhere(each) or "iam:passedtoservice" in statement.condition_keys():
            continue
        for position, action in enumerate(statement.actions):
            matched = parse_pattern(action.lower(), variables=False)
            if action not in _EVERYTHING and matched.matches("iam:passrole"):  # type: ignore[union-attr]
                yield Problem(each.action_at(position), f"{each.name} allows passing any role to any service",
                              "name the roles, and the services by a condition on iam:PassedToService")  # fmt: skip


@check(Level.SECURITY)
def allows_all_but_some_actions(subject: Subject) -> Iterator[Problem]:
    """NotAction in an allowance allows all of AWS but what it names, and whatever AWS adds tomorrow."""
    for each in _giving(subject):
        if each.statement.not_actions:
            yield Problem(each.at("NotAction"), f"{each.name} allows every action but some", "name those to allow")


@check(Level.SECURITY)
def allows_all_but_some_resources(subject: Subject) -> Iterator[Problem]:
    """NotResource in an allowance allows all resources but what it names, those of other accounts included."""
    for each in _giving(subject):
        if each.statement.not_resources:
            yield Problem(each.at("NotResource"), f"{each.name} allows every resource but some", "name those to allow")


@check(Level.SECURITY)
def allows_all_but_some_principals(subject: Subject) -> Iterator[Problem]:
    """NotPrincipal in an allowance allows everybody in the world but those it names, the anonymous caller included."""
    for each in subject.statements:
        if each.statement.allows and each.statement.not_principals:
            yield Problem(each.at("NotPrincipal"), f"{each.name} allows everybody but some", "name those to allow")


@check(Level.SECURITY)
def allows_anyone(subject: Subject) -> Iterator[Problem]:
    """Everybody, in any account and without one, gets through by the statement, as a request proves.

    Conditions and denials are weighed: a statement for everybody from one network, or of one organization, is none.
    """
    if subject.facts.layer is Layer.RESOURCE:
        found = set(_opening(subject.document))
        for each in subject.statements:
            if not each.statement.not_principals and each.statement in found:
                yield Problem(each.at("Principal"), f"{each.name} allows anyone",
                              "name accounts or roles, or add a condition on aws:PrincipalOrgID")  # fmt: skip


def _opening(document: PolicyDocument) -> list[Statement]:
    try:
        return reach.opening(document, "", "")
    except Unknown:
        return []


@check(Level.SECURITY)
def allows_service_for_anyone(subject: Subject) -> Iterator[Problem]:
    """The service does it for any of its customers who names the resource: a confused deputy.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    for each in subject.statements if subject.facts.layer is Layer.RESOURCE else ():
        principals = each.statement.principals
        if each.statement.allows and principals is not None and not each.statement.not_principals:
            for position, name in enumerate(principals.service):
                if reach.service_of(name) in SENDERS and _for_anyone(subject.document, name):
                    yield Problem(each.at("Principal", "Service", position),
                                  f"{shown(name)} may come on behalf of any account",
                                  "add a condition on aws:SourceAccount or aws:SourceArn")  # fmt: skip


def _for_anyone(document: PolicyDocument, service: str) -> bool:
    try:
        return reach.lets_in_for_anyone(document, service)
    except Unknown:
        return False
