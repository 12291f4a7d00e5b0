"""CloudFormation: intrinsic functions, conditions, parts, hostile documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from bartizan.app.check import check
from bartizan.engine.catalog import Catalog
from bartizan.iac.cloudformation import Template
from bartizan.iac.read import read_code
from bartizan.iac.text import parse
from bartizan.model import InputError, Resource, Status, Unknown
from bartizan.resources.code import Computed
from bartizan.resources.code_readers import CodeReaders
from bartizan.resources.elbv2 import LoadBalancer

HEAD = """
Parameters:
  Size: {Type: Number, Default: 5}
  Names: {Type: CommaDelimitedList, Default: "a, b"}
  Open: {Type: String}
Mappings:
  Regions: {eu: {name: Frankfurt}}
Conditions:
  Always: !Equals [1, "1"]
  Never: !Not [!Condition Always]
  Maybe: !Equals [!Ref Open, x]
  Both: !And [!Condition Always, !Condition Maybe]
  Either: !Or [!Condition Always, !Condition Maybe]
  Loop: !Not [!Condition Loop]
Resources:
  Logs: {Type: AWS::S3::Bucket}
"""


def template(text: str = HEAD) -> Template:
    return Template(parse(text, "t.yaml").value, "t.yaml")


@pytest.mark.parametrize(
    ("written", "resolved"),
    [
        ("!Ref Size", 5),
        ("!Ref Names", ["a", "b"]),
        ("!Ref AWS::Partition", "aws"),
        ("!Ref Open", Computed("Open")),
        ("!Ref Logs", Computed("Logs")),
        ("{Ref: Size}", 5),
        ("!GetAtt Logs.Arn", Computed("GetAtt Logs.Arn")),
        ('!Sub "${Size}-${Open}-${!Kept}-${Logs.Arn}/*"', "5-<Open>-${Kept}-<Logs.Arn>/*"),
        ('!Sub ["${Own}", {Own: !Ref Size}]', "5"),
        ('{"Fn::Join": [":", [a, !Ref Size, !Ref Open]]}', "a:5:<Open>"),
        ("!Join [',', !Ref Names]", "a,b"),
        ("!Select [1, !Ref Names]", "b"),
        ("!Split ['-', a-b]", ["a", "b"]),
        ("!FindInMap [Regions, eu, name]", "Frankfurt"),
        ("!Base64 hello", "aGVsbG8="),
        ("!If [Always, 1, 2]", 1),
        ("!If [Never, 1, 2]", 2),
        ("!If [Maybe, 1, 2]", Computed("If Maybe")),
        ("!If [Both, 1, 2]", Computed("If Both")),
        ("!If [Either, 1, 2]", 1),
        ("{a: !Ref AWS::NoValue, b: 1}", {"b": 1}),
        ("[1, !Ref AWS::NoValue]", [1]),
        ("!ImportValue shared", Computed("ImportValue shared")),
        (
            "{Resource: [!GetAtt Logs.Arn], Principal: !Ref Open}",
            {"Resource": ["<GetAtt Logs.Arn>"], "Principal": Computed("Open")},
        ),
        ("2012-10-17", "2012-10-17"),
    ],
)
def test_intrinsic_functions(written: str, resolved: object) -> None:
    assert template().resolve(parse(written, "x").value) == resolved


@pytest.mark.parametrize(
    "written", ["!If [Nowhere, 1, 2]", "!If [Loop, 1, 2]", "!Select [9, [a]]", "!Join x", "!Sub [1]"]
)
def test_a_function_that_is_used_wrongly_is_named(written: str) -> None:
    with pytest.raises(InputError, match=r"t\.yaml"):
        template().resolve(parse(written, "x").value)


def resources(tmp_path: Path, text: str) -> dict[str, Resource]:
    path = tmp_path / "t.yaml"
    path.write_text(text)
    return {each.address: each for each in read_code([path], CodeReaders()).resources}


def test_parts_conditions_and_places(tmp_path: Path) -> None:
    found = resources(
        tmp_path,
        HEAD
        + """  Gone: {Type: AWS::S3::Bucket, Condition: Never}
  Other: {Type: AWS::S3::Bucket}
  LogsPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Logs
      PolicyDocument:
        Version: 2012-10-17
        Statement: {Effect: Allow, Principal: "*", Action: s3:GetObject, Resource: !Sub "${Logs.Arn}/*"}
""",
    )
    assert set(found) == {"Logs", "Other"}
    assert found["Logs"].policy.statements[0].resources == ("<Logs.Arn>/*",)
    assert found["Other"].policy is None
    assert str(found["Logs"].place).endswith(":16")


def test_a_policy_of_an_unknown_bucket_leaves_all_policies_unknown(tmp_path: Path) -> None:
    found = resources(
        tmp_path,
        HEAD
        + """  Stray:
    Type: AWS::S3::BucketPolicy
    Properties: {Bucket: !ImportValue shared, PolicyDocument: {Statement: []}}
