"""AWS Well-Architected Tool."""

from __future__ import annotations

import datetime as dt

from bartizan.model import SAMPLE_TIME, Resource, field, resource
from bartizan.resources.reading import Call, Listing, Reader


@resource("AWS::WellArchitected::Workload", name="workload_name")
class Workload(Resource):
    """A workload that is reviewed."""

    workload_name: str = field("Its name.")
    high_risks: int = field("How many questions were answered in a way that means a high risk.", default=0)
    unanswered: int = field("How many questions have no answer.", default=0)
    updated_at: dt.datetime = field("When its review was last changed.", default=SAMPLE_TIME)
    owner: str = field("The account that owns it; others may share it.", default="")


WORKLOADS = Reader(
    Workload,
    listing=Listing(
        Call("wellarchitected:ListWorkloads"),
        items="WorkloadSummaries",
        params={"MaxResults": 50},
        fields={
            "workload_name": lambda item: item["WorkloadName"],
            "high_risks": lambda item: item["RiskCounts"].get("HIGH", 0),
            "unanswered": lambda item: item["RiskCounts"].get("UNANSWERED", 0),
            "updated_at": lambda item: item["UpdatedAt"],
            "owner": lambda item: item["Owner"],
        },
    ),
    arn=lambda item, _: item["WorkloadArn"],
)
