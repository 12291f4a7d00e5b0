"""What no call can make is left to people, with the reason."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from bartizan.app.harden.planning import make_plan
from bartizan.demo.emulator import emulator
from bartizan.engine.catalog import Catalog
from bartizan.model import Resource, replace
from bartizan.resources.appliers import cognito, config, ec2_instances, ecs
from bartizan.resources.applying import ApiWriter, Edit, Refused
from bartizan.resources.cognito import UserPoolClient
from bartizan.resources.config import ConfigurationRecorder
from bartizan.resources.ec2.launch import LaunchTemplate
from bartizan.resources.ecs import Service, TaskDefinition
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


_CLIENT = UserPoolClient(
    arn="arn:aws:cognito-idp:eu-west-1:123456789012:userpool/a/client/b",
    client_name="web",
    insecure_callbacks=("http://app.example.com/",),
)
_SERVICE = Service(service_name="web", assign_public_ip=True)
_NO_RECORDER = ConfigurationRecorder(recorder_name=None, recording=False, delivery_bucket=None)
_UNSENT = ConfigurationRecorder(recording=False, delivery_bucket=None)


@pytest.mark.parametrize(
    ("writer", "before", "after", "now", "why"),
    [
        (config.RECORDER, _NO_RECORDER, {"recorder_name": "default", "recording": True}, None, "there is no recorder"),
        (config.RECORDER, _UNSENT, {"recording": True}, None, "no delivery channel"),
        (ecs.SERVICE, _SERVICE, {"assign_public_ip": False}, {"controller": "CODE_DEPLOY"}, "CODE_DEPLOY deploys it"),
        (
            cognito.USER_POOL_CLIENT,
            _CLIENT,
            {"insecure_callbacks": ()},
            {"CallbackURLs": ["http://app.example.com/"]},
            "no callback address by HTTPS would be left",
        ),
    ],
    ids=["no-recorder", "no-channel", "codedeploy", "no-callback"],
)
def test_what_takes_a_choice(
    writer: ApiWriter, before: Resource, after: dict[str, object], now: object, why: str
) -> None:
    edit = Edit(before, replace(before, **after), now=now)
    with pytest.raises(Refused, match=why):
        [put.calls(edit) for put in writer.steps(edit)]


_DEFAULT = {"default": 1, "latest": 1, "said_of_default": "", "said_of_latest": ""}


@pytest.mark.parametrize(
    ("writer", "after", "fields", "was", "now", "why"),
    [
        (
            ec2_instances.LAUNCH_TEMPLATE,
            LaunchTemplate(launch_template_name="web"),
            {"http_tokens": None},
            _DEFAULT,
            {**_DEFAULT, "default": 3, "latest": 3, "said_of_default": "ours"},
            "version 3, which somebody else made",
        ),
        (
            ecs.TASK_DEFINITION,
            TaskDefinition(family="web"),
            {"pid_mode": "host"},
            {"revision": 4},
            {"revision": 6},
            "revision 6, which somebody else registered",
        ),
    ],
    ids=["template", "task"],
)
def test_an_undo_that_would_take_back_the_work_of_others(  # noqa: PLR0917 - a table of cases
    writer: ApiWriter, after: Resource, fields: dict[str, object], was: object, now: object, why: str
) -> None:
    edit = Edit(after, replace(after, **fields), now=now, undoing=True, was=was)
    with pytest.raises(Refused, match=why):
        [put.calls(edit) for put in reversed(writer.steps(edit))]
