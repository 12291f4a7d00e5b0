"""Projects of the Serverless Framework: ``serverless.yml`` as the CloudFormation template that it would deploy.

Variables are worked out as far as the files say: ``${self:...}``, ``${file(...)}`` below the project's folder, and the
default of any other (``${opt:stage, 'dev'}``). The stage counts with the framework's default, ``dev``, as parameters of
templates do. What is not known is computed.

Source: https://www.serverless.com/framework/docs/providers/aws/guide/serverless.yml
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from bartizan.iac.files import read_text
from bartizan.iac.text import Document, Tagged, parse
from bartizan.model import InputError

_VARIABLE = re.compile(r"\$\{((?:self|opt|env|file|sls|param|cf|ssm|s3|aws|strToBool)\b[^${}]*)\}")
_LITERAL = re.compile(r"'[^']*'|\"[^\"\\]*\"|true|false|-?\d{1,15}")
_DEEPEST = 40
_MOST = 20_000
_LARGEST = 1_000_000


class _Unknown:
    """A variable that is not known."""


_UNKNOWN = _Unknown()


def is_serverless(value: Any, path: Path) -> bool:
    """Whether a document is the configuration of a project on AWS."""
    if not isinstance(value, dict) or path.stem != "serverless" or "provider" not in value:
        return False
    provider = value["provider"]
    return provider == "aws" or (isinstance(provider, dict) and provider.get("name") == "aws")


def as_template(document: Document, path: Path) -> tuple[dict[str, Any], dict[str, int]]:
    """The template of a project, and the lines of its resources; raises ``InputError`` where variables go round."""
    project = _Project(document.value, path)
    provider = _map(project.resolved(document.value["provider"]))
    functions = _map(project.resolved(document.value.get("functions")))
    written = project.resolved(document.value.get("resources"))
    resources: dict[str, Any] = {}
    lines: dict[str, int] = {}
    sections: dict[str, Any] = {}
    for each in written if isinstance(written, list) else [written]:
        for name, section in _map(each).items():
            if isinstance(section, dict) and name != "extensions":
                sections[name] = {**sections.get(name, {}), **section}
    top = document.lines.get(("resources",), 0)
    for name, each in _map(sections.pop("Resources", {})).items():
        resources[name] = each
        lines[name] = document.lines.get(("resources", "Resources", name), top)
    if any("role" not in _map(each) for each in functions.values()) and not _own_role(provider):
        resources.setdefault("IamRoleLambdaExecution", _role(provider, functions))
        lines.setdefault("IamRoleLambdaExecution", document.lines.get(("provider",), 0))
    for name, each in functions.items():
        for logical, made in _function(name, _map(each), provider):
            resources[logical] = made
            lines[logical] = document.lines.get(("functions", name), 0)
    return {**sections, "Resources": resources}, lines


def _own_role(provider: Mapping[str, Any]) -> Any:
    iam = _map(provider.get("iam"))
    role = iam.get("role", provider.get("role"))
    return role if isinstance(role, str | Tagged) or (isinstance(role, dict) and _is_call(role)) else None


def _role(provider: Mapping[str, Any], functions: Mapping[str, Any]) -> dict[str, Any]:
    """The role that the framework makes for all functions that name none."""
    given = _map(_map(provider.get("iam")).get("role"))
    logs = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:CreateLogGroup", "logs:TagResource", "logs:PutLogEvents"],
        "Resource": [
            {"Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/*"}
        ],
    }
    more = given.get("statements", provider.get("iamRoleStatements", []))
    statements: Any = [logs, *more] if isinstance(more, list) else _computed("the statements of the role")
    managed = given.get("managedPolicies", provider.get("iamManagedPolicies", []))
    vpc = "vpc" in provider or any("vpc" in _map(each) for each in functions.values())
    if vpc and isinstance(managed, list):
        managed = [*managed, "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"]
    trust = {"Effect": "Allow", "Principal": {"Service": ["lambda.amazonaws.com"]}, "Action": ["sts:AssumeRole"]}
    properties = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "Policies": [
            {"PolicyName": "lambda", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}},
        ],
        "ManagedPolicyArns": managed,
        "Path": given.get("path", "/"),
    }
    if boundary := given.get("permissionsBoundary", provider.get("rolePermissionsBoundary")):
        properties["PermissionsBoundary"] = boundary
    if "name" in given:
        properties["RoleName"] = given["name"]
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def _function(
    name: str, function: Mapping[str, Any], provider: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """A function with its URL and who may call that."""
    logical = f"{name[:1].upper()}{name[1:].replace('-', 'Dash').replace('_', 'Underscore')}LambdaFunction"
    variables = {**_map(provider.get("environment")), **_map(function.get("environment"))}
    role = function.get("role", _own_role(provider)) or {"Fn::GetAtt": ["IamRoleLambdaExecution", "Arn"]}
    properties: dict[str, Any] = {
        "Runtime": function.get("runtime", provider.get("runtime", "nodejs20.x")),
        "Role": role,
        "Environment": {"Variables": variables},
    }
    for own, theirs in (
        ("handler", "Handler"),
        ("name", "FunctionName"),
        ("timeout", "Timeout"),
        ("kmsKeyArn", "KmsKeyArn"),
    ):
        if own in function:
            properties[theirs] = function[own]
    vpc = function.get("vpc", provider.get("vpc"))
    if isinstance(vpc, dict) and not _is_call(vpc):
        properties["VpcConfig"] = {f"{key[:1].upper()}{key[1:]}": each for key, each in vpc.items()}
    yield logical, {"Type": "AWS::Lambda::Function", "Properties": properties}
    if url := function.get("url"):
        signed = isinstance(url, dict) and url.get("authorizer") == "aws_iam"
        auth = "AWS_IAM" if signed else "NONE"
        target = {"TargetFunctionArn": {"Ref": logical}, "AuthType": auth}
        yield f"{logical}Url", {"Type": "AWS::Lambda::Url", "Properties": target}
        if auth == "NONE":
            permission = {
                "FunctionName": {"Ref": logical},
                "Action": "lambda:InvokeFunctionUrl",
                "Principal": "*",
                "FunctionUrlAuthType": "NONE",
            }
            yield f"{logical}PermissionFnUrl", {"Type": "AWS::Lambda::Permission", "Properties": permission}


class _Project:
    """Works out the variables of one project."""

    def __init__(self, root: Mapping[str, Any], path: Path) -> None:
        self._root, self._path = root, path
        self._folder = path.parent.resolve()
        self._files: dict[Path, Any] = {}
        self._steps = 0

    def resolved(self, value: Any, depth: int = 0) -> Any:
        """A value with its variables put in; what is not known is computed."""
        self._steps += 1
        if depth > _DEEPEST or self._steps > _MOST:
            raise InputError(f"{self._path}: its variables go in circles, or are too many")
        if isinstance(value, dict):
            return {key: self.resolved(each, depth + 1) for key, each in value.items()}
        if isinstance(value, list):
            return [self.resolved(each, depth + 1) for each in value]
        if isinstance(value, Tagged):
            return Tagged(value.tag, self.resolved(value.value, depth + 1))
        return self._text(value, depth) if isinstance(value, str) else value

    def _text(self, text: str, depth: int) -> Any:
        for _ in range(_DEEPEST):
            found = _VARIABLE.search(text)
            if found is None:
                return text
            value = self._variable(found[1], depth)
            if isinstance(value, _Unknown) or (isinstance(value, dict | list | Tagged) and found[0] != text):
                return _computed(f"${{{found[1]}}}")
            if found[0] == text:
                return value
            shown = str(value).lower() if isinstance(value, bool) else str(value)
            text = text[: found.start()] + shown + text[found.end() :]
            if len(text) > _LARGEST:
                break
        raise InputError(f"{self._path}: its variables go in circles, or are too many")

    def _variable(self, text: str, depth: int) -> Any:
        """The first of the alternatives of a variable that is known."""
        for each in (part.strip() for part in text.split(",")):
            value = self._source(each)
            if not isinstance(value, _Unknown):
                made = self.resolved(value, depth + 1)
                return _UNKNOWN if isinstance(made, dict) and "Fn::Computed" in made else made
            if each.startswith(("env:", "ssm:", "cf:", "cf(", "s3:", "param:")) or each == "opt:region":
                # It may be set where it is deployed, so that its default says nothing.
                return _UNKNOWN
        return _UNKNOWN

    def _source(self, text: str) -> Any:
        if _LITERAL.fullmatch(text):
            return yaml.safe_load(text)
        if text == "sls:stage":
            return self._at(self._root, "provider.stage", "dev")
        if text.startswith("self:"):
            return self._at(self._root, text[5:], "dev" if text == "self:provider.stage" else _UNKNOWN)
        named = re.fullmatch(r"file\(\s*([^()]+?)\s*\)(?::(.+))?", text)
        if named and (content := self._file(named[1])) is not None:
            return self._at(content, named[2] or "", _UNKNOWN)
        return _UNKNOWN

    def _at(self, value: Any, keys: str, missing: Any) -> Any:
        for key in keys.split(".") if keys else ():
            if isinstance(value, str):
                value = self.resolved(value)
            if isinstance(value, list) and key.isdigit() and int(key) < len(value):
                value = value[int(key)]
            elif isinstance(value, dict) and key in value:
                value = value[key]
            else:
                return missing
        return value

    def _file(self, name: str) -> Any:
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder) or path.suffix not in {".yml", ".yaml", ".json"} or not path.is_file():
            return None
        if path not in self._files:
            try:
                text = read_text(path, _LARGEST)
            except InputError:
                return None
            self._files[path] = parse(text, str(path)).value
        return self._files[path]


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) and not _is_call(value) else {}


def _is_call(value: Mapping[str, Any]) -> bool:
    return len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref"))


def _computed(what: str) -> dict[str, str]:
    """A value that is computed when it is deployed; templates have no function of that name."""
    return {"Fn::Computed": what}
