"""Checks of IAM roles: who may assume them, and whether anybody does."""

from __future__ import annotations

import datetime as dt
from typing import Any

from bartizan.model import SAMPLE_TIME, Problems, replace, rule
from bartizan.policy import PolicyDocument, parse_policy, reach
from bartizan.resources.iam import InlinePolicy, Role
from bartizan.rules.outsiders import shared_with_other_organization

_STRANGER: reach.Known = (("sts:externalid", ()),)
"""A call without the external id that only you and your partner know."""

_ASSUMING = ("sts:AssumeRole",)


def _trust(principal: Any, **more: Any) -> PolicyDocument:
    action = "sts:AssumeRoleWithWebIdentity" if "Federated" in principal else "sts:AssumeRole"
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, **more}
    return parse_policy({"Statement": statement})


_GITHUB = {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}
_INLINE = InlinePolicy("inline", parse_policy({"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}))
_PARTNER = {"AWS": "arn:aws:iam::444455556666:root"}


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
    yield from reach.public(role.assume_role_policy_document, role.arn, role.account, known=_STRANGER)


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
def other_account_without_external_id(role: Role, *, trusted_accounts: tuple[str, ...] = ()) -> Problems:
    """Role trusts another account without an external id.

    ## Why it matters
    A vendor who serves many customers can be tricked into using your role for another of them.

    ## How to fix
    Ask for an `sts:ExternalId` that the vendor chose for you. For accounts of your own organization, add a condition on
    `aws:PrincipalOrgID` instead.

    ## Parameters
    - `trusted_accounts`: accounts of yours, 12 digits each. The scan of an organization adds its own.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    if not role.managed_by_aws:
        trust = role.assume_role_policy_document
        for each in reach.other_accounts(trust, role.arn, role.account, _ASSUMING, _STRANGER, trusted=trusted_accounts):
            yield f"{each} may assume it without an external id"


_READS_ALL = ("arn:aws:iam::aws:policy/ReadOnlyAccess",)
_BY_PARTNER = Role(assume_role_policy_document=_trust(_PARTNER), account="111122223333")


@rule(
    "medium",
    passes=[
        _BY_PARTNER,
        replace(_BY_PARTNER, managed_policy_arns=("arn:aws:iam::aws:policy/SecurityAudit",)),
        replace(_BY_PARTNER, managed_policy_arns=_READS_ALL, path="/aws-reserved/x/"),
        Role(
            assume_role_policy_document=_trust({"AWS": "arn:aws:iam::111122223333:root"}),
            account="111122223333",
            managed_policy_arns=_READS_ALL,
        ),
    ],
    fails=[replace(_BY_PARTNER, managed_policy_arns=_READS_ALL)],
)
def outsider_reads_everything(role: Role, *, trusted_accounts: tuple[str, ...] = ()) -> Problems:
    """Role lets another account read everything, the data included.

    ## Why it matters
    `ReadOnlyAccess` reads the objects of buckets and the rows of tables, not only how they are set. What is stolen from
    the other account then comes with all of it.

    ## How to fix
    Attach `SecurityAudit` or `ViewOnlyAccess`, or a policy that names what the other account needs to see.

    ## Parameters
    - `trusted_accounts`: accounts of yours, 12 digits each. The scan of an organization adds its own.

    ## References
    - https://docs.aws.amazon.com/aws-managed-policy/latest/reference/ReadOnlyAccess.html
    """
    if role.managed_by_aws or not any(each.endswith("/ReadOnlyAccess") for each in role.managed_policy_arns):
        return
    for each in reach.other_accounts(
        role.assume_role_policy_document, role.arn, role.account, _ASSUMING, trusted=trusted_accounts
    ):
        yield f"{each} may assume it, and ReadOnlyAccess is attached"


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
    yield from reach.strangers_identities(role.assume_role_policy_document, role.arn, role.account)


@rule(
    "low",
    passes=[
        Role(last_used=SAMPLE_TIME, create_date=SAMPLE_TIME - dt.timedelta(days=900)),
        Role(last_used=None, create_date=SAMPLE_TIME - dt.timedelta(days=5)),
        Role(last_used=None, create_date=SAMPLE_TIME - dt.timedelta(days=900), path="/aws-service-role/x/"),
    ],
    fails=[Role(last_used=None, create_date=SAMPLE_TIME - dt.timedelta(days=900))],
)
def unused_role(role: Role, *, max_idle: int = 90) -> Problems:
    """Role has not been used for long.

    ## Why it matters
    Its permissions help nobody but whoever breaks in.

    ## How to fix
    Delete it, or take its permissions away first and see what breaks.

    ## Parameters
    - `max_idle`: days without use after which a role is unused.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_finding-unused.html
    """
    if not role.managed_by_aws:
        days = role.days_since(role.last_used or role.create_date)
        if days > max_idle:
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


@rule(
    "info",
    passes=[Role(), Role(policies=(_INLINE,), path="/aws-reserved/sso.amazonaws.com/")],
    fails=[Role(policies=(_INLINE,))],
)
def inline_policy_on_role(role: Role) -> Problems:
    """Role has an inline policy.

    ## Why it matters
    Inline policies have no versions, are reviewed nowhere and are copied with small differences.

    ## How to fix
    Make a managed policy of it and attach that, unless code holds role and policy together.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
    """
    if not role.managed_by_aws:
        for policy in role.policies:
            yield f"inline policy {policy.policy_name}"


role_shared_with_other_organization = shared_with_other_organization.of(Role, "Role")
