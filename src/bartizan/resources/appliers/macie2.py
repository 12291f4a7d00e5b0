"""Macie: changing it."""

from __future__ import annotations

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put
from bartizan.resources.macie2 import Session
from bartizan.resources.reading import Call

_STATUS = Look(
    Call("macie2:GetMacieSession"),
    lambda _: {},
    lambda reply: reply.get("status"),
    # As the reader of sessions takes it.
    gone=("AccessDeniedException: Macie is not enabled",),
)


def _enabled(edit: Edit) -> Params | None:
    return {"status": "ENABLED"} if edit.after.enabled and edit.now is None else None


def _updated(edit: Edit) -> Params | None:
    """A pause begun or ended; how often findings are published stays as it is."""
    if edit.after.enabled:
        return {"status": "ENABLED"} if edit.now is not None else None
    return {"status": "PAUSED"} if edit.was is not None else None


def _disabled(edit: Edit) -> Params | None:
    return {} if edit.undoing and edit.was is None else None


def _discovery(edit: Edit) -> Params:
    # Left out, the part about the organization's accounts would fall back to all of them:
    # https://docs.aws.amazon.com/macie/latest/APIReference/automated-discovery-configuration.html
    return {"status": "ENABLED" if edit.after.automated_discovery else "DISABLED", **(edit.now or {})}


def _organization(reply: dict[str, str]) -> dict[str, str]:
    name = "autoEnableOrganizationMembers"
    return {name: reply[name]} if name in reply else {}


SESSION = ApiWriter(
    Session,
    puts=(
        Put(
            Call("macie2:EnableMacie", ("macie2:EnableMacie", "iam:CreateServiceLinkedRole")),
            _enabled,
            ("enabled",),
            look=_STATUS,
        ),
        Put(Call("macie2:UpdateMacieSession"), _updated, ("enabled",), look=_STATUS),
        Put(Call("macie2:DisableMacie"), _disabled, ("enabled",), look=_STATUS),
        Put(
            Call("macie2:UpdateAutomatedDiscoveryConfiguration"),
            _discovery,
            ("automated_discovery",),
            look=Look(Call("macie2:GetAutomatedDiscoveryConfiguration"), lambda _: {}, _organization),
        ),
    ),
    # What an administrator's account decides, AWS refuses to its members:
    # https://docs.aws.amazon.com/macie/latest/user/accounts-mgmt-relationships.html
    when=lambda session: session.known().get("administrator") is None,
)
