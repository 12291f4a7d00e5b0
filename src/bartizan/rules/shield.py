"""Checks of AWS Shield."""

from __future__ import annotations

from bartizan.model import Problems, World, rule
from bartizan.resources.cloudfront import Distribution
from bartizan.resources.elbv2 import LoadBalancer
from bartizan.resources.shield import Subscription

_SITE = Distribution(label="www.example.com", arn="arn:aws:cloudfront::111122223333:distribution/E1")
_SHOP = LoadBalancer(load_balancer_name="shop", arn="arn:aws:elasticloadbalancing:eu-west-1:111122223333:lb/app/shop")
_INNER = LoadBalancer(load_balancer_name="inner", scheme="internal")


@rule(
    "info",
    advice=True,
    passes=[Subscription(), (Subscription(active=False), _INNER)],
    fails=[(Subscription(active=False), _SITE), (Subscription(active=False), _SHOP)],
    reads=[Distribution, LoadBalancer],
)
def not_subscribed(subscription: Subscription, world: World) -> Problems:
    """Shield Advanced: what faces the internet has only the protection against floods that everybody has.

    ## Why it matters
    In a large attack nobody at AWS helps you, and what the attack makes you scale up to is on your bill.

    ## How to fix
    Where an outage costs more than the subscription, which is for a year and all accounts, subscribe to it.

    ## References
    - https://docs.aws.amazon.com/waf/latest/developerguide/ddos-advanced-summary.html
    """
    if subscription.active:
        return
    balancers = world.find(LoadBalancer, account=subscription.account)
    facing = len(world.find(Distribution, account=subscription.account))
    facing += sum(each.scheme == "internet-facing" for each in balancers)
    if facing:
        yield f"{facing} distributions and load balancers face the internet"


@rule(
    "medium",
    passes=[
        (Subscription(protected=(_SITE.arn, _SHOP.arn)), _SITE, _SHOP, _INNER),
        (Subscription(active=False), _SITE),
    ],
    fails=[(Subscription(protected=(_SITE.arn,)), _SITE, _SHOP), (Subscription(), _SITE)],
    reads=[Distribution, LoadBalancer],
)
def not_protected(subscription: Subscription, world: World) -> Problems:
    """Shield Advanced is paid for, but does not protect all that faces the internet.

    ## Why it matters
    What was not added to it has no more protection than without the subscription.

    ## How to fix
    Add a protection for each of them, or let Firewall Manager do so.

    ## References
    - https://docs.aws.amazon.com/waf/latest/developerguide/ddos-manage-protected-resources.html
    """
    if not subscription.active:
        return
    protected = set(subscription.protected)
    balancers = world.find(LoadBalancer, account=subscription.account)
    facing = [each for each in balancers if each.scheme == "internet-facing"]
    for each in (*world.find(Distribution, account=subscription.account), *facing):
        if each.key not in protected:
            yield f"{each.key} has no protection"
