"""Checks of AWS Glue."""

from __future__ import annotations

from bartizan.model import Problems, World, replace, rule
from bartizan.policy import parse_policy, reach
from bartizan.policy.removal import without_statements
from bartizan.resources.glue import Catalog, Connection, Job
from bartizan.rules.outsiders import shared_with_other_account, shared_with_other_organization

_ARN = "arn:aws:glue:eu-west-1:111122223333:catalog"
_ANYONE = {"Effect": "Allow", "Principal": "*", "Action": "glue:GetTable*", "Resource": "*"}
_OURS = Catalog(arn=_ARN, account="111122223333")
_WITH_PASSWORD = Connection(account="111122223333", holds_password=True)
_JOB = Job(account="111122223333")


@rule("high", passes=[Job()], fails=[Job(argument_secrets=("DB_PASSWORD (value of a secret's name)",))])
def secret_in_arguments(job: Job) -> Problems:
    """Glue job has a secret in its arguments.

    ## Why it matters
    Everyone who may look at the job reads it, and each run's record keeps it.

    ## How to fix
    Replace the secret, keep it in Secrets Manager, and give the job its name as argument.

    ## References
    - https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
    """
    yield from job.argument_secrets


@rule("low", passes=[Job()], fails=[Job(security_configuration=None)])
def job_without_security_configuration(job: Job) -> Problems:
    """Glue job has no security configuration.

    ## Why it matters
    Nothing says that what it writes, its logs and its bookmarks are encrypted with a key of yours.

    ## How to fix
    Give it a security configuration that encrypts all three.

    ## References
    - https://docs.aws.amazon.com/glue/latest/dg/console-security-configurations.html
    """
    if job.security_configuration is None:
        yield "no security configuration is set"


@rule("medium", passes=[Connection()], fails=[Connection(holds_password=True)])
def password_in_connection(connection: Connection) -> Problems:
    """Glue connection holds a password itself.

    ## Why it matters
    Whoever may read the catalog's connections reads the password, and nothing changes it.

    ## How to fix
    Keep it in Secrets Manager, and name the secret in the connection.

    ## References
    - https://docs.aws.amazon.com/glue/latest/dg/connection-properties-secrets-manager.html
    """
    if connection.holds_password:
        yield "it names a user, but no secret"


@rule("medium", passes=[Connection()], fails=[Connection(enforces_tls=False)])
def plain_connection(connection: Connection) -> Problems:
    """Glue connection does not insist on TLS.

    ## Why it matters
    Password and data can be read and changed on their way to the job.

    ## How to fix
    Require SSL in the connection; the database must offer it.

    ## References
    - https://docs.aws.amazon.com/glue/latest/dg/connection-properties.html
    """
    if not connection.enforces_tls:
        yield "TLS is not required"


@plain_connection.risky_fix("jobs fail where the database offers no TLS, or a certificate that does not verify")
def require_tls(connection: Connection) -> Connection:
    """Require TLS in the connection."""
    return replace(connection, enforces_tls=True)


@rule(
    "medium",
    passes=[(_OURS, _WITH_PASSWORD), replace(_OURS, passwords_encrypted=False)],
    fails=[(replace(_OURS, passwords_encrypted=False), _WITH_PASSWORD)],
    reads=[Connection],
)
def plain_passwords(catalog: Catalog, world: World) -> Problems:
    """Glue's data catalog gives out passwords of connections in plain text.

    ## Why it matters
    Whoever may call `glue:GetConnection` reads the passwords of the databases.

    ## How to fix
    Turn on the encryption of connection passwords, and keep passwords in Secrets Manager.

    ## References
    - https://docs.aws.amazon.com/glue/latest/dg/encrypt-connection-passwords.html
    """
    if not catalog.passwords_encrypted and world.find(Connection, near=catalog, holds_password=True):
        yield "connections hold passwords, and their encryption is off"


@rule(
    "low",
    passes=[(_OURS, _JOB), replace(_OURS, encrypted=False)],
    fails=[(replace(_OURS, encrypted=False), _JOB)],
    reads=[Job],
)
def unencrypted_catalog(catalog: Catalog, world: World) -> Problems:
    """Glue's data catalog is not encrypted with a KMS key.

    ## Why it matters
    Names of databases, tables and columns tell which data there are; no key restricts who reads them.

    ## How to fix
    Turn on metadata encryption in the settings of the catalog.

    ## References
    - https://docs.aws.amazon.com/glue/latest/dg/encrypt-glue-data-catalog.html
    """
    # Each Region has a catalog; it matters where Glue is in use.
    if not catalog.encrypted and world.all(Job, near=catalog):
        yield "metadata encryption is off"


@unencrypted_catalog.risky_fix("roles that use the catalog fail until they may use the key too")
def encrypt_catalog(catalog: Catalog) -> Catalog:
    """Turn on metadata encryption with the key that AWS manages for Glue."""
    return replace(catalog, encrypted=True)


@rule("critical", passes=[_OURS], fails=[replace(_OURS, policy=parse_policy({"Statement": _ANYONE}))])
def public_catalog(catalog: Catalog) -> Problems:
    """Glue's data catalog policy lets anyone in.

    ## Why it matters
    Any AWS account can read which data there are and where, or point tables to data of its own.

    ## How to fix
    Name the accounts and roles that need the catalog as principals, or share by Lake Formation.

    ## References
    - https://docs.aws.amazon.com/glue/latest/dg/security_iam_resource-based-policy-examples.html
    """
    yield from reach.public(catalog.policy, catalog.arn, catalog.account)


@public_catalog.risky_fix("whoever relies on the open statement is refused")
def close_catalog(catalog: Catalog) -> Catalog:
    """Remove the statements that let anyone in from the policy."""
    opening = reach.opening(catalog.policy, catalog.arn, catalog.account)
    return replace(catalog, policy=without_statements(catalog.policy, opening))


catalog_shared_with_other_account = shared_with_other_account.of(Catalog, "Glue's data catalog")
catalog_shared_with_other_organization = shared_with_other_organization.of(Catalog, "Glue's data catalog")
