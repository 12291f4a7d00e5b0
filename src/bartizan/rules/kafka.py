"""Checks of Amazon MSK."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.policy import parse_policy, reach
from bartizan.policy.removal import without_statements
from bartizan.resources.kafka import Cluster
from bartizan.rules.datatags import without_data_tag
from bartizan.rules.outsiders import shared_with_other_account, shared_with_other_organization

_ARN = "arn:aws:kafka:eu-west-1:111122223333:cluster/events/1"
_ANYONE = {"Effect": "Allow", "Principal": "*", "Action": "kafka:CreateVpcConnection", "Resource": _ARN}
_OURS = Cluster(arn=_ARN, account="111122223333")
_SERVERLESS = Cluster(serverless=True, broker_logs=False)


@rule("high", passes=[Cluster()], fails=[Cluster(public_access=True)])
def public_brokers(cluster: Cluster) -> Problems:
    """Kafka cluster has its brokers on the internet.

    ## Why it matters
    Only authentication then lies between the internet and every topic.

    ## How to fix
    Turn public access off, and let other networks in by multi-VPC private connectivity.

    ## References
    - https://docs.aws.amazon.com/msk/latest/developerguide/public-access.html
    """
    if cluster.public_access:
        yield "public access is on"


@public_brokers.risky_fix("clients outside of the VPC cannot connect any more")
def make_private(cluster: Cluster) -> Cluster:
    """Turn public access off."""
    return replace(cluster, public_access=False)


@rule(
    "medium",
    passes=[Cluster()],
    fails=[
        Cluster(client_encryption="PLAINTEXT"),
        Cluster(client_encryption="TLS_PLAINTEXT"),
        Cluster(encrypted_between_brokers=False),
    ],
)
def plain_connections(cluster: Cluster) -> Problems:
    """Kafka cluster takes connections without TLS.

    ## Why it matters
    Records can be read and changed on their way through the network.

    ## How to fix
    Let clients talk to the brokers under TLS only; encryption between brokers is chosen when a cluster is made.

    ## References
    - https://docs.aws.amazon.com/msk/latest/developerguide/msk-encryption.html
    """
    if cluster.client_encryption != "TLS":
        yield "clients may connect in plain text"
    if not cluster.encrypted_between_brokers:
        yield "its brokers talk to each other in plain text"


@rule("high", passes=[Cluster(), _SERVERLESS], fails=[Cluster(unauthenticated=True)])
def unauthenticated_access(cluster: Cluster) -> Problems:
    """Kafka cluster asks nobody who they are.

    ## Why it matters
    Whatever gets a connection reads every topic, and writes records that the consumers take for real.

    ## How to fix
    Turn on access control by IAM, SASL/SCRAM or certificates, move the clients, and turn unauthenticated access off.

    ## References
    - https://docs.aws.amazon.com/msk/latest/developerguide/kafka_apis_iam.html
    """
    if cluster.unauthenticated:
        yield "unauthenticated access is on"


@unauthenticated_access.risky_fix("clients that do not authenticate are refused")
def require_authentication(cluster: Cluster) -> Cluster:
    """Turn unauthenticated access off."""
    return replace(cluster, unauthenticated=False)


@rule("low", passes=[Cluster(), _SERVERLESS], fails=[Cluster(broker_logs=False)])
def no_broker_logs(cluster: Cluster) -> Problems:
    """Kafka cluster's brokers write no logs.

    ## Why it matters
    After an incident nobody can tell who connected, or was refused.

    ## How to fix
    Deliver the brokers' logs to CloudWatch Logs, S3 or Firehose.

    ## References
    - https://docs.aws.amazon.com/msk/latest/developerguide/msk-logging.html
    """
    # MSK has no broker logs of serverless clusters.
    if not cluster.serverless and not cluster.broker_logs:
        yield "broker logs go nowhere"


@rule("critical", passes=[_OURS], fails=[replace(_OURS, policy=parse_policy({"Statement": _ANYONE}))])
def public_policy(cluster: Cluster) -> Problems:
    """Kafka cluster's policy lets anyone in.

    ## Why it matters
    Any AWS account can make a connection from its network into the cluster.

    ## How to fix
    Name the accounts and roles that need the cluster as principals.

    ## References
    - https://docs.aws.amazon.com/msk/latest/developerguide/mvpc-cross-account-permissions.html
    """
    yield from reach.public(cluster.policy, cluster.arn, cluster.account)


@public_policy.risky_fix("whoever relies on the open statement is refused")
def close_policy(cluster: Cluster) -> Cluster:
    """Remove the statements that let anyone in from the policy."""
    opening = reach.opening(cluster.policy, cluster.arn, cluster.account)
    return replace(cluster, policy=without_statements(cluster.policy, opening))


cluster_without_data_tag = without_data_tag.of(Cluster, "Kafka cluster")
cluster_shared_with_other_account = shared_with_other_account.of(Cluster, "Kafka cluster")
cluster_shared_with_other_organization = shared_with_other_organization.of(Cluster, "Kafka cluster")
