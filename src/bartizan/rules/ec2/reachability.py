"""Checks of what the internet reaches, by routes, network ACLs, security groups and addresses together."""

from __future__ import annotations

from bartizan.model import Problems, World, rule
from bartizan.resources.ec2.compute import Instance
from bartizan.resources.ec2.network import ALL_PROTOCOLS, AclEntry, NetworkAcl, Permission, SecurityGroup
from bartizan.resources.ec2.reachability import REACHABILITY_TYPES, reaching
from bartizan.resources.ec2.routing import NetworkInterface, PublicAccessBlock, Route, RouteTable

_GUARDED = {
    22: "SSH", 3389: "RDP", 5985: "WinRM", 5986: "WinRM", 2375: "Docker", 6443: "Kubernetes", 10250: "kubelet",
    1433: "SQL Server", 1521: "Oracle", 3306: "MySQL", 5432: "PostgreSQL", 5439: "Redshift", 6379: "Redis",
    9200: "OpenSearch", 11211: "Memcached", 27017: "MongoDB",
}  # fmt: skip
_WORLD = "0.0.0.0/0"
_ALL = AclEntry(100, allow=True, protocol=ALL_PROTOCOLS, cidr=_WORLD)
_ACL = NetworkAcl(ingress=(_ALL,), egress=(_ALL,))
_PUBLIC = RouteTable(main=True, routes=(Route("10.0.0.0/16", "local"), Route(_WORLD, "igw-1")))
_PRIVATE = RouteTable(main=True, routes=(Route("10.0.0.0/16", "local"), Route(_WORLD, "nat-1")))
_SSH = SecurityGroup(group_id="sg-1", ingress=(Permission("tcp", 22, 22, _WORLD),))
_WEB = SecurityGroup(group_id="sg-1", ingress=(Permission("tcp", 443, 443, _WORLD),))
_FROM_BALANCER = SecurityGroup(group_id="sg-1", ingress=(Permission("tcp", 443, 443, "sg-2"),))
_CARD = NetworkInterface(instance_id="i-1", public_ips=("203.0.113.7",))
_DATABASE = NetworkInterface(description="RDSNetworkInterface", public_ips=("203.0.113.8",))
_POSTGRES = SecurityGroup(group_id="sg-1", ingress=(Permission("tcp", 5432, 5432, _WORLD),))


@rule(
    "high",
    passes=[
        Instance(),
        (Instance(), NetworkInterface(instance_id="i-1"), _PUBLIC, _ACL, _SSH),
        (Instance(), _CARD, _PRIVATE, _ACL, _SSH),
        (Instance(), _CARD, _PUBLIC, NetworkAcl(ingress=(_ALL,), egress=()), _SSH),
        (Instance(), _CARD, _PUBLIC, _ACL, _FROM_BALANCER),
        (Instance(), _CARD, _PUBLIC, _ACL, _SSH, PublicAccessBlock(mode="block-ingress")),
    ],
    fails=[
        (Instance(), _CARD, _PUBLIC, _ACL, _WEB),
        (Instance(), _CARD, _PUBLIC, _ACL, _WEB, PublicAccessBlock(mode="block-ingress", excluded=("vpc-1",))),
    ],
    reads=REACHABILITY_TYPES,
)
def reachable_from_internet(instance: Instance, world: World) -> Problems:
    """EC2 instance can be reached from the internet.

    ## Why it matters
    Route table, network ACL and security group all let the traffic through to a public address of the machine: every
    flaw of what listens there can be used by everybody, without a load balancer or a web ACL in between.

    ## How to fix
    Move the machine into a private subnet, put a load balancer or Global Accelerator before it, and let its security
    group take traffic from the load balancer's only. Any one link of the path that is named breaks it.

    ## References
    - https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
    - https://docs.aws.amazon.com/vpc/latest/userguide/infrastructure-security.html
    """
    for each in world.find(NetworkInterface, near=instance, instance_id=instance.instance_id):
        for opening, path in reaching(each, world):
            yield f"reachable on {opening}: {path}"


@rule(
    "critical",
    passes=[Instance(), (Instance(), _CARD, _PUBLIC, _ACL, _WEB), (Instance(), _CARD, _PRIVATE, _ACL, _SSH)],
    fails=[(Instance(), _CARD, _PUBLIC, _ACL, _SSH)],
    reads=REACHABILITY_TYPES,
)
def guarded_port_reachable(instance: Instance, world: World) -> Problems:
    """EC2 instance's administration or database port can be reached from the internet.

    ## Why it matters
    Such ports are found within minutes, and tried with stolen passwords and new exploits from then on.

    ## How to fix
    Close the port in the security group that the path names, and reach the machine by Session Manager or a VPN.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html
    """
    for each in world.find(NetworkInterface, near=instance, instance_id=instance.instance_id):
        for opening, path in reaching(each, world):
            named = [f"{name} ({port})" for port, name in _GUARDED.items() if opening.covers(port)]
            if named:
                yield f"{', '.join(named)} reachable: {path}"


@rule(
    "high",
    passes=[
        NetworkInterface(),
        (_CARD, _PUBLIC, _ACL, _SSH),
        (
            NetworkInterface(description="ELB app/web/0123456789abcdef", public_ips=("203.0.113.9",)),
            _PUBLIC,
            _ACL,
            _WEB,
        ),
        (NetworkInterface(interface_type="nat_gateway", public_ips=("203.0.113.9",)), _PUBLIC, _ACL),
        (_DATABASE, _PRIVATE, _ACL, _POSTGRES),
    ],
    fails=[(_DATABASE, _PUBLIC, _ACL, _POSTGRES)],
    reads=REACHABILITY_TYPES,
)
def service_reachable_from_internet(interface: NetworkInterface, world: World) -> Problems:
    """Network interface of a database, container or other service can be reached from the internet.

    ## Why it matters
    What was meant for the inside of a VPC, such as a database or a task of ECS, stands open to everybody.

    ## How to fix
    Take the public address away (`PubliclyAccessible` of a database, `assignPublicIp` of a service), or close the
    port in the security group that the path names.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
    - https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
    """
    # Load balancers and gateways are made to be reached; instances have rules of their own.
    if interface.interface_type != "interface" or interface.description.startswith("ELB ") or interface.instance_id:
        return
    for opening, path in reaching(interface, world):
        yield f"{interface.description or 'it'} is reachable on {opening}: {path}"
