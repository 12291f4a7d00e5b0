"""Checks of AWS CodeBuild."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.codebuild import FilterGroup, Project

_PUSHES = FilterGroup(("PUSH",))
_PULL_REQUESTS = FilterGroup(("PULL_REQUEST_CREATED", "PULL_REQUEST_UPDATED"))
_OURS = FilterGroup(_PULL_REQUESTS.events, ("^(1234|5678)$",))
_LOOSE = FilterGroup(_PULL_REQUESTS.events, ("1234|5678",))


@rule(
    "critical",
    passes=[Project(secret_variables=())],
    fails=[Project(secret_variables=("DB_PASSWORD (value of a secret's name)",))],
)
def secret_in_environment(project: Project) -> Problems:
    """Build project has a secret in a plain-text environment variable.

    ## Why it matters
    Everybody who may see the project reads it in the console, in the API's answers and often in build logs.

    ## How to fix
    Replace the secret by a new one, keep that in Secrets Manager or the Parameter Store, and give the variable the type
    `SECRETS_MANAGER` or `PARAMETER_STORE`.

    ## References
    - https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/codebuild-controls.html
    """
    yield from project.secret_variables


@rule(
    "critical",
    passes=[Project(buildspec_secrets=())],
    fails=[Project(buildspec_secrets=("GitHub token in line 3",))],
)
def secret_in_build_commands(project: Project) -> Problems:
    """Build project has a secret in its build commands.

    ## Why it matters
    The build specification is shown to everybody who may see the project, and its commands are written to the log.

    ## How to fix
    Replace the secret by a new one, and name that under `env/secrets-manager` of the build specification.

    ## References
    - https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
    """
    yield from project.buildspec_secrets


@rule("critical", passes=[Project(source_credentials=False)], fails=[Project(source_credentials=True)])
def credentials_in_source_address(project: Project) -> Problems:
    """Build project has credentials in the address of its source.

    ## Why it matters
    Everybody who may see the project can read them, and change the code with them.

    ## How to fix
    Take them out of the address, revoke them, and connect the repository through a connection or OAuth.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/codebuild-controls.html
    """
    if project.source_credentials:
        yield "the address of a source holds a name or password"


@rule("medium", passes=[Project(privileged_mode=False)], fails=[Project(privileged_mode=True)])
def privileged_builds(project: Project) -> Problems:
    """Builds run in privileged mode.

    ## Why it matters
    Code under build, that of dependencies included, is root of its host with access to its devices.

    ## How to fix
    Turn privileged mode off, unless the project builds container images; then build nothing else in it.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/codebuild-controls.html
    """
    if project.privileged_mode:
        yield "privileged mode is on"


@privileged_builds.risky_fix("builds that start Docker fail")
def take_privileges(project: Project) -> Project:
    """Turn privileged mode off."""
    return replace(project, privileged_mode=False)


@rule("high", passes=[Project(insecure_ssl=False)], fails=[Project(insecure_ssl=True)])
def source_certificate_not_checked(project: Project) -> Problems:
    """Build project does not check the certificate of its source.

    ## Why it matters
    Whoever is on the way can give the build other code, which is then released.

    ## How to fix
    Turn `insecureSsl` off, and give the project the certificate of an authority of your own where there is one.

    ## References
    - https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectSource.html
    """
    if project.insecure_ssl:
        yield "insecureSsl is on"


@rule("medium", passes=[Project(logs=True)], fails=[Project(logs=False)])
def builds_not_logged(project: Project) -> Problems:
    """Builds are not logged.

    ## Why it matters
    After a build that was tampered with, nobody can tell what ran in it.

    ## How to fix
    Turn on logs to CloudWatch Logs or S3.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/codebuild-controls.html
    """
    if not project.logs:
        yield "neither CloudWatch Logs nor S3 gets the logs"


@builds_not_logged.fix
def log_builds(project: Project) -> Project:
    """Log builds to CloudWatch Logs."""
    return replace(project, logs=True)


@rule("medium", passes=[Project(unencrypted=())], fails=[Project(unencrypted=("artifacts", "logs"))])
def unencrypted_output(project: Project) -> Problems:
    """Build project writes its output unencrypted.

    ## Why it matters
    Artifacts are the code that is released, and logs tell much about the account; both lie in a bucket unprotected.

    ## How to fix
    Remove `encryptionDisabled` from the artifacts and the S3 logs.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/codebuild-controls.html
    """
    for each in project.unencrypted:
        yield f"encryption of {each} is turned off"


@unencrypted_output.fix
def encrypt_output(project: Project) -> Project:
    """Encrypt artifacts and logs."""
    return replace(project, unencrypted=())


@rule("high", passes=[Project(public=False)], fails=[Project(public=True)])
def public_builds(project: Project) -> Problems:
    """Builds of a project are public.

    ## Why it matters
    Everybody reads the logs and fetches the artifacts of all builds, earlier ones included.

    ## How to fix
    Set the project's visibility to private, and look through its logs for secrets.

    ## References
    - https://docs.aws.amazon.com/codebuild/latest/userguide/public-builds.html
    """
    if project.public:
        yield "everybody sees its builds"


@public_builds.risky_fix("people without access to the account no longer see the builds")
def make_builds_private(project: Project) -> Project:
    """Make the builds private."""
    return replace(project, public=False)


def _from_anyone(group: FilterGroup) -> str:
    """Why pull requests of strangers start builds, if they do."""
    if not group.pull_requests:
        return ""
    if not group.actors:
        return "a pull request of anyone starts a build"
    loose = [each for each in group.actors if not (each.startswith("^") and each.endswith("$"))]
    return f"{loose[0]} matches every account id that contains it" if loose else ""


@rule(
    "high",
    passes=[
        Project(webhook=None, comment_approval=False),
        Project(webhook=(_PUSHES, _OURS), comment_approval=False),
        Project(webhook=(_PULL_REQUESTS,), comment_approval=True),
    ],
    fails=[
        Project(webhook=(_PUSHES, _PULL_REQUESTS), comment_approval=False),
        Project(webhook=(_LOOSE,), comment_approval=False),
        Project(webhook=(), comment_approval=False),
    ],
)
def strangers_start_builds(project: Project) -> Problems:
    """Pull requests of strangers may start builds.

    ## Why it matters
    Where others can see the repository, a pull request runs their commands with the role and secrets of the build.

    ## How to fix
    Ask for an approval of builds of pull requests, or give each filter group an `ACTOR_ACCOUNT_ID` filter with the ids
    of your people, each pattern from `^` to `$`.

    ## References
    - https://docs.aws.amazon.com/codebuild/latest/userguide/pull-request-build-policy.html
    - https://docs.aws.amazon.com/codebuild/latest/userguide/webhooks.html
    """
    if project.webhook is None or project.comment_approval:
        return
    if not project.webhook:
        yield "its webhook has no filters: every push and pull request starts a build"
    yield from filter(None, map(_from_anyone, project.webhook))
