"""Methods and policies of REST APIs in code, where they are written otherwise than AWS answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from bartizan.iac.read import read_code
from bartizan.model import Unknown
from bartizan.resources.apigateway import Method, RestApi
from bartizan.resources.code_readers import CodeReaders

HEAD = "Resources:\n  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: a%s}}\n"
POLICY = (
    ', Policy: {Statement: {Effect: Allow, Principal: "*", Action: "execute-api:Invoke", Resource: "execute-api:/*"}}'
)


def api(tmp_path: Path, text: str) -> RestApi:
    path = tmp_path / "t.yaml"
    path.write_text(text)
    found = read_code([path], CodeReaders()).resources[0]
    assert isinstance(found, RestApi)
    return found


def test_methods_are_called_by_verb_and_logical_id(tmp_path: Path) -> None:
    method = (
        "  Ping: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, HttpMethod: GET, "
        "Integration: {Type: MOCK}, AuthorizationType: NONE, RequestValidatorId: !Ref Validator}}\n"
    )
    assert api(tmp_path, HEAD % "" + method).methods == (Method("GET of Ping", "GET", validated=True, mock=True),)


def test_what_an_openapi_document_describes_is_not_known(tmp_path: Path) -> None:
    found = api(tmp_path, HEAD % ", Body: {openapi: 3.0.1}")
    with pytest.raises(Unknown, match="OpenAPI"):
        _ = found.methods


def test_the_short_form_of_an_api_s_own_arn_is_written_out(tmp_path: Path) -> None:
    policy = api(tmp_path, HEAD % POLICY).policy
    assert policy
    assert policy.statements[0].resources == ("arn:aws:execute-api:*:*:*/*",)
