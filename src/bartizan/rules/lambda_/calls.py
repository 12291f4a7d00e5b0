"""Checks of who calls functions: APIs and what may go past them, and other functions."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bartizan.model import Gap, Problems, Reason, Unknown, World, rule
from bartizan.policy import Estate, Identity, Layer, Policy, PolicyDocument, parse_policy, reach
from bartizan.policy.decision import Authorization, decide
from bartizan.policy.requests import Principal, Request
from bartizan.resources import apigatewayv2
from bartizan.resources.apigateway import RestApi
from bartizan.resources.estate import IDENTITY_TYPES, identities_of
from bartizan.resources.iam import InlinePolicy, Role
from bartizan.resources.lambda_ import Function

_INVOKE = "lambda:InvokeFunction"
_API_GATEWAY = "apigateway.amazonaws.com"
_SHOWN = 3
_TRIED = 50

_ARN = "arn:aws:lambda:eu-west-1:111122223333:function:{}"
_API_ARN = "arn:aws:execute-api:eu-west-1:111122223333:a1/*"


def _orders(*statements: Mapping[str, object], url: str | None = None) -> Function:
    return Function(
        function_name="orders",
        arn=_ARN.format("orders"),
        account="111122223333",
        region="eu-west-1",
        url_auth_type=url,
        policy=parse_policy({"Version": "2012-10-17", "Statement": list(statements)}) if statements else None,
    )


def _lets_in(principal: Mapping[str, str], source: str = "") -> Mapping[str, object]:
    bound = {"Condition": {"ArnLike": {"AWS:SourceArn": source}}} if source else {}
    return {"Effect": "Allow", "Principal": principal, "Action": _INVOKE, "Resource": _ARN.format("orders"), **bound}


_THIS_API = _lets_in({"Service": _API_GATEWAY}, _API_ARN)
_REST = RestApi(
    api_name="shop",
    arn="arn:aws:apigateway:eu-west-1::/restapis/a1",
    account="111122223333",
    region="eu-west-1",
    functions=(_ARN.format("orders"),),
)
_HTTP = apigatewayv2.Api(
    api_name="shop",
    arn="arn:aws:apigateway:eu-west-1::/apis/a1",
    account="111122223333",
    region="eu-west-1",
    functions=(_ARN.format("orders"),),
)


@rule(
    "low",
    passes=[
        (_orders(_THIS_API), _REST),
        (_orders(_THIS_API), _HTTP),
        (_orders(), _REST),
        _orders(_lets_in({"Service": "s3.amazonaws.com"}), url="AWS_IAM"),
    ],
    fails=[
        (_orders(_lets_in({"Service": _API_GATEWAY})), _REST),
        (_orders(_lets_in({"Service": _API_GATEWAY}, _API_ARN.replace(":a1/", ":*/"))), _HTTP),
        (_orders(_THIS_API, _lets_in({"Service": "events.amazonaws.com"}, "arn:aws:events:eu-west-1:1:rule/x")), _REST),
        (_orders(_THIS_API, _lets_in({"AWS": "arn:aws:iam::444455556666:root"})), _REST),
        (_orders(_THIS_API, url="AWS_IAM"), _REST),
    ],
    reads=[RestApi, apigatewayv2.Api],
)
def callable_past_its_api(function: Function, world: World) -> Problems:
    """Lambda function behind an API can be called past that API.

    ## Why it matters
    The API checks who calls, how often and with what. Whoever comes another way passes none of these checks, and the
    function takes for checked what is not.

    ## How to fix
    Let only `apigateway.amazonaws.com` call it, with `aws:SourceArn` naming that API, and remove its URL. Give what
    else should happen on a schedule or an event to a function of its own.

    ## References
    - https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html
    - https://docs.aws.amazon.com/apigateway/latest/developerguide/security_iam_service-with-iam.html
    """
    apis = world.derived(_apis).get(function.arn, ()) if function.arn else ()
    if not apis:
        return
    if function.policy is not None:
        if _by_any_api(function):
            yield f"any API of the account may call it, not only {', '.join(apis)}"
        for service in _other_services(function.policy):
            yield f"{service} may call it too"
        for each in reach.other_accounts(function.policy, function.arn, function.account, (_INVOKE,)):
            yield f"{each} may call it too"
    if function.url_auth_type:
        yield "it has a URL of its own"


def _apis(world: World) -> Mapping[str, Sequence[str]]:
    """The APIs that call each function, by the function's ARN."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for api in (*world.all(RestApi), *world.all(apigatewayv2.Api)):
        # In code, functions have no ARN yet by which an API could name them.
        for function in api.functions if api.arn else ():
            found[function].append(api.name)
    return found


def _by_any_api(function: Function) -> bool:
    """Whether its policy lets API Gateway in for an API of the account that nobody has named."""
    partition, region = function.arn.split(":")[1], function.arn.split(":")[3]
    another = f"arn:{partition}:execute-api:{region}:{function.account}:0another00/prod/GET/"
    request = Request(
        principal=Principal.parse(_API_GATEWAY),
        action=_INVOKE,
        resource=function.arn,
        context={"aws:sourcearn": (another,), "aws:sourceaccount": (function.account,)},
        resource_account=function.account,
    )
    guard = Policy(function.policy or PolicyDocument(()), Layer.RESOURCE, "its policy")
    return decide(request, Authorization(resource=(guard,))).allowed


