"""Checks of route tables, endpoints, peering, transit gateways and Elastic IP addresses."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from bartizan.model import Problems, World, replace, rule
from bartizan.policy import parse_policy, reach
from bartizan.resources.ec2.network import Vpc
from bartizan.resources.ec2.routing import (
    ElasticIp,
    Route,
    RouteTable,
    TransitGateway,
    VpcEndpoint,
    VpcPeeringConnection,
)

_EVERYTHING = parse_policy({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}})
_OURS = parse_policy(
    {
        "Statement": {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceOrgID": "o-exampleorgid"}},
        }
    }
)
_PRINCIPALS = parse_policy(
    {
        "Statement": {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}},
        }
    }
)
# A request for something of an account that has nothing to do with ours.
_STRANGER = (("aws:resourceaccount", ("000000000000",)), ("aws:resourceorgid", ("o-0000000000",)))


@rule(
    "low",
    passes=[VpcEndpoint(policy=_OURS), VpcEndpoint(policy=_PRINCIPALS), VpcEndpoint(policy=None)],
    fails=[VpcEndpoint(policy=_EVERYTHING)],
)
def endpoint_lets_everything_through(endpoint: VpcEndpoint) -> Problems:
    """VPC endpoint lets everybody through to everything.

    ## Why it matters
    Whoever runs code in the VPC can send data to a bucket or queue of an account of their own, with keys of their own,
    past every firewall.

    ## How to fix
    Restrict the endpoint's policy to your principals or resources, by `aws:PrincipalOrgID` and `aws:ResourceOrgID`.

    ## References
    - https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html
    """
    for each in reach.public(endpoint.policy, endpoint.arn, endpoint.account, known=_STRANGER):
        yield f"its policy: {each}"


@rule(
    "info",
    passes=[
        (Vpc(), VpcEndpoint(service="s3"), VpcEndpoint(service="dynamodb")),
        Vpc(is_default=True, interfaces=0),
    ],
    fails=[Vpc(), (Vpc(), VpcEndpoint(service="s3")), Vpc(is_default=True)],
    reads=[VpcEndpoint],
    advice=True,
)
def no_gateway_endpoint(vpc: Vpc, world: World) -> Problems:
    """VPC reaches S3 or DynamoDB over the internet.

    ## Why it matters
    Traffic that need not leave AWS's network goes through internet or NAT gateways, where no policy of an endpoint
    says what it may reach; and it costs money.

    ## How to fix
    Add gateway endpoints for both, which cost nothing, with a policy that names your own buckets and tables.

    ## References
    - https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    present = {each.service for each in world.find(VpcEndpoint, near=vpc, vpc_id=vpc.vpc_id)}
    missing = [name for service, name in (("s3", "S3"), ("dynamodb", "DynamoDB")) if service not in present]
    # AWS makes an empty default VPC in every region.
    if missing and (not vpc.is_default or vpc.interfaces):
        yield f"no endpoint for {' and '.join(missing)}"


def _covered(block: str, blocks: Iterable[str]) -> bool:
    """Whether one of the blocks holds all of a block; what is no block, such as a prefix list, counts as covered."""
    try:
        network = ipaddress.ip_network(block)
    except ValueError:
        return True
    return any(int(each[0]) <= int(network[0]) and int(network[-1]) <= int(each[-1])
               for each in map(ipaddress.ip_network, blocks) if each.version == network.version)  # fmt: skip


@rule(
    "medium",
    passes=[
        (RouteTable(routes=(Route("10.1.2.0/24", "pcx-1"),)), VpcPeeringConnection()),
        RouteTable(routes=(Route("0.0.0.0/0", "igw-1"),)),
        (RouteTable(routes=(Route("pl-1", "pcx-1"),)), VpcPeeringConnection()),
    ],
    fails=[
        (RouteTable(routes=(Route("10.0.0.0/8", "pcx-1"),)), VpcPeeringConnection()),
        (RouteTable(routes=(Route("2001:db8::/32", "pcx-1"),)), VpcPeeringConnection()),
    ],
    reads=[VpcPeeringConnection],
)
def peering_route_too_wide(table: RouteTable, world: World) -> Problems:
    """Route to a peered VPC is wider than that VPC.

    ## Why it matters
    What the other side adds to its network later is reachable at once, and traffic for other networks goes astray.

    ## How to fix
    Replace the route by one for the subnets of the other VPC that are really needed.

    ## References
    - https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-routing.html
    """
    for each in table.routes:
        if each.target.startswith("pcx-"):
            for peering in world.find(VpcPeeringConnection, near=table, vpc_peering_connection_id=each.target):
                if not _covered(each.destination, peering.cidr_blocks):
                    yield f"{each.destination} goes to {each.target}, which has {', '.join(peering.cidr_blocks)}"


