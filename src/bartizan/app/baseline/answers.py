"""What a user says of a baseline: for what it is, values, and the pieces left out; from a file, or asked for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bartizan.baseline import Kind, Piece, Stage, Variable, pieces, variables
from bartizan.engine.catalog import suggestion
from bartizan.iac.files import read_text
from bartizan.model import InputError

NAME = "baseline.toml"
_LARGEST = 1_000_000
# Subjects end up in lists that are separated by commas, and in texts of JSON.
_SUBJECT = (r'[^\s",\\]+', "a subject without spaces, commas, quotes and backslashes")
_FORMS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "regions": (r"[a-z]{2}(-[a-z]+)+-\d", "the name of a region"),
        "home_region": (r"[a-z]{2}(-[a-z]+)+-\d", "the name of a region"),
        "management_account": (r"\d{12}", "12 digits"),
        "logging_account": (r"\d{12}", "12 digits"),
        "security_account": (r"\d{12}", "12 digits"),
        "organization_id": (r"o-[a-z0-9]{10,32}", "the id of an organization (o-...)"),
        "organization_root": (r"r-[a-z0-9]{4,32}", "the id of a root (r-...)"),
        "notify": (r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address"),
        "security_contact_phone": (r"\+?[0-9 ()./-]{5,25}", "a telephone number"),
        "log_bucket": (r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "a name of a bucket"),
        "log_key_arn": (r"(arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[a-zA-Z0-9-]+)?", "the ARN of a key"),
        "disabled_controls": (r"(fsbp|cis|pci)/[A-Za-z0-9]+\.\d+", "named by a standard and a control (fsbp/IAM.6)"),
        "permission_groups": (r"administrator|auditor|read-only", "named administrator, auditor or read-only"),
        "required_tags": (r"[\w .:/=+@-]{1,128}", "a key of a tag"),
        "github_subjects": _SUBJECT,
        "gitlab_subjects": _SUBJECT,
        "bitbucket_subjects": _SUBJECT,
        "bitbucket_workspace": (r"[\w-]*", "the name of a workspace"),
        "identity_center_arn": (r"(arn:aws[a-z-]*:sso:::instance/[\w.-]+)?", "the ARN of an Identity Center"),
        "trail_log_group": (r"[\w/.#-]{1,512}", "a name of a log group"),
    }
)
"""How the values of some variables must look, of a map its keys, and what that is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a user said: for what the baseline is, values by variable, and the pieces left out with the reason."""

    kind: Kind
    values: Mapping[str, Any] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)

    def pieces(self, stage: Stage | None = None) -> tuple[Piece, ...]:
        """The pieces that are in, of one stage or of all."""
        return tuple(
            each
            for each in pieces().values()
            if self.kind in each.kinds and each.id not in self.left_out and stage in {None, each.stage}
        )

    def wanted(self) -> tuple[Variable, ...]:
        """The variables that some piece takes, in the order in which they stand."""
        names = {name for each in self.pieces() for name in _names(each, self.kind)}
        return tuple(each for name, each in variables().items() if name in names or name == "home_region")

    def value(self, variable: Variable) -> Any:
        """The answer, or else the default."""
        return self.values.get(variable.name, variable.default)


def _names(piece: Piece, kind: Kind) -> tuple[str, ...]:
    # A single account has no organization to ask for.
    return tuple(name for name in piece.variables if kind is Kind.ORGANIZATION or name != "organization_id")


def load_answers(path: Path) -> Answers:
    """The answers in a file; raises ``InputError`` that names what is wrong or missing."""
    text = read_text(path, _LARGEST)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise InputError(f"{path} is no TOML: {wrong}") from None
    return parse_answers(document, str(path))


def parse_answers(document: Mapping[str, Any], source: str) -> Answers:
    """The answers of decoded TOML; raises ``InputError`` that names what is wrong or missing."""
    try:
        kind = Kind(document.get("kind", ""))
    except ValueError:
        raise InputError(f"{source}: kind must be account or organization") from None
    for name in ("values", "left_out"):
        if not isinstance(document.get(name, {}), dict):
            raise InputError(f"{source}: {name} must be a table")
    answers = Answers(kind=kind, values=document.get("values", {}), left_out=document.get("left_out", {}))
    for wrong in _strange(document, answers):
        raise InputError(f"{source}: {wrong}")
    missing = [each.name for each in answers.wanted() if answers.value(each) is None]
    if missing:
        raise InputError(f"{source} lacks values for {', '.join(missing)}")
    for variable in answers.wanted():
        if wrong := _wrong(variable, answers.value(variable)):
            raise InputError(f"{source}: {variable.name} {wrong}")
    regions, home = answers.values.get("regions"), answers.values["home_region"]
    if regions is not None and home not in regions:
        raise InputError(f"{source}: regions must hold the home region {home}")
    return answers


def _strange(document: Mapping[str, Any], answers: Answers) -> Iterator[str]:
    """What stands there that nothing asks for, or without the reason that it needs."""
    for name in set(document) - {"kind", "values", "left_out"}:
        yield f"there is no {name!r} in a baseline; there are kind, values and left_out"
    for name, reason in answers.left_out.items():
        if name not in pieces():
            yield f"left_out names {name!r}, which is no piece{suggestion(name, pieces())}"
        if not isinstance(reason, str) or not reason.strip():
            yield f"left_out.{name} needs the reason, in words"
    for name in answers.values:
        if name not in variables():
            yield f"values names {name!r}, which nothing asks for{suggestion(name, variables())}"


def _wrong(variable: Variable, value: Any) -> str:
    """What is wrong with a value, or nothing."""
    fitting = {
        "string": isinstance(value, str),
        "number": isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value),
        "list(string)": isinstance(value, list) and all(isinstance(each, str) for each in value),
        "map(string)": isinstance(value, dict) and all(isinstance(each, str) for each in value.values()),
    }
    if not fitting[variable.kind]:
        return f"must be a {variable.kind}, and is {value!r}"
    pattern, called = _FORMS.get(variable.name, ("", ""))
    for each in value if isinstance(value, (list, dict)) else [value]:
        if pattern and not re.fullmatch(pattern, str(each)):
            return f"must be {called}, and is {each!r}"
    if variable.name == "disabled_controls":
        return next((f"needs the reason of {name}" for name, reason in value.items() if not reason.strip()), "")
    return ""


def ask(kind: Kind, question: Callable[[str, Any], str]) -> Answers:
    """Ask a person for what has no default; ``question`` takes the words and the default."""
    answers = Answers(kind=kind)
    values: dict[str, Any] = {}
    for each in answers.wanted():
        if each.question:
            text = question(each.question, each.default)
            values[each.name] = _understood(each, text)
    return parse_answers({"kind": str(kind), "values": values}, "the answers")


def _understood(variable: Variable, text: str) -> Any:
    if variable.kind == "number":
        try:
            return float(text) if "." in text else int(text)
        except ValueError:
            raise InputError(f"{text!r} is no number") from None
    if variable.kind == "list(string)":
        return [each.strip() for each in text.split(",") if each.strip()]
    return text.strip()
