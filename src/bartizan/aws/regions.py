"""The regions of an account that are enabled."""

from __future__ import annotations

from bartizan.aws.session import Session
from bartizan.model import CoverageGap
from bartizan.resources.reading import Api, Call, Failed, Scope

DESCRIBE_REGIONS = Call("ec2:DescribeRegions")
_PREFIXES = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


async def enabled_regions(api: Api, session: Session, main: Scope) -> tuple[list[str], list[CoverageGap]]:
    """The enabled regions by name; where AWS will not say, all that botocore knows, and a gap that says so."""
    try:
        reply = await api.call(DESCRIBE_REGIONS, main, {})
    except Failed as failed:
        gap = CoverageGap(types=(), account=main.account, region="", gap=failed.gap, call=DESCRIBE_REGIONS.name)
        return await session.regions_of(main.partition), [gap]
    # AWS leaves out what is not opted in; emulators list it with its status, and regions of other partitions too.
    named = (each["RegionName"] for each in reply["Regions"] if each.get("OptInStatus") != "not-opted-in")
    elsewhere = tuple(prefix for prefix, partition in _PREFIXES.items() if partition != main.partition)
    return sorted(each for each in named if not each.startswith(elsewhere)), []