@rule(
    "low",
    passes=[RouteTable(routes=(Route("0.0.0.0/0", "igw-1"),))],
    fails=[RouteTable(routes=(Route("10.9.0.0/16", "pcx-9", active=False),))],
)
def route_leads_nowhere(table: RouteTable) -> Problems:
    """Route leads to something that is gone.

    ## Why it matters
    Traffic is dropped where people believe a connection or an inspection to be, and the entry hides what was meant.

    ## How to fix
    Remove the route, or point it to what took the place of its target.

    ## References
    - https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html
    """
    for each in table.routes:
        if not each.active:
            yield f"{each.destination} goes to {each.target or 'nothing'}, which drops it"


@route_leads_nowhere.risky_fix("a target that is only stopped or detached is not routed to when it comes back")
def remove_dead_routes(table: RouteTable) -> RouteTable:
    """Remove the routes that lead to nothing."""
    return replace(table, routes=tuple(each for each in table.routes if each.active))


@rule(
    "info",
    passes=[VpcPeeringConnection(account="111122223333")],
    fails=[VpcPeeringConnection(account="111122223333", accepter_account="444455556666")],
    advice=True,
)
def peered_with_another_account(peering: VpcPeeringConnection, *, trusted_accounts: tuple[str, ...] = ()) -> Problems:
    """VPC peering with another account.

    ## Why it matters
    A break-in there is one network hop away from here, as far as routes and security groups allow.

    ## How to fix
    See that the account is yours and the connection is needed; offer single services by PrivateLink instead.

    ## Parameters
    - `trusted_accounts`: accounts of yours, 12 digits each. The scan of an organization adds its own.

    ## References
    - https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security.html
    """
    others = {peering.requester_account, peering.accepter_account} - {peering.account, *trusted_accounts}
    for each in sorted(others):
        yield f"it leads to account {each}"


@rule(
    "high",
    passes=[TransitGateway(), TransitGateway(auto_accept_shared_attachments=True, owner="444455556666")],
    fails=[TransitGateway(auto_accept_shared_attachments=True)],
)
def attachments_accepted_unseen(gateway: TransitGateway) -> Problems:
    """Transit gateway accepts attachments of other accounts by itself.

    ## Why it matters
    Whoever it is shared with connects networks to yours without anybody having looked.

    ## How to fix
    Turn off automatic acceptance, and accept each attachment after a look at it.

    ## References
    - https://docs.aws.amazon.com/vpc/latest/tgw/tgw-transit-gateways.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html
    """
    if gateway.auto_accept_shared_attachments and gateway.owner == gateway.account:
        yield "attachments of other accounts are accepted automatically"


@attachments_accepted_unseen.fix
def accept_by_hand(gateway: TransitGateway) -> TransitGateway:
    """Stop accepting attachments automatically."""
    return replace(gateway, auto_accept_shared_attachments=False)


@rule(
    "info",
    passes=[TransitGateway(), TransitGateway(default_route_table=True, owner="444455556666")],
    fails=[TransitGateway(default_route_table=True)],
    advice=True,
)
def all_attachments_connected(gateway: TransitGateway) -> Problems:
    """Transit gateway connects all that is attached to it.

    ## Why it matters
    Production, test and partners' networks reach each other unless somebody thought of keeping them apart.

    ## How to fix
    Turn off the default association and propagation, and give each kind of network a route table of its own.

    ## References
    - https://docs.aws.amazon.com/vpc/latest/tgw/tgw-best-design-practices.html
    """
    if gateway.default_route_table and gateway.owner == gateway.account:
        yield "new attachments join one route table and are reachable from all others"


@rule("low", passes=[ElasticIp(associated=True)], fails=[ElasticIp(associated=False)])
def unused_address(address: ElasticIp) -> Problems:
    """Elastic IP address is not used.

    ## Why it matters
    It costs money, and names and allow-lists may still point to it: whoever attaches it is trusted.

    ## How to fix
    Remove what points to it, then release it.

    ## References
    - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html
    """
    if not address.associated:
        yield "nothing is associated with it"


@unused_address.risky_fix("the address is gone for good, and what still points to it may reach somebody else")
def release(_: ElasticIp) -> None:
    """Release the address."""
