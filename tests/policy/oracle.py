"""A second opinion on decisions: IAM's rules written down once more, as slowly and plainly as they are documented.

It shares nothing with the evaluator but the parsed ``PolicyDocument`` and the plain fields of ``Request`` and
``Principal``: names, context keys, patterns, conditions and the order of the layers are worked out here anew. Entry
point: ``oracle_decide``. Sources are the same pages that the evaluator names.
"""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from bartizan.policy.document import PolicyDocument, Principals, Statement

if TYPE_CHECKING:
    from bartizan.policy.requests import Principal, Request

Context = Mapping[str, tuple[str, ...]]

GUARDED = ("s3", "sts", "kms", "sqs", "secretsmanager", "dynamodb")
"""Those services under RCPs that the generators of ``strategies`` know."""


@dataclass(frozen=True, kw_only=True)
class Documents:
    """The documents of each layer; ``None`` where there is no such layer, as in ``Authorization``."""

    identity: tuple[PolicyDocument, ...] = ()
    resource: tuple[PolicyDocument, ...] = ()
    boundary: tuple[PolicyDocument, ...] | None = None
    session: tuple[PolicyDocument, ...] | None = None
    endpoint: tuple[PolicyDocument, ...] | None = None
    scps: tuple[tuple[PolicyDocument, ...], ...] = ()
    rcps: tuple[tuple[PolicyDocument, ...], ...] = ()
    management_account: str = ""


def oracle_decide(request: Request, documents: Documents) -> bool:
    """Whether AWS lets the request through under these documents."""
    caller, action = request.principal, request.action.lower()
    identity = _is_identity(caller)
    if identity and action in {"sts:getcalleridentity", "sts:getsessiontoken"}:
        return True
    if str(caller.kind) == "root" and action == "sts:assumerole":
        return False
    asked = _Asked(request, _context(request), has_boundary=identity and documents.boundary is not None)
    scps = documents.scps if identity and _below_scps(caller, documents) else ()
    rcps = documents.rcps if _below_rcps(request, documents) else ()
    if _denied(asked, documents, [*scps, *rcps]):
        return False
    everybody = [(level, "organization") for level in (*scps, *rcps)]
    if documents.endpoint is not None:
        everybody.append((documents.endpoint, "endpoint"))
    return all(asked.allowed(some, layer) for some, layer in everybody) and _sides_allow(asked, documents)


def _denied(asked: _Asked, documents: Documents, levels: list[tuple[PolicyDocument, ...]]) -> bool:
    everything = [
        *((each, "identity") for each in documents.identity),
        *((each, "resource") for each in documents.resource),
        *((each, "boundary") for each in documents.boundary or ()),
        *((each, "session") for each in documents.session or ()),
        *((each, "endpoint") for each in documents.endpoint or ()),
        *((each, "organization") for level in levels for each in level),
    ]
    return any(asked.applying(document, layer, "Deny") for document, layer in everything)


def _sides_allow(asked: _Asked, documents: Documents) -> bool:
    caller = asked.request.principal
    if not _is_identity(caller):
        return asked.allowed(documents.resource, "resource")
    if _owner(asked.request) == caller.account:
        return _within_account(asked, documents)
    return _own_account_allows(asked, documents) and asked.allowed(documents.resource, "resource")


def _within_account(asked: _Asked, documents: Documents) -> bool:
    given = {
        _directness(statement, asked.request.principal)
        for document in documents.resource
        for statement in asked.applying(document, "resource", "Allow")
    }
    if "direct" in given or ("role" in given and _within_limits(asked, documents)):
        return True
    if _resource_must_allow(asked.request) and "account" not in given:
        return False
    return _own_account_allows(asked, documents)


def _own_account_allows(asked: _Asked, documents: Documents) -> bool:
    if str(asked.request.principal.kind) == "root":
        return True
    return asked.allowed(documents.identity, "identity") and _within_limits(asked, documents)


