"""What a baseline is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """For what a baseline is: one account, or an organization."""

    ACCOUNT = "account"
    ORGANIZATION = "organization"


class Stage(StrEnum):
    """Where a piece is applied, in the order in which they are.

    ``LOGGING`` and ``SECURITY`` are accounts of an organization of their own; of a single account all are the same.
    """

    LOGGING = "logging"
    ORGANIZATION = "organization"
    SECURITY = "security"
    ACCOUNT = "account"


class Language(StrEnum):
    """A language of infrastructure code."""

    TERRAFORM = "terraform"
    CLOUDFORMATION = "cloudformation"

    @property
    def suffix(self) -> str:
        """The ending of its files."""
        return ".tf" if self is Language.TERRAFORM else ".yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """Something that the user says: ``kind`` is a type of Terraform; ``default`` is None where it must be said.

    ``question`` asks a person for it.
    """

    name: str
    kind: str
    doc: str
    question: str = ""
    default: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One thing that a baseline sets up: where, for which rules, with which variables.

    ``kinds`` are the baselines that it is part of; ``by_api`` is why some of it has no CloudFormation and is done by a
    plan; ``same_as`` is the piece of another stage whose code it shares.
    """

    id: str
    title: str
    stage: Stage
    rules: tuple[str, ...]
    kinds: tuple[Kind, ...] = (Kind.ACCOUNT, Kind.ORGANIZATION)
    variables: tuple[str, ...] = ()
    by_api: str = ""
    same_as: str = ""
