"""Checks of what IAM policies allow, wherever they stand, and of who may assume roles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from bartizan.model import SAMPLE_TIME, Problems, replace, rule
from bartizan.policy import PolicyDocument, Statement, described, narrows, other_accounts, parse_policy
from bartizan.resources.iam import Group, InlinePolicy, ManagedPolicy, Role, User

_UNUSED = 90
_ADMIN = ("AdministratorAccess",)
_PASSING = frozenset({"*", "iam:*", "iam:passrole", "iam:pass*"})
_CI_HOSTS = ("token.actions.githubusercontent.com", "gitlab.com", "api.bitbucket.org")


def _allow(action: str, resource: str = "*", **more: Any) -> PolicyDocument:
    return parse_policy({"Statement": {"Effect": "Allow", "Action": action, "Resource": resource, **more}})


def _trust(principal: Any, **more: Any) -> PolicyDocument:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    return parse_policy({"Statement": statement})


_GITHUB = {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}
_PARTNER = {"AWS": "arn:aws:iam::444455556666:root"}
_READ = _allow("s3:GetObject")
_ALL = _allow("*")


def _everything(document: PolicyDocument) -> Iterable[Statement]:
    """The statements that allow every action on every resource, without condition."""
    for each in document.allowing:
        stars = any(action in {"*", "*:*"} for action in each.actions) and not each.not_actions
        if stars and "*" in each.resources and not each.not_resources and not each.conditions:
            yield each


def _passes_any_role(document: PolicyDocument) -> Iterable[Statement]:
    """The statements that allow iam:PassRole on every role and say for which service."""
    for each in document.allowing:
        passing = any(action.lower() in _PASSING for action in each.actions) and not each.not_actions
        bound = "iam:passedtoservice" in each.condition_keys()
        if passing and not bound and any(one in {"*", "arn:aws:iam::*:role/*"} for one in each.resources):
            yield each


def _inline(policies: Iterable[InlinePolicy]) -> Problems:
    for policy in policies:
        for statement in _everything(policy.policy_document):
            yield f"inline policy {policy.policy_name}: {described(statement)} on everything"


def _attached(arns: Iterable[str]) -> Problems:
    for arn in arns:
        if arn.rpartition("/")[2] in _ADMIN:
            yield f"{arn.rpartition('/')[2]} is attached"


@rule(
    "high",
    passes=[
        ManagedPolicy(policy_document=_READ),
        ManagedPolicy(policy_document=_allow("*", Condition={"StringEquals": {"aws:PrincipalTag/team": "ops"}})),
    ],
    fails=[ManagedPolicy(policy_document=_ALL)],
)
def policy_allows_everything(policy: ManagedPolicy) -> Problems:
    """Managed policy allows every action on every resource.

    ## Why it matters
    Whoever has it, or steals a session that has it, owns the account.

    ## How to fix
    Allow what its holders use, which Access Analyzer finds from their activity; keep administration to few roles.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    """
    for statement in _everything(policy.policy_document):
        yield f"{described(statement)} on everything"


@rule(
    "high",
    passes=[
        ManagedPolicy(policy_document=_READ),
        ManagedPolicy(policy_document=_allow("iam:PassRole", "arn:aws:iam::1:role/a")),
    ],
    fails=[ManagedPolicy(policy_document=_allow("iam:PassRole"))],
)
def policy_passes_any_role(policy: ManagedPolicy) -> Problems:
    """Managed policy lets its holder pass any role to a service.

    ## Why it matters
    With one more permission, such as starting a function, the holder acts as any role, administrators included.

    ## How to fix
    Name the roles that may be passed, and the service with `iam:PassedToService`.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    for statement in _passes_any_role(policy.policy_document):
        if not any(action in {"*", "*:*"} for action in statement.actions):
            yield f"{described(statement)} on every role"


