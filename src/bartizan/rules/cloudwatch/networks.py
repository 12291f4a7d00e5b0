"""Checks that somebody is told of changes to networks and to the record of changes.

The events are those of the CIS Foundations Benchmark. Whether they are noticed is decided by running the patterns of
metric filters and of EventBridge rules on them.
"""

from __future__ import annotations

from bartizan.model import Problems, World, rule
from bartizan.resources.account import Account
from bartizan.rules.cloudwatch import events
from bartizan.rules.cloudwatch.watch import READS, noticed, samples, unnoticed


@rule("low", passes=noticed(events.CONFIG), fails=samples(events.CONFIG), reads=READS)
def config_changes_unwatched(account: Account, world: World) -> Problems:
    """Nobody is told when AWS Config is changed or stopped.

    ## Why it matters
    Changes to resources leave no history any more.

    ## How to fix
    Count the calls that change the recorder and its delivery channel by a metric filter on the trail's log group,
    and set an alarm that writes to a topic with subscribers. A rule of EventBridge in each Region that tells
    somebody will do as well.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-9
    """
    yield from unnoticed(account, world, events.CONFIG)


@rule("low", passes=noticed(events.SECURITY_GROUPS), fails=samples(events.SECURITY_GROUPS), reads=READS)
def security_group_changes_unwatched(account: Account, world: World) -> Problems:
    """Nobody is told of changes to security groups.

    ## Why it matters
    One new rule opens a machine to the internet.

    ## How to fix
    Count the calls that change security groups by a metric filter on the trail's log group, and set an alarm that
    writes to a topic with subscribers. A rule of EventBridge in each Region that tells somebody will do as well.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-10
    """
    yield from unnoticed(account, world, events.SECURITY_GROUPS)


@rule("low", passes=noticed(events.NETWORK_ACLS), fails=samples(events.NETWORK_ACLS), reads=READS)
def network_acl_changes_unwatched(account: Account, world: World) -> Problems:
    """Nobody is told of changes to network ACLs.

    ## Why it matters
    They guard whole subnets, and are seldom changed for good reason.

    ## How to fix
    Count the calls that change network ACLs by a metric filter on the trail's log group, and set an alarm that
    writes to a topic with subscribers. A rule of EventBridge in each Region that tells somebody will do as well.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-11
    """
    yield from unnoticed(account, world, events.NETWORK_ACLS)


@rule("low", passes=noticed(events.GATEWAYS), fails=samples(events.GATEWAYS), reads=READS)
def gateway_changes_unwatched(account: Account, world: World) -> Problems:
    """Nobody is told of changes to gateways.

    ## Why it matters
    A new gateway is a new way in and out of a network.

    ## How to fix
    Count the calls that change internet and customer gateways by a metric filter on the trail's log group, and set
    an alarm that writes to a topic with subscribers. A rule of EventBridge in each Region that tells somebody will
    do as well.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-12
    """
    yield from unnoticed(account, world, events.GATEWAYS)


@rule("low", passes=noticed(events.ROUTES), fails=samples(events.ROUTES), reads=READS)
def route_changes_unwatched(account: Account, world: World) -> Problems:
    """Nobody is told of changes to route tables.

    ## Why it matters
    A changed route sends traffic past the firewall, or to somebody who reads it.

    ## How to fix
    Count the calls that change routes and their tables by a metric filter on the trail's log group, and set an
    alarm that writes to a topic with subscribers. A rule of EventBridge in each Region that tells somebody will do
    as well.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-13
    """
    yield from unnoticed(account, world, events.ROUTES)


@rule("low", passes=noticed(events.NETWORKS), fails=samples(events.NETWORKS), reads=READS)
def network_changes_unwatched(account: Account, world: World) -> Problems:
    """Nobody is told of changes to VPCs and their peerings.

    ## Why it matters
    A peering joins a network to one that others control.

    ## How to fix
    Count the calls that change VPCs and peerings by a metric filter on the trail's log group, and set an alarm that
    writes to a topic with subscribers. A rule of EventBridge in each Region that tells somebody will do as well.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-14
    """
    yield from unnoticed(account, world, events.NETWORKS)
