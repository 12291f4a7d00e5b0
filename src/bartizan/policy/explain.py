"""A policy in plain sentences, one for each statement: who may do what on what, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from bartizan.policy.conditions import Operator
from bartizan.policy.document import Condition, PolicyDocument, Principals, Statement
from bartizan.policy.reference import Reference

_SHOWN = 8


def explain(document: PolicyDocument, reference: Reference | None = None) -> list[str]:
    """The statements in plain words; with the reference, services have their names and patterns their numbers."""
    if not document.statements:
        return ["It has no statement, and so allows and denies nothing."]
    return [_sentence(each, reference) for each in document]


def _sentence(statement: Statement, reference: Reference | None) -> str:
    who = _who(statement.principals, negated=statement.not_principals)
    verb = "may" if statement.allows else "must not"
    what, where = _what(statement, reference), _where(statement)
    conditions = [_condition(each) for each in statement.conditions]
    when = (", but only " if statement.allows else ", ") + _joined(conditions, "and") if conditions else ""
    note = "" if statement.allows else ", whatever else allows it"
    return f"{who[:1].upper()}{who[1:]} {verb} {what} {where}{when}{note}."


def _who(principals: Principals | None, *, negated: bool) -> str:
    if principals is None:
        return "whoever has this policy"
    names = [
        *map(_identity, principals.aws),
        *(f"the service {each}" for each in principals.service),
        *(f"users of the identity provider {each}" for each in principals.federated),
        *(f"the canonical user {each}" for each in principals.canonical),
    ]
    if negated:
        return f"everybody except {_joined(names, 'and')}"
    return "nobody" if not names else _joined(names, "and")


def _identity(name: str) -> str:
    if name == "*":
        return "anyone"
    if name.isdigit():
        return f"account {name}"
    parts = name.split(":", 5)
    if len(parts) < 6:
        return name
    if parts[5] == "root":
        return f"account {parts[4]}"
    kind, _, inner = parts[5].partition("/")
    if kind == "assumed-role":
        role, _, session = inner.partition("/")
        return f"the session {session} of the role {role} of account {parts[4]}"
    return f"the {kind} {inner} of account {parts[4]}"


def _what(statement: Statement, reference: Reference | None) -> str:
    names = _joined([_action(each, reference) for each in statement.actions], "and")
    if statement.not_actions:
        return f"do everything except {names}"
    if any(each in {"*", "*:*"} for each in statement.actions):
        return "do everything"
    return f"do {names or 'nothing'}"


def _action(action: str, reference: Reference | None) -> str:
    if reference is None or ("*" not in action and "?" not in action):
        return action
    prefix, _, name = action.partition(":")
    service = reference.names.get(prefix.lower())
    if name == "*" and service:
        return f"all of {service}"
    number = len(reference.expand(action))
    return f"{action} ({number} action{'' if number == 1 else 's'})"


def _where(statement: Statement) -> str:
    names = _joined(statement.resources, "and")
    if statement.not_resources:
        return f"on everything except {names}"
    if not statement.resources:
        return "on what the policy is attached to"
    return "on all resources" if "*" in statement.resources else f"on {names}"


def _condition(condition: Condition) -> str:
    """A line of a condition, so that it follows "only" or a comma."""
    operator, key, values = condition
    parsed = Operator.parse(operator)
    special = _special(parsed, key, values)
    if special is not None:
        return special + (" or where that is not known" if parsed.if_exists else "")
    name = _key(key)
    if parsed.base == "null":
        absent = {value.lower() for value in values} == {"true"}
        return f"if {name} is {'absent' if absent else 'present'}"
    subject = {None: name, True: f"one value of {name}", False: f"every value of {name}, if it has any,"}[parsed.some]
    return f"if {subject} {_tested(parsed, values)}" + (" or it is absent" if parsed.if_exists else "")


def _special(parsed: Operator, key: str, values: Sequence[str]) -> str | None:
    """The keys that are asked for most, said as people say them."""
    name, true = key.lower(), {value.lower() for value in values} == {"true"}
    if parsed.some is not None or parsed.base == "null":
        return None
    if parsed.base == "bool" and name in _FLAGS and len(values) == 1:
        return _FLAGS[name][0 if true else 1]
    make = _PLACES.get(name)
    if make is None or not parsed.base.startswith(("string", "arn", "ip")):
        return None
    many = len(values) > 1
    return make(many, parsed.negated) + " " + _joined(values, "or")


def _place(one: str, outside: str) -> Callable[[bool, bool], str]:
    def say(many: bool, negated: bool) -> str:
        noun = outside if negated else one
        return noun + "s" if many else noun

    return say


_FLAGS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "aws:securetransport": ("over HTTPS", "over plain HTTP"),
        "aws:multifactorauthpresent": ("with multi-factor authentication", "without multi-factor authentication"),
        "aws:viaawsservice": ("through an AWS service", "not through an AWS service"),
        "aws:principalisawsservice": ("by AWS services themselves", "by others than AWS services themselves"),
    }
)
_PLACES: Mapping[str, Callable[[bool, bool], str]] = MappingProxyType(
    {
        "aws:sourceip": _place("from the network", "from outside the network"),
        "aws:vpcsourceip": _place("from the private network", "from outside the private network"),
        "aws:sourcevpc": _place("from the VPC", "from outside the VPC"),
        "aws:sourcevpce": _place("through the VPC endpoint", "not through the VPC endpoint"),
        "aws:requestedregion": _place("in the region", "outside the region"),
        "aws:principalorgid": _place("by members of the organization", "by others than members of the organization"),
        "aws:principalaccount": _place("by identities of the account", "by others than identities of the account"),
        "aws:sourceaccount": _place("on behalf of the account", "not on behalf of the account"),
        "aws:sourcearn": _place("on behalf of the resource", "not on behalf of the resource"),
        "aws:principalarn": _place("by the identity", "by others than the identity"),
    }
)
_TAGS: Mapping[str, str] = MappingProxyType(
    {
        "aws:principaltag": "the tag {} of the caller",
        "aws:resourcetag": "the tag {} of the resource",
        "aws:requesttag": "the tag {} in the request",
    }
)
_VERBS: Mapping[str, str] = MappingProxyType(
    {
        "stringequals": "is", "stringequalsignorecase": "is, in any case of letters,", "stringlike": "is like",
        "arnequals": "is", "arnlike": "is like", "bool": "is", "binaryequals": "is", "ipaddress": "is in",
        "numericequals": "is", "numericlessthan": "is less than", "numericlessthanequals": "is at most",
        "numericgreaterthan": "is more than", "numericgreaterthanequals": "is at least", "dateequals": "is",
        "datelessthan": "is before", "datelessthanequals": "is not after", "dategreaterthan": "is after",
        "dategreaterthanequals": "is not before",
    }
)  # fmt: skip


def _tested(parsed: Operator, values: Sequence[str]) -> str:
    verb = _VERBS[parsed.base]
    if not parsed.negated:
        return f"{verb} {_joined(values, 'or')}"
    if len(values) == 1:
        return f"is not{verb.removeprefix('is')} {values[0]}"
    return f"{verb} neither {_joined(values, 'nor')}"


def _key(key: str) -> str:
    prefix, slash, tag = key.partition("/")
    if slash and prefix.lower() in _TAGS:
        return _TAGS[prefix.lower()].format(tag)
    return {"aws:currenttime": "the time", "aws:username": "the user's name", "sts:externalid": "the external id"}.get(
        key.lower(), key
    )


def _joined(names: Iterable[str], word: str) -> str:
    """``a, b and c``; long lists are cut short."""
    listed = list(names)
    if len(listed) > _SHOWN:
        listed = [*listed[: _SHOWN - 1], f"{len(listed) - _SHOWN + 1} more"]
    if len(listed) < 2:
        return "".join(listed)
    return f"{', '.join(listed[:-1])} {word} {listed[-1]}"
