"""The CloudFormation of a baseline: one template a stage, with its parameters, and a stack set for all accounts.

Limits: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bartizan.app.baseline.answers import NAME, Answers
from bartizan.baseline import Kind, Stage, Variable, variables
from bartizan.model import InputError

LARGEST_TEMPLATE = 51_200
"""Bytes of a template that is given as text."""
_LARGEST_VALUE = 4_096
_SECTIONS = ("Conditions", "Mappings", "Resources", "Outputs")


def cloudformation(answers: Answers, stage: Stage, codes: Iterable[str]) -> dict[str, str]:
    """The files of a stage by path, of its pieces' code. Raises ``InputError`` for what no parameter can hold."""
    codes = tuple(codes)
    if not codes:
        return {}
    taken = _taken("\n".join(codes))
    template = _template(f"Security baseline, stage {stage}", taken, _merged(codes))
    found = {
        f"cloudformation/{stage}.yaml": template,
        f"cloudformation/{stage}.parameters.json": _values(_answered(answers, taken)),
    }
    if stage is Stage.ACCOUNT and answers.kind is Kind.ORGANIZATION:
        found |= _stack_set(answers, template, taken)
    return found


def how_to_deploy(kind: Kind) -> str:
    """How the stages become stacks, in words for the README."""
    return _HOW + (_IN_EVERY_REGION if kind is Kind.ACCOUNT else _IN_EVERY_ACCOUNT)


_HOW = """\
Each stage of CloudFormation is a stack in the home region, with its values in `STAGE.parameters.json`:

    aws cloudformation create-stack --stack-name baseline-STAGE --template-body file://STAGE.yaml \\
      --parameters file://STAGE.parameters.json --capabilities CAPABILITY_NAMED_IAM CAPABILITY_AUTO_EXPAND

"""
_IN_EVERY_REGION = """\
Stage `account` is for every region in use, the home region first.
"""
_IN_EVERY_ACCOUNT = """\
Stage `security` is for every region in use. For stage `account`, `stack-set.yaml` is a stack in the management account:
it brings `account.yaml` to all other accounts and regions, those to come included. In the management account itself
`account.yaml` is for every region in use, the home region first. Stack sets have to be let in once, by
`aws cloudformation activate-organizations-access`.
"""


@dataclass(slots=True)
class _Merged:
    """What the fragments hold, by section and name; the first that brings a name is the one that counts."""

    transform: str = ""
    entries: dict[str, dict[str, str]] = field(default_factory=lambda: {name: {} for name in _SECTIONS})


def _merged(texts: Iterable[str]) -> _Merged:
    merged = _Merged()
    for text in texts:
        why, section = "", ""
        for part in re.split(r"^(?=\S)|^(?=  \S)", text, flags=re.MULTILINE):
            line = part.partition("\n")[0]
            if part.startswith("Transform:"):
                merged.transform = part.strip()
            elif part.startswith("#"):
                why += "  " + part  # Above the first resource, it says why the piece is there.
            elif part.startswith("  #"):
                why += part
            elif line.rstrip(":") in _SECTIONS:
                section = line.rstrip(":")
            elif part.strip():
                entry = (why if section == "Resources" else "") + part.rstrip("\n")
                why = "" if section == "Resources" else why
                merged.entries[section].setdefault(line.strip().partition(": ")[0].rstrip(":"), entry)
    return merged


def _template(description: str, taken: Iterable[Variable], merged: _Merged) -> str:
    lines = ['AWSTemplateFormatVersion: "2010-09-09"', f"Description: {description}"]
    if merged.transform:
        lines.append(merged.transform)
    if parameters := "\n".join(line for each in taken for line in _parameter(each)):
        lines += ["", "Parameters:", parameters]
    for name in _SECTIONS:
        if entries := merged.entries[name]:
            apart = "\n\n" if name == "Resources" else "\n"
            lines += ["", f"{name}:", apart.join(entries.values())]
    return "\n".join(lines) + "\n"


def _taken(text: str) -> list[Variable]:
    """The variables that a template refers to."""
    return [each for name, each in variables().items() if re.search(rf"(!Ref |\${{){_camel(name)}\b", text)]


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _parameter(variable: Variable) -> Iterator[str]:
    # Of a map only the keys count here: what they say is kept in the answers.
    lists = dict.fromkeys(("list(string)", "map(string)"), "CommaDelimitedList")
    yield f"  {_camel(variable.name)}:"
    yield f"    Type: {({'number': 'Number'} | lists).get(variable.kind, 'String')}"
    yield f"    Description: {json.dumps(variable.doc, ensure_ascii=False)}"