@rule(
    "medium",
    passes=[ManagedPolicy(policy_document=_READ)],
    fails=[
        ManagedPolicy(
            policy_document=parse_policy({"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}})
        )
    ],
)
def policy_allows_all_but(policy: ManagedPolicy) -> Problems:
    """Managed policy allows everything but a list.

    ## Why it matters
    Every service that AWS adds is allowed from its first day, and what was forgotten in the list as well.

    ## How to fix
    List what is allowed (`Action`) in place of what is not (`NotAction`).

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html
    """
    for statement in policy.policy_document.allowing:
        if statement.not_actions:
            yield described(statement)


@rule(
    "info",
    passes=[ManagedPolicy(attachment_count=1), ManagedPolicy(attachment_count=0, boundary_count=2)],
    fails=[ManagedPolicy(attachment_count=0)],
)
def unattached_policy(policy: ManagedPolicy) -> Problems:
    """Managed policy is attached to nothing.

    ## Why it matters
    It is not reviewed, and one day attached because its name fits.

    ## How to fix
    Delete it.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_manage-delete.html
    """
    if not policy.attachment_count and not policy.boundary_count:
        yield "no user, group or role has it"


@unattached_policy.risky_fix("code that attaches the policy later fails")
def delete_policy(_: ManagedPolicy) -> None:
    """Delete the policy with its versions."""


@rule(
    "high",
    passes=[User(policies=(InlinePolicy("read", _READ),))],
    fails=[
        User(policies=(InlinePolicy("all", _ALL),)),
        User(managed_policy_arns=("arn:aws:iam::aws:policy/AdministratorAccess",)),
    ],
)
def administrator_user(user: User) -> Problems:
    """IAM user is an administrator by itself.

    ## Why it matters
    Its password or key, which does not expire, is worth the whole account.

    ## How to fix
    Give people administration through a role or permission set that they assume for a time.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    """
    yield from _attached(user.managed_policy_arns)
    yield from _inline(user.policies)


@rule(
    "medium",
    passes=[Group(policies=(InlinePolicy("read", _READ),))],
    fails=[
        Group(policies=(InlinePolicy("all", _ALL),)),
        Group(managed_policy_arns=("arn:aws:iam::aws:policy/AdministratorAccess",)),
    ],
)
def administrator_group(group: Group) -> Problems:
    """IAM group makes its members administrators.

    ## Why it matters
    Every member's password and key is worth the whole account, all of the time.

    ## How to fix
    Give people administration through a role or permission set that they assume for a time.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    """
    yield from _attached(group.managed_policy_arns)
    yield from _inline(group.policies)


@rule(
    "medium",
    passes=[
        Role(policies=(InlinePolicy("read", _READ),)),
        Role(path="/aws-reserved/sso.amazonaws.com/", policies=(InlinePolicy("all", _ALL),)),
    ],
    fails=[
        Role(policies=(InlinePolicy("all", _ALL),)),
        Role(managed_policy_arns=("arn:aws:iam::aws:policy/AdministratorAccess",)),
    ],
)
def administrator_role(role: Role) -> Problems:
    """Role has administrator rights.

    ## Why it matters
    Whoever may assume it, or breaks into what runs under it, owns the account.

    ## How to fix
    Give it what it uses. Keep the few administrator roles for people, with MFA and short sessions.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    """
    if not role.managed_by_aws:
        yield from _attached(role.managed_policy_arns)
        yield from _inline(role.policies)


@rule(
    "critical",
    passes=[
        Role(assume_role_policy_document=_trust({"Service": "lambda.amazonaws.com"})),
        Role(
            assume_role_policy_document=_trust(
                {"AWS": "*"}, Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}
            )
        ),
    ],
    fails=[Role(assume_role_policy_document=_trust({"AWS": "*"}))],
)
def trust_anyone(role: Role) -> Problems:
    """Role can be assumed by anyone.

    ## Why it matters
    Anyone with any AWS account becomes the role by one call.

    ## How to fix
    Name the accounts, roles or services that may assume it.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html
    """
    for statement in role.assume_role_policy_document.allowing:
        anyone = statement.principals is not None and (statement.principals.anyone or statement.not_principals)
        external = "sts:externalid" in statement.condition_keys()
        if anyone and not external and not any(map(narrows, statement.conditions)):
            yield f"{described(statement)} for everyone"


@rule(
    "medium",
    passes=[
        Role(assume_role_policy_document=_trust({"AWS": "arn:aws:iam::111122223333:root"}), account="111122223333"),
        Role(
            assume_role_policy_document=_trust(_PARTNER, Condition={"StringEquals": {"sts:ExternalId": "x7"}}),
            account="111122223333",
        ),
        Role(assume_role_policy_document=_trust(_PARTNER), path="/aws-reserved/x/", account="111122223333"),
    ],
    fails=[Role(assume_role_policy_document=_trust(_PARTNER), account="111122223333")],
)
def other_account_without_external_id(role: Role) -> Problems:
    """Role trusts another account without an external id.

    ## Why it matters
    A vendor who serves many customers can be tricked into using your role for another of them.

    ## How to fix
    Ask for an `sts:ExternalId` that the vendor chose for you. For accounts of your own organization, add a condition on
    `aws:PrincipalOrgID` instead.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    if role.managed_by_aws:
        return
    for statement in role.assume_role_policy_document.allowing:
        guarded = {"sts:externalid", "aws:principalorgid"} & statement.condition_keys()
        for account in sorted(other_accounts(PolicyDocument((statement,)), role.account)) if not guarded else ():
            yield f"account {account} may assume it without an external id"


def _pins_subject(statement: Statement, host: str) -> bool:
    """Whether a condition on the token's subject names more than a star."""
    for operator, key, values in statement.conditions:
        if key.lower() == f"{host}:sub" and operator.lower().startswith("string") and "not" not in operator.lower():
            return all(value.strip("*") not in {"", "repo:"} for value in values)
    return False


@rule(
    "high",
    passes=[
        Role(assume_role_policy_document=_trust({"Service": "ec2.amazonaws.com"})),
        Role(
            assume_role_policy_document=_trust(
                _GITHUB,
                Condition={
                    "StringLike": {"token.actions.githubusercontent.com:sub": "repo:shop/web:ref:refs/heads/main"}
                },
            )
        ),
    ],
    fails=[
        Role(assume_role_policy_document=_trust(_GITHUB)),
        Role(
            assume_role_policy_document=_trust(
                _GITHUB, Condition={"StringLike": {"token.actions.githubusercontent.com:sub": "*"}}
            )
        ),
    ],
)
def pipeline_not_pinned(role: Role) -> Problems:
    """Role can be assumed by anyone's pipeline.

    ## Why it matters
    The code host signs tokens for all of its users; without a check of the subject, every repository there may deploy.

    ## How to fix
    Add a condition on `sub` that names your repository and branch.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
    """
    for statement in role.assume_role_policy_document.allowing:
        for provider in statement.principals.federated if statement.principals else ():
            host = next((each for each in _CI_HOSTS if each in provider), None)
            if host and not _pins_subject(statement, host):
                yield f"{host} may assume it for any repository"


@rule(
    "low",
    passes=[
        Role(last_used=SAMPLE_TIME, create_date=SAMPLE_TIME - dt.timedelta(days=900)),
        Role(last_used=None, create_date=SAMPLE_TIME - dt.timedelta(days=5)),
        Role(last_used=None, create_date=SAMPLE_TIME - dt.timedelta(days=900), path="/aws-service-role/x/"),
    ],
    fails=[Role(last_used=None, create_date=SAMPLE_TIME - dt.timedelta(days=900))],
)
def unused_role(role: Role) -> Problems:
    """Role has not been used for long.

    ## Why it matters
    Its permissions help nobody but whoever breaks in.

    ## How to fix
    Delete it, or take its permissions away first and see what breaks.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_finding-unused.html
    """
    if not role.managed_by_aws:
        days = role.days_since(role.last_used or role.create_date)
        if days > _UNUSED:
            yield f"not used for {days} days" if role.last_used else f"never used in the {days} days since it was made"


@rule(
    "info",
    passes=[Role(max_session_duration=3600), Role(max_session_duration=43200, path="/aws-reserved/x/")],
    fails=[Role(max_session_duration=43200)],
)
def long_sessions(role: Role) -> Problems:
    """Role allows long sessions.

    ## Why it matters
    Stolen credentials of a session work until it ends.

    ## How to fix
    Set the maximum session duration to one hour, and to more only where the work takes longer.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-settings.html
    """
    if role.max_session_duration > 3600 and not role.managed_by_aws:
        yield f"sessions may last {role.max_session_duration / 3600:g} hours"


@long_sessions.risky_fix("jobs that take longer lose their credentials before they end")
def one_hour_sessions(role: Role) -> Role:
    """Limit sessions to one hour."""
    return replace(role, max_session_duration=3600)
