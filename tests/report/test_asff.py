"""ASFF: valid by botocore's shape and by the limits that AWS documents."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from botocore.loaders import create_loader
from botocore.model import ServiceModel, Shape
from botocore.validate import ParamValidator

from bartizan.engine.catalog import Catalog
from bartizan.model import Status
from bartizan.report.asff import asff, moment, product_arn, resource_type, write_asff
from bartizan.report.content import ReportInput, finding_facts, rule_facts
from bartizan.resources.index import ResourceIndex
from bartizan.resources.sqs import Queue
from report.sample import ACCOUNT, accepted, made, queue, report

LIMITS = {"Id": 512, "ProductArn": 2048, "GeneratorId": 512, "Title": 256, "Description": 1024}
TYPE = re.compile(
    "(Software and Configuration Checks|TTPs|Effects|Unusual Behaviors|Sensitive Data Identifications)/.+"
)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture(scope="module")
def service() -> ServiceModel:
    return ServiceModel(create_loader().load_service_model("securityhub", "service-2"))


def enums_hold(value: Any, shape: Shape) -> bool:
    """Botocore leaves enumerations and patterns to the service."""
    if shape.type_name == "structure":
        return all(enums_hold(each, shape.members[name]) for name, each in value.items())
    if shape.type_name == "list":
        return all(enums_hold(each, shape.member) for each in value)
    if shape.type_name == "map":
        return all(enums_hold(each, shape.value) for each in value.values())
    if shape.type_name == "string":
        pattern = shape.metadata.get("pattern", ".*")
        return (not shape.enum or value in shape.enum) and re.fullmatch(pattern, value) is not None
    return True


def checked(given: ReportInput, service: ServiceModel) -> list[Any]:
    stream = io.StringIO()
    write_asff(given, stream)
    findings = json.loads(stream.getvalue())
    shape = service.operation_model("BatchImportFindings").input_shape
    for each in findings:
        assert ParamValidator().validate({"Findings": [each]}, shape).generate_report() == ""
        assert enums_hold(each, shape.members["Findings"].member)
        assert all(1 <= len(each[name]) <= most for name, most in LIMITS.items())
        assert len(each["Remediation"]["Recommendation"]["Text"]) <= 512
        assert all(TYPE.fullmatch(name) for name in each["FindingProviderFields"]["Types"])
        assert len(each["ProductFields"]) <= 50
        assert all(len(key) <= 128 and len(value) <= 2048 for key, value in each["ProductFields"].items())
        assert all(1 <= len(one["Id"]) <= 512 for one in each["Resources"])
        assert len(json.dumps(each).encode()) < 240_000
        assert all(TIME.fullmatch(each[name]) for name in ("CreatedAt", "UpdatedAt", "LastObservedAt"))
        assert len(each["AwsAccountId"]) == 12
    ids = [each["Id"] for each in findings]
    assert len(ids) == len(set(ids))
    return list(findings)


def test_what_is_wrong_is_noticed(service: ServiceModel) -> None:
    (finding, *_) = checked(report(), service)
    shape = service.operation_model("BatchImportFindings").input_shape.members["Findings"].member
    assert not enums_hold(finding | {"RecordState": "CLOSED"}, shape)
    assert not enums_hold(finding | {"Title": " "}, shape)


def test_each_finding_is_one_and_passes_where_wanted(service: ServiceModel) -> None:
    given = report()
    findings = checked(given, service)
    assert [each["Id"].rpartition("/")[2] for each in findings] == [each.fingerprint for each in given.findings]
    everything = checked(replace(given, list_passes=True), service)
    assert len(everything) - len(findings) == given.counts[Status.PASS] > 0
    assert {each["Compliance"]["Status"] for each in everything[len(findings) :]} == {"PASSED"}


def test_a_finding_says_whose_and_what_it_is(service: ServiceModel) -> None:
    given = report()
    for one, each in zip(given.findings, checked(given, service), strict=True):
        home = f"{one.region}:{one.account}"
        assert each["ProductArn"] == f"arn:aws:securityhub:{home}:product/{one.account}/default"
        assert each["GeneratorId"] == f"bartizan/{one.rule}"
        (resource,) = each["Resources"]
        assert resource["Type"] == "AwsSqsQueue"
        assert resource["Region"] == one.region
        severity = each["FindingProviderFields"]["Severity"]
        assert severity["Original"] == str(one.severity)
        failed = one.status is Status.FAIL
        assert each["Compliance"]["Status"] == ("FAILED" if failed else "WARNING")
        if not failed:
            assert severity["Label"] == "INFORMATIONAL"
            assert each["ProductFields"]["bartizan/missing-permission"] == "sqs:GetQueueAttributes"
    assert {each["FindingProviderFields"]["Severity"]["Label"] for each in checked(given, service)} > {"MEDIUM"}


def test_what_is_accepted_is_archived_with_its_reason(service: ServiceModel) -> None:
    findings = checked(accepted(), service)
    (kept,) = [each for each in findings if each["RecordState"] == "ARCHIVED"]
    assert kept["Compliance"]["Status"] == "FAILED"
    assert kept["ProductFields"]["bartizan/accepted-by"] == "web"
    assert kept["ProductFields"]["bartizan/accepted-until"] == "2027-01-01"
    assert "Workflow" not in kept, "Security Hub keeps that to its users"
    statuses = {each["ProductFields"]["bartizan/status"]: each["Compliance"]["Status"] for each in findings}
    assert statuses == {"fail": "FAILED", "suppressed": "FAILED", "advice": "WARNING", "error": "NOT_AVAILABLE"}


def test_long_and_blank_texts_fit(service: ServiceModel) -> None:
    catalog = Catalog.load().select(rules=["sqs.no-dead-letter-queue"])
    rule = catalog.get("sqs.no-dead-letter-queue")
    long = replace(rule, doc=replace(rule.doc, title="t" * 300, how_to_fix="f" * 3000))
    given = made(Catalog({rule.id: long}, {}), [queue(1, "n" * 3000), queue(2, " ")])
    findings = checked(given, service)
    assert {len(each["Title"]) for each in findings} == {256}
    assert {len(each["Remediation"]["Recommendation"]["Text"]) for each in findings} == {512}
    facts = finding_facts(given.findings[0]) | {"suppression": None, "problems": [" "]}
    blank = asff(facts, rule_facts(given)[rule.id], at=given.started, version="1", product="arn:aws:x")
    assert blank["Description"] == "(none)"


def test_types_are_those_that_the_format_knows(service: ServiceModel) -> None:
    known = {*service.shape_for("ResourceDetails").members, "AwsAccount", "Other"}
    types = {each.cfn_type: resource_type(each.cfn_type) for each in ResourceIndex.load().types.values()}
    assert set(types.values()) <= known
    expected = {
        "AWS::S3::Bucket": "AwsS3Bucket",
        "AWS::IAM::ManagedPolicy": "AwsIamPolicy",
        "AWS::DynamoDB::Table": "AwsDynamoDbTable",
        "AWS::WAFv2::WebACL": "AwsWafv2WebAcl",
        "AWS::ElasticLoadBalancingV2::LoadBalancer": "AwsElbv2LoadBalancer",
        "AWS::Macie::Session": "Other",
    }
    assert {name: types[name] for name in expected} == expected
    lower = {each.lower() for each in known}
    missed = [name for name, made_of in types.items() if made_of == "Other" and name.replace("::", "").lower() in lower]
    assert missed == []


def test_other_partitions_and_global_resources_have_their_product(service: ServiceModel) -> None:
    catalog = Catalog.load().select(rules=["sqs.no-dead-letter-queue"])
    arn = f"arn:aws-cn:sqs:cn-north-1:{ACCOUNT}:jobs"
    china = Queue(queue_name="jobs", arn=arn, account=ACCOUNT, region="cn-north-1")
    everywhere = Queue(queue_name="jobs", arn=arn.replace("aws-cn", "aws"), account=ACCOUNT, region="")
    first, second = checked(made(catalog, [china, everywhere]), service)
    products = {each["ProductArn"].rsplit(":", 2)[0] for each in (first, second)}
    assert products == {"arn:aws-cn:securityhub:cn-north-1", "arn:aws:securityhub:us-east-1"}
    assert product_arn("aws", "eu-west-1", ACCOUNT) == (
        f"arn:aws:securityhub:eu-west-1:{ACCOUNT}:product/{ACCOUNT}/default"
    )
    assert moment(dt.datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=dt.UTC)) == "2026-01-02T03:04:05.678Z"


def test_what_is_of_no_account_is_left_out(service: ServiceModel) -> None:
    catalog = Catalog.load().select(rules=["sqs.no-dead-letter-queue"])
    given = made(catalog, [Queue(queue_name="jobs", region="", account="")])
    assert len(given.findings) == 1
    assert checked(given, service) == []
