"""CloudTrail's events, of which only those fields are decoded that the reduction looks at.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

from typing import Any

from bartizan.model import InputError

try:
    import msgspec
except ImportError:
    raise InputError("reading CloudTrail needs an extra: pip install 'bartizan[store]' (msgspec is missing)") from None


class Part(msgspec.Struct, frozen=True, gc=False):
    """A part of an event; what it lacks is ``None``, and what is not named here is passed over."""


class SessionIssuer(Part, frozen=True):
    """Who issued the credentials of a session: a role, a user or the root user."""

    type: str | None = None
    arn: str | None = None
    accountId: str | None = None  # noqa: N815 - AWS's name, as all below


class Attributes(Part, frozen=True):
    """What is said of a session; ``mfaAuthenticated`` is a text."""

    mfaAuthenticated: str | bool | None = None  # noqa: N815


class WebIdFederationData(Part, frozen=True):
    """The provider by whose token a role was assumed."""

    federatedProvider: str | None = None  # noqa: N815


class SessionContext(Part, frozen=True):
    """The session of temporary credentials."""

    sessionIssuer: SessionIssuer | None = SessionIssuer()  # noqa: N815
    attributes: Attributes | None = Attributes()
    webIdFederationData: WebIdFederationData | None = WebIdFederationData()  # noqa: N815
    sourceIdentity: str | None = None  # noqa: N815


class UserIdentity(Part, frozen=True):
    """Who called.

    Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
    """

    type: str | None = None
    arn: str | None = None
    principalId: str | None = None  # noqa: N815
    accountId: str | None = None  # noqa: N815
    userName: str | None = None  # noqa: N815
    invokedBy: str | None = None  # noqa: N815
    identityProvider: str | None = None  # noqa: N815
    sessionContext: SessionContext | None = SessionContext()  # noqa: N815


class ResourceTold(Part, frozen=True):
    """A resource that the event lists; of many objects it has only the beginning of their ARNs."""

    ARN: str | None = None
    ARNPrefix: str | None = None
    accountId: str | None = None  # noqa: N815
    type: str | None = None


class TlsDetails(Part, frozen=True):
    """The connection by which the call came; absent where a service made it."""

    tlsVersion: str | None = None  # noqa: N815


class Event(Part, frozen=True):
    """One event; ``requestParameters`` stay text until the reduction asks for one of them."""

    eventSource: str  # noqa: N815
    eventName: str  # noqa: N815
    eventTime: str  # noqa: N815
    eventType: str | None = None  # noqa: N815
    eventCategory: str | None = None  # noqa: N815
    awsRegion: str | None = None  # noqa: N815
    sourceIPAddress: str | None = None  # noqa: N815
    recipientAccountId: str | None = None  # noqa: N815
    errorCode: str | None = None  # noqa: N815
    readOnly: bool | str | None = None  # noqa: N815
    vpcEndpointId: str | None = None  # noqa: N815
    vpcEndpointAccountId: str | None = None  # noqa: N815
    userIdentity: UserIdentity | None = UserIdentity()  # noqa: N815
    tlsDetails: TlsDetails | None = TlsDetails()  # noqa: N815
    resources: list[ResourceTold] | None = None
    requestParameters: msgspec.Raw = msgspec.Raw(b"")  # noqa: N815


def whole(event: Event) -> Event:
    """The event with empty parts in place of those that are null."""
    who = event.userIdentity or UserIdentity()
    session = who.sessionContext or SessionContext()
    session = msgspec.structs.replace(
        session,
        sessionIssuer=session.sessionIssuer or SessionIssuer(),
        attributes=session.attributes or Attributes(),
        webIdFederationData=session.webIdFederationData or WebIdFederationData(),
    )
    return msgspec.structs.replace(
        event,
        userIdentity=msgspec.structs.replace(who, sessionContext=session),
        tlsDetails=event.tlsDetails or TlsDetails(),
    )


def parameters(event: Event) -> dict[str, Any]:
    """The parameters of the call; none where they are null or no object."""
    raw = bytes(event.requestParameters)
    if not raw or raw == b"null":
        return {}
    held = msgspec.json.decode(raw)
    if isinstance(held, str) and held.startswith("{"):
        held = msgspec.json.decode(held)
    return held if isinstance(held, dict) else {}
