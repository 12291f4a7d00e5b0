"""Checks of Amazon Elastic Container Registry."""

from __future__ import annotations

from bartizan.model import Problems, World, replace, rule
from bartizan.policy import parse_policy, reach
from bartizan.policy.removal import without_statements
from bartizan.resources.ecr import Registry, Repository, scans
from bartizan.resources.kms import customer_managed
from bartizan.rules.outsiders import shared_with_other_account, shared_with_other_organization

_ANYONE = {"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage", "Resource": "*"}
_OURS = {**_ANYONE, "Principal": {"AWS": "arn:aws:iam::111122223333:role/build"}}
_PARTNER = {**_ANYONE, "Principal": {"AWS": "arn:aws:iam::444455556666:root"}}
_PUSHES = {**_PARTNER, "Action": ["ecr:PutImage", "ecr:InitiateLayerUpload"]}
_SHARED = parse_policy({"Statement": _PARTNER})
_EVERY_REPOSITORY = "arn:aws:ecr:eu-west-1:111122223333:repository/*"
_NAMED = ""
"""A registry's policy is about its repositories, so those that it names are asked about, not the registry's ARN."""


@rule(
    "medium",
    passes=[
        (Repository(repository_name="shop/web", scan_on_push=True), Registry()),
        (Repository(repository_name="shop/web", scan_on_push=False), Registry(scanned=("shop/*",))),
        (Repository(repository_name="shop/web", scan_on_push=False), Registry(scan_type="ENHANCED", scanned=("shop",))),
    ],
    fails=[
        (Repository(repository_name="shop/web", scan_on_push=False), Registry(scanned=("bank/*",))),
        (Repository(repository_name="shop/web", scan_on_push=True), Registry(scan_type="ENHANCED")),
    ],
    reads=[Registry],
)
def images_not_scanned(repository: Repository, world: World) -> Problems:
    """Images in a repository are not scanned for known flaws.

    ## Why it matters
    Images are built once and run for months; what is found in their packages meanwhile stays unseen.

    ## How to fix
    Turn on enhanced scanning for the registry, with continuous scanning of all repositories, or scan on push.

    ## References
    - https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html
    """
    registries = world.all(Registry, near=repository)
    if any(scans(each, repository.repository_name) for each in registries):
        return
    # Enhanced scanning takes the place of basic scanning, and of what repositories say of it.
    if any(each.scan_type == "ENHANCED" for each in registries):
        yield "no filter of the registry's enhanced scanning matches it"
    elif not repository.scan_on_push:
        yield "neither the repository nor the registry has its images scanned on push"


@rule(
    "medium",
    passes=[Repository(image_tag_mutability="IMMUTABLE"), Repository(image_tag_mutability="IMMUTABLE_WITH_EXCLUSION")],
    fails=[Repository(image_tag_mutability="MUTABLE"), Repository(image_tag_mutability="MUTABLE_WITH_EXCLUSION")],
)
def tags_can_be_moved(repository: Repository) -> Problems:
    """Image tags can be moved to another image.

    ## Why it matters
    Whoever can push may put another image in the place of one that was tested, and the next deployment runs it.

    ## How to fix
    Make tags immutable, and give each build a tag of its own.

    ## References
    - https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
    """
    if not repository.image_tag_mutability.startswith("IMMUTABLE"):
        yield f"tag mutability is {repository.image_tag_mutability}"


@tags_can_be_moved.risky_fix("builds that push to a tag that is there already, such as latest, fail")
def make_tags_immutable(repository: Repository) -> Repository:
    """Make image tags immutable."""
    return replace(repository, image_tag_mutability="IMMUTABLE")


@rule("low", passes=[Repository(lifecycle_policy=True)], fails=[Repository(lifecycle_policy=False)])
def no_lifecycle_policy(repository: Repository) -> Problems:
    """Repository keeps its images for ever.

    ## Why it matters
    Old images, with all their known flaws, stay ready to be run, and what each holds can still be read.

    ## How to fix
    Add a lifecycle policy that expires untagged images and keeps as many of the others as you may have to go back to.

    ## References
    - https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
    """
    if not repository.lifecycle_policy:
        yield "no lifecycle policy expires old images"


