"""Checks of how database instances are reached."""

from __future__ import annotations

import datetime as dt

from bartizan.model import SAMPLE_TIME, Gap, Problems, Reason, Unknown, World, replace, rule
from bartizan.resources.ec2.network import Permission, SecurityGroup, is_wide
from bartizan.resources.rds import DbInstance, DbParameterGroup
from bartizan.rules.datatags import without_data_tag

_OPEN = SecurityGroup(group_id="sg-1", ingress=(Permission("tcp", 15432, 15432, "0.0.0.0/0"),))
_CLOSED = SecurityGroup(group_id="sg-1", ingress=(Permission("tcp", 15432, 15432, "10.0.0.0/8"),))
_MEMBER = DbInstance(engine="aurora-mysql", db_cluster_identifier="shop")
_PUBLIC = DbInstance(publicly_accessible=True)
_ORACLE = DbInstance(engine="oracle-ee", iam_authentication=False)
_TLS_ENGINES = ("postgres", "mysql", "mariadb", "sqlserver")
_DEFAULT_NAMES = frozenset({"admin", "administrator", "awsuser", "mysql", "oracle", "postgres", "root", "sa", "user"})
_DEFAULT_PORTS = frozenset({1433, 1521, 3306, 5432, 8182, 27017, 50000})


@rule("high", passes=[DbInstance()], fails=[_PUBLIC])
def public_instance(instance: DbInstance) -> Problems:
    """Database instance has an address on the internet.

    ## Why it matters
    One wrong rule in a security group is then all that lies between the internet and the data.

    ## How to fix
    Make it private, and reach it from within the VPC, by VPN or by a Session Manager tunnel.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
    """
    if instance.publicly_accessible:
        yield "it is publicly accessible"


@public_instance.risky_fix("clients outside of the VPC cannot connect any more")
def make_private(instance: DbInstance) -> DbInstance:
    """Take the address on the internet away."""
    return replace(instance, publicly_accessible=False)


@rule(
    "critical",
    passes=[(DbInstance(), _OPEN), (_PUBLIC, _CLOSED), replace(_PUBLIC, security_groups=())],
    fails=[(_PUBLIC, _OPEN)],
    reads=[SecurityGroup],
)
def open_to_internet(instance: DbInstance, world: World) -> Problems:
    """Database instance can be reached by anyone on the internet.

    ## Why it matters
    Such databases are found within minutes, and tried with stolen passwords and new exploits from then on.

    ## How to fix
    Make it private, and let its security group allow only the groups of the applications that use it.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.RDSSecurityGroups.html
    """
    if not instance.publicly_accessible:
        return
    for name in instance.security_groups:
        for group in world.find(SecurityGroup, near=instance, group_id=name):
            for each in group.ingress:
                if is_wide(each.peer) and each.covers(instance.port):
                    yield f"{name} lets {each.peer} in to its port {instance.port}"


@open_to_internet.risky_fix("clients outside of the VPC cannot connect any more")
def close_to_internet(instance: DbInstance) -> DbInstance:
    """Take the address on the internet away."""
    return replace(instance, publicly_accessible=False)


@rule(
    "medium",
    passes=[
        (DbInstance(), DbParameterGroup()),
        (_ORACLE, DbParameterGroup(forces_tls=False)),
        (_MEMBER, DbParameterGroup(forces_tls=False)),
    ],
    fails=[(DbInstance(), DbParameterGroup(forces_tls=False))],
    reads=[DbParameterGroup],
)
def plain_connections(instance: DbInstance, world: World) -> Problems:
    """Database instance takes connections without TLS.

    ## Why it matters
    Passwords and data of such connections can be read and changed on the way, and no client is told that they are.

    ## How to fix
    In a parameter group of its own set `rds.force_ssl` (PostgreSQL, SQL Server) or `require_secure_transport` (MySQL,
    MariaDB) to 1.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
    """
    if instance.db_cluster_identifier or not instance.engine.startswith(_TLS_ENGINES):
        return
    groups = world.find(DbParameterGroup, near=instance, parameter_group_name=instance.parameter_group)
    if not groups:
        raise Unknown(f"parameter group {instance.parameter_group}", Gap(Reason.NOT_READ))
    for each in groups:
        if not each.forces_tls:
            yield f"parameter group {each.parameter_group_name} does not force TLS"


