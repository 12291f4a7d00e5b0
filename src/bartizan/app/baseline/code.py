"""The files of a baseline: the code of each stage in both languages, the answers, and how to go on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from bartizan.app.baseline.answers import NAME, Answers
from bartizan.app.baseline.cloudformation import cloudformation, how_to_deploy
from bartizan.baseline import Kind, Language, Piece, Stage, Variable, pieces, stages, text_of, variables


def files(answers: Answers) -> dict[str, str]:
    """All files of the baseline by path: the answers, a README, and the code of each stage in both languages."""
    found = {NAME: _answers_text(answers), "README.md": _readme(answers)}
    for stage in stages(answers.kind):
        chosen = answers.pieces(stage)
        if chosen:
            found |= _terraform(answers, stage, chosen)
            found |= cloudformation(answers, stage, _codes(answers, chosen, Language.CLOUDFORMATION).values())
    return found


_VERSIONS = """\
terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = var.home_region
}
"""


def stale(answers: Answers) -> set[str]:
    """The files that a baseline has, and this one has not: those of pieces that are left out, or of another kind."""
    possible = {
        f"terraform/{stage}/{name}"
        for stage in Stage
        for name in ("versions.tf", "variables.tf", "terraform.tfvars.json", *(f"{each}.tf" for each in pieces()))
    }
    possible |= {
        f"cloudformation/{name}{ending}" for name in (*Stage, "stack-set") for ending in (".yaml", ".parameters.json")
    }
    return possible - set(files(answers))


# A line that is there for the sake of other pieces ends in "# with ID ...": it stays where one of them is in.
_WITH = re.compile(r"[ ]+# with (?P<names>[a-z -]+)$")


def _code(piece: Piece, language: Language, present: Iterable[str]) -> str | None:
    """The code of a piece beside those that are present, by id; None where it has none in this language."""
    text = text_of(piece, language)
    if text is None:
        return None
    lines = []
    for line in text.splitlines():
        found = _WITH.search(line)
        if found is None:
            lines.append(line)
        elif set(found["names"].split()) & set(present):
            lines.append(line[: found.start()])
    return "\n".join(lines) + "\n"


def _codes(answers: Answers, chosen: Iterable[Piece], language: Language) -> dict[str, str]:
    """The code of pieces by id, of those that have any in this language."""
    present = [each.id for each in answers.pieces()]
    return {each.id: text for each in chosen if (text := _code(each, language, present)) is not None}


def _variables_of(texts: Iterable[str]) -> list[Variable]:
    """The variables that code names."""
    text = "\n".join(texts)
    # The provider's own region is always there.
    text += "var.home_region"
    return [each for name, each in variables().items() if re.search(rf"\bvar\.{name}\b", text)]


def _terraform(answers: Answers, stage: Stage, chosen: tuple[Piece, ...]) -> dict[str, str]:
    folder = f"terraform/{stage}"
    texts = _codes(answers, chosen, Language.TERRAFORM)
    if not texts:
        return {}
    taken = _variables_of(texts.values())
    return {
        f"{folder}/versions.tf": _VERSIONS,
        f"{folder}/variables.tf": "\n".join(map(_tf_variable, taken)),
        f"{folder}/terraform.tfvars.json": json.dumps(
            {each.name: _given(answers, each) for each in taken}, indent=2, ensure_ascii=False
        )
        + "\n",
        **{f"{folder}/{name}.tf": text for name, text in texts.items()},
    }


def _given(answers: Answers, variable: Variable) -> Any:
    value = answers.value(variable)
    return "" if value is None else value


def _tf_variable(variable: Variable) -> str:
    lines = [f"  type        = {variable.kind}", f"  description = {json.dumps(variable.doc, ensure_ascii=False)}"]
    return f'variable "{variable.name}" {{\n' + "\n".join(lines) + "\n}\n"


def _answers_text(answers: Answers) -> str:
    lines = [f'kind = "{answers.kind}"', "", "[values]"]
    for each in answers.wanted():
        lines += [f"# {each.doc}", f"{each.name} = {_toml(answers.value(each))}"]
    lines += ["", "# Pieces that this baseline does without, each with the reason.", "[left_out]"]
    lines += [f"{name} = {_toml(reason)}" for name, reason in answers.left_out.items()]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml(key)} = {_toml(each)}" for key, each in value.items()) + " }"
    # TOML wants the one control character escaped that JSON leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


_WHERE: Mapping[Stage, str] = MappingProxyType(
    {
        Stage.LOGGING: "in the logging account",
        Stage.ORGANIZATION: "in the management account",
        Stage.SECURITY: "in the security account",
        Stage.ACCOUNT: "in every account",
    }
)


def _readme(answers: Answers) -> str:
    single = answers.kind is Kind.ACCOUNT
    used = [each for each in stages(answers.kind) if answers.pieces(each)]
    order = "\n".join(
        f"{number}. `{stage}`{'' if single else f', {_WHERE[stage]}'}" for number, stage in enumerate(used, 1)
    )
    rows = "\n".join(f"| {each.id} | {each.stage} | {each.title} | {each.by_api} |" for each in answers.pieces())
    left_out = "\n".join(f"- {name}: {' '.join(reason.split())}" for name, reason in answers.left_out.items())
    return _README.format(
        subject="one account" if single else "an organization",
        name=NAME,
        order=order,
        deploy=how_to_deploy(answers.kind),
        key=_KEY if Stage.LOGGING in used and len(used) > 1 else "",
        rows=rows,
        left_out=f"\nLeft out:\n\n{left_out}\n" if left_out else "",
    )


_KEY = f"""
The logging stage gives back `log_key_arn`, the key that encrypts the logs: put it under `[values]` of `{NAME}`, and
write the baseline again before you go on.
"""

_README = """\
# Security baseline

Written for {subject} by `bartizan baseline init`. `{name}` holds the answers: change them there, and write it again:

    bartizan baseline init --answers {name} --output .

Use either `terraform/` or `cloudformation/`. Each stage of Terraform is a module of its own, with its values in
`terraform.tfvars.json`: give it a backend for its state, then `terraform init`, `terraform plan`, `terraform apply`.
{deploy}
Apply the stages in this order:

{order}
{key}
| piece | stage | what it sets up | by plan, where CloudFormation is used |
|---|---|---|---|
{rows}
{left_out}
`bartizan baseline check` compares an account with it, and `bartizan baseline apply` plans what CloudFormation has no
types for.
"""
