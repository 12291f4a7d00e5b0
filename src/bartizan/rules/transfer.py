"""Checks of AWS Transfer Family."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.resources.transfer import Server

_OLD = ("TransferSecurityPolicy-2018-11", "TransferSecurityPolicy-2020-06", "TransferSecurityPolicy-FIPS-2020-06")


@rule("high", passes=[Server()], fails=[Server(protocols=("FTP", "SFTP"))])
def plain_ftp(server: Server) -> Problems:
    """Transfer server speaks FTP in plain text.

    ## Why it matters
    Passwords and files can be read and changed on the way.

    ## How to fix
    Take FTP out of its protocols, and let clients use SFTP or FTPS.

    ## References
    - https://docs.aws.amazon.com/transfer/latest/userguide/create-server-ftp.html
    """
    if "FTP" in server.protocols:
        yield "FTP is among its protocols"


@rule("medium", passes=[Server()], fails=[Server(security_policy_name="TransferSecurityPolicy-2018-11")])
def old_ciphers(server: Server) -> Problems:
    """Transfer server accepts old ciphers.

    ## Why it matters
    Key exchange and signatures by SHA-1 can be broken by an attacker on the way.

    ## How to fix
    Choose the newest security policy that your partners' clients can do.

    ## References
    - https://docs.aws.amazon.com/transfer/latest/userguide/security-policies.html
    """
    if server.security_policy_name in _OLD:
        yield f"its security policy is {server.security_policy_name}"


@old_ciphers.risky_fix("clients that know only the old ciphers cannot connect any more")
def newer_ciphers(server: Server) -> Server:
    """Choose a security policy of 2024."""
    fips = "FIPS-" if "FIPS" in server.security_policy_name else ""
    return replace(server, security_policy_name=f"TransferSecurityPolicy-{fips}2024-01")


@rule("medium", passes=[Server()], fails=[Server(logging=False)])
def no_logs(server: Server) -> Problems:
    """Transfer server writes no logs.

    ## Why it matters
    After an incident nobody can tell who signed in, or which files were taken.

    ## How to fix
    Give it a log group for structured logs.

    ## References
    - https://docs.aws.amazon.com/transfer/latest/userguide/structured-logging.html
    """
    if not server.logging:
        yield "logging is off"


@rule("low", passes=[Server()], fails=[Server(endpoint_type="PUBLIC")], advice=True)
def public_endpoint(server: Server) -> Problems:
    """Transfer server takes connections from everywhere.

    ## Why it matters
    No security group can hold back those who guess passwords.

    ## How to fix
    Move its endpoint into a VPC, with fixed addresses for partners and a security group that lets in only theirs.

    ## References
    - https://docs.aws.amazon.com/transfer/latest/userguide/create-server-in-vpc.html
    """
    if server.endpoint_type == "PUBLIC":
        yield "its endpoint is public"
