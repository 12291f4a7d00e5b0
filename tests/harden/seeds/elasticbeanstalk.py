"""Environments of Elastic Beanstalk that fail."""

from __future__ import annotations

import copy
from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import SECRET, State, seeds

_HEALTH = ("aws:elasticbeanstalk:healthreporting:system", "SystemType")
_UPDATES = ("aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled")
_WINDOW = ("aws:elasticbeanstalk:managedactions", "PreferredStartTime")
_LEVEL = ("aws:elasticbeanstalk:managedactions:platformupdate", "UpdateLevel")
_LOGS = ("aws:elasticbeanstalk:cloudwatch:logs", "StreamLogs")
_IMDSV1 = ("aws:autoscaling:launchconfiguration", "DisableIMDSv1")
_PROPERTY = ("aws:elasticbeanstalk:application:environment", "LICENCE")
_DEFAULTS = {_HEALTH: "basic", _UPDATES: "false", _LOGS: "false"}


def _environment(aws: Aws, given: dict[tuple[str, str], str]) -> State:
    settings = dict(given)

    def described(_: dict[str, Any]) -> Any:
        said = {**dict.fromkeys((_IMDSV1, _WINDOW, _LEVEL)), **_DEFAULTS, **settings}
        options = [
            {"Namespace": namespace, "OptionName": name, **({} if value is None else {"Value": value})}
            for (namespace, name), value in said.items()
        ]
        return {"ConfigurationSettings": [{"EnvironmentName": "shop-web", "OptionSettings": options}]}

    def update(params: dict[str, Any]) -> None:
        assert params["EnvironmentName"] == "shop-web"
        for each in params.get("OptionsToRemove", ()):
            del settings[each["Namespace"], each["OptionName"]]
        settings.update({(each["Namespace"], each["OptionName"]): each["Value"] for each in params["OptionSettings"]})
        updates = settings.get(_UPDATES) == "true"
        if updates and not {_WINDOW, _LEVEL} <= settings.keys():
            raise AwsError("ConfigurationValidationException", "managed updates need a window and a level")
        if updates and settings.get(_HEALTH) != "enhanced":
            raise AwsError("ConfigurationValidationException", "managed updates need enhanced health reports")

    environment = {
        "EnvironmentName": "shop-web",
        "ApplicationName": "shop",
        "EnvironmentArn": "arn:aws:elasticbeanstalk:eu-west-1:123456789012:environment/shop/shop-web",
        "Status": "Ready",
    }
    aws.answers("elasticbeanstalk:DescribeEnvironments", {"Environments": [environment]})
    aws.answers("elasticbeanstalk:DescribeConfigurationSettings", described)
    aws.answers("elasticbeanstalk:UpdateEnvironment", update)
    return lambda: {**_DEFAULTS, **copy.deepcopy(settings)}


_EVERYTHING = (
    "elasticbeanstalk.basic-health-reports",
    "elasticbeanstalk.imdsv1-allowed",
    "elasticbeanstalk.logs-stay",
    "elasticbeanstalk.no-managed-updates",
)


@seeds(*_EVERYTHING)
def environment_with_everything_wrong(aws: Aws) -> State:
    return _environment(aws, {_PROPERTY: SECRET, _IMDSV1: "false"})


@seeds(*_EVERYTHING)
def environment_that_says_nothing(aws: Aws) -> State:
    return _environment(aws, {})


@seeds("elasticbeanstalk.no-managed-updates")
def environment_with_a_window_of_its_own(aws: Aws) -> State:
    own = {_WINDOW: "Tue:10:00", _LEVEL: "patch", _HEALTH: "enhanced", _LOGS: "true", _IMDSV1: "true"}
    return _environment(aws, own)
