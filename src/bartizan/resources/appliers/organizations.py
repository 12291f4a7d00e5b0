"""Organizations: changing them."""

from __future__ import annotations

from collections.abc import Callable

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, Refused
from bartizan.resources.organizations import Organization
from bartizan.resources.reading import Call

_ROOT = Look(Call("organizations:ListRoots"), lambda _: {}, lambda reply: reply["Roots"][0]["Id"])
_POLICIES, _SERVICES, _FEATURES = "enabled_policy_types", "trusted_services", "root_features"
_KINDS = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "TAG_POLICY")

Values = Callable[[Edit], list[str]]


def _more(field: str) -> Values:
    """What a list has more after the change."""
    return lambda edit: sorted(set(getattr(edit.after, field) or ()) - set(getattr(edit.before, field) or ()))


def _fewer(field: str) -> Values:
    return lambda edit: sorted(set(getattr(edit.before, field) or ()) - set(getattr(edit.after, field) or ()))


def _policies(values: Values) -> Callable[[Edit], list[Params]]:
    return lambda edit: [{"RootId": edit.now, "PolicyType": each} for each in values(edit)]


def _policies_of(kind: str) -> Look:
    """The policies of a kind beside AWS's own, as far as one page holds them."""
    return Look(
        Call("organizations:ListPolicies"),
        lambda _: {"Filter": kind},
        lambda reply: sorted(each["Id"] for each in reply["Policies"] if not each["AwsManaged"]),
        name=kind,
    )


def _unless_used(kind: str) -> Put:
    """Makes no call, but refuses to turn a kind off of which there are policies since, as that would detach them all:
    https://docs.aws.amazon.com/organizations/latest/userguide/disable-policy-type.html
    """

    def refuse(edit: Edit) -> None:
        if kind in _fewer(_POLICIES)(edit) and set(edit.now) - set(edit.was or ()):
            raise Refused(f"{kind} would be turned off, which detaches its policies: detach them first, and try again")

    return Put(Call("organizations:DisablePolicyType"), refuse, (_POLICIES,), look=_policies_of(kind))


def _services(values: Values) -> Callable[[Edit], list[Params]]:
    return lambda edit: [{"ServicePrincipal": each} for each in values(edit)]


def _feature(name: str, values: Values) -> Callable[[Edit], Params | None]:
    return lambda edit: {} if name in values(edit) else None


_CREDENTIALS = "RootCredentialsManagement"
_BUSY = ("ConcurrentModificationException", "PolicyChangesInProgressException", "TooManyRequestsException")

ORGANIZATION = ApiWriter(
    Organization,
    puts=(
        *map(_unless_used, _KINDS),
        Put(
            Call("organizations:EnablePolicyType"),
            _policies(_more(_POLICIES)),
            (_POLICIES,),
            look=_ROOT,
            already=("PolicyTypeAlreadyEnabledException",),
            busy=_BUSY,
        ),
        Put(
            Call("organizations:DisablePolicyType"),
            _policies(_fewer(_POLICIES)),
            (_POLICIES,),
            look=_ROOT,
            already=("PolicyTypeNotEnabledException",),
            busy=_BUSY,
        ),
        # IAM must be trusted for as long as root access is central, so this goes first, and back last.
        Put(Call("organizations:EnableAWSServiceAccess"), _services(_more(_SERVICES)), (_SERVICES,), busy=_BUSY),
        Put(Call("organizations:DisableAWSServiceAccess"), _services(_fewer(_SERVICES)), (_SERVICES,), busy=_BUSY),
        Put(
            Call("iam:EnableOrganizationsRootCredentialsManagement"),
            _feature(_CREDENTIALS, _more(_FEATURES)),
            (_FEATURES,),
            busy=("ServiceAccessNotEnabledException",),
        ),
        Put(
            Call("iam:DisableOrganizationsRootCredentialsManagement"),
            _feature(_CREDENTIALS, _fewer(_FEATURES)),
            (_FEATURES,),
        ),
    ),
)
