"""Checks of application and network load balancers."""

from __future__ import annotations

from bartizan.model import Problems, World, replace, rule
from bartizan.resources.elbv2 import Listener, LoadBalancer, TargetGroup, oldest_tls

_OPEN_ALB = LoadBalancer(load_balancer_name="shop")
_NLB = LoadBalancer(load_balancer_name="mail", type="network", arn="arn:aws:elasticloadbalancing:nlb")
_GATEWAY = LoadBalancer(load_balancer_name="inspection", type="gateway", scheme="internal")
_HTTP = Listener(endpoint="HTTP:80", protocol="HTTP")
_REDIRECT = replace(_HTTP, default_action="redirect", redirect_protocol="HTTPS")
_MODERN = "ELBSecurityPolicy-TLS13-1-2-2021-06"
_HTTPS = Listener(ssl_policy=_MODERN)


@rule(
    "high",
    passes=[_HTTPS, _REDIRECT, replace(_HTTP, default_action="fixed-response")],
    fails=[
        _HTTP,
        replace(_HTTP, default_action="redirect", redirect_protocol="HTTP"),
        replace(_REDIRECT, forwarding_rules=2),
        replace(_HTTP, default_action="fixed-response", forwarding_rules=1),
    ],
)
def plain_http(listener: Listener) -> Problems:
    """Load balancer's listener serves plain HTTP.

    ## Why it matters
    Everyone on the way reads and changes requests and answers, session cookies and passwords included.

    ## How to fix
    Let the listener redirect to HTTPS, by default and in each of its rules.

    ## References
    - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html
    - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html
    """
    if listener.protocol != "HTTP":
        return
    if listener.default_action == "redirect":
        if listener.redirect_protocol != "HTTPS":
            yield "it redirects to plain HTTP"
    elif listener.default_action != "fixed-response":
        yield "it hands requests on instead of redirecting them to HTTPS"
    if listener.forwarding_rules:
        yield f"{listener.forwarding_rules} of its rules hand requests on instead of redirecting them to HTTPS"


@plain_http.risky_fix(
    "clients that do not follow redirects fail, and so do all if the load balancer has no HTTPS listener"
)
def redirect_to_https(listener: Listener) -> Listener:
    """Let the listener and its rules redirect to HTTPS."""
    if listener.default_action != "fixed-response":
        listener = replace(listener, default_action="redirect", redirect_protocol="HTTPS")
    return replace(listener, forwarding_rules=0)


@rule(
    "medium",
    passes=[
        _HTTPS,
        replace(_HTTP, ssl_policy="ELBSecurityPolicy-2016-08"),
        replace(_HTTPS, ssl_policy="ELBSecurityPolicy-FS-1-2-Res-2020-10"),
        replace(_HTTPS, ssl_policy="ELBSecurityPolicy-TLS13-1-3-2021-06"),
    ],
    fails=[
        replace(_HTTPS, ssl_policy="ELBSecurityPolicy-2016-08"),
        replace(_HTTPS, ssl_policy="ELBSecurityPolicy-TLS-1-1-2017-01"),
        replace(_HTTPS, ssl_policy="ELBSecurityPolicy-TLS13-1-0-2021-06"),
    ],
)
def old_tls(listener: Listener) -> Problems:
    """Load balancer's listener accepts TLS 1.0 or 1.1.

    ## Why it matters
    Both versions are known to be weak and are deprecated; an attacker on the way can make clients fall back to them.

    ## How to fix
    Choose a security policy of TLS 1.2 or newer, such as `ELBSecurityPolicy-TLS13-1-2-2021-06`.

    ## References
    - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
    - https://www.rfc-editor.org/rfc/rfc8996
    """
    if (
        listener.protocol in {"HTTPS", "TLS"}
        and listener.ssl_policy
        and oldest_tls(listener.ssl_policy) in {"1.0", "1.1"}
    ):
        yield f"{listener.ssl_policy} accepts TLS {oldest_tls(listener.ssl_policy)}"


@old_tls.risky_fix("clients that know neither TLS 1.2 nor 1.3 cannot connect any more")
def newer_tls(listener: Listener) -> Listener:
    """Choose the security policy of TLS 1.2 and 1.3 that AWS recommends."""
    return replace(listener, ssl_policy=_MODERN)


@rule(
    "medium",
    passes=[_OPEN_ALB, replace(_NLB, drop_invalid_headers=False)],
    fails=[replace(_OPEN_ALB, drop_invalid_headers=False)],
)
def invalid_headers_kept(balancer: LoadBalancer) -> Problems:
    """Application load balancer passes on headers with invalid names.

    ## Why it matters
    Servers read such headers in different ways, which lets requests be smuggled past checks.

    ## How to fix
    Turn on the dropping of invalid header fields.

    ## References
    - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
    """
    if balancer.type == "application" and not balancer.drop_invalid_headers:
        yield "header fields with invalid names reach the targets"


@invalid_headers_kept.risky_fix("headers whose names have other characters than letters, digits and hyphens are lost")
def drop_invalid_headers(balancer: LoadBalancer) -> LoadBalancer:
    """Drop header fields with invalid names."""
    return replace(balancer, drop_invalid_headers=True)


@rule(
    "medium",
    passes=[_OPEN_ALB, replace(_OPEN_ALB, desync_mitigation_mode="strictest"), _NLB],
    fails=[replace(_OPEN_ALB, desync_mitigation_mode="monitor")],
)
def desync_only_watched(balancer: LoadBalancer) -> Problems:
    """Application load balancer only watches for requests that could be smuggled.

    ## Why it matters
    Front and back may understand an ambiguous request differently: one user's request then ends up in another's.

    ## How to fix
    Set the desync mitigation mode to `defensive` or `strictest`.

    ## References
    - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
    """
    if balancer.type == "application" and balancer.desync_mitigation_mode == "monitor":
        yield "the desync mitigation mode is monitor"


