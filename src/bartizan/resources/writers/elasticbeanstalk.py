"""Environments of Elastic Beanstalk as code."""

from __future__ import annotations

from bartizan.resources.elasticbeanstalk import Environment
from bartizan.resources.writing import CodeWriter, Nested, Since

# Field → namespace and name of its option, which stand in one list with all others.
_OPTIONS = {
    "managed_actions_enabled": ("aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled"),
    "system_type": ("aws:elasticbeanstalk:healthreporting:system", "SystemType"),
    "stream_logs": ("aws:elasticbeanstalk:cloudwatch:logs", "StreamLogs"),
    "disable_imdsv1": ("aws:autoscaling:launchconfiguration", "DisableIMDSv1"),
}


def _settings(environment: Environment, was: Environment, names: tuple[str, str, str]) -> list[Nested]:
    """The options that change; all that are known where none does."""
    known = {name: value for name, value in environment.known().items() if name in _OPTIONS}
    differing = {name: value for name, value in known.items() if was.known().get(name) != value}
    return [
        Nested(dict(zip(names, (*_OPTIONS[name], str(value).lower()), strict=True)))
        for name, value in (differing or known).items()
    ]


_TERRAFORM = Since(lambda environment, was: {"setting": _settings(environment, was, ("namespace", "name", "value"))})
_CLOUDFORMATION = Since(
    lambda environment, was: {"OptionSettings": _settings(environment, was, ("Namespace", "OptionName", "Value"))}
)

TERRAFORM_ENVIRONMENT = CodeWriter(
    "aws_elastic_beanstalk_environment",
    Environment,
    names={"environment_name": "name"},
    fields=dict.fromkeys(_OPTIONS, _TERRAFORM),
)

CLOUDFORMATION_ENVIRONMENT = CodeWriter(
    "AWS::ElasticBeanstalk::Environment",
    Environment,
    names={"environment_name": "EnvironmentName"},
    fields=dict.fromkeys(_OPTIONS, _CLOUDFORMATION),
)
