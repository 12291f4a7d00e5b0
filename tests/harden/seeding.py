"""The small account that the tests of runs share: a bucket and a queue with several things wrong."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from bartizan.app.harden.planning import make_plan
from bartizan.app.harden.running import Runner
from bartizan.app.harden.steps import Waits
from bartizan.engine.catalog import Catalog
from bartizan.engine.hardening import Plan
from harden.aws import REGION, Aws
from harden.emulators import reset

CATALOG = Catalog.load().only(
    {
        "s3.acls-enabled",
        "s3.public-access-not-blocked",
        "s3.no-versioning",
        "s3.website-hosting",
        "sqs.plain-http-allowed",
        "sqs.unencrypted-queue",
    }
)
CALLS = 6
"""How many calls the plan for the account makes."""

QUICK = Waits(first=0.01, longest=0.1)


def seeded(url: str) -> Aws:
    """The account, empty but for the two."""
    reset(url)
    found = Aws(url)
    s3 = found.client("s3")
    where = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket="shop", CreateBucketConfiguration=where, ObjectOwnership="ObjectWriter")
    s3.put_bucket_acl(Bucket="shop", ACL="public-read")
    s3.put_bucket_website(Bucket="shop", WebsiteConfiguration={"IndexDocument": {"Suffix": "start.html"}})
    found.client("sqs").create_queue(QueueName="jobs", Attributes={"SqsManagedSseEnabled": "false"})
    return found


def plan_of(aws: Aws) -> Plan:
    """The plan for it."""
    return asyncio.run(make_plan(aws.access, CATALOG, [REGION], connect=aws.connect)).plan


def runner(aws: Aws, folder: Path, connect: Any = None) -> Runner:
    """What applies and undoes there, without long waits."""
    return Runner(access=aws.access, catalog=CATALOG, folder=folder, waits=QUICK, connect=connect or aws.connect)
