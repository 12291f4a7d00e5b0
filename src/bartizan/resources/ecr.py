"""Amazon Elastic Container Registry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from bartizan.model import Resource, field, resource
from bartizan.policy import PolicyDocument, parse_policy
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Call, Detail, Item, Listing, Reader, Reply
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags


@resource("AWS::ECR::Repository", name="repository_name")
class Repository(Resource):
    """A private repository of container images."""

    repository_name: str = field("Its name.")
    scan_on_push: bool = field("Whether basic scanning looks at each image that is pushed.", default=True)
    image_tag_mutability: str = field("`MUTABLE`, `IMMUTABLE`, or one of them with exceptions.", default="IMMUTABLE")
    kms_key: str | None = field("The KMS key that encrypts it; null for a key of S3.", default=None)
    lifecycle_policy: bool = field("Whether a policy removes old images.", default=True)
    policy: PolicyDocument | None = field("Its resource policy.", default=None)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


@resource("AWS::ECR::Registry")
class Registry(Resource):
    """An account's private registry in one region."""

    scan_type: str = field("`BASIC`, or `ENHANCED` by Amazon Inspector.", default="BASIC")
    scanned: tuple[str, ...] = field(
        "The names of repositories that are scanned by themselves, with stars.", default=()
    )
    policy: PolicyDocument | None = field("Its policy.", default=None)


def scans(registry: Registry, name: str) -> bool:
    """Whether the registry itself sees to it that a repository is scanned.

    Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-filters.html
    """
    return any(fnmatchcase(name, each if "*" in each else f"*{each}*") for each in registry.scanned)


def _scanned(item: Item) -> Iterator[str]:
    for each in item["scanningConfiguration"].get("rules") or ():
        if each["scanFrequency"] != "MANUAL":
            yield from (one["filter"] for one in each["repositoryFilters"])


def _policy(reply: Reply) -> PolicyDocument:
    return parse_policy(reply["policyText"])


REPOSITORIES = Reader(
    Repository,
    listing=Listing(
        Call("ecr:DescribeRepositories"),
        items="repositories",
        params={"maxResults": 1000},
        fields={
            "repository_name": lambda item: item["repositoryName"],
            "scan_on_push": lambda item: (item.get("imageScanningConfiguration") or {}).get("scanOnPush", False),
            "image_tag_mutability": lambda item: item["imageTagMutability"],
            "kms_key": lambda item: (item.get("encryptionConfiguration") or {}).get("kmsKey"),
        },
    ),
    arn=lambda item, _: item["repositoryArn"],
    details=(
        Detail(
            Call("ecr:GetRepositoryPolicy"),
            params=lambda item: {"repositoryName": item["repositoryName"]},
            fields={"policy": _policy},
            absent={"RepositoryPolicyNotFoundException": {"policy": None}},
        ),
        Detail(
            Call("ecr:GetLifecyclePolicy"),
            params=lambda item: {"repositoryName": item["repositoryName"]},
            fields={"lifecycle_policy": lambda reply: bool(reply["lifecyclePolicyText"])},
            absent={"LifecyclePolicyNotFoundException": {"lifecycle_policy": False}},
        ),
        Detail(
            Call("ecr:ListTagsForResource"),
            params=lambda item: {"resourceArn": item["repositoryArn"]},
            fields={"tags": lambda reply: tags_in(reply.get("tags") or ())},
        ),
    ),
)

REGISTRIES = Reader(
    Registry,
    listing=Listing(
        Call("ecr:GetRegistryScanningConfiguration"),
        items=lambda reply: [reply],
        fields={
            "scan_type": lambda item: item["scanningConfiguration"].get("scanType", "BASIC"),
            "scanned": lambda item: tuple(sorted(_scanned(item))),
        },
    ),
    arn=lambda _, scope: scope.arn("ecr", "registry"),
    details=(
        Detail(
            Call("ecr:GetRegistryPolicy"),
            params=lambda _: {},
            fields={"policy": _policy},
            absent={"RegistryPolicyNotFoundException": {"policy": None}},
        ),
    ),
)


def _tf_policy(block: Block) -> PolicyDocument | None:
    part = block.part("aws_ecr_repository_policy")
    return parse_policy(part.plain("policy")) if part else None


def _tf_first(block: Block, name: str) -> Block:
    nested = block.get(name)
    return nested[0] if nested else Block({})


TERRAFORM_REPOSITORY = CodeReader(
    "aws_ecr_repository",
    Repository,
    parts={"aws_ecr_repository_policy": "repository", "aws_ecr_lifecycle_policy": "repository"},
    defaulted={"aws_ecr_repository": ("encryption_configuration.kms_key", "tags_all")},
    fields={
        "repository_name": lambda block: block["name"],
        "scan_on_push": lambda block: bool(_tf_first(block, "image_scanning_configuration").get("scan_on_push")),
        "image_tag_mutability": lambda block: block.get("image_tag_mutability", "MUTABLE"),
        "kms_key": lambda block: _key(_tf_first(block, "encryption_configuration"), "encryption_type", "kms_key"),
        "lifecycle_policy": lambda block: block.part("aws_ecr_lifecycle_policy") is not None,
        "policy": _tf_policy,
        "tags": terraform_tags,
    },
)


def _key(settings: Block, kind: str, key: str) -> str | None:
    # Without a key, ECR makes one by the alias of its own.
    return settings.get(key) or ("alias/aws/ecr" if str(settings.get(kind, "")).startswith("KMS") else None)


def _cfn_policy(block: Block) -> PolicyDocument | None:
    text = block.plain("RepositoryPolicyText")
    return parse_policy(text) if text else None


CLOUDFORMATION_REPOSITORY = CodeReader(
    "AWS::ECR::Repository",
    Repository,
    fields={
        "repository_name": lambda block: block["RepositoryName"],
        "scan_on_push": lambda block: _true(block.get("ImageScanningConfiguration", {}).get("ScanOnPush", False)),
        "image_tag_mutability": lambda block: block.get("ImageTagMutability", "MUTABLE"),
        "kms_key": lambda block: _key(block.get("EncryptionConfiguration", Block({})), "EncryptionType", "KmsKey"),
        "lifecycle_policy": lambda block: "LifecyclePolicy" in block,
        "policy": _cfn_policy,
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)


def _true(value: object) -> bool:
    return str(value).lower() == "true"


def _filters(block: Block, rules: str, frequency: str, filters: str, name: str) -> tuple[str, ...]:
    automatic = (each for each in block.get(rules, ()) if each[frequency] != "MANUAL")
    return tuple(sorted(one[name] for each in automatic for one in each[filters]))


TERRAFORM_REGISTRY = CodeReader(
    "aws_ecr_registry_scanning_configuration",
    Registry,
    fields={
        "scan_type": lambda block: block["scan_type"],
        "scanned": lambda block: _filters(block, "rule", "scan_frequency", "repository_filter", "filter"),
    },
)

TERRAFORM_REGISTRY_POLICY = CodeReader(
    "aws_ecr_registry_policy", Registry, fields={"policy": lambda block: parse_policy(block["policy"])}
)

CLOUDFORMATION_REGISTRY = CodeReader(
    "AWS::ECR::RegistryScanningConfiguration",
    Registry,
    fields={
        "scan_type": lambda block: block["ScanType"],
        "scanned": lambda block: _filters(block, "Rules", "ScanFrequency", "RepositoryFilters", "Filter"),
    },
)

CLOUDFORMATION_REGISTRY_POLICY = CodeReader(
    "AWS::ECR::RegistryPolicy", Registry, fields={"policy": lambda block: parse_policy(block.plain("PolicyText"))}
)