def _within_limits(asked: _Asked, documents: Documents) -> bool:
    if documents.boundary is not None and not asked.allowed(documents.boundary, "boundary"):
        return False
    if documents.session is None:
        return str(asked.request.principal.kind) != "federated-user"
    return asked.allowed(documents.session, "session")


def _below_scps(caller: Principal, documents: Documents) -> bool:
    return not caller.service_linked and caller.account != documents.management_account


def _below_rcps(request: Request, documents: Documents) -> bool:
    action = request.action.lower()
    return (
        not request.principal.service_linked
        and _owner(request) != documents.management_account
        and action.split(":")[0] in GUARDED
        and action != "kms:retiregrant"
    )


def _resource_must_allow(request: Request) -> bool:
    action = request.action.lower()
    trust = action in {
        "sts:assumerole",
        "sts:assumerolewithsaml",
        "sts:assumerolewithwebidentity",
        "sts:tagsession",
        "sts:setsourceidentity",
    }
    return (trust and ":role/" in request.resource) or (action.startswith("kms:") and ":key/" in request.resource)


def _owner(request: Request) -> str:
    if request.resource_account:
        return request.resource_account
    parts = request.resource.split(":")
    if len(parts) >= 6 and re.fullmatch(r"[0-9]{12}", parts[4]):
        return parts[4]
    return request.principal.account


# Who asks, and what is known of the request


def _is_identity(caller: Principal) -> bool:
    return str(caller.kind) in {"root", "user", "role", "federated-user"}


def _context(request: Request) -> Context:
    caller = request.principal
    kind = str(caller.kind)
    known: dict[str, str] = {"aws:resourceaccount": _owner(request)}
    types = {
        "root": "Account",
        "user": "User",
        "role": "AssumedRole",
        "federated-user": "FederatedUser",
        "anonymous": "Anonymous",
    }
    known["aws:principaltype"] = types.get(kind, "")
    if _is_identity(caller):
        known |= _of_identity(caller)
    elif kind == "service":
        known["aws:principalisawsservice"] = "true"
        known["aws:principalservicename"] = caller.arn
    elif kind == "federated":
        known["aws:federatedprovider"] = caller.arn
    elif kind == "anonymous":
        known["aws:principalaccount"] = "anonymous"
    known["aws:resourceorgid"] = request.resource_organization
    known["aws:resourceorgpaths"] = request.resource_organization_path
    for name, value in request.resource_tags.items():
        known["aws:resourcetag/" + name.lower()] = value
    context = {key: (value,) for key, value in known.items() if value}
    context.update({key.lower(): tuple(values) for key, values in request.context.items()})
    return context


def _of_identity(caller: Principal) -> dict[str, str]:
    kind, name = str(caller.kind), caller.arn.split("/")[-1]
    known = {
        "aws:principalisawsservice": "false",
        "aws:principalarn": caller.arn,
        "aws:principalaccount": caller.account,
        "kms:calleraccount": caller.account,
        "aws:principalorgid": caller.organization,
        "aws:principalorgpaths": caller.organization_path,
        "aws:userid": caller.unique_id,
    }
    if kind == "user":
        known["aws:username"] = name
    elif kind == "root":
        known["aws:userid"] = caller.account
    elif kind == "role" and caller.session and caller.unique_id:
        known["aws:userid"] = caller.unique_id + ":" + caller.session.split("/")[-1]
    elif kind == "federated-user":
        known["aws:userid"] = caller.account + ":" + name
    return known | {"aws:principaltag/" + tag.lower(): value for tag, value in caller.tags.items()}


