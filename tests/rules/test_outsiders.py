"""That no type with a policy of its own is left out by the rules about outsiders, and what is told of all of them."""

from __future__ import annotations

import pytest

from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import evaluate
from bartizan.model import Resource, Snapshot, Status
from bartizan.policy import parse_policy
from bartizan.resources.efs import FileSystem
from bartizan.resources.estate import POLICY_FIELDS
from bartizan.resources.iam import Role
from bartizan.resources.organizations import Organization
from bartizan.resources.sqs import Queue

CATALOG = Catalog.load()
TOLD_OTHERWISE = {
    "AWS::S3::Bucket": "s3.shared-with-other-account",
    "AWS::DynamoDB::Table": "dynamodb.shared-table",
    "AWS::Kinesis::Stream": "kinesis.shared-stream",
    "AWS::Events::EventBus": "events.shared-bus",
    "AWS::OpenSearchService::Domain": "opensearch.shared-domain",
    "AWS::CodeArtifact::Domain": "codeartifact.shared-domain",
    "AWS::CodeArtifact::Repository": "codeartifact.shared-repository",
    "AWS::IAM::Role": "iam.other-account-without-external-id",
}


@pytest.mark.parametrize("kind", [*POLICY_FIELDS, FileSystem, Role], ids=lambda kind: kind.cfn_type)
def test_every_type_with_a_policy_is_asked_for_both_kinds_of_outsiders(kind: type[Resource]) -> None:
    of_kind = {rule.id for rule in CATALOG if rule.resource is kind}
    assert any(each.endswith("-shared-with-other-organization") for each in of_kind)
    accounts = TOLD_OTHERWISE.get(kind.cfn_type)
    assert (accounts in of_kind) is not any(each.endswith("-shared-with-other-account") for each in of_kind) or (
        kind.cfn_type == "AWS::S3::Bucket"
    )


def test_which_organization_is_ones_own_is_asked_of_the_resources_own_account() -> None:
    theirs = {"StringEquals": {"aws:PrincipalOrgID": "o-exampletheirs"}}
    statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": theirs}
    queue = Queue(account="111122223333", policy=parse_policy({"Statement": statement}))
    rules = CATALOG.select(rules=["sqs.queue-shared-with-other-organization"])

    def status(*organizations: Organization) -> Status:
        (found,) = evaluate(rules, Snapshot([queue, *organizations])).findings()
        return found.status

    ours = Organization(account="111122223333", organization_id="o-exampleours")
    other = Organization(account="444455556666", organization_id="o-exampletheirs")
    assert status(ours, other) is Status.FAIL
    assert status(other) is Status.UNKNOWN
    assert status() is Status.UNKNOWN
