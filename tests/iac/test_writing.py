"""What is written as code reads back as what was meant."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

from bartizan.engine.catalog import Catalog
from bartizan.iac.read import read_code
from bartizan.iac.write.fix import Language, fix_code, template
from bartizan.model import Resource, judged, plain
from bartizan.policy import PolicyDocument
from bartizan.resources.code_readers import CodeReaders
from bartizan.resources.index import ResourceIndex
from bartizan.resources.writing import CodeWriter, writer_for

INDEX = ResourceIndex.load()
READERS = CodeReaders()
CATALOG = Catalog.load()
FILES = {Language.TERRAFORM: "main.tf", Language.CLOUDFORMATION: "template.yaml"}


def changed(before: Resource, after: Resource) -> frozenset[str]:
    known = before.known()
    return frozenset(name for name, value in after.known().items() if name not in known or known[name] != value)


def cases() -> Iterator[tuple[str, int, Language]]:
    """Each failing sample of a rule with a fix that changes something, in each language that has its type."""
    for name, fix in sorted(CATALOG.fixes.items()):
        for number, sample in enumerate(fix.rule.fails):
            resource, _ = judged(sample)
            fixed = fix.change(resource)
            for language in Language:
                if fixed is not None and written_as(fixed, language):
                    yield name, number, language


def written_as(resource: Resource, language: Language) -> CodeWriter | None:
    return writer_for(INDEX.code_writers, resource, terraform=language is Language.TERRAFORM)


def read_back(text: str, language: Language, kind: type[Resource], folder: Path) -> Resource:
    path = folder / FILES[language]
    path.write_text(text if language is Language.TERRAFORM else template([text]), encoding="utf-8")
    (found,) = (each for each in read_code([path], READERS).resources if type(each) is kind)
    return found


# What the model knows of a part that the code does not say, or says in other words.
NOT_SAID = {
    "field_level_encryption",
    "label",
    "mock",
    "validated",
    "logged",
    "secret_variables",
    "copies",
    "narrowed",
    "access",
}
# What can only be read together with what is not known of the resource.
NOT_READ = {("aws_codebuild_project", "unencrypted"), ("AWS::CodeBuild::Project", "unencrypted")}
# Without it there can be no such resource.
NEVER_EMPTY = {"policy_document"}


def facts(resource: Resource, fields: Collection[str]) -> dict[str, Any]:
    return {name: comparable(getattr(resource, name)) for name in sorted(fields)}


def comparable(value: Any) -> Any:
    if isinstance(value, PolicyDocument):
        return value.statements
    return said(plain(value))


def said(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: said(each) for name, each in value.items() if name not in NOT_SAID}
    if isinstance(value, list):
        return sorted(map(said, value), key=repr)
    return value


@pytest.mark.parametrize(("rule", "number", "language"), list(cases()))
def test_a_fix_as_code_reads_back_as_the_fix(rule: str, number: int, language: Language, tmp_path: Path) -> None:
    fix = CATALOG.fixes[rule]
    resource, _ = judged(fix.rule.fails[number])
    fixed = fix.change(resource)
    writer = written_as(fixed, language)
    assert writer is not None
    fields = changed(resource, fixed)
    code = fix_code([fix], resource, INDEX.code_writers, language)
    if not fields & writer.writes:
        assert not code.written
        assert f"Not written as {language.label}" in code.text
        return
    # Where only what stands alone is to be removed there is nothing to show.
    assert code.written or (not writer.code_type and "\n# Remove the " in code.text)
    if reader := INDEX.code_readers.get(writer.code_type):
        found = read_back(code.text, language, writer.kind, tmp_path)
        read = fields & writer.writes & reader.fields.keys()
        read -= {name for name in read if (writer.code_type, name) in NOT_READ}
        read -= {name for name in read & NEVER_EMPTY if getattr(fixed, name) is None}
        assert facts(found, read) == facts(fixed, read)


LACKING = {
    **dict.fromkeys(
        (
            "codeartifact.packages-can-be-confused cloudformation: open_packages",
            "codeartifact.packages-can-be-confused terraform: open_packages",
        ),
        "code says nothing of single packages",
    ),
    "cognito.tokens-in-the-open cloudformation: insecure_callbacks": "the other addresses are not kept",
    "cognito.tokens-in-the-open terraform: insecure_callbacks": "the other addresses are not kept",
    "ec2.default-group-has-rules cloudformation: egress": "no template can change a default group",
    "ec2.default-group-has-rules cloudformation: ingress": "no template can change a default group",
    "ec2.public-image terraform: public": "the permission stands apart, and is to be removed",
    "ec2.public-snapshot terraform: public": "Terraform cannot make one public",
    "elbv2.plain-http cloudformation: forwarding_rules": "rules stand apart, and are counted only",
    "elbv2.plain-http terraform: forwarding_rules": "rules stand apart, and are counted only",
    "fsx.root-is-root cloudformation: root_squash": "there is no such property",
    **dict.fromkeys(
        (
            "rds.public-cluster-snapshot cloudformation: shared_with",
            "rds.public-snapshot cloudformation: shared_with",
            "rds.shared-cluster-snapshot cloudformation: shared_with",
            "rds.shared-snapshot cloudformation: shared_with",
            "ssm.public-document cloudformation: shared_with",
            "ssm.shared-document cloudformation: shared_with",
        ),
        "no template can share one",
    ),
    "kms.pending-deletion cloudformation: key_state": "only a call takes a deletion back",
    "kms.pending-deletion terraform: key_state": "only a call takes a deletion back",
}
"""What of a fix is read from code but not written, and why; it may only shrink."""


def test_what_is_read_from_code_is_written_too() -> None:
    found = set()
    for name, fix in CATALOG.fixes.items():
        for sample in fix.rule.fails:
            resource, _ = judged(sample)
            fixed = fix.change(resource)
            for language in Language:
                if fixed is None or not (read := readable(type(fixed), language)):
                    continue
                writer = written_as(fixed, language)
                missing = changed(resource, fixed) & read - (writer.writes if writer else frozenset())
                if missing:
                    found.add(f"{name} {language}: {', '.join(sorted(missing))}")
    assert found == set(LACKING)


def readable(kind: type[Resource], language: Language) -> frozenset[str]:
    """The fields that are read of a type from a language."""
    return frozenset(
        name
        for reader in INDEX.code_readers.values()
        if reader.kind is kind and ("::" not in reader.code_type) is (language is Language.TERRAFORM)
        for name in reader.fields
    )
