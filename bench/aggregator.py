"""Calls that it takes to read an account, with and without an aggregator of AWS Config, by kind of account.

    python bench/aggregator.py [--regions 17]

Nothing is called: the account and the aggregator are played by the recordings that the tests have of each type, as many
of each as the account is said to have, in pages as AWS makes them. All is in one region; the others hold what AWS puts
there. Where other accounts use a region, they are taken to have all types there, which shows that Config records them.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bartizan.app.organization.work import plan_of
from bartizan.app.selection import Selection
from bartizan.aws.aggregator import PAGE, Aggregator
from bartizan.aws.collect import collect, plan
from bartizan.aws.known import Answered, Known, read_known
from bartizan.aws.session import Access
from bartizan.model import Gap, Reason
from bartizan.resources.counted import COUNTED
from bartizan.resources.index import ResourceIndex
from bartizan.resources.reading import Call, Failed, Item, Reader, Reply, Scope

CONTRACTS = Path(__file__).parent.parent / "tests" / "contracts"
INDEX = ResourceIndex.load()
MAIN = Scope("aws", "111122223333", "eu-west-1", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
EVERYWHERE = {"ec2.Vpc": 1, "ec2.Subnet": 3, "ec2.SecurityGroup": 1, "ec2.NetworkAcl": 1, "ec2.RouteTable": 1}
ACCOUNTS: dict[str, dict[str, int]] = {
    "empty": {},
    "small": {
        **EVERYWHERE, "s3.Bucket": 20, "lambda.Function": 40, "sqs.Queue": 10, "sns.Topic": 5, "dynamodb.Table": 10,
        "kms.Key": 5, "secretsmanager.Secret": 10, "ec2.NetworkInterface": 30, "iam.Role": 60,
    },
    "large": {
        "ec2.Vpc": 5, "ec2.Subnet": 60, "ec2.SecurityGroup": 1000, "ec2.NetworkAcl": 5, "ec2.RouteTable": 30,
        "ec2.NetworkInterface": 1500, "ec2.Instance": 400, "ec2.Volume": 800, "s3.Bucket": 200,
        "lambda.Function": 500, "sqs.Queue": 300, "sns.Topic": 200, "dynamodb.Table": 100, "kms.Key": 100,
        "secretsmanager.Secret": 200, "elbv2.LoadBalancer": 40, "kinesis.Stream": 20, "glue.Job": 50, "iam.Role": 1000,
    },
}  # fmt: skip
# What a page holds where the call does not say.
PAGES = {"lambda": 50, "sns": 100, "dynamodb": 100, "secretsmanager": 100, "glue": 100, "kinesis": 100}
SIZES = ("MaxResults", "MaxRecords", "maxResults", "Limit", "PageSize", "MaxItems", "MaxBuckets")
VPC = re.compile(r"vpc-\w+")


def loaded(contract: str, name: str) -> Any:
    """A file of a contract, with all networks in one VPC."""
    path = CONTRACTS / contract / name
    return json.loads(VPC.sub("vpc-1", path.read_text())) if path.exists() else []


@dataclass
class Account:
    """The port to an account that has so many of each type in its main region; it counts the calls."""

    has: Mapping[str, int]
    calls: Counter[str] = field(default_factory=Counter)
    asked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.replies = {name: loaded(name, "aws.json") for name in {*self.has, *EVERYWHERE}}
        readers = [each for each in INDEX.readers if isinstance(each, Reader) and contract_of(each) in self.replies]
        self.listings = {each.listing.call.name: each for each in readers}

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:  # noqa: ARG002 - the port's
        self.calls[call.name] += 1
        return self._reply(call.name)

    def _reply(self, name: str) -> Reply:
        if name == "config:DescribeConfigurationRecorders":
            return {"ConfigurationRecorders": [{"name": "default", "recordingGroup": {"allSupported": True}}]}
        if name == "config:DescribeConfigurationRecorderStatus":
            started = MAIN.now - dt.timedelta(days=90)
            return {"ConfigurationRecordersStatus": [{"name": "default", "recording": True, "lastStartTime": started}]}
        found = [each[name] for each in self.replies.values() if name in each and not name.startswith("iam:")]
        for one in found[0] if found and isinstance(found[0], list) else [{"reply": each} for each in found]:
            if "reply" in one:
                return one["reply"]
        raise Failed("Unknown", Gap(Reason.FAILED, detail="not played"))

    async def pages(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> AsyncIterator[Reply]:
        key = f"{call.name} {scope.region} {sorted(params.items())}"
        # Readers that ask the same share the answer.
        counted = 0 if key in self.asked else 1
        self.asked.add(key)
        reader = self.listings.get(call.name)
        has = self.has if scope.region == MAIN.region else EVERYWHERE
        count = has.get(contract_of(reader), 0) if reader else 0
        if call.operation in {"GetAccountAuthorizationDetails", "ListRoles"}:
            count = self.has.get("iam.Role", 0)
        size = int(next((params[each] for each in SIZES if each in params), PAGES.get(call.service, 1000)))
        self.calls[call.name] += counted * max(1, -(-count // size))
        if reader and count:
            for first in range(0, count, size):
                yield several(reader, self._reply(call.name), first, min(size, count - first))
        elif reader or call.service == "config":
            yield {"Reservations": []} if reader else self._reply(call.name)
        else:
            raise Failed("Unknown", Gap(Reason.FAILED, detail="not played"))


def several(reader: Reader, reply: Reply, first: int, count: int) -> Reply:
    """A page of so many items, from the number ``first`` on: those that a recorded item of Config tells of."""
    told = {each.get("arn") for each in loaded(contract_of(reader), "config.json")[:1]}
    items = list(reader.listing.found(reply))
    item = next((each for each in items if reader.arn(each, MAIN) in told), items[0])
    if not isinstance(reader.listing.items, str):
        return {"Reservations": [{"Instances": [item] * count}]}
    # Buckets are listed once in all regions, and so must differ.
    many = [
        {**item, "Name": f"{item['Name']}-{first + n}"} if "s3:" in reader.listing.call.name else item
        for n in range(count)
    ]
    return {reader.listing.items: many}


def contract_of(reader: Reader) -> str:
    """The name of the reader's contract."""
    return next(name for name, kind in INDEX.types.items() if kind is reader.kind)