def _named(principals: Principals, caller: Principal) -> set[str]:
    """By what the element names the caller: ``anyone``, ``itself``, ``role`` (or federating user), ``account``."""
    found = set()
    kind = str(caller.kind)
    if "*" in (*principals.aws, *principals.service, *principals.federated):
        found.add("anyone")
    if kind == "service" and caller.arn in principals.service:
        found.add("itself")
    if kind == "federated" and caller.arn in principals.federated:
        found.add("itself")
    if kind not in {"root", "user", "role", "federated-user"}:
        return found
    if any(each and each in principals.aws for each in (caller.account, caller.root_arn)):
        found.add("account")
    if caller.canonical_id and caller.canonical_id in principals.canonical:
        found.add("account")
    if any(each and each in principals.aws for each in (caller.arn, caller.unique_id)) and kind != "root":
        found.add("role" if kind == "role" else "itself")
    if caller.session and caller.session in principals.aws:
        found.add("itself")
    if caller.federated_by and caller.federated_by in principals.aws:
        found.add("role")
    return found


def _directness(statement: Statement, caller: Principal) -> str:
    if statement.principals is None or statement.not_principals:
        return "direct"
    named = _named(statement.principals, caller)
    if str(caller.kind) == "root" or named & {"anyone", "itself"}:
        return "direct"
    return "role" if "role" in named else "account"


# Statements


@dataclass(frozen=True)
class _Asked:
    request: Request
    context: Context
    has_boundary: bool

    def allowed(self, documents: Iterable[PolicyDocument], layer: str) -> bool:
        return any(self.applying(document, layer, "Allow") for document in documents)

    def applying(self, document: PolicyDocument, layer: str, effect: str) -> list[Statement]:
        variables = document.version == "2012-10-17"
        return [
            each
            for each in document.statements
            if each.effect == effect
            and self._action(each)
            and self._principal(each, layer)
            and self._resource(each, layer, variables)
            and all(self._condition(*condition, variables) for condition in each.conditions)
        ]

    def _action(self, statement: Statement) -> bool:
        asked = self.request.action.lower()
        matched = any(_glob(_letters(pattern.lower()), asked) for pattern in statement.actions)
        return matched is not statement.not_actions

    def _principal(self, statement: Statement, layer: str) -> bool:
        if statement.principals is None:
            return layer != "resource"
        if statement.not_principals and statement.effect == "Deny" and self.has_boundary:
            return True
        return bool(_named(statement.principals, self.request.principal)) is not statement.not_principals

    def _resource(self, statement: Statement, layer: str, variables: bool) -> bool:
        if not statement.resources:
            return layer in {"resource", "endpoint"}
        matched = False
        for pattern in statement.resources:
            if layer in {"identity", "boundary"} and pattern.startswith("arn:") and not pattern.endswith("*"):
                missing = 5 - re.sub(r"\$\{[^}]*\}", "", pattern).count(":")
                pattern += ":*" * missing  # noqa: PLW2901 - the pattern, completed
            filled = _filled(pattern, self.context, variables)
            if filled is None:
                if statement.not_resources:
                    return False  # the statement is void
            elif _glob(filled, self.request.resource):
                matched = True
        return matched is not statement.not_resources

    def _condition(self, operator: str, key: str, wanted: tuple[str, ...], variables: bool) -> bool:
        name = operator.lower()
        found = self.context.get(key.lower(), ())
        quantifier = name.split(":")[0] if ":" in name else ""
        name = name.split(":")[-1]
        if name == "null":
            return any(each.lower() == ("false" if found else "true") for each in wanted)
        if_exists = name.endswith("ifexists")
        name = name.removesuffix("ifexists")
        negated = "not" in name
        name = name.replace("not", "")
        if negated and not if_exists and name.startswith(("string", "arn")) and not self._resolvable(wanted, variables):
            return False  # the statement is void
        if not found:
            return if_exists or quantifier == "forallvalues" or (negated and not quantifier)

        def holds(value: str) -> bool:
            same = any(_compare(name, value, each, self.context, variables) for each in wanted)
            return same is not negated

        every = quantifier == "forallvalues" or (negated and not quantifier)
        return all(map(holds, found)) if every else any(map(holds, found))

    def _resolvable(self, wanted: tuple[str, ...], variables: bool) -> bool:
        return all(_filled(each, self.context, variables) is not None for each in wanted)


