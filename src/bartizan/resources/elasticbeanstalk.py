"""AWS Elastic Beanstalk."""

from __future__ import annotations

from bartizan.model import Resource, field, resource
from bartizan.resources.reading import Call, Listing, Reader


@resource("AWS::ElasticBeanstalk::Environment", name="environment_name")
class Environment(Resource):
    """An environment: where a version of an application runs."""

    environment_name: str = field("Its name.")
    cname: str | None = field("The name by which it is reached.", default=None)


ENVIRONMENTS = Reader(
    Environment,
    listing=Listing(
        Call("elasticbeanstalk:DescribeEnvironments"),
        items=lambda reply: [each for each in reply.get("Environments") or () if each["Status"] != "Terminated"],
        params={"MaxRecords": 1000, "IncludeDeleted": False},
        fields={
            "environment_name": lambda item: item["EnvironmentName"],
            "cname": lambda item: (item.get("CNAME") or "").lower() or None,
        },
    ),
    arn=lambda item, _: item["EnvironmentArn"],
)