@dataclass
class Home:
    """The port to the aggregator, which has an item for each thing that it could have one for."""

    has: Mapping[str, int]
    regions: list[str]
    calls: Counter[str] = field(default_factory=Counter)

    def items(self) -> list[Item]:
        found = []
        for region in self.regions:
            for name, count in (self.has if region == MAIN.region else EVERYWHERE).items():
                kind = INDEX.types[name].cfn_type
                told = [
                    each for each in (loaded(name, "config.json") or [{}]) if each.get("resourceType", kind) == kind
                ]
                one = {**told[0], "accountId": MAIN.account, "awsRegion": region, "resourceType": kind}
                found += [{**one, "arn": f"{one['arn']}-{n}"} if name == "s3.Bucket" else one for n in range(count)]
        return found

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        return await anext(self.pages(call, scope, params))

    async def pages(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> AsyncIterator[Reply]:  # noqa: ARG002 - the port's
        sql = params["Expression"]
        if "GROUP BY" in sql:
            size, counted = 500, Counter((each["awsRegion"], each["resourceType"]) for each in self.items())
            rows = [{"awsRegion": where, "resourceType": kind, "COUNT(*)": n} for (where, kind), n in counted.items()]
        else:
            size, rows = PAGE, [each for each in self.items() if f"'{each['resourceType']}'" in sql]
        for first in range(0, len(rows) or 1, size):
            self.calls[call.name] += 1
            yield {"Results": [json.dumps(each) for each in rows[first : first + size]]}


async def calls_of(has: Mapping[str, int], regions: list[str], shown: int | None = None) -> int:
    """How many calls it takes to read the account: directly, or where others show all types in so many regions."""
    wanted = plan_of(Selection()).wanted
    tasks = plan(INDEX.readers_of(frozenset(wanted)), MAIN, [replace(MAIN, region=each) for each in regions])
    account, home, known = Account(has), Home(has, regions), Known()
    if shown is not None:
        seen = dict.fromkeys(regions[:shown], COUNTED)
        given = Aggregator(name="all", scope=MAIN, access=Access(), seen=seen)
        known = await read_known(given, INDEX, wanted, tasks, home=home, api=account, main=MAIN)
        if known.unused:
            raise SystemExit(f"not believed: {known.unused}")
    left = [each for each in tasks if not known.lacks(each)]
    await collect(Answered(account, known.answers), left, wanted, recorded=known.resources)
    return account.calls.total() + home.calls.total()


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--regions", type=int, default=17)
    regions = [*OF_OLD[: parser.parse_args().regions]]
    print("| account | directly | others use 4 regions | others use all regions |")
    print("|---|---|---|---|")
    for name, has in ACCOUNTS.items():
        there = {**EVERYWHERE, **has}
        counts = [asyncio.run(calls_of(there, regions, shown)) for shown in (None, 4, len(regions))]
        print(f"| {name} | " + " | ".join(f"{each:,}" for each in counts) + " |")


OF_OLD = (
    "eu-west-1", "us-east-1", "us-east-2", "us-west-2", "eu-central-1", "us-west-1", "ca-central-1", "sa-east-1",
    "eu-west-2", "eu-west-3", "eu-north-1", "ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
    "ap-southeast-1", "ap-southeast-2",
)  # fmt: skip


if __name__ == "__main__":
    main()
