"""Checks of AWS WAF."""

from __future__ import annotations

from itertools import chain, count

from bartizan.model import Problems, Resource, World, replace, rule
from bartizan.resources.amplify import App
from bartizan.resources.apigateway import Stage
from bartizan.resources.appsync import GraphQLApi
from bartizan.resources.cloudfront import Distribution
from bartizan.resources.cognito import UserPool
from bartizan.resources.elbv2 import LoadBalancer
from bartizan.resources.wafv2 import AclRule, RateLimit, WebAcl

_COMMON = "AWS/AWSManagedRulesCommonRuleSet"
_CORE = {
    _COMMON: "common attacks, such as cross-site scripting and file inclusion",
    "AWS/AWSManagedRulesKnownBadInputsRuleSet": "known bad inputs, such as Log4j's and server-side request forgery",
    "AWS/AWSManagedRulesSQLiRuleSet": "SQL injection",
}
"""AWS's groups against the OWASP top 10, and what each is against."""

_LOGIN_GROUPS = frozenset({"AWS/AWSManagedRulesATPRuleSet", "AWS/AWSManagedRulesACFPRuleSet"})
_FLOOD_GROUPS = frozenset({"AWS/AWSManagedRulesAntiDDoSRuleSet"})
_SLOWEST_LOGINS = 300

_GROUPS = tuple(AclRule(name.partition("/")[2], managed=name) for name in _CORE)
_FLOOD = AclRule("flood", rate=RateLimit(2000))
_LOGINS = AclRule("logins", rate=RateLimit(50, narrowed=True))
_ACL = WebAcl(web_acl_name="shop")
_FULL = replace(_ACL, rules=(*_GROUPS, _FLOOD, _LOGINS))


def _covers_owasp(managed: str) -> bool:
    """Whether it is another vendor's group against the OWASP top 10 as a whole, told by its name."""
    vendor, _, name = managed.partition("/")
    return vendor != "AWS" and "owasp" in name.lower()


def _missing(acl: WebAcl) -> list[str]:
    """The groups of the core that the ACL lacks."""
    present = [each.managed for each in acl.rules if each.managed]
    return [] if any(map(_covers_owasp, present)) else [name for name in _CORE if name not in present]


@rule(
    "medium",
    passes=[
        _FULL,
        replace(_ACL, rules=(AclRule("vendor", managed="F5/OWASP_Managed"),)),
        replace(_ACL, rules=(AclRule("counts", managed=_COMMON, stops=False), *_GROUPS[1:])),
    ],
    fails=[_ACL, replace(_ACL, rules=(*_GROUPS[:2], _FLOOD))],
)
def owasp_not_covered(acl: WebAcl) -> Problems:
    """Web ACL lacks rules against the OWASP top 10.

    ## Why it matters
    Injection, cross-site scripting and exploits of known holes reach the application as they come.

    ## How to fix
    Add AWS's managed groups `AWSManagedRulesCommonRuleSet`, `AWSManagedRulesKnownBadInputsRuleSet` and
    `AWSManagedRulesSQLiRuleSet`, or another vendor's group against the OWASP top 10.

    ## References
    - https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
    - https://owasp.org/www-project-top-ten/
    """
    for name in _missing(acl):
        yield f"{name.partition('/')[2]} is missing: {_CORE[name]}"


@owasp_not_covered.risky_fix("requests that the groups take for attacks are refused, some wrongly: count them first")
def add_groups(acl: WebAcl) -> WebAcl:
    """Add AWS's managed rule groups against the OWASP top 10."""
    added = tuple(AclRule(_free(acl, name.partition("/")[2]), managed=name) for name in _missing(acl))
    return replace(acl, rules=(*acl.rules, *added))


@rule(
    "medium",
    passes=[_FULL, replace(_ACL, rules=(AclRule("mine", stops=False),))],
    fails=[replace(_FULL, rules=(AclRule("common", managed=_COMMON, stops=False), *_GROUPS[1:]))],
)
def group_only_counts(acl: WebAcl) -> Problems:
    """Web ACL counts what a managed rule group finds, and lets it through.

    ## Why it matters
    An attack that was recognised reaches the application all the same.

    ## How to fix
    Look through what was counted, exclude the rules of the group that are wrong for you, and take the override away.

    ## References
    - https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-rule-group-override-options.html
    """
    for each in acl.rules:
        if each.managed and not each.stops:
            yield f"rule {each.name} only counts what {each.managed.partition('/')[2]} finds"


@group_only_counts.risky_fix("requests that the group takes for attacks are refused, some perhaps wrongly")
def stop_what_is_found(acl: WebAcl) -> WebAcl:
    """Let the managed rule groups stop what they find."""
    return replace(
        acl,
        rules=tuple(
            AclRule(each.name, managed=each.managed, rate=each.rate) if each.managed else each for each in acl.rules
        ),
    )


def _stops_floods(each: AclRule) -> bool:
    return each.stops and (each.managed in _FLOOD_GROUPS or (each.rate is not None and not each.rate.narrowed))


@rule(
    "medium",
    passes=[_FULL, replace(_ACL, rules=(AclRule("ddos", managed="AWS/AWSManagedRulesAntiDDoSRuleSet"),))],
    fails=[
        _ACL,
        replace(_ACL, rules=(_LOGINS,)),
        replace(_ACL, rules=(AclRule("flood", stops=False, rate=RateLimit(2000)),)),
    ],
)
def floods_not_limited(acl: WebAcl) -> Problems:
    """Web ACL has no rate-based rule against floods.

    ## Why it matters
    One client can send as many requests as it likes, and take the application away from the others or run up its bill.

    ## How to fix
    Add a rate-based rule without a scope-down statement, with a limit that no honest client reaches.

    ## References
    - https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html
    """
    if not any(map(_stops_floods, acl.rules)):
        yield "no rule stops a client that sends too many requests"