def _answered(answers: Answers, taken: Iterable[Variable]) -> dict[str, str]:
    return {_camel(each.name): _value(answers, each) for each in taken}


def _value(answers: Answers, variable: Variable) -> str:
    """The answer as the value of a parameter, a text of limited length; no answer that is a list holds a comma."""
    given = answers.value(variable)
    if isinstance(given, dict):
        # Controls are named with their standard, and are off in all of them.
        given = dict.fromkeys(each.rpartition("/")[2] for each in given)
    if isinstance(given, (list, dict)):
        given = ",".join(given)
    text = "" if given is None else str(given)
    if len(text.encode()) > _LARGEST_VALUE:
        raise InputError(
            f"{NAME}: {variable.name} is longer than the {_LARGEST_VALUE} bytes that CloudFormation takes; shorten it"
        )
    return text


def _values(values: Mapping[str, Any]) -> str:
    found = [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()]
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _stack_set(answers: Answers, template: str, taken: list[Variable]) -> dict[str, str]:
    """What brings the account's template to all accounts and regions from the management account.

    The home region is first, since it makes the roles that the others use, and stack sets that take in new accounts do
    so in no order of regions of their own.
    """
    mine = {name: variables()[name] for name in ("home_region", "organization_root")}
    passed = [each for each in taken if each.name not in mine]
    home = answers.value(mine["home_region"])
    regions = answers.value(variables()["regions"]) or ()
    own = {
        "OrganizationRoot": _value(answers, mine["organization_root"]),
        "HomeRegion": str(home),
        "OtherRegions": ",".join(each for each in regions if each != home),
    }
    indented = "".join(f"        {line}".rstrip() + "\n" for line in template.splitlines())
    values = "".join(
        f"        - ParameterKey: {_camel(each.name)}\n          ParameterValue: {_reference(each)}\n" for each in taken
    )
    head = _template("Brings the security baseline to all accounts; deploy it in the management account", (), _Merged())
    parameters = [*_OWN_PARAMETERS, *(line for each in passed for line in _parameter(each))]
    text = head + "\nParameters:\n" + "\n".join(parameters) + "\n" + _STACK_SETS
    text = text.replace("@values@\n", values).replace("@template@\n", indented)
    return {
        "cloudformation/stack-set.yaml": text,
        "cloudformation/stack-set.parameters.json": _values(own | _answered(answers, passed)),
    }


def _reference(variable: Variable) -> str:
    name = _camel(variable.name)
    return f'!Join [",", !Ref {name}]' if variable.kind in {"list(string)", "map(string)"} else f"!Ref {name}"


_OWN_PARAMETERS = (
    "  OrganizationRoot:",
    "    Type: String",
    "    Description: The id of the organization's root (r-...), whose accounts are all meant",
    "  HomeRegion:",
    "    Type: String",
    "    Description: The region of what is global",
    "  OtherRegions:",
    "    Type: CommaDelimitedList",
    "    Description: All other regions in use",
)

_STACK_SETS = """\

Conditions:
  HasOthers: !Not [!Equals [!Join ["", !Ref OtherRegions], ""]]

Resources:
  # First the home region, in which the roles are made that the other regions use.
  Home:
    Type: AWS::CloudFormation::StackSet
    Properties:
      StackSetName: security-baseline-home
      PermissionModel: SERVICE_MANAGED
      AutoDeployment:
        Enabled: true
        RetainStacksOnAccountRemoval: false
      Capabilities: [CAPABILITY_NAMED_IAM]
      OperationPreferences:
        MaxConcurrentPercentage: 25
        FailureTolerancePercentage: 10
      StackInstancesGroup:
        - DeploymentTargets:
            OrganizationalUnitIds: [!Ref OrganizationRoot]
          Regions: [!Ref HomeRegion]
      Parameters:
@values@
      TemplateBody: |
@template@

  Elsewhere:
    Type: AWS::CloudFormation::StackSet
    Condition: HasOthers
    Properties:
      StackSetName: security-baseline
      PermissionModel: SERVICE_MANAGED
      AutoDeployment:
        Enabled: true
        RetainStacksOnAccountRemoval: false
        DependsOn:
          - !Sub arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stackset/${Home}
      Capabilities: [CAPABILITY_NAMED_IAM]
      OperationPreferences:
        MaxConcurrentPercentage: 25
        FailureTolerancePercentage: 10
        RegionConcurrencyType: PARALLEL
      StackInstancesGroup:
        - DeploymentTargets:
            OrganizationalUnitIds: [!Ref OrganizationRoot]
          Regions: !Ref OtherRegions
      Parameters:
@values@
      TemplateBody: |
@template@
"""
