"""AWS Elastic Beanstalk.

Source of the options: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.model import Gap, Reason, Resource, Unknown, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader, Reply
from bartizan.resources.secrets import in_variables


@resource("AWS::ElasticBeanstalk::Environment", name="environment_name")
class Environment(Resource):
    """An environment: where a version of an application runs.

    The values of its properties are looked at while it is read, and never kept.
    """

    environment_name: str = field("Its name.")
    cname: str | None = field("The name by which it is reached.", default=None)
    managed_actions_enabled: bool = field("Whether new versions of its platform come by themselves.", default=True)
    system_type: str = field("How its health is watched: `basic` or `enhanced`.", default="enhanced")
    stream_logs: bool = field("Whether its machines send their logs to CloudWatch.", default=True)
    disable_imdsv1: bool = field("Whether its machines require IMDSv2.", default=True)
    secret_settings: tuple[str, ...] = field(
        "Properties and passwords in its settings that look like secrets: name and kind, never the value.", default=()
    )


Option = tuple[str, str]
"""A namespace, and the name of an option in it."""

UPDATES: Option = ("aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled")
HEALTH: Option = ("aws:elasticbeanstalk:healthreporting:system", "SystemType")
LOGS: Option = ("aws:elasticbeanstalk:cloudwatch:logs", "StreamLogs")
IMDSV1: Option = ("aws:autoscaling:launchconfiguration", "DisableIMDSv1")
_DATABASE: Option = ("aws:rds:dbinstance", "DBPassword")
_PROPERTIES = "aws:elasticbeanstalk:application:environment"


def deployed(reply: Reply) -> Iterable[Mapping[str, Any]]:
    """The settings in force; another set of them may wait to be deployed."""
    sets = reply["ConfigurationSettings"]
    deployed = next((each for each in sets if each.get("DeploymentStatus") == "deployed"), sets[0])
    settings: Iterable[Mapping[str, Any]] = deployed["OptionSettings"]
    return settings


@dataclass(frozen=True, slots=True)
class _Names:
    """What a source calls the parts of a setting."""

    namespace: str
    name: str
    value: str

    def said(self, settings: Iterable[Mapping[str, Any]], option: Option) -> str | None:
        """What the settings say of an option, in lower case; ``None`` where they leave it out."""
        for each in settings:
            if (each[self.namespace], each[self.name]) == option and self.value in each:
                return str(each[self.value]).lower()
        return None

    def secrets(self, settings: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
        """The secrets among the settings that are written out; what comes from elsewhere is not in them."""
        written: dict[str, str] = {}
        for each in settings:
            try:
                if each[self.namespace] == _PROPERTIES or (each[self.namespace], each[self.name]) == _DATABASE:
                    written[each[self.name]] = str(each[self.value])
            except (Unknown, KeyError):
                continue
        return in_variables(written)


_IN_AWS = _Names("Namespace", "OptionName", "Value")
_IN_TERRAFORM = _Names("namespace", "name", "value")


def _is_on(option: Option) -> Callable[[Reply], bool]:
    return lambda reply: _IN_AWS.said(deployed(reply), option) == "true"


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
    details=(
        Detail(
            Call("elasticbeanstalk:DescribeConfigurationSettings"),
            params=lambda item: {
                "ApplicationName": item["ApplicationName"],
                "EnvironmentName": item["EnvironmentName"],
            },
            fields={
                "managed_actions_enabled": _is_on(UPDATES),
                "system_type": lambda reply: _IN_AWS.said(deployed(reply), HEALTH) or "basic",
                "stream_logs": _is_on(LOGS),
                "disable_imdsv1": _is_on(IMDSV1),
                "secret_settings": lambda reply: _IN_AWS.secrets(deployed(reply)),
            },
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class _Code:
    """The attributes in which a kind of code writes an environment."""

    names: _Names
    environment: str
    settings: str
    template: str
    platform: tuple[str, ...]

    def said(self, block: Block, option: Option, otherwise: str) -> str:
        """What a block says of an option; ``Unknown`` where a saved configuration may say it."""
        found = self.names.said(block.get(self.settings, ()), option)
        if found is None and self.template in block:
            raise Unknown(block.what, Gap(Reason.NOT_READ, detail=f"{option[1]} may stand in a saved configuration"))
        return found or otherwise

    def imdsv1_disabled(self, block: Block) -> bool:
        """Whether IMDSv1 is off; where nothing is said, that turns on the system of the platform.

        Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environments-cfg-ec2-imds.html
        """
        said = self.said(block, IMDSV1, "")
        platform = next((str(block[each]) for each in self.platform if each in block), "")
        if not said and "Amazon Linux 2023" not in platform:
            raise Unknown(block.what, Gap(Reason.NOT_READ, detail="its platform decides whether IMDSv1 is off"))
        return said != "false"

    def fields(self) -> Mapping[str, Callable[[Block], Any]]:
        """How each field is taken out of a block."""
        return {
            "environment_name": lambda block: block[self.environment],
            "managed_actions_enabled": lambda block: self.said(block, UPDATES, "false") == "true",
            "system_type": lambda block: self.said(block, HEALTH, "basic"),
            "stream_logs": lambda block: self.said(block, LOGS, "false") == "true",
            "disable_imdsv1": self.imdsv1_disabled,
            "secret_settings": lambda block: self.names.secrets(block.get(self.settings, ())),
        }


TERRAFORM_ENVIRONMENT = CodeReader(
    "aws_elastic_beanstalk_environment",
    Environment,
    defaulted={"aws_elastic_beanstalk_environment": ("solution_stack_name", "platform_arn")},
    fields=_Code(
        _IN_TERRAFORM, "name", "setting", template="template_name", platform=("solution_stack_name", "platform_arn")
    ).fields(),
)

CLOUDFORMATION_ENVIRONMENT = CodeReader(
    "AWS::ElasticBeanstalk::Environment",
    Environment,
    fields=_Code(
        _IN_AWS,
        "EnvironmentName",
        "OptionSettings",
        template="TemplateName",
        platform=("SolutionStackName", "PlatformArn"),
    ).fields(),
)
