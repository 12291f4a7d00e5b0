"""Checks of what managed policies allow."""

from __future__ import annotations

from typing import Any

from bartizan.model import Problems, rule
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.policy.power import allows_everything, assumes_any_role, passes_any_role, without_effect
from bartizan.resources.iam import ManagedPolicy


def _allow(action: str, resource: str = "*", **more: Any) -> PolicyDocument:
    return parse_policy({"Statement": {"Effect": "Allow", "Action": action, "Resource": resource, **more}})


_EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_ONLY_IAM = {**_EVERYTHING, "Action": "iam:*"}
_BUT_IAM = {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}


def _within(statements: list[dict[str, Any]]) -> PolicyDocument:
    return parse_policy({"Version": "2012-10-17", "Statement": statements})


_READ = _allow("s3:GetObject")
_ALL = _allow("*")
_TO_LAMBDA = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}


@rule(
    "high",
    passes=[
        ManagedPolicy(policy_document=_READ),
        ManagedPolicy(policy_document=_allow("*", Condition={"StringEquals": {"aws:PrincipalTag/team": "ops"}})),
        ManagedPolicy(policy_document=parse_policy({"Statement": [_EVERYTHING, _BUT_IAM]})),
    ],
    fails=[
        ManagedPolicy(policy_document=_ALL),
        ManagedPolicy(policy_document=parse_policy({"Statement": [_ONLY_IAM, {**_BUT_IAM, "Effect": "Allow"}]})),
    ],
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
    if allows_everything(policy.policy_document):
        yield "it allows every action on every resource"


@rule(
    "high",
    passes=[
        ManagedPolicy(policy_document=_READ),
        ManagedPolicy(policy_document=_allow("iam:PassRole", "arn:aws:iam::111122223333:role/a")),
        ManagedPolicy(policy_document=_allow("iam:PassRole", Condition=_TO_LAMBDA)),
    ],
    fails=[
        ManagedPolicy(policy_document=_allow("iam:PassRole")),
        ManagedPolicy(policy_document=_allow("iam:P*", "arn:aws:iam::*:role/*")),
    ],
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
    if passes_any_role(policy.policy_document) and not allows_everything(policy.policy_document):
        yield "it allows iam:PassRole on roles that it does not name, to any service"


@rule(
    "medium",
    passes=[
        ManagedPolicy(policy_document=_READ),
        ManagedPolicy(policy_document=_ALL),
        ManagedPolicy(policy_document=_allow("sts:AssumeRole", "arn:aws:iam::*:role/deploy-*")),
        ManagedPolicy(
            policy_document=_allow(
                "sts:AssumeRole", Condition={"StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}}
            )
        ),
    ],
    fails=[
        ManagedPolicy(policy_document=_allow("sts:AssumeRole")),
        ManagedPolicy(policy_document=_allow("sts:*", "arn:aws:iam::*:role/*")),
    ],
)
def policy_assumes_any_role(policy: ManagedPolicy) -> Problems:
    """Managed policy lets its holder assume every role that trusts the account.

    ## Why it matters
    Roles here and in other accounts that trust this account as a whole leave it to its policies who may assume them.
    This one leaves none out, those made later included.

    ## How to fix
    Name the roles, or their common beginning, as resources.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_permissions-to-switch.html
    """
    if assumes_any_role(policy.policy_document) and not allows_everything(policy.policy_document):
        yield "it allows sts:AssumeRole on roles that it does not name"


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
            yield "it allows all actions but those of a list"


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
    "low",
    passes=[
        ManagedPolicy(policy_document=_READ),
        ManagedPolicy(policy_document=_ALL),
        ManagedPolicy(policy_document=_allow("s3:*", "arn:aws:s3:::shop/*")),
        ManagedPolicy(policy_document=_allow("s3:*", Condition={"StringEquals": {"aws:ResourceTag/team": "shop"}})),
    ],
    fails=[ManagedPolicy(policy_document=_allow("dynamodb:*"))],
)
def policy_allows_whole_service(policy: ManagedPolicy) -> Problems:
    """Managed policy allows everything in a service, on everything.

    ## Why it matters
    Its holders can delete and share as well as read, also what belongs to others, and what the service learns to do
    later.

    ## How to fix
    Name the actions and the resources. Access Analyzer finds from their activity which ones its holders use.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html
    """
    for statement in policy.policy_document.allowing:
        anywhere = "*" in statement.resources and not statement.not_resources
        if anywhere and not statement.not_actions and not statement.conditions:
            for action in statement.actions:
                service, _, name = action.partition(":")
                if name == "*" and service != "*":
                    yield f"{action} on everything"


@rule(
    "info",
    passes=[ManagedPolicy(policy_document=_READ), ManagedPolicy(policy_document=_within([_EVERYTHING, _BUT_IAM]))],
    fails=[
        ManagedPolicy(policy_document=_within([_EVERYTHING, _ONLY_IAM])),
        ManagedPolicy(policy_document=_within([_ONLY_IAM, {**_EVERYTHING, "Effect": "Deny"}])),
    ],
)
def statement_without_effect(policy: ManagedPolicy) -> Problems:
    """Managed policy has a statement that brings nothing about.

    ## Why it matters
    Whoever reads the policy believes that the statement allows or forbids something, and relies on it.

    ## How to fix
    Remove the statement, or mend what keeps it from having an effect. `bartizan policy lint` shows the place.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html
    """
    yield from without_effect(policy.policy_document)
