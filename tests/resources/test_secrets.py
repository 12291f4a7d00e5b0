"""Secrets in plain text: what is recognised, what is not, and that a secret never comes out."""

from __future__ import annotations

import pytest

from bartizan.resources.secrets import in_script, in_variables
from resources.labelled_secrets import HARMLESS, SECRETS

BY_NAME = "value of a secret's name"
# Put together here, so that no scanner of this repository takes them for real ones.
SHAPES = {
    "AWS access key id": "AKIA" + "ABCDEFGHIJKLMNOP",
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "GitHub token": "ghp" + "_" + "a1B2" * 10,
    "GitLab token": "glpat" + "-" + "a1B2" * 6,
    "Slack token": "xoxb" + "-1234567890-abcdef",
    "Stripe key": "sk" + "_live_" + "a1B2" * 6,
    "JSON web token": "eyJ" + "hbGciOiJIUzI1NiJ9" + ".eyJ" + "zdWIiOiIxMjM0In0" + ".c2lnbmF0dXJl",
    "password in an address": "postgres://shop:" + "made-up-1" + "@db.example.com/shop",
}


@pytest.mark.parametrize(("kind", "value"), SHAPES.items(), ids=list(SHAPES))
def test_a_shape_is_recognised_whatever_the_name_and_never_shown(kind: str, value: str) -> None:
    for found in (in_variables({"SETTING": f"x {value}"}), in_script(f"#!/bin/sh\nrun {value}\n")):
        assert any(kind in each for each in found)
        assert all(value not in each for each in found)
    assert in_script(f"#!/bin/sh\nrun {value}\n")[0].endswith("in line 2")


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD", "PGPASSWORD", "dbPassword", "API_KEY", "api-key", "SECRET", "AWS_SECRET_ACCESS_KEY",
        "AUTH_TOKEN", "PRIVATE_KEY", "SSH_PASSPHRASE", "CREDENTIALS",
    ],
)  # fmt: skip
@pytest.mark.parametrize("value", ["made-up-1", "/b64+value/that=starts=so", "$ecret99", "changeme"])
def test_a_literal_under_a_secret_s_name_is_recognised(name: str, value: str) -> None:
    assert in_variables({name: value}) == (f"{name} ({BY_NAME})",)
    assert in_script(f"export {name}={value}") == (f"value assigned to {name} in line 1",)


@pytest.mark.parametrize(
    "value",
    [
        "", "true", "False", "12345", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db", "/prod/db/password",
        "${DB_PASSWORD}", "$(fetch-secret)", "$DB_PASSWORD", "{{resolve:ssm:x}}", "<set-me-later>",
        "https://vault.example.com/x", "$.input.password", "xxxxxxxx", "********",
    ],
)  # fmt: skip
def test_what_only_points_to_a_secret_is_none(value: str) -> None:
    assert in_variables({"DB_PASSWORD": value}) == ()
    assert in_script(f"export DB_PASSWORD={value}") == ()


@pytest.mark.parametrize(
    "name", ["STAGE", "PASSWORD_FILE", "TOKEN_URL", "SECRET_ARN", "KEYBOARD", "TABLE_KEY", "MONKEY"]
)
def test_other_names_are_left_alone(name: str) -> None:
    assert in_variables({name: "some-value-1"}) == ()


def test_an_address_needs_a_literal_password() -> None:
    assert in_variables({"CACHE": "redis://:made-up-1@cache"}) == ("CACHE (password in an address)",)
    for value in ("redis://:${PASSWORD}@cache", "https://example.com:8443/a@b", "redis://cache:6379"):
        assert in_variables({"CACHE": value}) == ()


@pytest.mark.parametrize(
    "line",
    [
        "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
        "API_KEY=AKIAI44QH8DHBEXAMPLE",
        "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "aws_secret_access_key = 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY'",
    ],
)
def test_the_sample_keys_of_aws_s_documentation_are_no_secrets(line: str) -> None:
    name, _, value = line.partition("=")
    assert in_script(line) == ()
    assert in_variables({name.strip(): value.strip(" '")}) == ()


def test_a_real_key_beside_a_sample_is_still_found() -> None:
    both = f"AKIAIOSFODNN7EXAMPLE {SHAPES['AWS access key id']}"
    assert in_variables({"NOTE": both}) == ("NOTE (AWS access key id)",)
    assert in_variables({"NOTE": "AKIAEXAMPLE" + "ABCDEFGHI"}) == ("NOTE (AWS access key id)",)
    assert in_variables({"AWS_SECRET_ACCESS_KEY": "a" * 29 + "EXAMPLEKEY"}) == (f"AWS_SECRET_ACCESS_KEY ({BY_NAME})",)


def test_precision_and_recall_on_labelled_variables() -> None:
    """All of both: one that is missed or taken wrongly is a name or shape to add to the set and to mend."""
    missed = [name for name, value in SECRETS if not in_variables({name: value})]
    mistaken = [name for name, value in HARMLESS if in_variables({name: value})]
    assert mistaken == []
    assert missed == []


def test_a_value_in_json_is_recognised() -> None:
    assert in_script('{"db_password": "made-up-1", "token.$": "$.token", "name": "x"}') == (
        "value assigned to db_password in line 1",
    )