""",
    )
    with pytest.raises(Unknown):
        _ = found["Logs"].policy


def test_what_is_computed_is_unknown_and_never_passes(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(HEAD + "  Jobs: {Type: AWS::SQS::Queue, Properties: {SqsManagedSseEnabled: !Ref Open}}\n")
    result = check([path], Catalog.load().select(rules=["sqs.unencrypted-queue"]))
    (finding,) = result.evaluation.findings()
    assert finding.status is Status.UNKNOWN
    assert "Open" in finding.problems[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"Resources": {', "t.yaml:1"),
        ("Resources:\n  A: [", "t.yaml:"),
        ("Resources:\n  A: {Type: x}\n  A: {Type: y}\n", "t.yaml:3: 'A' is there twice"),
        ("Resources:\n  A: {}\n", "t.yaml"),
        ("Resources: []\nAWSTemplateFormatVersion: 1\n", "Resources must be a mapping"),
        ("hello", "neither a Terraform plan"),
        ('{"planned_values": 3}', "no plan as"),
        ("[" * 3000, "t.yaml"),
        ("x: " + "{a: " * 500 + "1" + "}" * 500, "nested"),
    ],
)
def test_broken_files_are_one_clear_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as told:
        read_code([path], CodeReaders())
    assert said in str(told.value)
    assert "\n" not in str(told.value)


def test_a_folder_is_searched_and_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "t.yml").write_text("Resources: {Q: {Type: AWS::SQS::Queue}}")
    (tmp_path / "package.json").write_text('{"name": "x"}')
    (tmp_path / "broken.json").write_text("{nonsense")
    code = read_code([tmp_path], CodeReaders())
    assert [each.address for each in code.resources] == ["Q"]
    (tmp_path / "nothing").mkdir()
    with pytest.raises(InputError, match="no Terraform code or plan and no CloudFormation template"):
        check([tmp_path / "nothing"], Catalog.load())


ASSOCIATED = """
Resources:
  Other: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}
  Shop: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}
  Association:
    Type: AWS::WAFv2::WebACLAssociation
    Properties: {WebACLArn: "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/w/1", ResourceArn: %s}
"""


@pytest.mark.parametrize(
    "written",
    [
        "!Ref Shop",
        '!Sub "${Shop}"',
        '!Sub "arn:${AWS::Partition}:made:${AWS::Region}::/holders/${Other}/held/${Shop}"',
        '!Join ["/", ["arn:aws:made", !Ref Other, !GetAtt Shop.Arn]]',
    ],
)
def test_a_part_belongs_to_the_last_resource_that_its_arn_is_put_together_from(tmp_path: Path, written: str) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(ASSOCIATED % written)
    found = {each.address: each for each in read_code([path], CodeReaders()).resources}
    balancers = {name: each.web_acl_arn for name, each in found.items() if isinstance(each, LoadBalancer)}
    assert balancers == {"Shop": "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/w/1", "Other": None}


def composite(rule: str) -> str:
    return f"""
Resources:
  Any:
    Type: AWS::CloudWatch::CompositeAlarm
    Properties: {{AlarmName: any, AlarmRule: {rule}}}
  Root: {{Type: AWS::CloudWatch::Alarm, Properties: {{}}}}
"""


def test_a_composite_alarm_does_not_speak_for_alarms_that_have_no_name_yet(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    index = CodeReaders()
    path.write_text(composite('"ALARM(root) OR ALARM(trail)"'))
    (alarm,) = (each for each in read_code([path], index).resources if each.address == "Any")
    assert alarm.known()["children"] == ("root", "trail")
    path.write_text(composite('!Sub "ALARM(${Root}) OR ALARM(trail)"'))
    (alarm,) = (each for each in read_code([path], index).resources if each.address == "Any")
    assert "children" not in alarm.known()
    assert "Root" in alarm.gaps["children"].detail


def key_policy(principal: str, condition: str = "{}") -> str:
    return f"""
Resources:
  Role: {{Type: AWS::IAM::Role, Properties: {{}}}}
  Topic: {{Type: AWS::SNS::Topic, Properties: {{}}}}
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - Effect: Allow
            Principal: {principal}
            Action: kms:*
            Resource: "*"
            Condition: {condition}
Parameters: {{Who: {{Type: String}}}}
"""


@pytest.mark.parametrize(
    ("principal", "condition", "answers"),
    [
        ("{AWS: !GetAtt Role.Arn}", "{}", "pass pass pass"),
        ("{AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root'}", "{}", "pass pass pass"),
        ("{AWS: [!Ref AWS::AccountId, 'arn:aws:iam::444455556666:root']}", "{}", "pass unknown pass"),
        # It may be of another account, and what is given for a parameter may be a star.
        ("{AWS: !Sub '${Role.Arn}'}", "{}", "pass unknown pass"),
        ("{AWS: !Ref Who}", "{}", "unknown unknown unknown"),
        ("{AWS: !GetAtt Role.RoleId}", "{}", "unknown unknown unknown"),
        ("'*'", "{StringEquals: {'kms:CallerAccount': !Ref AWS::AccountId}}", "pass pass pass"),
        ("'*'", "{StringEquals: {'kms:CallerAccount': !Ref Who}}", "unknown unknown unknown"),
        ("'*'", "{StringEquals: {'aws:PrincipalOrgID': !Ref Topic}}", "unknown unknown unknown"),
        ("{Service: sns.amazonaws.com}", "{}", "pass pass fail"),
        ("{Service: sns.amazonaws.com}", "{ArnEquals: {'aws:SourceArn': !Ref Topic}}", "pass pass pass"),
        ("{Service: sns.amazonaws.com}", "{ArnLike: {'aws:SourceArn': [!GetAtt Topic.Arn]}}", "pass pass pass"),
        ("{Service: sns.amazonaws.com}", "{ArnLike: {'aws:SourceArn': !Ref Who}}", "unknown unknown unknown"),
    ],
)
def test_who_is_allowed_by_reference_is_decided_where_it_is_sure(
    tmp_path: Path, principal: str, condition: str, answers: str
) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(key_policy(principal, condition))
    found = {each.rule: each.status.value for each in check([path], Catalog.load()).evaluation.findings()}
    asked = ("kms.public-key-policy", "kms.foreign-administrator", "kms.service-allowed-for-anyone")
    assert " ".join(found[each] for each in asked) == answers
