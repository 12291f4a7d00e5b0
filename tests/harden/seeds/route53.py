"""DNS records and domains that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import Aws, AwsError
from harden.seeded import State, seeds

_SITE = {"HostedZoneId": "Z1BKCTXD74EZPE", "DNSName": "s3-website-eu-west-1.amazonaws.com"}
_PLACE = {"ContinentCode": "EU"}


def _zone(aws: Aws, *records: dict[str, Any]) -> State:
    """A zone with records; moto takes those that follow one for it, and forgets half of what tells them apart."""
    zone = aws.client("route53").create_hosted_zone(Name="shop.example", CallerReference="1")["HostedZone"]["Id"]
    held = [*records]

    def told(record: dict[str, Any]) -> tuple[list[str], str, str]:
        return record["Name"].rstrip(".").split(".")[::-1], record["Type"], record.get("SetIdentifier", "")

    def answer(params: dict[str, Any]) -> dict[str, Any]:
        assert zone.endswith(params["HostedZoneId"])
        start = {"Name": params.get("StartRecordName", ""), "Type": params.get("StartRecordType", "")}
        first = told({**start, "SetIdentifier": params.get("StartRecordIdentifier", "")})
        found = [each for each in sorted(held, key=told) if told(each) >= first]
        size = int(params.get("MaxItems", "300"))
        return {"ResourceRecordSets": found[:size], "IsTruncated": len(found) > size, "MaxItems": str(size)}

    def change(params: dict[str, Any]) -> dict[str, Any]:
        (wanted,) = params["ChangeBatch"]["Changes"]
        record = wanted["ResourceRecordSet"]
        if wanted["Action"] == "DELETE":
            # It goes only by all that it holds.
            if record not in held:
                raise AwsError("InvalidChangeBatch", "the values provided do not match the current values")
            held.remove(record)
        else:
            assert wanted["Action"] == "CREATE"
            assert told(record) not in map(told, held)
            held.append(record)
        return {"ChangeInfo": {"Id": "/change/C1", "Status": "PENDING", "SubmittedAt": "2024-01-01T00:00:00+00:00"}}

    aws.answers("route53:ListResourceRecordSets", answer)
    aws.answers("route53:ChangeResourceRecordSets", change)
    return lambda: sorted(held, key=told)


@seeds("route53.dangling-record")
def alias_of_a_bucket_that_is_gone(aws: Aws) -> State:
    alias = {**_SITE, "EvaluateTargetHealth": True}
    return _zone(
        aws,
        {"Name": "www.shop.example.", "Type": "A", "AliasTarget": alias},
        {"Name": "www.shop.example.", "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"kept"'}]},
    )


@seeds("route53.dangling-record")
def wildcard_for_europe(aws: Aws) -> State:
    gone = [{"Value": "d111111abcdef8.cloudfront.net"}]
    here = [{"Value": "shop.example"}]
    name = {"Name": "\\052.shop.example.", "Type": "CNAME"}
    return _zone(
        aws,
        {**name, "SetIdentifier": "eu", "GeoLocation": _PLACE, "TTL": 300, "ResourceRecords": gone},
        {**name, "SetIdentifier": "us", "GeoLocation": {"CountryCode": "US"}, "TTL": 300, "ResourceRecords": here},
    )


@seeds("route53.strange-address")
def addresses_that_were_given_back(aws: Aws) -> State:
    values = [{"Value": "52.48.0.1"}, {"Value": "192.0.2.1"}]
    return _zone(aws, {"Name": "api.shop.example.", "Type": "A", "TTL": 60, "ResourceRecords": values})


@seeds("route53.no-transfer-lock", "route53.not-renewed")
def domain_that_anyone_could_take(aws: Aws) -> State:
    state: dict[str, Any] = {"DomainName": "shop.example", "AutoRenew": False, "TransferLock": False}

    def switch(operation: str, field: str, *, on: bool) -> None:
        def answer(params: dict[str, Any]) -> None:
            assert params == {"DomainName": "shop.example"}
            state[field] = on

        aws.answers(f"route53domains:{operation}", answer)

    switch("EnableDomainTransferLock", "TransferLock", on=True)
    switch("DisableDomainTransferLock", "TransferLock", on=False)
    switch("EnableDomainAutoRenew", "AutoRenew", on=True)
    switch("DisableDomainAutoRenew", "AutoRenew", on=False)
    aws.answers("route53domains:ListDomains", lambda _: {"Domains": [state]})
    return lambda: state