@rule(
    "high",
    passes=[Repository(), Repository(policy=parse_policy({"Statement": _OURS}))],
    fails=[Repository(policy=parse_policy({"Statement": _ANYONE}))],
)
def public_repository(repository: Repository) -> Problems:
    """Repository policy lets anyone in.

    ## Why it matters
    Every AWS account can pull the images with the code in them or, where it may push, have you run its own.

    ## How to fix
    Name accounts or roles as principals, or restrict the statement to your organization by `aws:PrincipalOrgID`.

    ## References
    - https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
    """
    yield from reach.public(repository.policy, repository.arn, repository.account)


@public_repository.risky_fix("whoever relies on the open statement is refused")
def close_repository(repository: Repository) -> Repository:
    """Remove the statements that let anyone in from the repository policy."""
    opening = reach.opening(repository.policy, repository.arn, repository.account)
    return replace(repository, policy=without_statements(repository.policy, opening))


@rule(
    "high",
    passes=[Repository(account="111122223333", policy=_SHARED)],
    fails=[Repository(account="111122223333", policy=parse_policy({"Statement": _PUSHES}))],
)
def others_may_push(repository: Repository, *, trusted_accounts: tuple[str, ...] = ()) -> Problems:
    """Another account may push images.

    ## Why it matters
    What that account pushes runs in yours, so a break-in there is one here.

    ## How to fix
    Let other accounts pull only, or have them push to a repository of theirs from which yours is filled after a scan.

    ## Parameters
    - `trusted_accounts`: accounts of yours, 12 digits each. The scan of an organization adds its own.

    ## References
    - https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
    """
    for each in reach.other_accounts(
        repository.policy, repository.arn, repository.account, ["ecr:PutImage"], trusted=trusted_accounts
    ):
        yield f"{each} may push images"


@rule(
    "info",
    passes=[
        Repository(account="111122223333"),
        Repository(account="111122223333", policy=_SHARED, kms_key="arn:aws:kms:eu-west-1:111122223333:key/1"),
    ],
    fails=[Repository(account="111122223333", policy=_SHARED)],
    advice=True,
)
def shared_without_own_key(repository: Repository) -> Problems:
    """Repository is shared with another account, but not under a key of yours.

    ## Why it matters
    The policy of your own key is a second door, which stays shut where the first was opened by mistake.

    ## How to fix
    Make a new repository under a customer managed key and move the images; the key of a repository cannot be changed.

    ## References
    - https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
    """
    if not customer_managed(repository.kms_key):
        for each in reach.other_accounts(repository.policy, repository.arn, repository.account):
            yield f"{each} has access, and no key of yours stands in between"


@rule(
    "high",
    passes=[Registry(), Registry(policy=parse_policy({"Statement": _OURS}))],
    fails=[
        Registry(policy=parse_policy({"Statement": {**_ANYONE, "Action": "ecr:CreateRepository"}})),
        Registry(
            arn="arn:aws:ecr:eu-west-1:111122223333:registry",
            policy=parse_policy(
                {"Statement": {**_ANYONE, "Action": "ecr:ReplicateImage", "Resource": _EVERY_REPOSITORY}}
            ),
        ),
    ],
)
def public_registry(registry: Registry) -> Problems:
    """Registry policy lets anyone in.

    ## Why it matters
    Any AWS account can replicate images into the registry, or fill it through the pull-through cache.

    ## How to fix
    Name the accounts that replicate as principals.

    ## References
    - https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html
    """
    yield from reach.public(registry.policy, _NAMED, registry.account)


@public_registry.risky_fix("replication that relies on the open statement stops")
def close_registry(registry: Registry) -> Registry:
    """Remove the statements that let anyone in from the registry policy."""
    opening = reach.opening(registry.policy, _NAMED, registry.account)
    return replace(registry, policy=without_statements(registry.policy, opening))


repository_shared_with_other_account = shared_with_other_account.of(Repository, "ECR repository")
repository_shared_with_other_organization = shared_with_other_organization.of(Repository, "ECR repository")
