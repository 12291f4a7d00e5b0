"""Resources as tables: every type has one, what is unknown is told from "no", and secrets never get there."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from bartizan.model import Gap, Reason, replace, without
from bartizan.policy.document import parse_policy
from bartizan.resources.ec2.network import Permission, SecurityGroup
from bartizan.resources.iam.types import User
from bartizan.resources.s3 import Bucket
from bartizan.store.arrow import filled, schema
from bartizan.store.duck import lock, opened
from bartizan.store.tables import Kind, resource_tables, rows, table_of
from contracts.test_contracts import CONTRACTS, HERE, INDEX, from_aws

PLANTED = ("made-up", "MADEUP", "correct-horse", "not kept", "hunter2", "BEGIN RSA")
POLICY = parse_policy({"Version": "2012-10-17", "Statement": []})


def test_every_type_has_a_table_whose_columns_say_what_they_hold() -> None:
    tables = resource_tables()
    assert len(tables) == len(INDEX.types)
    assert {"s3_bucket", "ec2_security_group", "lambda_function", "appsync_graph_ql_api"} <= set(tables)
    for each in tables.values():
        assert each.doc
        assert len(set(each.names)) == len(each.names), each.name
        assert all(column.doc and column.name == column.name.lower() for column in each.columns)


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("bucket_name", Kind.TEXT), ("versioning", Kind.BOOL), ("tags", Kind.MAP), ("policy", Kind.JSON),
        ("unknown", Kind.MAP), ("read_at", Kind.TIMESTAMP),
    ],
)  # fmt: skip
def test_columns_have_the_kind_of_their_field(column: str, kind: Kind) -> None:
    assert {each.name: each.kind for each in table_of(Bucket).columns}[column] is kind


def test_a_row_holds_the_values_in_their_kind() -> None:
    made = dt.datetime(2026, 2, 3, 4, 5, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    user = User(user_name="ann", arn="arn:aws:iam::1:user/ann", account="1", password_last_used=made)
    (row,) = filled(table_of(User), [user]).to_pylist()
    assert (row["arn"], row["name"], row["account"]) == (user.arn, "ann", "1")
    assert row["password_last_used"] == made
    group = SecurityGroup(
        group_id="sg-1", ingress=(Permission(protocol="tcp", from_port=22, to_port=22, peer="0.0.0.0/0"),)
    )
    (row,) = filled(table_of(SecurityGroup), [group]).to_pylist()
    assert json.loads(row["ingress"])[0]["from_port"] == 22


def test_what_was_not_read_is_told_from_what_there_is_not() -> None:
    denied = Gap(Reason.DENIED, needs="s3:GetBucketPolicy")
    none = Bucket(bucket_name="a", policy=None)
    hidden = without(replace(none, policy=POLICY), "policy", gap=denied)
    first, second = filled(table_of(Bucket), [none, hidden], ["policy", "unknown"]).to_pylist()
    assert first == {"policy": None, "unknown": []}
    assert second == {"policy": None, "unknown": [("policy", "access denied (needs s3:GetBucketPolicy)")]}


def test_queries_see_lists_maps_and_json() -> None:
    bucket = Bucket(bucket_name="a", arn="arn:aws:s3:::a", policy=POLICY, tags={"team": "web"})
    with opened() as connection:
        connection.register("s3_bucket", filled(table_of(Bucket), [bucket]))
        lock(connection)
        query = "SELECT tags['team'], policy->>'$.Version', read_at < now() + INTERVAL 100 YEAR FROM s3_bucket"
        assert connection.execute(query).fetchall() == [("web", "2012-10-17", True)]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_text('/etc/hostname')", "SELECT * FROM '/etc/hostname'", "COPY (SELECT 1) TO '{folder}/x'",
        "ATTACH '{folder}/x.db'", "INSTALL httpfs", "LOAD httpfs", "SET enable_external_access = true",
        "SET allowed_directories = ['/']", "SELECT * FROM secret_of_the_process", "SELECT * FROM glob('/etc/*')",
    ],
)  # fmt: skip
def test_a_query_reaches_nothing_but_its_tables(query: str, tmp_path: object) -> None:
    secret_of_the_process = schema(table_of(Bucket)).empty_table()  # noqa: F841 - DuckDB would find it by its name
    with opened() as connection:
        lock(connection)
        with pytest.raises(Exception, match=r"disabled|locked|not exist|cannot be|Cannot"):
            connection.execute(query.format(folder=tmp_path)).fetchall()


@pytest.mark.parametrize("contract", CONTRACTS)
def test_no_secret_that_aws_sends_gets_into_a_table(contract: str) -> None:
    found = [each for each in from_aws(contract) if type(each) is INDEX.types[contract]]
    table = table_of(INDEX.types[contract])
    held = filled(table, found)
    assert held.num_rows == len(found) > 0
    text = json.dumps([*rows(table, found, table.names)], default=str)
    assert not [each for each in PLANTED if each in text]


def test_the_answers_hold_the_secrets_that_must_not_be_kept() -> None:
    sent = "".join(each.read_text() for each in HERE.glob("*/aws.json"))
    assert all(each in sent for each in ("made-up-hunter2", "AKIAMADEUP", "correct-horse", "not kept"))
