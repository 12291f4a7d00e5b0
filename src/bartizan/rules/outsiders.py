"""Checks of whom policies of resources let in from outside. The rules of a service ask them of its types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bartizan.model import Gap, Problems, Reason, Resource, Sample, Unknown, World, family
from bartizan.policy import PolicyDocument, parse_policy, reach
from bartizan.resources.organizations import Organization

_POLICY_IN: Mapping[str, str] = MappingProxyType(
    {
        "AWS::Backup::BackupVault": "access_policy",
        "AWS::CodeArtifact::Domain": "permissions_policy_document",
        "AWS::CodeArtifact::Repository": "permissions_policy_document",
        "AWS::EFS::FileSystem": "file_system_policy",
        "AWS::IAM::Role": "assume_role_policy_document",
        "AWS::KMS::Key": "key_policy",
        "AWS::OpenSearchService::Domain": "access_policies",
    }
)
"""The field that holds a type's policy, where it is not called just that."""

_REST_API = "AWS::ApiGateway::RestApi"
_SHOP, _PARTNER = "111122223333", "444455556666"
_OURS, _THEIRS = "o-exampleours", "o-exampletheirs"
_HOME = Organization(organization_id=_OURS, account=_SHOP)


def _guarded(kind: type[Any], **said: Any) -> Any:
    """A sample of a type, guarded by a policy of one statement."""
    role = kind.cfn_type == "AWS::IAM::Role"
    what = {"Action": "sts:AssumeRole"} if role else {"Action": "*", "Resource": "*"}
    document = parse_policy({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **what, **said}})
    return kind(account=_SHOP, **{_POLICY_IN.get(kind.cfn_type, "policy"): document})


def _members_of(kind: type[Any], organization: str, key: str = "aws:PrincipalOrgID") -> Any:
    condition = {"ForAnyValue:StringLike" if "Paths" in key else "StringEquals": {key: organization}}
    return _guarded(kind, Principal={"AWS": "*"}, Condition=condition)


def _left_alone(kind: type[Any]) -> Sequence[Sample]:
    """Those that nobody here can change, of types that have such."""
    if kind.cfn_type == "AWS::KMS::Key":
        return [kind(account=_SHOP, key_manager="AWS")]
    if kind.cfn_type == "AWS::IAM::Role":
        return [kind(account=_SHOP, path="/aws-reserved/sso.amazonaws.com/")]
    return []


def _at_home(kind: type[Any]) -> Sequence[Sample]:
    named = _guarded(kind, Principal={"AWS": _SHOP})
    below = _members_of(kind, f"{_OURS}/r-abcd/ou-abcd-11111111/*", "aws:PrincipalOrgPaths")
    return [named, (_members_of(kind, _OURS), _HOME), (below, _HOME), *_left_alone(kind)]


def _abroad(kind: type[Any]) -> Sequence[Sample]:
    return [
        (_members_of(kind, _THEIRS), _HOME),
        (_members_of(kind, f"{_THEIRS}/*", "aws:PrincipalOrgPaths"), _HOME),
        (_members_of(kind, _THEIRS), Organization(organization_id=None, account=_SHOP)),
    ]


@family("high", passes=_at_home, fails=_abroad, reads=[Organization])
def shared_with_other_organization(
    guarded: Resource, world: World, *, trusted_organizations: tuple[str, ...] = ()
) -> Problems:
    """{thing} lets in the accounts of another organization.

    ## Why it matters
    All accounts of the other organization get in, those too that join it tomorrow; who they are is decided there alone.
    Often it is the id of a former owner, or a slip in an example.

    ## How to fix
    Name your own organization in `aws:PrincipalOrgID` or `aws:PrincipalOrgPaths`. Where a partner needs access, name
    the roles of theirs that do.

    ## Parameters
    - `trusted_organizations`: ids of organizations besides your own (`o-...`) that may be let in.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgid
    """
    document = _policy_of(guarded)
    if reach.organizations_named(document) <= set(trusted_organizations):
        return
    own = {*trusted_organizations, own_organization(guarded, world)}
    yield from reach.other_organizations(document, _arn_of(guarded), guarded.account, own)


def _unshared(kind: type[Any]) -> Sequence[Sample]:
    return [_guarded(kind, Principal={"AWS": _SHOP}), *_left_alone(kind)]


def _shared(kind: type[Any]) -> Sequence[Sample]:
    return [_guarded(kind, Principal={"AWS": f"arn:aws:iam::{_PARTNER}:{each}"}) for each in ("root", "role/reader")]


@family("low", passes=_unshared, fails=_shared)
def shared_with_other_account(guarded: Resource, *, trusted_accounts: tuple[str, ...] = ()) -> Problems:
    """{thing} is shared with another account.

    ## Why it matters
    The other account decides alone which of its people and machines use the access, and who breaks in there has it too.

    ## How to fix
    Check that each account is known and still needs the access, and take the others out of the policy.

    ## Parameters
    - `trusted_accounts`: accounts of yours, 12 digits each. The scan of an organization adds its own.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies-cross-account-resource-access.html
    """
    document = _policy_of(guarded)
    for each in reach.other_accounts(document, _arn_of(guarded), guarded.account, trusted=trusted_accounts):
        yield f"{each} has access"


def _policy_of(guarded: Resource) -> PolicyDocument | None:
    """The policy that people here answer for; AWS writes those of keys and roles of its own."""
    facts: Any = guarded
    if guarded.cfn_type == "AWS::KMS::Key" and facts.key_manager != "CUSTOMER":
        return None
    if guarded.cfn_type == "AWS::IAM::Role" and facts.managed_by_aws:
        return None
    document: PolicyDocument | None = getattr(guarded, _POLICY_IN.get(guarded.cfn_type, "policy"))
    return document


def _arn_of(guarded: Resource) -> str:
    facts: Any = guarded
    return str(facts.invoke_arn) if guarded.cfn_type == _REST_API else guarded.arn


def own_organization(guarded: Resource, world: World) -> str | None:
    """The organization of a resource's account; ``None`` where it is in none. ``Unknown`` where it was not read."""
    for each in world.all(Organization):
        if each.account == guarded.account:
            return each.organization_id
    raise Unknown("the organization of its account", Gap(Reason.NOT_READ, detail="the account's was not read"))
