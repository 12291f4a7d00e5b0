"""Checks of Amazon OpenSearch Service."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.policy import parse_policy, reach
from bartizan.policy.removal import without_statements
from bartizan.resources.opensearch import Domain
from bartizan.rules.datatags import without_data_tag
from bartizan.rules.outsiders import shared_with_other_organization

_ARN = "arn:aws:es:eu-west-1:111122223333:domain/logs"
_ANYONE = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "es:*", "Resource": f"{_ARN}/*"}
_OPEN = parse_policy({"Statement": _ANYONE})
_OFFICE = parse_policy({"Statement": {**_ANYONE, "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}})
_PARTNER = parse_policy({"Statement": {**_ANYONE, "Principal": {"AWS": "arn:aws:iam::444455556666:root"}}})
_PUBLIC = Domain(arn=_ARN, account="111122223333", vpc_id=None, access_policies=_OPEN)


@rule(
    "critical",
    passes=[Domain(), replace(_PUBLIC, access_policies=_OFFICE), replace(_PUBLIC, vpc_id="vpc-1")],
    fails=[_PUBLIC],
)
def public_domain(domain: Domain) -> Problems:
    """OpenSearch domain lets anyone on the internet in.

    ## Why it matters
    Everything in its indexes can be read, changed or held to ransom, often without any password.

    ## How to fix
    Name the roles that need it as principals, or move it into a VPC.

    ## References
    - https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html
    """
    # Within a VPC the network decides who comes as far as to the policy, which is often left open there.
    if domain.vpc_id is None:
        yield from reach.public(domain.access_policies, domain.arn, domain.account)


@public_domain.risky_fix("whoever relies on the open statement is refused")
def close_domain(domain: Domain) -> Domain:
    """Remove the statements that let anyone in from the access policy."""
    opening = reach.opening(domain.access_policies, domain.arn, domain.account)
    return replace(domain, access_policies=without_statements(domain.access_policies, opening))


@rule(
    "low",
    passes=[Domain(), replace(_PUBLIC, access_policies=_OFFICE)],
    fails=[replace(_PUBLIC, access_policies=_PARTNER)],
    advice=True,
)
def shared_domain(domain: Domain, *, trusted_accounts: tuple[str, ...] = ()) -> Problems:
    """OpenSearch domain lets another account in.

    ## Why it matters
    Its data are then as safe as that account, whose people and roles you do not see.

    ## How to fix
    Name single roles of the other account, with the least of actions, and say in your records what it is for.

    ## Parameters
    - `trusted_accounts`: accounts of yours, 12 digits each. The scan of an organization adds its own.

    ## References
    - https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html
    """
    for each in reach.other_accounts(domain.access_policies, domain.arn, domain.account, trusted=trusted_accounts):
        yield f"{each} has access"


@rule("medium", passes=[Domain()], fails=[Domain(vpc_id=None)])
def domain_outside_of_vpc(domain: Domain) -> Problems:
    """OpenSearch domain has its endpoint on the internet.

    ## Why it matters
    Only its access policy lies between the internet and the data, and no security group.

    ## How to fix
    Make a domain inside of a VPC from a snapshot; one that exists cannot be moved.

    ## References
    - https://docs.aws.amazon.com/opensearch-service/latest/developerguide/vpc.html
    """
    if domain.vpc_id is None:
        yield "it is in no VPC"


@rule("medium", passes=[Domain()], fails=[Domain(encrypted=False)])
def unencrypted_domain(domain: Domain) -> Problems:
    """OpenSearch domain stores its data unencrypted.

    ## Why it matters
    Whoever reaches the storage layer, a snapshot or a log reads the indexes as they are.

    ## How to fix
    Turn on encryption at rest.

    ## References
    - https://docs.aws.amazon.com/opensearch-service/latest/developerguide/encryption-at-rest.html
    """
    if not domain.encrypted:
        yield "encryption at rest is off"


@unencrypted_domain.risky_fix("it cannot be turned off again, old versions do not take it, and the domain is rebuilt")
def encrypt_domain(domain: Domain) -> Domain:
    """Turn on encryption at rest."""
    return replace(domain, encrypted=True)


@rule("medium", passes=[Domain()], fails=[Domain(node_to_node_encryption=False)])
def plain_between_nodes(domain: Domain) -> Problems:
    """OpenSearch domain's nodes talk to each other in plain text.

    ## Why it matters
    What the clients send under TLS travels between the nodes as it is.

    ## How to fix
    Turn on node-to-node encryption.

    ## References
    - https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ntn.html
    """
    if not domain.node_to_node_encryption:
        yield "node-to-node encryption is off"


@plain_between_nodes.risky_fix("it cannot be turned off again, old versions do not take it, and the domain is rebuilt")
def encrypt_between_nodes(domain: Domain) -> Domain:
    """Turn on node-to-node encryption."""
    return replace(domain, node_to_node_encryption=True)


@rule(
    "medium",
    passes=[Domain()],
    fails=[Domain(enforce_https=False), Domain(tls_security_policy="Policy-Min-TLS-1-0-2019-07")],
)
def weak_transport(domain: Domain) -> Problems:
    """OpenSearch domain accepts plain HTTP or old TLS.

    ## Why it matters
    Passwords, queries and answers can be read and changed on the way.

    ## How to fix
    Require HTTPS, under a security policy of TLS 1.2 or newer.

    ## References
    - https://docs.aws.amazon.com/opensearch-service/latest/developerguide/infrastructure-security.html
    """
    if not domain.enforce_https:
        yield "it accepts plain HTTP"
    if "-TLS-1-0-" in domain.tls_security_policy:
        yield f"{domain.tls_security_policy} accepts TLS 1.0"


@weak_transport.risky_fix("clients that speak plain HTTP or know no TLS 1.2 are refused")
def require_tls(domain: Domain) -> Domain:
    """Require HTTPS with TLS 1.2 or newer."""
    modern = domain.tls_security_policy.replace("-TLS-1-0-2019-07", "-TLS-1-2-2019-07")
    return replace(domain, enforce_https=True, tls_security_policy=modern)


@rule("medium", passes=[Domain()], fails=[Domain(fine_grained_access=False)])
def no_fine_grained_access(domain: Domain) -> Problems:
    """OpenSearch domain does not tell its users apart.

    ## Why it matters
    Whoever comes past the access policy reads and deletes every index, and nothing in the domain records who it was.

    ## How to fix
    Turn on fine-grained access control, and map roles to what they need.

    ## References
    - https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html
    """
    if not domain.fine_grained_access:
        yield "fine-grained access control is off"


@rule("low", passes=[Domain()], fails=[Domain(published_logs=("ES_APPLICATION_LOGS",))])
def no_audit_log(domain: Domain) -> Problems:
    """OpenSearch domain publishes no audit log.

    ## Why it matters
    After an incident nobody can tell who read or changed which index.

    ## How to fix
    Publish audit logs to CloudWatch Logs, and turn auditing on in OpenSearch Dashboards.

    ## References
    - https://docs.aws.amazon.com/opensearch-service/latest/developerguide/audit-logs.html
    """
    if "AUDIT_LOGS" not in domain.published_logs:
        yield "audit logs are not published"


@rule("low", passes=[Domain()], fails=[Domain(update_available=True)])
def software_update_waits(domain: Domain) -> Problems:
    """OpenSearch domain lacks the newest software of the service.

    ## Why it matters
    Updates mend known flaws, and those who know them look for what lacks them.

    ## How to fix
    Schedule the update, or turn on automatic updates in the off-peak window.

    ## References
    - https://docs.aws.amazon.com/opensearch-service/latest/developerguide/service-software.html
    """
    if domain.update_available:
        yield "a software update is available"


domain_without_data_tag = without_data_tag.of(Domain, "OpenSearch domain")
domain_shared_with_other_organization = shared_with_other_organization.of(Domain, "OpenSearch domain")