def _other_services(document: PolicyDocument) -> list[str]:
    """The services besides API Gateway that a statement lets call the function."""
    allowing = Policy(document, Layer.RESOURCE).allowing[_INVOKE.lower()]
    named = {name for each in allowing if (who := each.statement.principals) for name in who.service}
    return sorted(named - {_API_GATEWAY})


def _role(resource: str, *, effect: str = "Allow", action: str = _INVOKE) -> Role:
    statement = {"Effect": effect, "Action": action, "Resource": resource}
    allowed = {"Effect": "Allow", "Action": _INVOKE, "Resource": "*"}
    document = parse_policy({"Version": "2012-10-17", "Statement": [statement, allowed][: 1 + (effect == "Deny")]})
    return Role(
        role_name="orders",
        arn="arn:aws:iam::111122223333:role/orders",
        account="111122223333",
        policies=(InlinePolicy("calls", document),),
    )


_CALLER = Function(
    function_name="orders",
    arn=_ARN.format("orders"),
    account="111122223333",
    region="eu-west-1",
    role="arn:aws:iam::111122223333:role/orders",
)
_CALLED = Function(
    function_name="mail",
    arn=_ARN.format("mail"),
    account="111122223333",
    region="eu-west-1",
    role="arn:aws:iam::111122223333:role/mail",
)


@rule(
    "info",
    advice=True,
    passes=[
        (_CALLER, _CALLED, _role(_ARN.format("orders"))),
        (_CALLER, _CALLED, _role(_ARN.format("mail"), action="lambda:GetFunction")),
        (_CALLER, _CALLED, _role(_ARN.format("*"), effect="Deny")),
        (_CALLER, _CALLED, _role("*", action="*")),
        (_CALLER, _CALLED),
    ],
    fails=[
        (_CALLER, _CALLED, _role(_ARN.format("mail"))),
        (_CALLER, _CALLED, _role(_ARN.format("mail:*"))),
        (_CALLER, _CALLED, _role(_ARN.format("m*"))),
        (_CALLER, _CALLED, _role("*")),
    ],
    reads=[*IDENTITY_TYPES, Function],
)
def calls_other_functions(function: Function, world: World) -> Problems:
    """Direct calls: the function's role lets it call other functions.

    ## Why it matters
    Two functions that call each other fail together: the caller waits and pays, a flood or a fault on one side is one
    on the other, and a call that fails is lost. A queue between them takes that up.

    ## How to fix
    Consider a queue, a topic or an event bus between the two, with a dead-letter queue, or a state machine that calls
    both. Remove the permission where nothing is called any more.

    ## References
    - https://docs.aws.amazon.com/lambda/latest/dg/concepts-event-driven-architectures.html
    - https://docs.aws.amazon.com/wellarchitected/latest/serverless-applications-lens/reliability-pillar.html
    """
    calls = world.derived(_calls).get(function.role, _Calls())
    called = [each for each in calls.functions if each != function.arn]
    if called:
        names = ", ".join(each.rpartition(":")[2] for each in called[:_SHOWN])
        yield f"its role may call {names}{' and others' if len(called) > _SHOWN else ''}"
    elif calls.unread:
        raise Unknown("what its role may call", Gap(Reason.NOT_READ, detail=", ".join(calls.unread)))


@dataclass(frozen=True, slots=True)
class _Calls:
    """The functions that a role may call, a few of them where there are many, and its policies that were not read."""

    functions: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def _calls(world: World) -> Mapping[str, _Calls]:
    """What the role of each function may call, by role."""
    functions = world.all(Function)
    arns = sorted(each.arn for each in functions if each.arn)
    estate = identities_of(world)
    found = {}
    for role in {each.role for each in functions if each.arn}:
        identity = estate.identities.get(role)
        if identity is not None:
            found[role] = _Calls(tuple(_may_call(estate, identity, arns)), identity.unread)
    return found


def _may_call(estate: Estate, identity: Identity, arns: Sequence[str]) -> Iterator[str]:
    """Functions that a role may call, as many as are shown, itself and one more; few are tried where it has none."""
    yielded = 0
    for tried, arn in enumerate(dict.fromkeys(_candidates(identity, arns))):
        if yielded > _SHOWN + 1 or tried > _TRIED:
            return
        # A statement may name the versions of a function, or the function itself.
        if any(estate.decide(identity.principal, _INVOKE, each).allowed for each in (arn, f"{arn}:live")):
            yielded += 1
            yield arn


def _candidates(identity: Identity, arns: Sequence[str]) -> Iterator[str]:
    """The functions that a statement about calls could be about, going by how its resource begins."""
    for policy in identity.policies:
        for clause in policy.allowing[_INVOKE.lower()]:
            # Whoever may do everything may call everything: that says nothing about how the function works.
            if "*" in clause.statement.actions:
                continue
            for resource in clause.statement.resources or ("*",):
                whole = ":".join(resource.split(":")[:7])
                fixed = whole.replace("?", "*").replace("$", "*").partition("*")[0]
                for position in range(bisect_left(arns, fixed), len(arns)):
                    if not arns[position].startswith(fixed):
                        break
                    yield arns[position]
