"""SQL rules: what they read, and that nothing unknown becomes a verdict."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from bartizan.app.scan import wanted_by
from bartizan.engine.evaluate import evaluate
from bartizan.engine.samples import defects
from bartizan.model import CoverageGap, Finding, Gap, InputError, Reason, Resource, Rule, Snapshot, Status, without
from bartizan.resources.ec2.network import FlowLog, Vpc
from bartizan.resources.s3 import Bucket
from bartizan.store.sql_rule import read_rule

HEADER = """\
-- id = "acme.one"
-- severity = "high"
-- title = "It is wrong."
-- why = "Because."
-- how_to_fix = "Mend it."
"""
VERSIONS = "SELECT arn, CASE WHEN versioning THEN 'pass' ELSE 'fail' END status, 'none kept' reason FROM s3_bucket"
LOGGED = """\
SELECT v.arn, CASE WHEN count(f.resource_id) > 0 THEN 'pass' ELSE 'fail' END AS status, 'no log' AS reason
FROM ec2_vpc v LEFT JOIN ec2_flow_log f ON f.resource_id = v.vpc_id GROUP BY ALL
"""
DENIED = Gap(Reason.DENIED, needs="s3:GetBucketVersioning")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "one.sql"


def rule(path: Path, query: str, header: str = HEADER) -> Rule:
    path.write_text(header + query)
    return read_rule(path)


def bucket(name: str, **fields: object) -> Bucket:
    return Bucket(bucket_name=name, arn=f"arn:aws:s3:::{name}", **{"account": "1", "region": "eu-west-1", **fields})


def judged(made: Rule, *resources: Resource, gaps: tuple[CoverageGap, ...] = ()) -> dict[str, Finding]:
    return {each.name: each for each in evaluate([made], Snapshot(resources, gaps)).findings()}


def statuses(made: Rule, *resources: Resource, gaps: tuple[CoverageGap, ...] = ()) -> dict[str, str]:
    return {name: str(each.status) for name, each in judged(made, *resources, gaps=gaps).items()}


def gap(kind: type[Resource], region: str = "", reason: Reason = Reason.DENIED) -> CoverageGap:
    return CoverageGap(types=(kind.cfn_type,), account="1", region=region, gap=Gap(reason, needs="x:List"))


def test_findings_have_the_shape_of_those_of_any_rule(path: Path) -> None:
    found = judged(rule(path, VERSIONS), bucket("a", versioning=True), bucket("b", versioning=False))
    assert found["a"].status is Status.PASS
    assert found["b"].status is Status.FAIL
    assert (found["b"].rule, str(found["b"].severity), found["b"].title) == ("acme.one", "high", "It is wrong")
    assert (found["b"].problems, found["b"].evidence) == (("none kept",), {"versioning": False})
    assert found["b"].service == "acme"


def test_it_says_what_must_be_collected(path: Path) -> None:
    assert wanted_by([rule(path, VERSIONS)]) == {Bucket: frozenset({"versioning"})}
    wanted = wanted_by([rule(path, LOGGED, HEADER + '-- judges = "ec2_vpc"\n')])
    assert wanted == {Vpc: frozenset({"vpc_id"}), FlowLog: frozenset({"resource_id"})}
    everything = rule(path, "SELECT *, 'pass' AS status, '' AS reason FROM s3_bucket")
    assert wanted_by([everything])[Bucket] > {"versioning", "policy", "tags"}


def test_what_was_not_read_never_becomes_a_verdict(path: Path) -> None:
    hidden = without(bucket("b"), "versioning", gap=DENIED)
    found = judged(rule(path, VERSIONS), bucket("a", versioning=True), hidden)
    assert found["a"].status is Status.PASS
    assert found["b"].status is Status.UNKNOWN
    assert found["b"].gap == DENIED
    lenient = "SELECT arn, CASE WHEN versioning IS NULL THEN 'pass' END status, '' reason FROM s3_bucket"
    assert statuses(rule(path, lenient), hidden) == {"b": "unknown"}


def test_a_query_that_looks_at_what_is_unknown_decides_for_itself(path: Path) -> None:
    query = """
        SELECT arn, CASE WHEN unknown['versioning'] IS NOT NULL THEN 'unknown' WHEN versioning THEN 'pass'
          ELSE 'fail' END AS status, unknown['versioning'] AS reason FROM s3_bucket
    """
    found = judged(rule(path, query), without(bucket("b"), "versioning", gap=DENIED), bucket("a", versioning=True))
    assert found["a"].status is Status.PASS
    assert found["b"].status is Status.UNKNOWN
    assert found["b"].problems == ("access denied (needs s3:GetBucketVersioning)",)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT arn, 'pass' status, '' reason FROM s3_bucket WHERE versioning", "returns no row"),
        ("SELECT arn, NULL status, NULL reason FROM s3_bucket", "no status"),
        ("SELECT arn, 'unknown' status, 'cannot say' reason FROM s3_bucket", "cannot say"),
    ],
)
def test_no_row_and_no_status_are_unknown(path: Path, query: str, said: str) -> None:
    found = judged(rule(path, query), bucket("a", versioning=False))
    assert found["a"].status is Status.UNKNOWN
    assert said in found["a"].problems[0]


def test_the_worst_of_several_rows_counts(path: Path) -> None:
    query = """
        SELECT arn, unnest(['pass', 'fail', 'fail', 'unknown']) status, unnest(['', 'one', 'two', 'x']) reason
        FROM s3_bucket
    """
    assert judged(rule(path, query), bucket("a"))["a"].problems == ("one", "two")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT arn, 'good' status, '' reason FROM s3_bucket", "the status 'good'"),
        ("SELECT 'x' arn, 'pass' status, '' reason FROM s3_bucket", "a row for x"),
        ("SELECT arn, 'pass' status, CAST(bucket_name AS INT) reason FROM s3_bucket", "Could not convert"),
    ],
)
def test_a_query_that_goes_wrong_is_an_error_of_its_rule(path: Path, query: str, said: str) -> None:
    found = judged(rule(path, query), bucket("a"), bucket("b"))
    assert {each.status for each in found.values()} == {Status.ERROR}
    assert said in found["a"].problems[0]


def test_a_failed_listing_of_another_table_leaves_no_verdict(path: Path) -> None:
    made = rule(path, LOGGED, HEADER + '-- judges = "ec2_vpc"\n')
    here = {"account": "1", "region": "eu-west-1"}
    vpc = Vpc(vpc_id="vpc-1", arn="arn:aws:ec2:::vpc/vpc-1", **here)
    log = FlowLog(flow_log_id="fl-1", arn="arn:aws:ec2:::fl-1", resource_id="vpc-1", **here)
    assert judged(made, vpc, log)[vpc.name].status is Status.PASS
    assert judged(made, vpc)[vpc.name].status is Status.FAIL
    for resources in ((vpc,), (vpc, log)):
        found = judged(made, *resources, gaps=(gap(FlowLog, "us-east-1"),))[vpc.name]
        assert found.status is Status.UNKNOWN
        assert "needs x:List" in found.problems[0]
    nothing_there = gap(FlowLog, "us-east-1", Reason.UNSUPPORTED)
    assert judged(made, vpc, gaps=(nothing_there,))[vpc.name].status is Status.FAIL
    hidden = without(log, "resource_id", gap=DENIED)
    assert judged(made, vpc, hidden)[vpc.name].status is Status.UNKNOWN


def test_a_failed_listing_of_what_it_judges_leaves_the_verdicts_on_the_rest(path: Path) -> None:
    only = rule(path, VERSIONS)
    assert statuses(only, bucket("a", versioning=True), gaps=(gap(Bucket, "us-east-1"),)) == {"a": "pass"}
    beside = """
        SELECT a.arn, CASE WHEN count(b.arn) > 1 THEN 'pass' ELSE 'fail' END AS status, 'alone' AS reason
        FROM s3_bucket a CROSS JOIN s3_bucket b GROUP BY ALL
    """
    made = rule(path, beside)
    assert statuses(made, bucket("a"), bucket("b")) == {"a": "pass", "b": "pass"}
    assert statuses(made, bucket("a"), gaps=(gap(Bucket, "us-east-1"),)) == {"a": "unknown"}


def test_an_arn_that_two_accounts_share_takes_their_account_and_region(path: Path) -> None:
    both = (bucket("a", versioning=True), bucket("a", versioning=False, account="2"))
    found = evaluate([rule(path, VERSIONS)], Snapshot(both)).findings()
    assert [str(each.status) for each in found] == ["unknown", "unknown"]
    made = rule(path, VERSIONS.replace("SELECT arn", "SELECT arn, account, region"))
    assert [str(each.status) for each in evaluate([made], Snapshot(both)).findings()] == ["pass", "fail"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT arn,\n  stat us FROM\n WHERE", r"one\.sql:8: syntax error"),
        ("SELECT arn, 'pass' status,\n nope reason\nFROM s3_bucket", r"one\.sql:7: Referenced column \"nope\""),
        ("SELECT arn\nFROM s3_bucket", r"one\.sql:1: .* it lacks status, reason"),
        ("SELECT 1\nFROM s3_buckets", r"one\.sql:7: there is no table 's3_buckets'; did you mean s3_bucket"),
        ("SELECT 1 arn, 'pass' status, '' reason", "reads no table"),
        ("DROP TABLE s3_bucket", "one SELECT"),
        ("SELECT 1; SELECT 2", "one SELECT"),
        ("SELECT * FROM read_csv('/etc/passwd')", r"one\.sql:6: the function read_csv"),
        ("SELECT * FROM query('SELECT 1')", "the function query"),
        ("SELECT * FROM s3_bucket, sqs_queue", "name the one that it judges"),
        ("WITH s3_bucket AS (SELECT 1) SELECT * FROM s3_bucket", "choose another name"),
        ("SELECT * FROM main.s3_bucket", "there is no table"),
    ],
)
def test_a_bad_query_is_told_with_file_and_line(path: Path, query: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        rule(path, query)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (HEADER.replace('"high"', '"bad"'), r"one\.sql:2: there is no severity 'bad'"),
        (HEADER.replace("-- why", "-- wy"), r"one\.sql:4: the header has no key wy"),
        (HEADER.replace('"Mend it."', "7"), r"one\.sql:5: .*how_to_fix"),
        (HEADER.replace('"acme.one"', '"one"'), r"one\.sql:1: an id is two words"),
        (HEADER.replace('"Because."', '"Because'), r"one\.sql:4: the header is no TOML"),
        (HEADER + '-- judges = "sqs_queue"\n', "the query reads s3_bucket"),
        (HEADER + "-- advice = 7\n", r"one\.sql:6: advice is of the wrong kind"),
        (HEADER + "-- [[passes]]\n-- colour = 1\n", r"passes\[0\]: s3_bucket has no column 'colour'"),
        (HEADER + "-- [[fails]]\n-- versioning = 'no'\n", r"fails\[0\]: versioning: must be of the kind bool"),
        (HEADER + "-- [[fails]]\n-- policy = 'x'\n", r"fails\[0\]: policy: "),
        ("", "the header lacks id"),
    ],
)
def test_a_bad_header_is_told_with_file_and_line(path: Path, header: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        rule(path, VERSIONS, header)


def test_samples_hold_it_to_its_word(path: Path) -> None:
    samples = "-- [[passes]]\n-- versioning = true\n-- [[fails]]\n-- versioning = {}\n"
    assert [*defects(rule(path, VERSIONS, HEADER + samples.format("false")))] == []
    assert [*defects(rule(path, VERSIONS, HEADER + samples.format("true")))] == ["fails[0] gives pass"]
    assert [*defects(rule(path, VERSIONS))] == []


def test_samples_hold_nested_values_and_what_stands_beside(path: Path) -> None:
    samples = """\