@floods_not_limited.risky_fix(
    "clients, or offices behind one address, with over 2000 requests in 5 minutes are refused"
)
def limit_floods(acl: WebAcl) -> WebAcl:
    """Add a rule that stops addresses with more than 2000 requests in five minutes."""
    if any(map(_stops_floods, acl.rules)):
        return acl
    return replace(acl, rules=(*acl.rules, AclRule(_free(acl, "flood"), rate=RateLimit(2000))))


def _free(acl: WebAcl, name: str) -> str:
    """The name, with a number where another rule of the ACL has it."""
    taken = {each.name for each in acl.rules}
    return next(each for each in chain((name,), (f"{name}-{number}" for number in count(2))) if each not in taken)


def _stops_logins(each: AclRule) -> bool:
    if each.managed in _LOGIN_GROUPS:
        return each.stops
    rate = each.rate
    return each.stops and rate is not None and rate.narrowed and rate.window >= 300 and rate.limit <= _SLOWEST_LOGINS


@rule(
    "low",
    passes=[_FULL, replace(_ACL, rules=(AclRule("atp", managed="AWS/AWSManagedRulesATPRuleSet"),))],
    fails=[
        _ACL,
        replace(_ACL, rules=(_FLOOD,)),
        replace(_ACL, rules=(AclRule("logins", rate=RateLimit(5000, narrowed=True)),)),
        replace(_ACL, rules=(AclRule("logins", rate=RateLimit(50, window=60, narrowed=True)),)),
    ],
)
def slow_logins_not_limited(acl: WebAcl) -> Problems:
    """Web ACL has no rule against slow attacks on credentials.

    ## Why it matters
    Whoever tries passwords one after the other stays below a limit that is meant for floods.

    ## How to fix
    Add a rate-based rule that is narrowed to where people sign in, with a small limit (say 50) and a window of five
    minutes or more, or the managed group for account takeover prevention.

    ## References
    - https://docs.aws.amazon.com/waf/latest/developerguide/waf-rate-based-example-limit-login-page-keys.html
    - https://docs.aws.amazon.com/waf/latest/developerguide/waf-atp.html
    """
    if not any(map(_stops_logins, acl.rules)):
        yield f"no narrowed rate-based rule has a limit of {_SLOWEST_LOGINS} or less in five minutes or more"


@rule("medium", passes=[replace(_ACL, log_destinations=("arn:aws:s3:::aws-waf-logs-shop",))], fails=[_ACL])
def no_log(acl: WebAcl) -> Problems:
    """Web ACL does not log requests.

    ## Why it matters
    Nobody sees who is attacking, what was stopped, and which honest requests were.

    ## How to fix
    Send its logs to a log group, bucket or Firehose stream whose name begins with `aws-waf-logs-`, without the
    headers that hold credentials.

    ## References
    - https://docs.aws.amazon.com/waf/latest/developerguide/logging.html
    """
    if not acl.log_destinations:
        yield "no destination is set for its logs"


@rule(
    "medium",
    passes=[_FULL, replace(_ACL, default_action="Block")],
    fails=[_ACL, replace(_ACL, rules=(AclRule("counts", stops=False),))],
)
def stops_nothing(acl: WebAcl) -> Problems:
    """Web ACL lets every request through.

    ## Why it matters
    It looks like a protection where there is none.

    ## How to fix
    Add rules that block, or let the default action block and the rules say what passes.

    ## References
    - https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-default-action.html
    """
    if acl.default_action == "Allow" and not any(each.stops for each in acl.rules):
        yield "it allows by default, and none of its rules stops anything"


_PROTECTED: tuple[type[Resource], ...] = (LoadBalancer, Stage, GraphQLApi, UserPool, App)
_OWN = replace(_ACL, arn="arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/shop/1")
_GLOBAL = replace(_OWN, scope="CLOUDFRONT", arn="arn:aws:wafv2:us-east-1:111122223333:global/webacl/site/2")


@rule(
    "low",
    passes=[
        (_OWN, LoadBalancer(load_balancer_name="shop", web_acl_arn=_OWN.arn)),
        replace(_OWN, app_runner_services=("arn:aws:apprunner:eu-west-1:111122223333:service/web/1",)),
        replace(_OWN, verified_access_instances=("arn:aws:ec2:eu-west-1:111122223333:verified-access-instance/1",)),
        (_GLOBAL, Distribution(label="www.example.com", web_acl_id=_GLOBAL.arn)),
        (_GLOBAL, App(app_name="site", web_acl_arn=_GLOBAL.arn)),
    ],
    fails=[
        (_OWN, LoadBalancer(load_balancer_name="shop", web_acl_arn=None)),
        (_GLOBAL, Distribution(label="www.example.com", web_acl_id=None)),
    ],
    reads=[Distribution, *_PROTECTED],
)
def unassociated(acl: WebAcl, world: World) -> Problems:
    """Web ACL protects nothing.

    ## Why it matters
    Somebody meant to protect something with it, which may be open without their knowing.

    ## How to fix
    Associate it with what it is meant for, or remove it.

    ## References
    - https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-associating-aws-resource.html
    """
    if acl.app_runner_services or acl.verified_access_instances:
        return
    if acl.scope == "CLOUDFRONT" and world.find(Distribution, web_acl_id=acl.arn):
        return
    if not any(world.find(kind, web_acl_arn=acl.arn) for kind in _PROTECTED):
        yield "it is associated with nothing"
