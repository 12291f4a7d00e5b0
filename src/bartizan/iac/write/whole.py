"""A resource that lives in AWS as infrastructure code: all that is read of it and that the code can say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from bartizan.iac.write.comments import comments
from bartizan.iac.write.fix import Language, Names, logical_id
from bartizan.iac.write.hcl import block, import_block
from bartizan.iac.write.yaml_ import entries
from bartizan.model import Resource, Unknown
from bartizan.model.resource import BASE_DEFAULTS
from bartizan.resources.writing import Attributes, CodeWriter, Declaration, declare, writer_for

_BROKEN = (LookupError, TypeError, ValueError, AttributeError)

# Parts that Terraform takes over by the id of the resource that they belong to, as the provider's pages on each say.
_BY_OWNER_S_ID = frozenset(
    {
        "aws_backup_vault_lock_configuration",
        "aws_backup_vault_policy",
        "aws_ecr_repository_policy",
        "aws_efs_backup_policy",
        "aws_efs_file_system_policy",
        "aws_kms_key_policy",
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_policy",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_versioning",
        "aws_s3_bucket_website_configuration",
        "aws_secretsmanager_secret_policy",
        "aws_secretsmanager_secret_rotation",
        "aws_sqs_queue_policy",
    }
)


# What AWS tells of these where there is no such part, which Terraform then cannot take over.
_PERHAPS_NONE: Mapping[str, Callable[[Attributes], bool]] = MappingProxyType(
    {
        "aws_efs_backup_policy": lambda part: "ENABLED" not in repr(part),
        "aws_s3_bucket_ownership_controls": lambda part: "ObjectWriter" in repr(part),
        "aws_s3_bucket_public_access_block": lambda part: not any(each is True for each in part.values()),
        "aws_s3_bucket_versioning": lambda part: "Suspended" in repr(part),
    }
)


@dataclass(frozen=True, slots=True)
class WholeCode:
    """The text, whether it holds more than comments, and the types of parts that have no import block."""

    text: str
    written: bool
    without_import: tuple[str, ...] = field(default=())


def whole_code(
    resource: Resource, writers: Iterable[CodeWriter], language: Language, names: Names | None = None
) -> WholeCode:
    """All that is known of a resource and can be written, under comments that say what is not.

    A CloudFormation text is what stands below ``Resources``; what is there stays if the stack goes.
    """
    writer = writer_for(writers, resource, terraform=language is Language.TERRAFORM)
    said = [resource.key]
    if writer is None:
        said.append(f"Not written: {language.label} has no way for this one, or Bartizan does not know it.")
        return WholeCode(comments(said), written=False)
    fields, broken = _writable(writer, resource)
    declared = [each for each in declare(writer, resource, fields) if not each.nothing]
    said += _left_out(resource, writer, fields, broken)
    if not declared:
        return WholeCode(comments([*said, "Nothing of it is set."]), written=False)
    name = (names or Names()).of(resource, language)
    plain = [replace(each, left_out=()) for each in declared]
    if language is Language.CLOUDFORMATION:
        found = ((logical_id(name, each), name, each) for each in plain)
        return WholeCode(f"{comments(said)}\n{entries(found, keep=True)}", written=True)
    without = tuple(dict.fromkeys(each.code_type for each in plain if not _import_id(writer, resource, each)))
    if without:
        said.append(f"Without an import block: {', '.join(without)}. Terraform puts it over what is there.")
    text = "\n\n".join(_terraform(writer, resource, name, plain))
    return WholeCode(f"{comments(said)}\n{text}", written=True, without_import=without)


def _writable(writer: CodeWriter, resource: Resource) -> tuple[frozenset[str], frozenset[str]]:
    """The fields that are known and can be written, and those that are known and cannot."""
    known = writer.writes & resource.known().keys()
    if _can(writer, resource, known):
        return known, frozenset()
    # One that cannot be written may spoil the others.
    good = frozenset(name for name in known if _can(writer, resource, {name}))
    if not _can(writer, resource, good):
        good = frozenset(name for name in good if name in writer.names)
    return good, known - good


def _can(writer: CodeWriter, resource: Resource, fields: Collection[str]) -> bool:
    try:
        terraform = [each for each in declare(writer, resource, fields) if not each.nothing]
        if not writer.terraform:
            entries(((f"It{number}", "It", each) for number, each in enumerate(terraform)), keep=True)
    except (Unknown, *_BROKEN):
        return False
    return True


def _left_out(resource: Resource, writer: CodeWriter, written: frozenset[str], broken: frozenset[str]) -> Iterator[str]:
    own = resource.defaults.keys() - BASE_DEFAULTS.keys()
    known = resource.known().keys() & own
    if others := sorted(known - writer.writes):
        yield f"Read, but not part of this code: {', '.join(others)}."
    if broken:
        yield f"Cannot be written: {', '.join(sorted(broken))}."
    if lacking := sorted(name for name in own - known - written if name in resource.gaps and name in writer.writes):
        yield f"Could not be read: {', '.join(f'{name} ({resource.gaps[name]})' for name in lacking)}."


def _terraform(writer: CodeWriter, resource: Resource, name: str, declared: list[Declaration]) -> Iterator[str]:
    for each in declared:
        if found := _import_id(writer, resource, each):
            yield import_block(each.code_type, name if each.number == 1 else f"{name}_{each.number}", found)
        yield block(each, name)


def _import_id(writer: CodeWriter, resource: Resource, declared: Declaration) -> str:
    """The id by which Terraform takes a block over; empty where it is not known."""
    own = declared.code_type == declared.own
    perhaps_none = _PERHAPS_NONE.get(declared.code_type)
    if writer.import_id is None or not (own or declared.code_type in _BY_OWNER_S_ID):
        return ""
    if perhaps_none and perhaps_none(declared.attributes):
        return ""
    try:
        return writer.import_id(resource)
    except (Unknown, *_BROKEN):
        return ""
