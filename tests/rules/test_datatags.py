"""Tags that say which data a resource holds, as the settings want them."""

from __future__ import annotations

import tomllib

import pytest

from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import evaluate
from bartizan.engine.settings import Settings
from bartizan.model import Severity, Snapshot, Status
from bartizan.resources.index import ResourceIndex
from bartizan.resources.rds import DbInstance
from bartizan.resources.s3 import Bucket
from bartizan.resources.tags import Tags

STRICT = """
[parameters]
data_tags = ["data-class"]
data_values = ["public", "customer"]

[rules."*.*-without-data-tag"]
severity = "medium"
"""


def said(tags: dict[str, str], text: str = "") -> tuple[Status, tuple[str, ...]]:
    settings = Settings.parse(tomllib.loads(text), "bartizan.toml", text)
    rules = settings.applied(Catalog.load().select(rules=["*.*-without-data-tag"]))
    (finding,) = evaluate(rules, Snapshot([Bucket(bucket_name="shop", tags=Tags(tags))])).findings()
    return finding.status, finding.problems


@pytest.mark.parametrize(
    ("tags", "status", "word"),
    [
        ({"data-class": "customer"}, Status.PASS, ""),
        ({"Data_Class": "Public"}, Status.PASS, ""),
        ({"data-class": "stuff"}, Status.FAIL, "data-class=stuff is none of public, customer"),
        ({"classification": "public"}, Status.FAIL, "none of its tags is called data-class"),
        ({}, Status.FAIL, "none of its tags is called data-class"),
    ],
)
def test_settings_say_which_tag_and_which_values(tags: dict[str, str], status: Status, word: str) -> None:
    found, problems = said(tags, STRICT)
    assert found is status
    assert word in " ".join(problems)


def test_out_of_the_box_any_usual_tag_will_do_and_none_is_advice() -> None:
    assert said({"Confidentiality": "whatever"}) == (Status.PASS, ())
    assert said({"team": "web"})[0] is Status.ADVICE


def test_a_severity_makes_a_duty_of_advice_but_info_does_not() -> None:
    catalog = Catalog.load()
    text = '[rules."s3.bucket-without-data-tag"]\nseverity = "{}"'
    rules = {
        each: Settings.parse(tomllib.loads(text.format(each))).applied(catalog).get("s3.bucket-without-data-tag")
        for each in ("high", "info")
    }
    assert (rules["high"].severity, rules["high"].advice) == (Severity.HIGH, False)
    assert (rules["info"].severity, rules["info"].advice) == (Severity.INFO, True)


def test_each_store_has_a_rule_of_its_own_with_its_own_words() -> None:
    names = {kind: name for name, kind in ResourceIndex.load().types.items()}
    rules = list(Catalog.load().select(rules=["*.*-without-data-tag"]))
    assert len({rule.resource for rule in rules}) == len(rules) >= 20
    for rule in rules:
        assert rule.id.partition(".")[0] == names[rule.resource].partition(".")[0]
        assert "tags" in rule.resource.defaults
        assert "{" not in rule.title
    titles = {rule.id: rule.title for rule in rules}
    assert titles["sqs.queue-without-data-tag"] == "SQS queue has no tag that says which data it holds"
    assert titles["rds.db-snapshot-without-data-tag"].startswith("Snapshot of a database instance has no tag")


def test_a_database_in_a_cluster_leaves_it_to_the_cluster() -> None:
    rule = Catalog.load().get("rds.db-instance-without-data-tag")
    for cluster, status in (("shop", Status.PASS), (None, Status.ADVICE)):
        (finding,) = evaluate([rule], Snapshot([DbInstance(db_cluster_identifier=cluster)])).findings()
        assert finding.status is status
