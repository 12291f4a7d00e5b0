"""The baseline's CloudFormation: valid in whole and in parts, and an account that has it passes its checks."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.decode.cfn_yaml import loads

from bartizan.app.baseline.answers import Answers
from bartizan.app.baseline.cloudformation import LARGEST_TEMPLATE
from bartizan.app.baseline.code import files
from bartizan.app.baseline.standing import rules_of
from bartizan.app.check import check
from bartizan.app.scan import scan
from bartizan.aws.session import Access
from bartizan.baseline import Kind, Language, pieces, text_of, variables
from bartizan.demo.emulator import emulator
from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import Evaluation, evaluate
from bartizan.engine.hardening import replaced
from bartizan.model import InputError, Status, replace
from bartizan.resources.iam import Role
from bartizan.resources.sns import Topic
from baseline import generated
from baseline.deploying import UNKNOWN, deploy
from baseline.generated import write

HOME, OTHER = "eu-west-1", "us-east-1"
MORE: Mapping[str, Any] = {
    "gitlab_subjects": ["project_path:acme/shop:ref_type:branch:ref:main"],
    "bitbucket_workspace": "acme",
    "bitbucket_subjects": ["{a}:{b}:*", "{a}:{c}:*"],
}
"""Answers that not every user gives."""


def answers(kind: Kind, left_out: Mapping[str, str] | None = None, **values: Any) -> Answers:
    center = "arn:aws:sso:::instance/ssoins-1234567890abcdef" if kind is Kind.ORGANIZATION else ""
    return generated.answers(kind, left_out, **{**MORE, "identity_center_arn": center, **values})


def templates(given: Answers) -> dict[str, str]:
    """The templates by their name."""
    found = files(given).items()
    return {Path(name).stem: text for name, text in found if name.startswith("cloudformation/") and "yaml" in name}


def parameters(given: Answers, name: str) -> dict[str, str]:
    listed = json.loads(files(given)[f"cloudformation/{name}.parameters.json"])
    return {each["ParameterKey"]: each["ParameterValue"] for each in listed}


class Unique(yaml.SafeLoader):
    """Refuses a name that stands twice; functions are read as what they are given."""


def _mapping(loader: Unique, node: yaml.MappingNode) -> dict[str, Any]:
    names = Counter(loader.construct_object(key) for key, _ in node.value)
    assert max(names.values(), default=1) == 1, f"twice: {names.most_common(1)}"
    return {loader.construct_object(key): loader.construct_object(value, deep=True) for key, value in node.value}


Unique.add_constructor("tag:yaml.org,2002:map", _mapping)
Unique.add_multi_constructor(
    "!",
    lambda loader, _, node: (
        loader.construct_mapping(node, deep=True)
        if isinstance(node, yaml.MappingNode)
        else loader.construct_sequence(node, deep=True)
        if isinstance(node, yaml.SequenceNode)
        else loader.construct_scalar(node)
    ),
)


def read(text: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(text, Unique)  # noqa: S506 - it is a SafeLoader
    return found


def whole_and_alone(kind: Kind) -> Iterator[tuple[str, Answers]]:
    """The whole, and each piece without all the others: what needs another piece is found out then."""
    mine = {name for name, piece in pieces().items() if kind in piece.kinds}
    yield "whole", answers(kind)
    for name in mine:
        yield name, answers(kind, dict.fromkeys(mine - {name}, "for the test"))


@pytest.mark.parametrize("kind", list(Kind))
def test_cloudformation_takes_the_templates(kind: Kind, tmp_path: Path) -> None:
    paths = []
    for name, given in whole_and_alone(kind):
        for template, text in templates(given).items():
            paths.append(tmp_path / f"{name}-{template}.yaml")
            paths[-1].write_text(text)
    assert len(paths) > 10
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--regions", HOME, OTHER, "--", *map(str, paths)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("kind", list(Kind))
def test_nothing_stands_twice_and_each_parameter_has_its_value_and_its_use(kind: Kind) -> None:
    for name, text in templates(answers(kind)).items():
        declared = set(read(text).get("Parameters", {}))
        assert declared == set(parameters(answers(kind), name)), name
        assert all(re.search(rf"(!Ref |\${{){each}\b", text) for each in declared), name


@pytest.mark.parametrize("kind", list(Kind))
def test_what_two_pieces_share_is_the_same(kind: Kind) -> None:
    shared: dict[tuple[str, str, str], Any] = {}
    for piece in answers(kind).pieces():
        text = text_of(piece, Language.CLOUDFORMATION)
        for section, entries in read(text or "{}").items():
            for name, entry in entries.items() if isinstance(entries, dict) else ():
                assert shared.setdefault((piece.stage, section, name), entry) == entry


def test_a_piece_has_code_or_says_why_not() -> None:
    without = {name for name, each in pieces().items() if text_of(each, Language.CLOUDFORMATION) is None}
    assert all(pieces()[name].by_api for name in without)
    assert {"password-policy", "default-network", "inspector"} <= without


def test_a_piece_that_is_left_out_leaves_no_trace() -> None:
    whole, without = (templates(answers(Kind.ACCOUNT, left)) for left in ({}, {"deployment-roles": "no pipelines"}))
    assert "OIDCProvider" in whole["account"]
    assert "Pipeline" not in without["account"]
    assert "Github" not in without["account"]
    assert "LanguageExtensions" not in templates(answers(Kind.ACCOUNT, {"alarms": "elsewhere"}))["account"]


def test_values_never_enter_templates() -> None:
    hostile = "\"}]}\n  Evil:\n    Type: ${AWS::AccountId} '#"
    kind = Kind.ORGANIZATION
    given = answers(kind, security_contact_name=hostile, disabled_controls={"fsbp/IAM.6": hostile})
    assert templates(given) == templates(answers(kind))
    assert json.loads(files(given)["cloudformation/account.parameters.json"])
    assert parameters(given, "security")["DisabledControls"] == "IAM.6"


@pytest.mark.parametrize("name", [name for name, each in variables().items() if each.kind not in {"string", "number"}])
def test_no_list_holds_what_cloudformation_would_split(name: str) -> None:
    element = "a,b"
    wrong: Any = {element: "why"} if variables()[name].kind == "map(string)" else [element]
    with pytest.raises(InputError, match=name):
        answers(Kind.ORGANIZATION, **{name: wrong})


@pytest.mark.parametrize("wrong", ['{a}:{b}:*"', "{a} {b}", "{a}\\", "{a}\n"])
def test_a_subject_cannot_break_out_of_the_policy_that_it_is_put_into(wrong: str) -> None:
    with pytest.raises(InputError, match="bitbucket_subjects"):
        answers(Kind.ACCOUNT, bitbucket_subjects=[wrong])


def test_a_value_that_no_parameter_holds_is_refused() -> None:
    with pytest.raises(InputError, match="github_subjects is longer than the 4096 bytes"):
        files(answers(Kind.ACCOUNT, github_subjects=[f"repo:acme/{number}:*" for number in range(500)]))


def test_the_stack_sets_bring_the_template_of_the_account_to_all_regions() -> None:
    given = answers(Kind.ORGANIZATION)
    stack_set, account = templates(given)["stack-set"], templates(given)["account"]
    resources = loads(stack_set)["Resources"]
    home, elsewhere = resources["Home"]["Properties"], resources["Elsewhere"]["Properties"]
    assert "Transform" not in loads(account)  # stack sets of AWS Organizations take none
    for each in (home, elsewhere):
        assert each["TemplateBody"] == account
        assert each["PermissionModel"] == "SERVICE_MANAGED"
        assert each["AutoDeployment"]["Enabled"] is True
        named = {one["ParameterKey"] for one in each["Parameters"]}
        assert named == set(loads(account)["Parameters"])
    assert home["StackInstancesGroup"][0]["Regions"] == [{"Ref": "HomeRegion"}]
    assert elsewhere["StackInstancesGroup"][0]["Regions"] == {"Ref": "OtherRegions"}
    assert "${Home}" in str(elsewhere["AutoDeployment"]["DependsOn"])
    assert parameters(given, "stack-set")["OtherRegions"] == OTHER
    assert parameters(answers(Kind.ORGANIZATION, regions=[HOME]), "stack-set")["OtherRegions"] == ""


@pytest.mark.parametrize("kind", list(Kind))
def test_templates_are_small_enough_to_be_given_as_text(kind: Kind) -> None:
    assert all(len(text.encode()) <= LARGEST_TEMPLATE for text in templates(answers(kind)).values())


EXPLAINED: Mapping[str, str] = {
    "cloudtrail.no-data-events": "data events are billed by number: which are worth it is for the user to say",
    "s3.no-access-logging": "the bucket for logs is the end of the chain; nobody can delete from it anyway",
    "s3.no-replication": "a second bucket under object lock doubles the bill: for the user to say",
}
"""Rules that the code fails, and why it does."""

NOT_KNOWN_BEFORE: Mapping[str, str] = {
    "cloudtrail.logs-can-be-deleted": "the bucket is in another stack",
    "cloudtrail.trail-without-kms-key": "the key is a parameter",
    "cloudwatch.actions-disabled": "the ARN of the topic is made with it",
    "config.types-not-recorded": "what is global is recorded in the home region, which is a parameter",
    "organizations.tag-policy-not-enforced": "the root is a parameter",
}
"""Rules that say nothing of the code yet, and why; the deployed account is judged by them."""


@pytest.mark.parametrize("kind", list(Kind))
def test_our_own_rules_find_nothing_in_it_that_is_not_explained(kind: Kind, tmp_path: Path) -> None:
    catalog = Catalog.load()
    found = check([write(answers(kind), tmp_path) / "cloudformation"], catalog).evaluation
    failed = {each.rule for each in found.findings(Status.FAIL, Status.ERROR)}
    assert failed == set(EXPLAINED)
    meant = {rule for piece in answers(kind).pieces() for rule in rules_of(piece, catalog)} & set(found.tally())
    assert len(meant) > 10
    unknown = {each.rule for each in found.findings(Status.UNKNOWN)} & meant
    assert unknown <= set(NOT_KNOWN_BEFORE), unknown - set(NOT_KNOWN_BEFORE)
    assert all(found.tally()[rule][Status.PASS] for rule in meant - unknown)


NOT_EMULATED: Mapping[str, str] = {
    "accessanalyzer.no-external-analyzer": "AWS::AccessAnalyzer::Analyzer",
    "accessanalyzer.no-unused-access-analyzer": "AWS::AccessAnalyzer::Analyzer",
    "ec2.public-snapshots-possible": "AWS::EC2::SnapshotBlockPublicAccess",
    "securityhub.findings-not-aggregated": "AWS::SecurityHub::FindingAggregator",
    "securityhub.pci-standard-off": "AWS::SecurityHub::Standard",
    "securityhub.standards-off": "AWS::SecurityHub::Standard",
}
"""Rules that an account on moto cannot pass, by the type that moto cannot make."""

MISREAD: Mapping[str, str] = {
    "iam.nobody-asks-support": "moto gives AWS's managed policies no name where it details an account",
}
"""Rules that cannot be judged by what moto says."""


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    """A whole account on moto as our rules see it, after a person has confirmed the topic's subscription."""
    folder = tmp_path_factory.mktemp("baseline")
    with emulator(MOTO_IAM_LOAD_MANAGED_POLICIES="true") as url:
        logging = deploy(write(answers(Kind.ACCOUNT), folder) / "cloudformation" / "logging.yaml", url, HOME)
        key = logging.value(logging.template["Outputs"]["LogKeyArn"]["Value"])
        path = write(answers(Kind.ACCOUNT, log_key_arn=key), folder) / "cloudformation" / "account.yaml"
        for region in (HOME, OTHER):
            deploy(path, url, region)
        access = Access(endpoint_url=url, credentials=("demo", "demo"))
        catalog = Catalog.load().of_one_account()
        seen = asyncio.run(scan(access, catalog, (HOME, OTHER), lambda *_: None)).evaluation.snapshot
    (topic,) = seen.by_type[Topic]
    return evaluate(catalog, replaced(seen, replace(topic, subscriptions_confirmed=1)))