@rule("low", passes=[DbInstance(), _MEMBER, _ORACLE], fails=[DbInstance(iam_authentication=False)], advice=True)
def no_iam_authentication(instance: DbInstance) -> Problems:
    """Database instance knows no sign-in by IAM.

    ## Why it matters
    Applications then sign in with passwords, which are kept somewhere, shared and rarely changed. Tokens of IAM last
    fifteen minutes.

    ## How to fix
    Turn on IAM database authentication, and let applications sign in with their role.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
    """
    known = instance.engine in {"postgres", "mysql", "mariadb"}
    if known and not instance.db_cluster_identifier and not instance.iam_authentication:
        yield "IAM database authentication is off"


@no_iam_authentication.fix
def enable_iam_authentication(instance: DbInstance) -> DbInstance:
    """Turn on IAM database authentication."""
    return replace(instance, iam_authentication=True)


@rule("low", passes=[DbInstance(), _MEMBER], fails=[DbInstance(master_username="Admin")], advice=True)
def default_administrator(instance: DbInstance) -> Problems:
    """Database instance's administrator has the name that everybody tries first.

    ## Why it matters
    Who guesses passwords needs only one of the two things to guess.

    ## How to fix
    Choose another name when the database is made again; it cannot be changed later.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html
    """
    if not instance.db_cluster_identifier and instance.master_username.lower() in _DEFAULT_NAMES:
        yield f"it is called {instance.master_username}"


@rule("low", passes=[DbInstance(), _MEMBER], fails=[DbInstance(managed_password=False)], advice=True)
def unmanaged_password(instance: DbInstance) -> Problems:
    """Database instance's administrator has a password that RDS does not manage.

    ## Why it matters
    Somebody chose it, and it lies in code, notes or heads until somebody changes it.

    ## How to fix
    Let RDS keep the password in Secrets Manager, where it is changed every seven days, unless it is rotated already.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
    """
    if not (instance.db_cluster_identifier or instance.source_db_instance or instance.managed_password):
        yield "Secrets Manager does not hold the password on behalf of RDS"


@rule("info", passes=[DbInstance(), _MEMBER], fails=[DbInstance(port=5432)], advice=True)
def default_port(instance: DbInstance) -> Problems:
    """Database instance listens on the port that everybody tries first.

    ## Why it matters
    Simple scanners look nowhere else. Another port keeps only those away.

    ## How to fix
    Choose another port if your standard asks for it; clients must be told.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html
    """
    if not instance.db_cluster_identifier and instance.port in _DEFAULT_PORTS:
        yield f"it listens on {instance.port}"


@rule(
    "medium",
    passes=[DbInstance(), DbInstance(certificate_valid_till=None)],
    fails=[DbInstance(certificate_valid_till=SAMPLE_TIME + dt.timedelta(days=20))],
)
def certificate_expires(instance: DbInstance, *, min_left: int = 60) -> Problems:
    """Database instance's TLS certificate expires soon.

    ## Why it matters
    Clients that verify it cannot connect from that day on, and the quick remedy is to stop verifying.

    ## How to fix
    Give clients the new certificate authority, then choose it for the instance.

    ## Parameters
    - `min_left`: days before the end from which a certificate expires soon.

    ## References
    - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL-certificate-rotation.html
    """
    if instance.certificate_valid_till is not None:
        left = -instance.days_since(instance.certificate_valid_till)
        if left < min_left:
            yield f"it expires in {left} days" if left >= 0 else f"it expired {-left} days ago"


db_instance_without_data_tag = without_data_tag.of(DbInstance, "Database instance")
