"""What no call can make is left to people, with the reason."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from bartizan.app.harden.planning import make_plan
from bartizan.demo.emulator import emulator
from bartizan.engine.catalog import Catalog
from harden.aws import REGION, Aws


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with emulator() as address:
        yield address


def test_a_volume_of_a_template_that_is_made_from_a_plain_snapshot(url: str) -> None:
    aws = Aws(url)
    version = {
        "LaunchTemplateId": "lt-1",
        "LaunchTemplateName": "web",
        "VersionNumber": 1,
        "DefaultVersion": True,
        "LaunchTemplateData": {"BlockDeviceMappings": [{"DeviceName": "/dev/sdb", "Ebs": {"SnapshotId": "snap-1"}}]},
    }
    aws.answers("ec2:DescribeLaunchTemplateVersions", {"LaunchTemplateVersions": [version]})
    catalog = Catalog.load().only({"ec2.template-with-plain-volumes"})
    plan = asyncio.run(make_plan(aws.access, catalog, [REGION], connect=aws.connect)).plan
    assert not plan.changes
    (left,) = plan.left
    assert left.why.startswith("its fix cannot be made by API here: /dev/sdb is made from snap-1; copy that with")
