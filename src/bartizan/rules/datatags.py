"""Checks that what holds data says by a tag which data that is: one rule for each type of ``STORES``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bartizan.model import Problems, Resource, Sample, family
from bartizan.resources import elasticache, kafka, redshift
from bartizan.resources.cognito import UserPool
from bartizan.resources.dynamodb import Table
from bartizan.resources.ec2.compute import Snapshot, Volume
from bartizan.resources.efs import FileSystem
from bartizan.resources.kinesis import Stream
from bartizan.resources.mq import Broker
from bartizan.resources.opensearch import Domain
from bartizan.resources.rds import DbCluster, DbClusterSnapshot, DbInstance, DbSnapshot
from bartizan.resources.s3 import Bucket
from bartizan.resources.secretsmanager import Secret
from bartizan.resources.sns import Topic
from bartizan.resources.sqs import Queue
from bartizan.resources.tags import DATA_TAGS, Tags, data_tags_in

STORES: Mapping[type[Resource], str] = MappingProxyType(
    {
        Bucket: "S3 bucket",
        Table: "DynamoDB table",
        DbInstance: "Database instance",
        DbCluster: "Database cluster",
        DbSnapshot: "Snapshot of a database instance",
        DbClusterSnapshot: "Snapshot of a database cluster",
        redshift.Cluster: "Redshift cluster",
        Domain: "OpenSearch domain",
        elasticache.ReplicationGroup: "ElastiCache replication group",
        elasticache.CacheCluster: "ElastiCache cluster",
        FileSystem: "EFS file system",
        Volume: "EBS volume",
        Snapshot: "EBS snapshot",
        Secret: "Secret",
        Queue: "SQS queue",
        Topic: "SNS topic",
        Stream: "Kinesis stream",
        kafka.Cluster: "Kafka cluster",
        Broker: "Message broker",
        UserPool: "User pool",
    }
)
"""The types that hold data, and what people call them."""

_TOLD_BY: Mapping[str, str] = MappingProxyType(
    {DbInstance.cfn_type: "db_cluster_identifier", Secret.cfn_type: "owning_service"}
)
"""The field that names what tells it in a resource's place: a database's cluster, the service that manages a secret."""


def _passing(kind: type[Any]) -> Sequence[Sample]:
    told = kind(**{kind.name_field: "shop"}, tags=Tags({"data-classification": "orders"}))
    elsewhere = _TOLD_BY.get(kind.cfn_type)
    return [told, kind(**{kind.name_field: "shop", elsewhere: "another"})] if elsewhere else [told]


def _failing(kind: type[Any]) -> Sequence[Sample]:
    return [kind(**{kind.name_field: "shop"}, tags=Tags({"team": "web"}))]


@family("info", STORES, passes=_passing, fails=_failing, advice=True)
def without_data_tag(
    store: Resource, *, data_tags: tuple[str, ...] = DATA_TAGS, data_values: tuple[str, ...] = ()
) -> Problems:
    """{thing} has no tag that says which data it holds.

    ## Why it matters
    Who may read it, how it must be encrypted and how long it is kept turn on what is in it. Without the tag nobody
    knows, and no policy or report can tell customers' data from scratch.

    ## How to fix
    Agree on one tag with a short list of values, name both in the settings (`data_tags`, `data_values`, and a severity
    to make a duty of it), set it in the infrastructure code, and enforce it by a tag policy.

    ## Parameters
    - `data_tags`: keys of tags that say which data a resource holds.
    - `data_values`: the values that are allowed; any, where none is named.

    ## References
    - https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tags-for-data-security-and-access-control.html
    - https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_data_classification_identify_data.html
    """
    elsewhere = _TOLD_BY.get(store.cfn_type)
    if elsewhere and getattr(store, elsewhere) is not None:
        return
    tags: Mapping[str, str] = getattr(store, "tags")  # noqa: B009 - the types of STORES have it, the base has not
    found = data_tags_in(tags, data_tags)
    if not found:
        yield f"none of its tags is called {' or '.join(data_tags)}"
    for key, value in found.items():
        if data_values and value.casefold() not in {each.casefold() for each in data_values}:
            yield f"its tag {key}={value} is none of {', '.join(data_values)}"
