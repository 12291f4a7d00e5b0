"""How resources are read from AWS, as data.

A ``Reader`` says which call lists a type, which calls give the details of each item, and which field comes from which
reply. From that declaration come the calls themselves, the IAM policy that a scan needs, the estimate of calls, and the
name of the permission that is missing when a call is denied. What turns a reply into a field's value is pure.

    QUEUES = Reader(
        Queue,
        listing=Listing(Call("sqs:ListQueues"), items="QueueUrls", fields={"queue_name": name_of}),
        details=(
            Detail(
                Call("sqs:GetQueueAttributes"),
                params=lambda url: {"QueueUrl": url, "AttributeNames": ["All"]},
                fields={"kms_key_id": lambda reply: reply["Attributes"].get("KmsMasterKeyId")},
            ),
        ),
    )

A service whose API does not fit takes a ``CustomReader``: a coroutine with its calls declared.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from bartizan.model import BartizanError, CoverageGap, Gap, Reason, Resource, Unknown

Reply = Mapping[str, Any]
Item = Any
"""One element of a listing, as AWS sends it: mostly a mapping, sometimes a string."""

Fields = Mapping[str, Callable[[Any], Any]]
"""Field of the resource → function that takes it out of a reply, an item or a block of code."""

Where = Literal["region", "account"]
"""How often a listing is asked for: once per region, or once per account (a global service)."""


class Failed(BartizanError):  # noqa: N818 - as the Gap it carries, it is a result
    """A call that gave no answer; ``code`` is AWS's error code, ``gap`` what that leaves unknown."""

    def __init__(self, code: str, gap: Gap) -> None:
        super().__init__(code, gap)
        self.code = code
        self.gap = gap

    def among(self, errors: Iterable[str]) -> bool:
        """Whether it is one of these errors, each a code, or a code with a part of AWS's message after it.

        The message is given (``AccessDeniedException: Macie is not enabled``) where AWS has one code for two things.
        """
        for each in errors:
            code, _, message = each.partition(": ")
            if code == self.code and (not message or message in self.gap.detail):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a reading takes place: ``region`` is where the calls go, ``now`` the time that the scan began."""

    partition: str
    account: str
    region: str
    now: dt.datetime

    def arn(self, service: str, resource: str, *, region: str | None = None, account: str | None = None) -> str:
        """The ARN of something of this scope; pass ``region=""`` or ``account=""`` for services that leave it out."""
        place = self.region if region is None else region
        owner = self.account if account is None else account
        return f"arn:{self.partition}:{service}:{place}:{owner}:{resource}"


@dataclass(frozen=True, slots=True)
class Call:
    """An API operation, ``service:Operation`` with botocore's service name, and the IAM actions that allow it.

    ``permissions`` is only given where it differs from the operation; so is ``region`` where the operation is answered
    in one region only.
    """

    name: str
    permissions: tuple[str, ...] = ()
    region: str = ""

    @property
    def service(self) -> str:
        """Botocore's name of the service."""
        return self.name.partition(":")[0]

    @property
    def operation(self) -> str:
        """The API's name of the operation."""
        return self.name.partition(":")[2]

    @property
    def actions(self) -> tuple[str, ...]:
        """The IAM actions that allow the call."""
        return self.permissions or (self.name,)


