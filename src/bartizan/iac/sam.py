"""Templates of the Serverless Application Model: its resource types as the CloudFormation types that AWS makes of them.

What AWS makes up itself, such as the body of an API from the events of functions, is computed. The policies behind the
names of policy templates are those of ``aws-sam-translator``, where it is installed (extra ``sam``).

Source: https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from bartizan.model import InputError

_TRANSFORM = "AWS::Serverless-2016-10-31"
_MANAGED = "arn:aws:iam::aws:policy/"
_SERVICES = {
    "Api": "apigateway.amazonaws.com",
    "HttpApi": "apigateway.amazonaws.com",
    "S3": "s3.amazonaws.com",
    "SNS": "sns.amazonaws.com",
    "Schedule": "events.amazonaws.com",
    "EventBridgeRule": "events.amazonaws.com",
    "CloudWatchEvent": "events.amazonaws.com",
    "CloudWatchLogs": "logs.amazonaws.com",
}
_FUNCTION_ONLY = frozenset(
    {
        "AssumeRolePolicyDocument", "AutoPublishAlias", "CodeUri", "DeploymentPreference", "EventInvokeConfig",
        "Events", "FunctionUrlConfig", "ImageUri", "InlineCode", "PermissionsBoundary", "Policies", "RolePath",
        "Tracing",
    }
)  # fmt: skip

Properties = dict[str, Any]


def is_sam(document: Mapping[str, Any]) -> bool:
    """Whether a template asks for this transform."""
    wanted = document.get("Transform")
    return _TRANSFORM in (wanted if isinstance(wanted, list) else [wanted])


def expand(document: Mapping[str, Any], path: str) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """The template with CloudFormation's types, and of each resource that came out of another the name of that one.

    Raises ``InputError`` that names ``path`` where a section is not of its form.
    """
    made = _Expansion(document, path)
    for name, declared in made.section("Resources").items():
        kind = declared.get("Type") if isinstance(declared, dict) else None
        expander = made.expanders.get(str(kind))
        if expander is None:
            made.resources[name] = declared
        else:
            made.at = (name, declared)
            expander(name, made.properties(name, declared, str(kind)))
    return {**document, "Resources": made.resources}, made.origins


class _Expansion:
    """The way through one template; ``at`` is the resource that is being expanded."""

    def __init__(self, document: Mapping[str, Any], path: str) -> None:
        self.document, self.path = document, path
        self.resources: dict[str, Any] = {}
        self.origins: dict[str, str] = {}
        self.at: tuple[str, Mapping[str, Any]] = ("", {})

    @cached_property
    def expanders(self) -> Mapping[str, Callable[[str, Properties], None]]:
        return {
            "AWS::Serverless::Function": self._function,
            "AWS::Serverless::StateMachine": self._state_machine,
            "AWS::Serverless::SimpleTable": self._table,
            "AWS::Serverless::Api": self._api,
            "AWS::Serverless::HttpApi": self._http_api,
        }

    def section(self, name: str) -> Mapping[str, Any]:
        found = self.document.get(name) or {}
        if not isinstance(found, dict):
            raise InputError(f"{self.path}: {name} must be a mapping")
        return found

    def properties(self, name: str, declared: Mapping[str, Any], kind: str) -> Properties:
        """The properties of a resource, with those of ``Globals`` below them."""
        own = declared.get("Properties") or {}
        shared = self.section("Globals").get(kind.rpartition("::")[2]) or {}
        if not isinstance(own, dict) or not isinstance(shared, dict):
            raise InputError(f"{self.path}: the Properties of {name} must be a mapping")
        merged: Properties = _merged(shared, own)
        return merged

    def add(self, name: str, kind: str, properties: Properties) -> None:
        """A resource that comes out of the one that is being expanded, under the same condition."""
        origin, declared = self.at
        kept = {key: declared[key] for key in ("Condition", "Metadata") if key in declared}
        self.resources[name] = {"Type": kind, "Properties": properties, **kept}
        self.origins[name] = origin

    def _function(self, name: str, given: Properties) -> None:
        kept = {key: each for key, each in given.items() if key not in _FUNCTION_ONLY}
        tracing = given.get("Tracing")
        if tracing:
            kept["TracingConfig"] = {"Mode": tracing}
        if "Tags" in kept:
            kept["Tags"] = _tags(kept["Tags"])
        if "Role" not in given:
            managed = ["AWSLambdaBasicExecutionRole"]
            managed += ["AWSLambdaVPCAccessExecutionRole"] if given.get("VpcConfig") else []
            arns = [f"{_MANAGED}service-role/{each}" for each in managed]
            arns += [f"{_MANAGED}AWSXRayDaemonWriteAccess"] if tracing == "Active" else []
            self._role(f"{name}Role", "lambda.amazonaws.com", given, arns)
            kept["Role"] = {"Fn::GetAtt": [f"{name}Role", "Arn"]}
        self.add(name, "AWS::Lambda::Function", kept)
        self._permissions(name, given)

    def _permissions(self, name: str, given: Properties) -> None:
        """Who may call the function, by its events and its URL."""
        url = given.get("FunctionUrlConfig")
        if isinstance(url, dict):
            self.add(f"{name}Url", "AWS::Lambda::Url", {"TargetFunctionArn": {"Ref": name}, **url})
            if url.get("AuthType") == "NONE":
                open_to_all = {
                    "FunctionName": {"Ref": name},
                    "Action": "lambda:InvokeFunctionUrl",
                    "Principal": "*",
                    "FunctionUrlAuthType": "NONE",
                }
                self.add(f"{name}UrlPublicPermissions", "AWS::Lambda::Permission", open_to_all)
        events = given.get("Events")
        for event, each in events.items() if isinstance(events, dict) else ():
            if isinstance(each, dict) and (service := _SERVICES.get(str(each.get("Type")))):
                permission = {
                    "FunctionName": {"Ref": name},
                    "Action": "lambda:InvokeFunction",
                    "Principal": service,
                    "SourceArn": _made_up(f"the source of {event}"),
                }
                self.add(f"{name}{event}Permission", "AWS::Lambda::Permission", permission)

    def _state_machine(self, name: str, given: Properties) -> None:
        kept = {key: each for key, each in given.items() if key not in {"Policies", "Events", "RolePath"}}
        if "Role" in kept:
            kept["RoleArn"] = kept.pop("Role")
        else:
            self._role(f"{name}Role", "states.amazonaws.com", given, [])
            kept["RoleArn"] = {"Fn::GetAtt": [f"{name}Role", "Arn"]}
        if "Tags" in kept:
            kept["Tags"] = _tags(kept["Tags"])
        self.add(name, "AWS::StepFunctions::StateMachine", kept)

    def _role(self, name: str, service: str, given: Properties, managed: list[Any]) -> None:
        trust = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}],
        }
        role: Properties = {"AssumeRolePolicyDocument": given.get("AssumeRolePolicyDocument") or trust}
        inline: list[Any] = []
        policies = given.get("Policies") or []
        for each in policies if isinstance(policies, list) else [policies]:
            if isinstance(each, str):
                managed = [*managed, each if each.startswith("arn:") else _MANAGED + each]
            elif isinstance(each, dict) and "Statement" in each:
                inline.append({"PolicyName": f"{name}Policy{len(inline)}", "PolicyDocument": each})
            elif isinstance(each, dict) and len(each) == 1 and not next(iter(each)).startswith(("Fn::", "Ref")):
                ((template, arguments),) = each.items()
                document = self._from_template(template, arguments)
                inline.append({"PolicyName": f"{name}Policy{len(inline)}", "PolicyDocument": document})
            else:
                managed = [*managed, each]
        role |= {"ManagedPolicyArns": managed, "Policies": inline}
        role |= {key: given[key] for key in ("PermissionsBoundary",) if key in given}
        role |= {"Path": given["RolePath"]} if "RolePath" in given else {}
        self.add(name, "AWS::IAM::Role", role)

    @cached_property
    def _templates(self) -> Mapping[str, Any]:
        found = importlib.util.find_spec("samtranslator")
        for place in (found.submodule_search_locations or ()) if found else ():
            path = Path(place) / "policy_templates_data" / "policy_templates.json"
            if path.is_file():
                templates: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))["Templates"]
                return templates
        return {}

    def _from_template(self, name: str, arguments: Any) -> Any:
        known = self._templates.get(name)
        if known is None or not isinstance(arguments, dict):
            return _made_up(f"the policy template {name}")
        return _filled(known["Definition"], {key: arguments.get(key, _made_up(key)) for key in known["Parameters"]})

    def _table(self, name: str, given: Properties) -> None:
        key = given.get("PrimaryKey") or {"Name": "id", "Type": "String"}
        table: Properties = {
            "KeySchema": [{"AttributeName": key.get("Name", "id"), "KeyType": "HASH"}] if isinstance(key, dict) else [],
            "BillingMode": "PROVISIONED" if "ProvisionedThroughput" in given else "PAY_PER_REQUEST",
        }
        for own in ("TableName", "ProvisionedThroughput", "SSESpecification", "PointInTimeRecoverySpecification"):
            if own in given:
                table[own] = given[own]
        if "Tags" in given:
            table["Tags"] = _tags(given["Tags"])
        self.add(name, "AWS::DynamoDB::Table", table)

    def _api(self, name: str, given: Properties) -> None:
        taken = {"Name", "Description", "DisableExecuteApiEndpoint", "ApiKeySourceType", "BinaryMediaTypes"}
        api: Properties = {key: given[key] for key in taken if key in given}
        api["Body"] = given.get("DefinitionBody") or _made_up("the definition of the API")
        endpoint = given.get("EndpointConfiguration")
        if endpoint is not None:
            api["EndpointConfiguration"] = {"Types": [endpoint]} if isinstance(endpoint, str) else endpoint
        if isinstance(auth := given.get("Auth"), dict) and "ResourcePolicy" in auth:
            api["Policy"] = _made_up("the resource policy of the API")
        self.add(name, "AWS::ApiGateway::RestApi", api)
        names = {
            "StageName", "Variables", "TracingEnabled", "MethodSettings", "AccessLogSetting", "CacheClusterEnabled",
            "CacheClusterSize", "CanarySetting", "ClientCertificateId",
        }  # fmt: skip
        stage = {key: given[key] for key in names if key in given}
        self.add(f"{name}Stage", "AWS::ApiGateway::Stage", {"RestApiId": {"Ref": name}, **stage})

    def _http_api(self, name: str, given: Properties) -> None:
        taken = {"Name", "Description", "DisableExecuteApiEndpoint", "CorsConfiguration"}
        api: Properties = {key: given[key] for key in taken if key in given}
        api |= {"ProtocolType": "HTTP", "Body": given.get("DefinitionBody") or _made_up("the definition of the API")}
        self.add(name, "AWS::ApiGatewayV2::Api", api)
        stage: Properties = {
            "ApiId": {"Ref": name},
            "StageName": given.get("StageName", "$default"),
            "AutoDeploy": True,
        }
        for own in ("StageVariables", "AccessLogSettings", "DefaultRouteSettings", "RouteSettings"):
            if own in given:
                stage[own] = given[own]
        self.add(f"{name}Stage", "AWS::ApiGatewayV2::Stage", stage)


def _made_up(what: str) -> Mapping[str, str]:
    """A value that is computed when it is deployed; templates have no function of that name."""
    return {"Fn::Computed": what}


def _merged(below: Any, above: Any) -> Any:
    """Maps are merged, lists are put together, anything else is replaced: as ``Globals`` works."""
    if isinstance(below, dict) and isinstance(above, dict) and not _is_function(below) and not _is_function(above):
        return {**below, **{key: _merged(below[key], each) if key in below else each for key, each in above.items()}}
    if isinstance(below, list) and isinstance(above, list):
        return below + above
    return above


def _is_function(value: Mapping[str, Any]) -> bool:
    return len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref"))


def _tags(tags: Any) -> Any:
    if not isinstance(tags, dict) or _is_function(tags):
        return tags
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _filled(value: Any, arguments: Mapping[str, Any]) -> Any:
    """A policy template with its parameters put in."""
    if isinstance(value, dict):
        if value.keys() == {"Ref"} and value["Ref"] in arguments:
            return arguments[value["Ref"]]
        return {key: _filled(each, arguments) for key, each in value.items()}
    return [_filled(each, arguments) for each in value] if isinstance(value, list) else value