def test_an_account_with_it_passes_what_it_is_meant_for(deployed: Evaluation) -> None:
    catalog = Catalog.load()
    given = answers(Kind.ACCOUNT)
    meant = {
        rule for piece in given.pieces() if text_of(piece, Language.CLOUDFORMATION) for rule in rules_of(piece, catalog)
    }
    by_plan = {rule for piece in given.pieces() if piece.by_api for rule in rules_of(piece, catalog)}
    tally = deployed.tally()
    standing = {
        rule: {str(status) for status, count in tally[rule].items() if count} for rule in meant if rule in tally
    }
    wrong = {rule: words for rule, words in standing.items() if words - {"pass"} and rule not in by_plan}
    assert set(wrong) == {*NOT_EMULATED, *MISREAD} - by_plan, wrong
    assert len(standing) - len(wrong) >= 40
    assert set(NOT_EMULATED.values()) == set(UNKNOWN)


def test_the_role_for_cases_has_its_policy(deployed: Evaluation) -> None:
    (support,) = (each for each in deployed.snapshot.by_type[Role] if each.name == "support")
    assert support.managed_policy_arns == ("arn:aws:iam::aws:policy/AWSSupportAccess",)


def test_pipelines_get_in_with_their_own_subjects_only(deployed: Evaluation) -> None:
    tally = deployed.tally()
    assert tally["iam.pipeline-not-pinned"][Status.PASS] >= 3
    assert not tally["iam.pipeline-not-pinned"][Status.FAIL]
