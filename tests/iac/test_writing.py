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
NOT_SAID = {"label", "mock", "validated", "logged", "secret_variables", "copies", "narrowed", "access"}
# What the project does not read from such code, or only together with what it does not know of the resource.
NOT_READ = {
    ("aws_codebuild_project", "unencrypted"),
    ("AWS::CodeBuild::Project", "unencrypted"),
    ("AWS::Config::ConfigurationRecorder", "recording"),
    ("aws_elb", "tls_versions"),
    ("AWS::ElasticLoadBalancing::LoadBalancer", "tls_versions"),
    ("AWS::ApiGateway::RestApi", "security_policy"),
    *((kind, f"password_last_{what}") for kind in ("aws_iam_user", "AWS::IAM::User") for what in ("changed", "used")),
}


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
    if writer.code_type in INDEX.code_readers:
        found = read_back(code.text, language, writer.kind, tmp_path)
        read = {name for name in fields & writer.writes if (writer.code_type, name) not in NOT_READ}
        assert facts(found, read) == facts(fixed, read)


LACKING = {
    "apigateway.old-tls-on-own-address terraform: security_policy": "the provider has no such attribute",
    "cognito.tokens-in-the-open cloudformation: insecure_callbacks": "the other addresses are not kept",
    "cognito.tokens-in-the-open terraform: insecure_callbacks": "the other addresses are not kept",
    "ec2.default-group-has-rules cloudformation: egress": "no template can change a default group",
    "ec2.default-group-has-rules cloudformation: ingress": "no template can change a default group",
    **dict.fromkeys(
        ("ec2.route-leads-nowhere cloudformation: routes", "ec2.route-leads-nowhere terraform: routes"),
        "only AWS knows what a route leads to is gone",
    ),
    **dict.fromkeys(
        (
            "ec2.imdsv2-not-default cloudformation: default_http_tokens",
            "ec2.no-ebs-encryption-by-default cloudformation: ebs_encryption_by_default",
            "ec2.public-images-possible cloudformation: image_block_public_access",
            "ec2.serial-console-enabled cloudformation: serial_console_access",
        ),
        "of a region's settings templates have one only",
    ),
    "ec2.public-image terraform: public": "the permission stands apart, and is to be removed",
    "ec2.public-snapshot terraform: public": "Terraform cannot make one public",
    "elb.desync-only-watched cloudformation: desync_mitigation_mode": "there is no such property",
    **dict.fromkeys(
        ("iam.unused-access-key cloudformation: access_keys", "iam.unused-access-key terraform: access_keys"),
        "code does not name keys by number",
    ),
    **dict.fromkeys(
        (
            "kms.pending-deletion cloudformation: deletion_date, key_state",
            "kms.pending-deletion terraform: deletion_date, key_state",
        ),
        "only a call takes a deletion back",
    ),
    "elbv2.plain-http cloudformation: forwarding_rules": "rules stand apart, and are counted only",
    "elbv2.plain-http terraform: forwarding_rules": "rules stand apart, and are counted only",
}
"""What of a fix is not written although code has its type, and why; it may only shrink."""


def test_few_fixes_are_not_written_as_code() -> None:
    """Fixes of types that code has are written whole."""
    readable = {(each.kind, "::" not in each.code_type) for each in INDEX.code_readers.values()}
    found = set()
    for name, fix in CATALOG.fixes.items():
        for sample in fix.rule.fails:
            resource, _ = judged(sample)
            fixed = fix.change(resource)
            for language in Language:
                if fixed is None or (type(fixed), language is Language.TERRAFORM) not in readable:
                    continue
                writer = written_as(fixed, language)
                missing = changed(resource, fixed) - (writer.writes if writer else frozenset())
                if missing:
                    found.add(f"{name} {language}: {', '.join(sorted(missing))}")
    assert found == set(LACKING)
