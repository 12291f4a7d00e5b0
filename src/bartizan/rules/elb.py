"""Checks of Classic Load Balancers."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.elb import Listener, LoadBalancer

_OLD = frozenset({"SSLv2", "SSLv3", "TLSv1", "TLSv1.1"})
_BALANCER = LoadBalancer(load_balancer_name="shop", tls_versions=("TLSv1.2",))


@rule(
    "high",
    passes=[_BALANCER, replace(_BALANCER, listeners=(Listener(25, "TCP"),))],
    fails=[replace(_BALANCER, listeners=(Listener(443, "HTTPS"), Listener(80, "HTTP")))],
)
def plain_http(balancer: LoadBalancer) -> Problems:
    """Classic Load Balancer serves plain HTTP.

    ## Why it matters
    Everyone on the way reads and changes requests and answers, session cookies and passwords included.

    ## How to fix
    It cannot redirect: move to an application load balancer that does, or take the listener away.

    ## References
    - https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-listener-config.html
    """
    for each in balancer.listeners:
        if each.protocol == "HTTP":
            yield f"port {each.port} takes plain HTTP"


@plain_http.risky_fix("clients that come by plain HTTP cannot connect any more")
def close_plain_http(balancer: LoadBalancer) -> LoadBalancer:
    """Take the listeners of plain HTTP away."""
    return replace(balancer, listeners=tuple(each for each in balancer.listeners if each.protocol != "HTTP"))


@rule(
    "medium",
    passes=[_BALANCER],
    fails=[replace(_BALANCER, tls_versions=("SSLv3", "TLSv1", "TLSv1.2"))],
)
def old_tls(balancer: LoadBalancer) -> Problems:
    """Classic Load Balancer accepts SSL 3 or TLS 1.0 or 1.1.

    ## Why it matters
    These versions are known to be weak and are deprecated; an attacker on the way can make clients fall back to them.

    ## How to fix
    Choose the security policy `ELBSecurityPolicy-TLS-1-2-2017-01`.

    ## References
    - https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-security-policy-table.html
    """
    old = sorted(_OLD.intersection(balancer.tls_versions))
    if old:
        yield f"it accepts {', '.join(old)}"


@old_tls.risky_fix("clients that do not know TLS 1.2 cannot connect any more")
def newer_tls(balancer: LoadBalancer) -> LoadBalancer:
    """Choose the security policy of TLS 1.2 alone."""
    return replace(balancer, tls_versions=("TLSv1.2",))


@rule("medium", passes=[_BALANCER], fails=[replace(_BALANCER, access_logs=False)])
def no_access_log(balancer: LoadBalancer) -> Problems:
    """Classic Load Balancer writes no access logs.

    ## Why it matters
    After an incident nobody can tell who asked for what.

    ## How to fix
    Write access logs to a bucket that only the logs' readers may read.

    ## References
    - https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html
    """
    if not balancer.access_logs:
        yield "access logs are off"


@rule("medium", passes=[_BALANCER], fails=[replace(_BALANCER, desync_mitigation_mode="monitor")])
def desync_only_watched(balancer: LoadBalancer) -> Problems:
    """Classic Load Balancer only watches for requests that could be smuggled.

    ## Why it matters
    Front and back may understand an ambiguous request differently: one user's request then ends up in another's.

    ## How to fix
    Set the desync mitigation mode to `defensive` or `strictest`.

    ## References
    - https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/config-desync-mitigation-mode.html
    """
    if balancer.desync_mitigation_mode == "monitor":
        yield "the desync mitigation mode is monitor"


@desync_only_watched.risky_fix("clients that send ambiguous requests are cut off")
def mitigate_desync(balancer: LoadBalancer) -> LoadBalancer:
    """Set the desync mitigation mode to `defensive`."""
    return replace(balancer, desync_mitigation_mode="defensive")
