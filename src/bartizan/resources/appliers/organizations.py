"""Organizations: changing them."""

from __future__ import annotations

from collections.abc import Callable

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put
from bartizan.resources.organizations import Organization
from bartizan.resources.reading import Call

_ROOT = Look(Call("organizations:ListRoots"), lambda _: {}, lambda reply: reply["Roots"][0]["Id"])

Values = Callable[[Edit], list[str]]


def _more(field: str) -> Values:
    """What a list has more after the change."""
    return lambda edit: sorted(set(getattr(edit.after, field) or ()) - set(getattr(edit.before, field) or ()))


def _fewer(field: str) -> Values:
    return lambda edit: sorted(set(getattr(edit.before, field) or ()) - set(getattr(edit.after, field) or ()))


def _policies(values: Values) -> Callable[[Edit], list[Params]]:
    return lambda edit: [{"RootId": edit.now, "PolicyType": each} for each in values(edit)]


def _services(values: Values) -> Callable[[Edit], list[Params]]:
    return lambda edit: [{"ServicePrincipal": each} for each in values(edit)]


def _feature(name: str, values: Values) -> Callable[[Edit], Params | None]:
    return lambda edit: {} if name in values(edit) else None


_POLICIES, _SERVICES, _FEATURES = "enabled_policy_types", "trusted_services", "root_features"
_CREDENTIALS = "RootCredentialsManagement"
_BUSY = ("ConcurrentModificationException", "PolicyChangesInProgressException", "TooManyRequestsException")

ORGANIZATION = ApiWriter(
    Organization,
    puts=(
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