# Values


def _compare(name: str, value: str, wanted: str, context: Context, variables: bool) -> bool:
    if name == "bool":
        return value.lower() == wanted.lower()
    if name == "binaryequals":
        return _bytes(value) == _bytes(wanted) is not None
    if name == "ipaddress":
        return _inside(value, wanted)
    for family, read in (("numeric", _number), ("date", _date)):
        if name.startswith(family):
            return _ordered(name.removeprefix(family), read(value), read(wanted))
    wild = name in {"stringlike", "arnlike", "arnequals"}
    return _text_matches(name, value, _filled(wanted, context, variables, wild=wild))


def _ordered(relation: str, left: Decimal | None, right: Decimal | None) -> bool:
    if left is None or right is None:
        return False
    return {
        "equals": left == right,
        "lessthan": left < right,
        "lessthanequals": left <= right,
        "greaterthan": left > right,
        "greaterthanequals": left >= right,
    }[relation]


def _text_matches(name: str, value: str, pattern: list[Letter] | None) -> bool:
    if pattern is None:
        return False
    if name.startswith("arn"):
        return _arn_matches(pattern, value)
    if name == "stringequalsignorecase":
        return _glob([(kind, letter.lower()) for kind, letter in pattern], value.lower())
    return _glob(pattern, value)


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _date(text: str) -> Decimal | None:
    for form in ("%Y", "%Y-%m", "%Y-%m-%d", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S"):
        try:
            moment = dt.datetime.strptime(text, form)  # noqa: DTZ007 - given UTC in the next line
        except ValueError:
            continue
        moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        return Decimal(int((moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)).total_seconds()))
    return _number(text)


def _inside(value: str, wanted: str) -> bool:
    try:
        inner, outer = ipaddress.ip_network(value, strict=False), ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False
    return inner.version == outer.version and all(address in outer for address in (inner[0], inner[-1]))


# Patterns: lists of letters and wildcards

Letter = tuple[str, str]
"""``("is", "a")``, ``("any", "*")`` or ``("one", "?")``."""


def _letters(text: str, *, wild: bool = True) -> list[Letter]:
    return [("any" if wild and each == "*" else "one" if wild and each == "?" else "is", each) for each in text]


def _filled(text: str, context: Context, variables: bool, *, wild: bool = True) -> list[Letter] | None:
    """The pattern with its variables replaced; ``None`` where one has neither value nor default."""
    if not variables:
        return _letters(text, wild=wild)
    made: list[Letter] = []
    for part in re.split(r"(\$\{[^{}]*\})", text):
        if not (part.startswith("${") and part.endswith("}")):
            made += _letters(part, wild=wild)
            continue
        inside = part[2:-1]
        if inside in {"*", "?", "$"}:
            made.append(("is", inside))
            continue
        key, comma, default = inside.partition(",")
        found = context.get(key.strip().lower(), ())
        if len(found) == 1:
            made += _letters(found[0], wild=False)
        elif comma:
            made += _letters(default.strip()[1:-1], wild=False)
        else:
            return None
    return made


def _glob(pattern: list[Letter], text: str) -> bool:
    reached = {0}
    for kind, letter in pattern:
        if kind == "any":
            reached = set(range(min(reached), len(text) + 1)) if reached else set()
        elif kind == "one":
            reached = {at + 1 for at in reached if at < len(text)}
        else:
            reached = {at + 1 for at in reached if text[at : at + 1] == letter}
    return len(text) in reached


def _arn_matches(pattern: list[Letter], text: str) -> bool:
    if pattern == [("any", "*")]:
        return True
    parts: list[list[Letter]] = [[]]
    for each in pattern:
        if each == ("is", ":") and len(parts) < 6:
            parts.append([])
        else:
            parts[-1].append(each)
    values = text.split(":", 5)
    return len(parts) == len(values) and all(map(_glob, parts, values))
