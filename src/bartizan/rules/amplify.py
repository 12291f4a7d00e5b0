"""Checks of AWS Amplify Hosting."""

from __future__ import annotations

from bartizan.model import Problems, World, replace, rule
from bartizan.resources.amplify import App, Branch

_APP = App(app_name="shop")
_BRANCH = Branch(branch_name="main")
_SECRET = ("TOKEN (GitHub token)",)


@rule("high", passes=[_APP], fails=[replace(_APP, secret_variables=_SECRET)])
def secret_in_app_environment(app: App) -> Problems:
    """Environment of an Amplify app holds a secret in plain text.

    ## Why it matters
    Everybody who may look at the app reads it, and builds may put it into what browsers download.

    ## How to fix
    Keep it among Amplify's secrets or in Secrets Manager, and replace the one that was exposed.

    ## References
    - https://docs.aws.amazon.com/amplify/latest/userguide/environment-secrets.html
    """
    for each in app.secret_variables:
        yield f"variable {each}"


@rule("high", passes=[_BRANCH], fails=[replace(_BRANCH, secret_variables=_SECRET)])
def secret_in_branch_environment(branch: Branch) -> Problems:
    """Environment of an Amplify branch holds a secret in plain text.

    ## Why it matters
    Everybody who may look at the app reads it, and builds may put it into what browsers download.

    ## How to fix
    Keep it among Amplify's secrets or in Secrets Manager, and replace the one that was exposed.

    ## References
    - https://docs.aws.amazon.com/amplify/latest/userguide/environment-secrets.html
    """
    for each in branch.secret_variables:
        yield f"variable {each}"


@rule(
    "info",
    advice=True,
    passes=[
        _BRANCH,
        replace(_BRANCH, stage="BETA", basic_auth=True),
        (replace(_BRANCH, stage="BETA"), replace(_APP, basic_auth=True)),
    ],
    fails=[(replace(_BRANCH, stage="BETA"), _APP), (replace(_BRANCH, stage=""), _APP)],
    reads=[App],
)
def branch_open_to_all(branch: Branch, world: World) -> Problems:
    """Basic authentication: anyone can see a branch of the Amplify app that is not in production.

    ## Why it matters
    What is unfinished is often unprotected as well, and tells of what is to come.

    ## How to fix
    Ask for a user name and password on branches that the public is not meant to see.

    ## References
    - https://docs.aws.amazon.com/amplify/latest/userguide/access-control.html
    """
    if branch.stage == "PRODUCTION" or branch.basic_auth:
        return
    if not any(each.basic_auth for each in world.find(App, app_id=branch.app_id)):
        yield "it asks for no password"