class Api(Protocol):
    """What a reader asks AWS through; the one port between the declarations and the network."""

    async def call(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> Reply:
        """One reply; raises ``Failed``."""

    def pages(self, call: Call, scope: Scope, params: Mapping[str, Any]) -> AsyncIterator[Reply]:
        """The replies of a paged operation, or the only one of another; raises ``Failed``."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The call that lists a type: ``items`` is the key of the list in each reply, or a function that finds the items.

    ``fields`` are those that a listed item holds already. ``absent`` are errors, as ``Failed.among`` takes them, that
    mean there are none. ``stand_ins`` are items that stand for there being none, for a service that is on or off.
    ``within`` says what the call is asked for once each, as the listeners of each load balancer are.
    """

    call: Call
    items: str | Callable[[Reply], Iterable[Item]]
    fields: Fields = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    within: Within | None = None
    stand_ins: tuple[Item, ...] = ()

    def found(self, reply: Reply) -> Iterable[Item]:
        """The items of one reply."""
        if callable(self.items):
            return self.items(reply)
        found: Iterable[Item] = reply.get(self.items) or ()
        return found


@dataclass(frozen=True, slots=True)
class Within:
    """What holds the items of a listing: ``listing`` finds it, ``params`` makes the arguments of the call from each.

    An item that is found so has the keys of what holds it too, where it has none of that name itself: all of them, or
    those in ``keys`` where others of the same name mean something else. ``when`` decides which to ask.
    """

    listing: Listing
    params: Callable[[Item], Mapping[str, Any]]
    keys: tuple[str, ...] | None = None
    when: Callable[[Item], bool] | None = None


@dataclass(frozen=True, slots=True)
class Join:
    """A second listing in the same scope, asked for once, that fills fields of all items.

    ``index`` makes one value of all its items; each function in ``fields`` takes ``(item, indexed)``.
    """

    listing: Listing
    index: Callable[[list[Item]], Any]
    fields: Mapping[str, Callable[[Item, Any], Any]]


@dataclass(frozen=True, slots=True)
class Batch:
    """A call for up to ``size`` items at once: ``params`` makes its arguments from them.

    ``items`` is the key of the list in the reply; ``key`` says of an item by what it is told in there, and ``found``
    says the same of what the list holds. Items that differ in ``apart`` are not asked for together. ``when`` decides
    from an item whether it is asked for; if not, ``otherwise`` holds.
    """

    call: Call
    size: int
    params: Callable[[list[Item]], Mapping[str, Any]]
    items: str
    key: Callable[[Item], str]
    found: Callable[[Item], str]
    fields: Fields
    apart: Callable[[Item], Any] = lambda _: None
    when: Callable[[Item], bool] = lambda _: True
    otherwise: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Detail:
    """A call per item: ``params`` makes its arguments from the item, ``fields`` take values from its reply.

    ``absent`` maps error codes that are an answer (``NoSuchBucketPolicy``) to what they say: values by field.
    ``arn_as`` names an argument that takes the item's ARN, for listings that give names only.
    ``when`` decides from the resource as read so far whether the call makes sense; if not, ``otherwise`` holds. A
    detail with ``when`` is asked for after those without. ``whole`` names a list of which the reply should hold all
    pages.
    """

    call: Call
    params: Callable[[Item], Mapping[str, Any]]
    fields: Fields
    absent: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    when: Callable[[Resource], bool] | None = None
    otherwise: Mapping[str, Any] = field(default_factory=dict)
    arn_as: str = ""
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """How one resource type is read: a listing, what joins it, and the details of several items and of each.

    ``arn`` makes the ARN from item and scope; ``region`` the region of the item where that is not the scope's.
    """

    kind: type[Resource]
    listing: Listing
    arn: Callable[[Item, Scope], str]
    where: Where = "region"
    region: Callable[[Item, Scope], str] | None = None
    joins: tuple[Join, ...] = ()
    batch: Batch | None = None
    details: tuple[Detail, ...] = ()

    @property
    def types(self) -> tuple[type[Resource], ...]:
        """The types that it reads."""
        return (self.kind,)

    def calls(self, fields: frozenset[str] | None = None) -> Iterable[Call]:
        """The calls that it makes; with ``fields``, only those that fill one of them, beside the listing."""
        if self.listing.within:
            yield self.listing.within.listing.call
        yield self.listing.call
        for join in self.joins:
            if fields is None or fields & join.fields.keys():
                yield join.listing.call
        if self.batch and (fields is None or fields & self.batch.fields.keys()):
            yield self.batch.call
        for detail in self.details:
            if fields is None or fields & detail.fields.keys():
                yield detail.call


@dataclass(frozen=True, slots=True)
class CustomReader:
    """A way of reading that does not fit a listing with details: a coroutine, with its calls declared.

    ``read`` gives resources as they come, and a ``CoverageGap`` for what could not be listed. Where that may be hours
    old, ``again`` gives those of some ARNs as they are now, with the calls of ``also`` beside the others.
    """

    types: tuple[type[Resource], ...]
    declared: tuple[Call, ...]
    read: Callable[[Api, Scope], AsyncIterator[Resource | CoverageGap]]
    where: Where = "account"
    again: Callable[[Api, Scope, frozenset[str]], AsyncIterator[Resource | CoverageGap]] | None = None
    also: tuple[Call, ...] = ()

    def calls(self, fields: frozenset[str] | None = None) -> Iterable[Call]:  # noqa: ARG002 - all of them, always
        """The calls that it makes."""
        return self.declared


AnyReader = Reader | CustomReader


def take(fields: Fields, source: Any) -> tuple[dict[str, Any], dict[str, Gap]]:
    """The values that the functions find in ``source``, and a gap for each that could not be understood there."""
    values: dict[str, Any] = {}
    gaps: dict[str, Gap] = {}
    for name, function in fields.items():
        try:
            values[name] = function(source)
        except Unknown as unknown:
            gaps[name] = unknown.gap
        except (LookupError, TypeError, ValueError, AttributeError) as wrong:
            gaps[name] = Gap(Reason.MALFORMED, detail=f"{type(wrong).__name__}: {wrong}")
    return values, gaps
