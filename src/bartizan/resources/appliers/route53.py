"""DNS records and registered domains: changing them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put
from bartizan.resources.reading import Call
from bartizan.resources.route53 import Domain, RecordSet, plain_name


def _identifier(record: RecordSet) -> str:
    """What tells a record from others of its name and type, where it has such."""
    _, _, rest = record.arn.partition("/recordset/")
    return rest.removeprefix(f"{record.record_name}/{record.type}").removeprefix("/")


def _zone(record: RecordSet) -> str:
    return record.arn.partition(":hostedzone/")[2].partition("/")[0]


def _octal(name: str) -> str:
    """A name as Route 53 takes it:
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
    """
    return re.sub(r"[^a-z0-9._\-]", lambda found: f"\\{ord(found[0]):03o}", name)


def _from(record: RecordSet) -> dict[str, Any]:
    named = {"StartRecordIdentifier": known} if (known := _identifier(record)) else {}
    start = {"StartRecordName": _octal(record.record_name), "StartRecordType": record.type}
    return {"HostedZoneId": _zone(record), **start, **named, "MaxItems": "1"}


_RECORD = Look(
    Call("route53:ListResourceRecordSets"),
    _from,
    lambda reply: next(iter(reply["ResourceRecordSets"]), None),
)


def _change(action: str, record: RecordSet, found: Any) -> Params | None:
    """The change of a record as a look found it; the look gives the next one where the record itself is gone."""
    if not found:
        return None
    told = (plain_name(found["Name"]), found["Type"], found.get("SetIdentifier", ""))
    if told != (record.record_name, record.type, _identifier(record)):
        return None
    return {
        "HostedZoneId": _zone(record),
        "ChangeBatch": {"Changes": [{"Action": action, "ResourceRecordSet": found}]},
    }


_CHANGE = Call("route53:ChangeResourceRecordSets")
_BUSY = ("PriorRequestNotComplete",)

RECORD = ApiWriter(
    RecordSet,
    deletes=(
        Put(
            _CHANGE,
            lambda edit: _change("DELETE", edit.before, edit.now),
            look=_RECORD,
            already=("InvalidChangeBatch: was not found",),
            busy=_BUSY,
        ),
    ),
    creates=(
        Put(
            _CHANGE,
            lambda edit: _change("CREATE", edit.after, edit.was),
            look=_RECORD,
            already=("InvalidChangeBatch: already exists",),
            busy=_BUSY,
        ),
    ),
)


def _named(field: str, *, on: bool) -> Callable[[Edit], Params | None]:
    return lambda edit: {"DomainName": edit.after.domain_name} if getattr(edit.after, field) is on else None


def _switch(operation: str, field: str, *, on: bool) -> Put:
    return Put(
        Call(f"route53domains:{operation}", region="us-east-1"),
        _named(field, on=on),
        (field,),
        busy=("DuplicateRequest",),
    )


DOMAIN = ApiWriter(
    Domain,
    puts=(
        _switch("EnableDomainTransferLock", "transfer_lock", on=True),
        _switch("DisableDomainTransferLock", "transfer_lock", on=False),
        _switch("EnableDomainAutoRenew", "auto_renew", on=True),
        _switch("DisableDomainAutoRenew", "auto_renew", on=False),
    ),
)
