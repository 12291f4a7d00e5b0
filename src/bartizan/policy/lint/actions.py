"""Checks of actions: that they exist, and that they can be done on the resources of their statement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bartizan.policy.conditions import texts
from bartizan.policy.coverage import redundant
from bartizan.policy.lint.check import Level, Located, Problem, Subject, check
from bartizan.policy.patterns import Template, parse_pattern
from bartizan.policy.places import shown
from bartizan.policy.reference import Action, ConditionKey, Reference, ResourceType
from bartizan.policy.symbolic import Undecided
from bartizan.policy.symbolic.language import find_text
from bartizan.policy.values import Texts

_FORM = re.compile(r"[A-Za-z0-9*?-]+:[A-Za-z0-9*?_]+")
_WILD = ("*", "?")
_NAME_ALONE = re.compile(r"\$\{[^}]+\}|\*")


def _written(subject: Subject) -> Iterator[tuple[Located, int, str]]:
    for each in subject.statements:
        for position, action in enumerate(each.statement.actions):
            yield each, position, action


@check(Level.ERROR)
def malformed_action(subject: Subject) -> Iterator[Problem]:
    """An action is a service and a name, as in `s3:GetObject`, or the star."""
    for each, position, action in _written(subject):
        if action != "*" and not _FORM.fullmatch(action):
            yield Problem(each.action_at(position), f"{shown(action)} is no action",
                          "write the service, a colon and the name, as in s3:GetObject")  # fmt: skip


@check(Level.ERROR)
def unknown_action(subject: Subject) -> Iterator[Problem]:
    """AWS has no such action: the statement does not do what it says, and a denial of it denies nothing."""
    for each, position, action in _written(subject):
        if action == "*" or not _FORM.fullmatch(action) or any(wild in action for wild in _WILD):
            continue
        if subject.reference.find(action) is None:
            yield Problem(each.action_at(position), _unknown(action, subject.reference), _nearest(action, subject))


@check(Level.WARNING)
def action_matches_nothing(subject: Subject) -> Iterator[Problem]:
    """No action that AWS has fits the pattern, so that it does nothing, until AWS makes one that does."""
    for each, position, action in _written(subject):
        if action != "*" and any(wild in action for wild in _WILD) and _FORM.fullmatch(action):
            prefix = action.partition(":")[0]
            known = any(wild in prefix for wild in _WILD) or subject.reference.service(prefix) is not None
            if not known or not subject.reference.expand(action):
                said = f"no action of AWS fits {action}" if known else _unknown(action, subject.reference)
                yield Problem(each.action_at(position), said, _nearest(action, subject))


def _unknown(action: str, reference: Reference) -> str:
    prefix = action.partition(":")[0]
    if reference.service(prefix) is None:
        return f"AWS has no service with the prefix {prefix}"
    return f"AWS has no action {action}"


def _nearest(action: str, subject: Subject) -> str:
    near = subject.reference.suggest(action.replace("*", "").replace("?", ""))
    return f"did you mean {near[0]}?" if near else "look its name up with bartizan action, or remove it"


@check(Level.SUGGESTION)
def redundant_action(subject: Subject) -> Iterator[Problem]:
    """Another pattern of the same list has the action already."""
    for each in subject.statements:
        for position, other in redundant(each.statement.actions, nocase=True):
            yield Problem(each.action_at(position), f"{each.statement.actions[position]} is part of {other}",
                          "remove it")  # fmt: skip


@check(Level.SUGGESTION)
def redundant_resource(subject: Subject) -> Iterator[Problem]:
    """Another pattern of the same list has the resource already."""
    for each in subject.statements:
        for position, other in redundant(each.statement.resources, variables=subject.variables):
            yield Problem(each.resource_at(position), f"{shown(each.statement.resources[position])} is part of "
                          f"{shown(other)}", "remove it")  # fmt: skip


@check(Level.WARNING)
def action_takes_no_resource(subject: Subject) -> Iterator[Problem]:
    """AWS asks for the action on `*` only, so that a statement with an ARN never applies to it.

    An allowance allows nothing, and a denial denies nothing. That is how most `List` and `Describe` actions are.
    """
    for each in subject.statements:
        statement = each.statement
        if statement.not_actions or statement.not_resources or not statement.resources or "*" in statement.resources:
            continue
        if any(_reaches_star(resource, subject) for resource in statement.resources):
            continue
        for position, pattern in enumerate(statement.actions):
            actions = actions_of(pattern, subject.reference)
            if actions and not any(action.resources for action in actions):
                yield Problem(each.action_at(position), f"AWS knows {pattern} on all resources only, never on an ARN",
                              'put it in a statement of its own with "Resource": "*"')  # fmt: skip


def _reaches_star(resource: str, subject: Subject) -> bool:
    return texts((resource,), variables=subject.variables).has("*", {})


@check(Level.WARNING)
def action_fits_no_resource(subject: Subject) -> Iterator[Problem]:
    """The action works on resources of other types than those of the statement, which thus never applies to it.

    The common case is a bucket where its objects are meant, or the other way round.
    """
    for each in subject.statements:
        statement = each.statement
        if statement.not_actions or statement.not_resources or not statement.resources:
            continue
        named = [_widened(resource, subject) for resource in statement.resources]
        if any(pattern.has("*", {}) for pattern in named):
            continue
        for position, pattern in enumerate(statement.actions):
            types = _types(actions_of(pattern, subject.reference), subject.reference)
            if types and not any(_meets(resource, kind) for kind in types for resource in named):
                arns = " or ".join(sorted({kind.arn for kind in types})[:3])
                yield Problem(each.action_at(position), f"{pattern} works on none of the resources of {each.name}",
                              f"name {arns}")  # fmt: skip


def actions_of(pattern: str, reference: Reference) -> tuple[Action, ...]:
    """The actions of a pattern of one service; none for wider ones."""
    prefix = pattern.partition(":")[0]
    if any(wild in prefix for wild in _WILD) or ":" not in pattern:
        return ()
    if any(wild in pattern for wild in _WILD):
        return reference.expand(pattern)
    found = reference.find(pattern)
    return (found,) if found else ()


def has_key(action: Action, key: str, reference: Reference) -> bool:
    """Whether the action, or a resource type that it works on, has the condition key."""
    service = reference.service(action.prefix)
    kinds = [service.resource_types.get(use.type.lower()) for use in action.resources] if service else []
    names = {
        *action.condition_keys,
        *(name for use in action.resources for name in use.condition_keys),
        *(name for kind in kinds if kind for name in kind.condition_keys),
    }
    # Some pages write the placeholder as a word: secretsmanager:ResourceTag/tag-key.
    return any(ConditionKey(re.sub(r"/tag-?key$", "/*", name, flags=re.IGNORECASE), ()).matches(key) for name in names)


def _types(actions: Iterable[Action], reference: Reference) -> list[ResourceType]:
    """The resource types that the actions work on; none where one of them works on no type, or on an unknown one."""
    found: dict[str, ResourceType] = {}
    for action in actions:
        service = reference.service(action.prefix)
        for use in action.resources:
            kind = service.resource_types.get(use.type.lower()) if service else None
            if kind is None:
                return []
            found[kind.name] = kind
    return list(found.values())


def _widened(resource: str, subject: Subject) -> Texts:
    pattern = parse_pattern(resource, variables=subject.variables)
    return Texts((pattern.widened() if isinstance(pattern, Template) else pattern,))


def _meets(resource: Texts, kind: ResourceType) -> bool:
    """Whether a pattern and the ARNs of a type have one in common."""
    last = kind.arn.split(":", 5)[-1]
    # A name that stands alone, as a bucket's, holds neither slash nor colon.
    unlike = [texts((f"{kind.wildcard}/*", f"{kind.wildcard}:*"))] if _NAME_ALONE.fullmatch(last) else []
    try:
        return find_text([resource, texts((kind.wildcard,), arn=True)], unlike) is not None
    except Undecided:
        return True
