"""Checks of AWS Elastic Beanstalk."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.elasticbeanstalk import Environment

_APP = Environment(environment_name="app")


@rule("medium", passes=[_APP], fails=[replace(_APP, managed_actions_enabled=False)])
def no_managed_updates(environment: Environment) -> Problems:
    """Elastic Beanstalk environment does not update its platform by itself.

    ## Why it matters
    Holes in the system, the language and the web server of its machines stay open until somebody thinks of them.

    ## How to fix
    Turn on managed platform updates, in a weekly window, at least for minor versions.

    ## References
    - https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environment-platform-update-managed.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/elasticbeanstalk-controls.html#elasticbeanstalk-2
    """
    if not environment.managed_actions_enabled:
        yield "managed platform updates are off"


@no_managed_updates.risky_fix("the application runs on newer versions of its platform; needs enhanced health reports")
def update_by_itself(environment: Environment) -> Environment:
    """Turn on managed platform updates, and the enhanced health reports that they need."""
    return replace(environment, managed_actions_enabled=True, system_type="enhanced")


@rule("low", passes=[_APP], fails=[replace(_APP, system_type="basic")])
def basic_health_reports(environment: Environment) -> Problems:
    """Elastic Beanstalk environment watches its health by its load balancer alone.

    ## Why it matters
    A machine that is overloaded, broken or taken over looks well as long as it answers, and nobody is told why not.

    ## How to fix
    Turn on enhanced health reporting.

    ## References
    - https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/elasticbeanstalk-controls.html#elasticbeanstalk-1
    """
    if environment.system_type != "enhanced":
        yield f"its health reports are {environment.system_type}"


@basic_health_reports.fix
def report_more(environment: Environment) -> Environment:
    """Turn on enhanced health reporting."""
    return replace(environment, system_type="enhanced")


@rule("medium", passes=[_APP], fails=[replace(_APP, stream_logs=False)])
def logs_stay(environment: Environment) -> Problems:
    """Elastic Beanstalk environment keeps its logs on its machines.

    ## Why it matters
    Each machine that is replaced takes its logs with it, and an intruder on it deletes them.

    ## How to fix
    Stream the logs to CloudWatch, and keep them when the environment ends.

    ## References
    - https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.cloudwatchlogs.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/elasticbeanstalk-controls.html#elasticbeanstalk-3
    """
    if not environment.stream_logs:
        yield "its logs are not streamed to CloudWatch"


@logs_stay.fix
def stream_logs(environment: Environment) -> Environment:
    """Stream the logs to CloudWatch."""
    return replace(environment, stream_logs=True)


@rule("high", passes=[_APP], fails=[replace(_APP, disable_imdsv1=False)])
def imdsv1_allowed(environment: Environment) -> Problems:
    """Elastic Beanstalk environment starts machines that answer metadata requests without a token.

    ## Why it matters
    A web application that can be made to fetch an address hands the machine's role credentials to the attacker.

    ## How to fix
    Set `DisableIMDSv1`, after checking that the application's libraries know IMDSv2. All machines are replaced.

    ## References
    - https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environments-cfg-ec2-imds.html
    """
    if not environment.disable_imdsv1:
        yield "IMDSv1 is allowed"


@imdsv1_allowed.risky_fix("all machines are replaced; software that only knows IMDSv1 loses its credentials")
def require_imdsv2(environment: Environment) -> Environment:
    """Require IMDSv2 of the environment's machines."""
    return replace(environment, disable_imdsv1=True)


@rule("high", passes=[_APP], fails=[replace(_APP, secret_settings=("DB_PASSWORD (value of a secret's name)",))])
def secret_in_settings(environment: Environment) -> Problems:
    """Elastic Beanstalk environment has a secret in its settings.

    ## Why it matters
    Everyone who may describe the environment reads it, and it ends up in saved configurations and support bundles.

    ## How to fix
    Keep secrets in Secrets Manager or Parameter Store, name them as environment secrets, and replace those that stood
    here.

    ## References
    - https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.secrets.env-vars.html
    """
    for each in environment.secret_settings:
        yield f"setting {each} looks like a secret"