@desync_only_watched.risky_fix("clients that send ambiguous requests are cut off")
def mitigate_desync(balancer: LoadBalancer) -> LoadBalancer:
    """Set the desync mitigation mode to `defensive`."""
    return replace(balancer, desync_mitigation_mode="defensive")


_TLS_OF_NLB = Listener(endpoint="TLS:443", protocol="TLS", load_balancer_arn=_NLB.arn)
_TCP_OF_NLB = Listener(endpoint="TCP:25", protocol="TCP", load_balancer_arn=_NLB.arn)


@rule(
    "medium",
    passes=[
        _OPEN_ALB,
        replace(_GATEWAY, access_logs=False),
        (replace(_NLB, access_logs=False), _TCP_OF_NLB),
        (_NLB, _TLS_OF_NLB),
    ],
    fails=[replace(_OPEN_ALB, access_logs=False), (replace(_NLB, access_logs=False), _TCP_OF_NLB, _TLS_OF_NLB)],
    reads=[Listener],
)
def no_access_log(balancer: LoadBalancer, world: World) -> Problems:
    """Load balancer writes no access logs.

    ## Why it matters
    After an incident nobody can tell who asked for what.

    ## How to fix
    Write access logs to a bucket that only the logs' readers may read.

    ## References
    - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
    - https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html
    """
    if balancer.access_logs or balancer.type == "gateway":
        return
    # Network load balancers log only what comes over their TLS listeners.
    if balancer.type == "application" or any(
        each.protocol == "TLS" for each in world.find(Listener, load_balancer_arn=balancer.key)
    ):
        yield "access logs are off"


@rule("medium", passes=[_OPEN_ALB], fails=[replace(_OPEN_ALB, deletion_protection=False)])
def no_deletion_protection(balancer: LoadBalancer) -> Problems:
    """Load balancer can be deleted with one call.

    ## Why it matters
    A mistake in a script or template, or a stolen credential, takes the whole application off the network.

    ## How to fix
    Turn on deletion protection, and turn it off on purpose before the load balancer is to go.

    ## References
    - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
    """
    if not balancer.deletion_protection:
        yield "deletion protection is off"


@no_deletion_protection.fix
def protect(balancer: LoadBalancer) -> LoadBalancer:
    """Turn on deletion protection."""
    return replace(balancer, deletion_protection=True)


@rule(
    "medium",
    passes=[_OPEN_ALB, replace(_OPEN_ALB, scheme="internal", web_acl_arn=None), replace(_NLB, web_acl_arn=None)],
    fails=[replace(_OPEN_ALB, web_acl_arn=None)],
)
def no_web_acl(balancer: LoadBalancer) -> Problems:
    """Application load balancer on the internet has no web ACL.

    ## Why it matters
    Injections, exploits of known holes and floods reach the application as they come.

    ## How to fix
    Associate a regional web ACL of WAF with it.

    ## References
    - https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-associating-aws-resource.html
    """
    if balancer.type == "application" and balancer.scheme == "internet-facing" and balancer.web_acl_arn is None:
        yield "it faces the internet without WAF"


@rule(
    "low",
    passes=[_OPEN_ALB, replace(_OPEN_ALB, waf_fail_open=True, web_acl_arn=None), _NLB],
    fails=[replace(_OPEN_ALB, waf_fail_open=True)],
)
def waf_fails_open(balancer: LoadBalancer) -> Problems:
    """Application load balancer lets requests through while WAF does not answer.

    ## Why it matters
    What WAF would stop passes as long as it is out of reach, and an attacker may wait or work for that.

    ## How to fix
    Turn WAF fail open off, unless being reachable matters more than being protected.

    ## References
    - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
    """
    if balancer.type == "application" and balancer.web_acl_arn is not None and balancer.waf_fail_open:
        yield "WAF fail open is on"


@waf_fails_open.risky_fix("requests are refused while WAF does not answer")
def fail_closed(balancer: LoadBalancer) -> LoadBalancer:
    """Turn WAF fail open off."""
    return replace(balancer, waf_fail_open=False)


@rule(
    "low",
    passes=[_NLB, replace(_NLB, scheme="internal", security_groups=()), replace(_OPEN_ALB, security_groups=())],
    fails=[replace(_NLB, security_groups=())],
)
def without_security_group(balancer: LoadBalancer) -> Problems:
    """Network load balancer on the internet has no security group.

    ## Why it matters
    Only the security groups of its targets say who may connect, and they often see its addresses, not the clients'.

    ## How to fix
    Make a new one with a security group; it cannot be given one later if it was made without any.

    ## References
    - https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html
    """
    if balancer.type == "network" and balancer.scheme == "internet-facing" and not balancer.security_groups:
        yield "it takes connections from anywhere on all its listeners"


@rule(
    "info",
    advice=True,
    passes=[TargetGroup(), TargetGroup(protocol="TCP"), TargetGroup(protocol=None, target_type="lambda")],
    fails=[TargetGroup(protocol="HTTP")],
)
def plain_http_to_targets(group: TargetGroup) -> Problems:
    """Target group gets requests as plain HTTP.

    ## Why it matters
    Behind the load balancer the requests travel unencrypted through the VPC, peered networks and lines to your offices.

    ## How to fix
    Where the data calls for encryption all the way, serve HTTPS on the targets, in a target group of that protocol.

    ## References
    - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
    """
    if group.protocol == "HTTP":
        yield "requests reach its targets unencrypted"
