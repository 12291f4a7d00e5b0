"""Checks of what an account keeps in IAM beside its identities: certificates, and who may speak with AWS."""

from __future__ import annotations

import datetime as dt

from bartizan.model import SAMPLE_TIME, Problems, World, rule
from bartizan.resources.account import Account
from bartizan.resources.iam import AwsManagedPolicy
from bartizan.resources.iam.certificates import ServerCertificate

_HERE = Account(account_id="111122223333", account="111122223333")
_SUPPORT = "AWSSupportAccess"


def _in_days(days: int) -> ServerCertificate:
    return ServerCertificate(expiration=SAMPLE_TIME + dt.timedelta(days=days))


@rule("medium", passes=[_in_days(31)], fails=[_in_days(30), _in_days(-400)])
def expired_certificate(certificate: ServerCertificate, *, min_days: int = 30) -> Problems:
    """Certificate in IAM has expired, or is about to.

    ## Why it matters
    By mistake it is shown to clients, which refuse to connect, and IAM neither renews it nor reminds anybody.

    ## How to fix
    Request its successor from ACM, which renews by itself, and delete the old one from IAM.

    ## Parameters
    - `min_days`: days that must be left.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_server-certs.html
    """
    left = -certificate.days_since(certificate.expiration)
    if left < 0:
        yield f"it expired {-left} days ago"
    elif left <= min_days:
        yield f"it expires in {left} days"


@expired_certificate.risky_fix("a load balancer or distribution that still shows it cannot take connections by TLS")
def delete_certificate(_: ServerCertificate, *, min_days: int = 30) -> None:
    """Delete the certificate."""


@rule(
    "info",
    passes=[(_HERE, AwsManagedPolicy(managed_policy_name=_SUPPORT, account="111122223333"))],
    fails=[_HERE, (_HERE, AwsManagedPolicy(managed_policy_name="ReadOnlyAccess", account="111122223333"))],
    reads=[AwsManagedPolicy],
)
def nobody_asks_support(account: Account, world: World) -> Problems:
    """Nobody in the account has the policy for cases with AWS Support.

    ## Why it matters
    In an incident somebody must open a case and answer in it at once, without becoming an administrator for it.

    ## How to fix
    Make a role with the managed policy `AWSSupportAccess` that those may assume who deal with incidents.

    ## References
    - https://docs.aws.amazon.com/awssupport/latest/user/accessing-support.html
    """
    in_use = world.find(AwsManagedPolicy, managed_policy_name=_SUPPORT)
    if all(each.account != account.account_id for each in in_use):
        yield f"{_SUPPORT} is attached to nothing in {account.account_id}"