-- [[passes]]
-- policy = { Version = "2012-10-17", Statement = [{ Effect = "Deny", Principal = "*", Action = "*", Resource = "*" }] }
-- [[fails]]
-- policy = { Version = "2012-10-17", Statement = [] }
"""
    query = (
        "SELECT arn, IF(policy->>'$.Statement[0].Effect' = 'Deny', 'pass', 'fail') status, 'x' reason FROM s3_bucket"
    )
    assert [*defects(rule(path, query, HEADER + samples))] == []
    beside = """\
-- judges = "ec2_vpc"
-- [[passes]]
-- vpc_id = "vpc-1"
-- beside = [{ table = "ec2_flow_log", resource_id = "vpc-1" }]
-- [[fails]]
-- vpc_id = "vpc-1"
"""
    assert [*defects(rule(path, LOGGED, HEADER + beside))] == []


def test_a_rule_can_go_to_another_process(path: Path) -> None:
    made = pickle.loads(pickle.dumps(rule(path, VERSIONS).check))  # noqa: S301 - our own
    assert made.sql.endswith("FROM s3_bucket")


def test_without_the_extra_it_says_which_one_is_missing(path: Path) -> None:
    path.write_text(HEADER + VERSIONS)
    program = (
        "import sys; sys.modules['duckdb'] = sys.modules['pyarrow'] = None\n"
        "from bartizan.cli.main import main\n"
        f"sys.argv = ['bartizan', 'rules', 'test', {str(path)!r}]\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "pip install 'bartizan[store]'" in done.stderr
    program = program.replace(repr(str(path)), "'checks.py'").replace("'rules', 'test', 'checks.py'", "'rules'")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
