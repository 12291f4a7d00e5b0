"""What AWS answers, written as code in full, reads back as the same resource."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bartizan.iac.write.fix import Language
from bartizan.iac.write.hcl import block
from bartizan.iac.write.yaml_ import resources
from bartizan.model import Resource
from bartizan.resources.writing import Unwritable, declare
from contracts.test_contracts import CONTRACTS, from_aws
from iac.test_writing import INDEX, NOT_READ, facts, read_back, written_as

# What code says only together with what the model does not hold of the resource.
NOT_ALONE = {
    "apigateway.Stage": {"unencrypted_cache"},
    "apigateway.UsagePlan": {"unthrottled"},
    "cloudfront.Distribution": {"origins"},
    "ec2.RouteTable": {"route_table_id", "routes"},
    "efs.FileSystem": {"file_system_name"},
    "fsx.FileSystem": {"file_system_name"},
    "glue.Connection": {"enforces_tls"},
    "iam.User": {"password_enabled"},
    "lambda.Function": {"policy"},
}
# Null says that there is no such thing, which code says by something else.
NOT_NULL = {"encryption_key", "enable_key_rotation"}


def in_full(resource: Resource, language: Language) -> str:
    """All that is known of a resource and can be written."""
    writer = written_as(resource, language)
    assert writer is not None
    known = writer.writes & resource.known().keys()
    declared = [each for each in declare(writer, resource, known) if not each.nothing]
    if language is Language.TERRAFORM:
        return "\n\n".join(block(each, "it") for each in declared)
    return resources(
        ("It" if each.own == each.code_type else f"It{number}", "It", each) for number, each in enumerate(declared)
    )


def cases() -> Iterator[tuple[str, Language]]:
    for contract in CONTRACTS:
        for language in Language:
            writers = [each for each in INDEX.code_writers if each.kind is INDEX.types[contract]]
            if any(each.terraform is (language is Language.TERRAFORM) for each in writers):
                yield contract, language


@pytest.mark.parametrize(("contract", "language"), list(cases()))
def test_what_aws_answers_reads_back_from_the_code_it_is_written_as(
    contract: str, language: Language, tmp_path: Path
) -> None:
    for resource in from_aws(contract):
        writer = written_as(resource, language)
        if writer is None or (reader := INDEX.code_readers.get(writer.code_type)) is None:
            continue
        try:
            text = in_full(resource, language)
        except Unwritable:
            continue
        found = read_back(text, language, writer.kind, tmp_path)
        read = writer.writes & reader.fields.keys() & resource.known().keys()
        read -= {name for name in read if (writer.code_type, name) in NOT_READ}
        read -= NOT_ALONE.get(contract, set())
        read -= {name for name in read & NOT_NULL if getattr(resource, name) is None}
        assert facts(found, read) == facts(resource, read)
