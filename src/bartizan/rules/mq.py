"""Checks of Amazon MQ."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.mq import Broker
from bartizan.rules.datatags import without_data_tag

_RABBIT = Broker(engine_type="RABBITMQ", audit_log=False)


@rule("high", passes=[Broker()], fails=[Broker(publicly_accessible=True)])
def public_broker(broker: Broker) -> Problems:
    """Message broker is on the internet.

    ## Why it matters
    Its console and its ports are found within minutes, and tried with stolen passwords and new exploits.

    ## How to fix
    Make a broker without public access and move the clients; one that exists cannot be changed.

    ## References
    - https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/using-amazon-mq-securely.html
    """
    if broker.publicly_accessible:
        yield "it is publicly accessible"


@rule("medium", passes=[Broker()], fails=[Broker(auto_minor_version_upgrade=False)])
def no_minor_upgrades(broker: Broker) -> Problems:
    """Message broker does not take minor upgrades by itself.

    ## Why it matters
    Minor versions mend known flaws, and those who know them look for brokers that lack them.

    ## How to fix
    Turn on automatic minor version upgrades, in a maintenance window that suits you.

    ## References
    - https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/upgrading-brokers.html
    """
    if not broker.auto_minor_version_upgrade:
        yield "automatic minor version upgrades are off"


@no_minor_upgrades.risky_fix("the broker restarts in a maintenance window whenever it takes one")
def take_minor_upgrades(broker: Broker) -> Broker:
    """Turn on automatic minor version upgrades."""
    return replace(broker, auto_minor_version_upgrade=True)


@rule("low", passes=[Broker(), _RABBIT], fails=[Broker(general_log=False), Broker(audit_log=False)])
def no_logs(broker: Broker) -> Problems:
    """Message broker keeps its logs to itself.

    ## Why it matters
    After an incident nobody can tell who connected, or what an administrator changed.

    ## How to fix
    Publish its general log to CloudWatch Logs, and of ActiveMQ the audit log too.

    ## References
    - https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/security-logging-monitoring.html
    """
    if not broker.general_log:
        yield "the general log is not published"
    if broker.engine_type == "ACTIVEMQ" and not broker.audit_log:
        yield "the audit log is not published"


@no_logs.risky_fix("the broker takes the change with its next restart")
def publish_logs(broker: Broker) -> Broker:
    """Publish the logs to CloudWatch Logs."""
    return replace(broker, general_log=True, audit_log=broker.audit_log or broker.engine_type == "ACTIVEMQ")


broker_without_data_tag = without_data_tag.of(Broker, "Message broker")
