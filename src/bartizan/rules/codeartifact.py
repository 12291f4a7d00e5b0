"""Checks of AWS CodeArtifact."""

from __future__ import annotations

from bartizan.model import Problems, replace, rule
from bartizan.policy import parse_policy, reach
from bartizan.policy.removal import without_statements
from bartizan.resources.codeartifact import Domain, Repository, takes_packages
from bartizan.rules.outsiders import shared_with_other_organization

_ANYONE = {"Effect": "Allow", "Principal": "*", "Action": "codeartifact:*", "Resource": "*"}
_PARTNER = {**_ANYONE, "Principal": {"AWS": "arn:aws:iam::444455556666:root"}}
_INSIDE = {**_ANYONE, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}}
_OPEN = parse_policy({"Statement": _ANYONE})
_SHARED = parse_policy({"Statement": _PARTNER})
_OURS = parse_policy({"Statement": _INSIDE})
_DOMAIN = Domain(domain_name="shop", account="111122223333")
_REPOSITORY = Repository(repository_name="shop", account="111122223333")
_SHOWN = 5


@rule(
    "critical",
    passes=[_DOMAIN, replace(_DOMAIN, permissions_policy_document=_OURS)],
    fails=[replace(_DOMAIN, permissions_policy_document=_OPEN)],
)
def public_domain(domain: Domain) -> Problems:
    """CodeArtifact domain policy lets anyone in.

    ## Why it matters
    Any AWS account can get a token for the domain, and what follows turns on its repositories alone.

    ## How to fix
    Name the accounts that build with the packages, or restrict the statement with `aws:PrincipalOrgID`.

    ## References
    - https://docs.aws.amazon.com/codeartifact/latest/ug/domain-policies.html
    """
    yield from reach.public(domain.permissions_policy_document, domain.arn, domain.account)


@public_domain.risky_fix("whoever relies on the open statement is refused")
def close_domain(domain: Domain) -> Domain:
    """Remove the statements that let anyone in from the domain's policy."""
    document = domain.permissions_policy_document
    opening = reach.opening(document, domain.arn, domain.account)
    return replace(domain, permissions_policy_document=without_statements(document, opening))


@rule(
    "low",
    advice=True,
    passes=[_DOMAIN, replace(_DOMAIN, permissions_policy_document=_OURS)],
    fails=[replace(_DOMAIN, permissions_policy_document=_SHARED)],
)
def shared_domain(domain: Domain, *, trusted_accounts: tuple[str, ...] = ()) -> Problems:
    """CodeArtifact domain is shared with another account.

    ## Why it matters
    Who may create repositories in it puts packages where your builds look for them.

    ## How to fix
    Name single roles of the other account, with the least of actions, and say in your records what it is for.

    ## Parameters
    - `trusted_accounts`: accounts of yours, 12 digits each. The scan of an organization adds its own.

    ## References
    - https://docs.aws.amazon.com/codeartifact/latest/ug/domain-policies.html
    """
    for each in reach.other_accounts(
        domain.permissions_policy_document, domain.arn, domain.account, trusted=trusted_accounts
    ):
        yield f"{each} has access"


@rule(
    "critical",
    passes=[_REPOSITORY, replace(_REPOSITORY, permissions_policy_document=_OURS)],
    fails=[replace(_REPOSITORY, permissions_policy_document=_OPEN)],
)
def public_repository(repository: Repository) -> Problems:
    """CodeArtifact repository policy lets anyone in.

    ## Why it matters
    Any AWS account can read your own packages, or publish versions that your builds run.

    ## How to fix
    Name the accounts and roles that read and publish packages, or restrict the statement with `aws:PrincipalOrgID`.

    ## References
    - https://docs.aws.amazon.com/codeartifact/latest/ug/repo-policies.html
    """
    yield from reach.public(repository.permissions_policy_document, repository.arn, repository.account)


@public_repository.risky_fix("whoever relies on the open statement is refused")
def close_repository(repository: Repository) -> Repository:
    """Remove the statements that let anyone in from the repository's policy."""
    document = repository.permissions_policy_document
    opening = reach.opening(document, repository.arn, repository.account)
    return replace(repository, permissions_policy_document=without_statements(document, opening))


@rule(
    "low",
    advice=True,
    passes=[_REPOSITORY, replace(_REPOSITORY, permissions_policy_document=_OURS)],
    fails=[replace(_REPOSITORY, permissions_policy_document=_SHARED)],
)
def shared_repository(repository: Repository, *, trusted_accounts: tuple[str, ...] = ()) -> Problems:
    """CodeArtifact repository is shared with another account.

    ## Why it matters
    Who may publish there runs code in your builds; who may read has your own packages.

    ## How to fix
    Let other accounts read only, by role, and let none but your pipelines publish.

    ## Parameters
    - `trusted_accounts`: accounts of yours, 12 digits each. The scan of an organization adds its own.

    ## References
    - https://docs.aws.amazon.com/codeartifact/latest/ug/repo-policies.html
    """
    for each in reach.other_accounts(
        repository.permissions_policy_document, repository.arn, repository.account, trusted=trusted_accounts
    ):
        yield f"{each} has access"


@rule(
    "high",
    passes=[
        replace(_REPOSITORY, external_connections=("public:npmjs",)),
        replace(_REPOSITORY, open_packages=("npm:orders",)),
    ],
    fails=[
        replace(_REPOSITORY, external_connections=("public:npmjs",), open_packages=("npm:orders",)),
        replace(_REPOSITORY, upstreams=("npm-store",), open_packages=("npm:orders",)),
    ],
)
def packages_can_be_confused(repository: Repository) -> Problems:
    """CodeArtifact repository has packages that may be published here and come from upstream as well.

    ## Why it matters
    Whoever puts a package of that name with a higher version into the public registry has your builds run it.

    ## How to fix
    In the origin controls of your own packages block upstream; in those of others' packages block publishing.

    ## References
    - https://docs.aws.amazon.com/codeartifact/latest/ug/package-origin-controls.html
    """
    if takes_packages(repository) and repository.open_packages:
        some = ", ".join(repository.open_packages[:_SHOWN])
        more = len(repository.open_packages) - _SHOWN
        sources = ", ".join((*repository.external_connections, *repository.upstreams))
        yield f"{some}{f' and {more} more' if more > 0 else ''} may also come from {sources}"


@packages_can_be_confused.risky_fix("new versions of packages that are not yours do not come from upstream any more")
def block_upstream(repository: Repository) -> Repository:
    """Block upstream in the origin controls of these packages."""
    return replace(repository, open_packages=())


@rule(
    "info",
    advice=True,
    passes=[_REPOSITORY, replace(_REPOSITORY, external_connections=("public:pypi",))],
    fails=[replace(_REPOSITORY, external_connections=("public:pypi",), upstreams=("own",))],
)
def mixes_own_and_public(repository: Repository) -> Problems:
    """Own packages and a public registry meet in one CodeArtifact repository.

    ## Why it matters
    A package of a public registry enters by the same door as your own, and nobody sees which is which.

    ## How to fix
    Consider a repository that is connected to the public registry and holds nothing else, as upstream of the others.

    ## References
    - https://docs.aws.amazon.com/codeartifact/latest/ug/external-connection.html
    """
    if repository.external_connections and repository.upstreams:
        yield f"it is connected to {', '.join(repository.external_connections)}, and takes from other repositories too"


domain_shared_with_other_organization = shared_with_other_organization.of(Domain, "CodeArtifact domain")
repository_shared_with_other_organization = shared_with_other_organization.of(Repository, "CodeArtifact repository")
