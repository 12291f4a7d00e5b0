"""Baselines as `bartizan baseline init` writes them: with every piece, for an account and for an organization."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bartizan.app.baseline.answers import Answers, parse_answers
from bartizan.app.baseline.code import files
from bartizan.baseline import Kind, Language, pieces, text_of
from bartizan.iac.hcl.syntax import Body, Part, hcl_parser, read_body

VALUES: Mapping[str, Any] = {
    "home_region": "eu-west-1",
    "regions": ["eu-west-1", "us-east-1"],
    "notify": "security@example.com",
    "security_contact_phone": "+43 1 234567",
    "log_bucket": "acme-logs",
    "log_key_arn": "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012",
    "budget": 500,
    "github_subjects": ["repo:acme/shop:ref:refs/heads/main"],
    "disabled_controls": {"fsbp/IAM.6": "root has no hardware token"},
    "organization_id": "o-abcdefghij",
    "organization_root": "r-abcd",
    "security_account": "222233334444",
    "permission_groups": {"administrator": "Platform"},
}
OF_ORGANIZATIONS = ("organization_id", "organization_root", "security_account", "permission_groups")


def answers(kind: Kind, left_out: Mapping[str, str] | None = None, **values: Any) -> Answers:
    """Answers with all that a baseline may be told."""
    named = {name: each for name, each in VALUES.items() if kind is Kind.ORGANIZATION or name not in OF_ORGANIZATIONS}
    return parse_answers({"kind": str(kind), "values": {**named, **values}, "left_out": left_out or {}}, "the test")


def write(given: Answers, folder: Path) -> Path:
    """Write a baseline into a folder, as the command does."""
    for name, text in files(given).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


def bodies(given: Answers) -> Iterator[tuple[str, Body]]:
    """Path and body of each Terraform file."""
    parser = hcl_parser()
    return ((name, read_body(text, name, parser)) for name, text in files(given).items() if name.endswith(".tf"))


def named(part: Part) -> str:
    """The type of a resource or data block, as the provider's names have it."""
    return f"data.{part.labels[0]}" if part.type == "data" else part.labels[0]


def types_of_the_baseline() -> set[str]:
    """The types that the pieces name."""
    parser = hcl_parser()
    texts = [text for each in pieces().values() if (text := text_of(each, Language.TERRAFORM))]
    parts = (part for text in texts for part in read_body(text, "a piece", parser).blocks)
    return {named(each) for each in parts if each.type in {"resource", "data"}}
