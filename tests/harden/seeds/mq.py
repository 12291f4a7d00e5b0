"""Brokers of Amazon MQ that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import State, seeds


def _broker(aws: Aws, engine: str, logs: dict[str, bool], *, upgrades: bool) -> State:
    """A broker, which takes the change of its logs with its next restart."""
    held: dict[str, Any] = {"AutoMinorVersionUpgrade": upgrades, "Logs": dict(logs)}
    names = {
        "BrokerId": "b-1",
        "BrokerName": "orders",
        "BrokerArn": "arn:aws:mq:eu-west-1:123456789012:broker:orders:b-1",
        "EngineType": engine,
    }
    pending: dict[str, bool] = {}

    def describe(params: dict[str, Any]) -> Any:
        assert params["BrokerId"] == "b-1"
        told = {**held["Logs"], "GeneralLogGroup": "/aws/amazonmq/broker/b-1/general"}
        return {**names, **held, "Logs": told | ({"Pending": pending} if pending else {}), "SecurityGroups": ["sg-1"]}

    def update(params: dict[str, Any]) -> None:
        assert params.pop("BrokerId") == "b-1"
        changed = params.pop("Logs", {})
        if engine == "RABBITMQ" and "Audit" in changed:
            raise AwsError("BadRequestException", "RabbitMQ has no audit log")
        pending.update(changed)
        held.update(params)

    summary = {**names, "BrokerState": "RUNNING", "DeploymentMode": "SINGLE_INSTANCE"}
    aws.answers("mq:ListBrokers", {"BrokerSummaries": [summary]})
    aws.answers("mq:DescribeBroker", describe)
    aws.answers("mq:UpdateBroker", update)
    return lambda: {**held, "Logs": {**held["Logs"], **pending}}


@seeds("mq.no-logs", "mq.no-minor-upgrades")
def activemq_with_everything_wrong(aws: Aws) -> State:
    return _broker(aws, "ACTIVEMQ", {"General": True, "Audit": False}, upgrades=False)


@seeds("mq.no-logs")
def rabbitmq_without_logs(aws: Aws) -> State:
    return _broker(aws, "RABBITMQ", {"General": False}, upgrades=True)
