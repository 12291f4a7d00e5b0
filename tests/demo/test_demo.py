"""The demo: its emulator is cut off from the user's AWS settings, tells why it fails, and ends with the demo."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from bartizan.demo import emulator as emulators
from bartizan.demo.emulator import emulator
from bartizan.model import InputError

DEMO = [sys.executable, "-m", "bartizan", "demo"]
ELSEWHERE = {
    "AWS_PROFILE": "nobody",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
    "AWS_CONFIG_FILE": "/nowhere/config",
    "AWS_CA_BUNDLE": "/nowhere/bundle.pem",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
    "MOTO_PORT": "9",
}
SHOPS = {"s3.public-policy", "iam.trust-anyone", "ec2.everything-open-to-world", "sqs.public-queue"}
BETWEEN_ACCOUNTS = {
    ("shop", "organizations.log-tampering-allowed"),
    ("shop-staging", "organizations.log-tampering-allowed"),
    ("shared-services", "organizations.log-tampering-allowed"),
    ("data-platform", "organizations.log-tampering-allowed"),
    ("data-platform", "organizations.account-outside-units"),
    ("data-platform", "organizations.account-can-be-taken-over"),
    ("data-platform", "iam.other-account-without-external-id"),
    ("data-platform", "s3.shared-with-other-account"),
    ("data-platform", "sns.topic-shared-with-other-organization"),
    ("shared-services", "kms.foreign-administrator"),
    ("shared-services", "ecr.others-may-push"),
    ("shared-services", "ecr.repository-shared-with-other-account"),
    ("log-archive", "s3.service-allowed-for-anyone"),
    ("log-archive", "s3.shared-with-other-account"),
    ("old-shop", "organizations.account-suspended"),
    ("management", "organizations.log-bucket-not-locked"),
    ("management", "organizations.management-account-runs-workloads"),
    ("management", "organizations.security-services-not-delegated"),
    ("management", "organizations.security-services-scattered"),
    ("management", "organizations.tag-policy-not-enforced"),
    ("management", "sso.allows-all"),
    ("management", "sso.session-too-long"),
}
WELL_DONE = {
    ("security", "organizations.log-tampering-allowed"),
    ("log-archive", "organizations.log-tampering-allowed"),
    ("shop", "organizations.leaving-allowed"),
    ("shop", "cloudtrail.account-not-recorded"),
    ("management", "organizations.no-account-for-logs"),
    ("shared-services", "iam.other-account-without-external-id"),
    ("shared-services", "sqs.queue-shared-with-other-account"),
    ("shared-services", "kms.key-shared-with-other-organization"),
    ("data-platform", "iam.role-shared-with-other-organization"),
}


def test_the_users_settings_play_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ELSEWHERE.items():
        monkeypatch.setenv(name, value)
    with emulator() as address:
        assert "AWS_PROFILE" not in os.environ
        session = boto3.Session(aws_access_key_id="demo", aws_secret_access_key="demo")
        sts = session.client("sts", region_name="eu-west-1", endpoint_url=address)
        assert sts.get_caller_identity()["Account"] == "123456789012"
    assert {name: os.environ.get(name) for name in ELSEWHERE} == ELSEWHERE


def test_two_emulators_stand_beside_each_other() -> None:
    with emulator() as one, emulator() as other:
        assert one != other


@pytest.mark.parametrize(
    ("service", "operation"), [("ec2", "describe_fast_launch_images"), ("config", "get_custom_rule_policy")]
)
def test_what_the_emulator_does_not_know_it_says_in_the_form_of_aws(service: str, operation: str) -> None:
    with emulator() as address:
        session = boto3.Session(aws_access_key_id="demo", aws_secret_access_key="demo")
        client = session.client(service, region_name="eu-west-1", endpoint_url=address)
        with pytest.raises(ClientError, match="the emulator does not know this operation") as refused:
            getattr(client, operation)()
    assert refused.value.response["Error"]["Code"] == "NotImplemented"


def test_what_holds_a_list_is_empty_where_the_emulator_lacks_it() -> None:
    with emulator() as address:
        session = boto3.Session(aws_access_key_id="demo", aws_secret_access_key="demo")

        def client(service: str) -> Any:
            return session.client(service, region_name="eu-west-1", endpoint_url=address)

        assert client("kms").describe_custom_key_stores()["CustomKeyStores"] == []
        assert client("accessanalyzer").list_analyzers()["analyzers"] == []
        assert client("ssm").get_service_setting(SettingId="x")["ServiceSetting"]["SettingValue"] == "Enable"


def test_an_emulator_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulators, "_SERVER", (sys.executable, "-c", "raise SystemExit('the port is gone')"))
    with pytest.raises(InputError, match="did not start: the port is gone"), emulator():
        pass


def test_an_emulator_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulators, "_SERVER", (sys.executable, "-c", "import time; time.sleep(60)"))
    monkeypatch.setattr(emulators, "_STARTS_WITHIN", 0.2)
    with pytest.raises(InputError, match="said nothing within"), emulator():
        pass


def test_a_broken_installation_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "moto.py").write_text("raise ImportError('this moto is broken')")
    path = os.pathsep.join((str(tmp_path), *sys.path))
    ran = subprocess.run(
        DEMO, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}, timeout=60, check=False
    )
    assert ran.returncode == 2
    assert ran.stderr.splitlines() == ["Error: the emulator of AWS did not start: ImportError: this moto is broken"]


def test_the_whole_demo_runs_beside_anything_in_the_environment(tmp_path: Path) -> None:
    ran = subprocess.run(
        [*DEMO, "--output", str(tmp_path)],
        capture_output=True, text=True, env={**os.environ, **ELSEWHERE}, timeout=300, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["coverage_gaps"] == []
    assert report["facts"]["accounts"] == "7"
    failed = {(report["accounts"][each["account"]], each["rule"]) for each in report["findings"]
              if each["status"] == "fail"}  # fmt: skip
    assert failed > {("shop", rule) for rule in SHOPS} | BETWEEN_ACCOUNTS
    assert not failed & WELL_DONE
    assert not any("root_account" in problem for each in report["findings"] for problem in each["problems"])


def test_one_account_can_be_shown_alone(tmp_path: Path) -> None:
    ran = subprocess.run(
        [*DEMO, "--account", "--output", str(tmp_path)], capture_output=True, text=True, timeout=300, check=False
    )
    assert ran.returncode == 0, ran.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["subject"] == "AWS account 123456789012"
    assert report["coverage_gaps"] == []
    assert {each["rule"] for each in report["findings"] if each["status"] == "fail"} > SHOPS


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_on_a_terminal_one_bar_follows_the_other(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [*DEMO, "--account", "--output", str(tmp_path)], stdout=subprocess.PIPE, stderr=theirs, text=True
    ) as demo:
        os.close(theirs)
        shown = _read_all(ours)
        printed, _ = demo.communicate(timeout=300)
    building, reading = "Building the company's account", "Reading the account"
    assert building in shown
    assert building not in shown.partition(reading)[2]
    assert printed.startswith("AWS account 123456789012\n")
    assert "\x1b" not in printed, "colours are for the terminal, and this is a pipe"


def _read_all(terminal: int) -> str:
    read = b""
    with open(terminal, "rb", buffering=0) as stream:
        try:
            while part := stream.read(4096):
                read += part
        except OSError:
            pass  # So Linux tells that the other side was closed.
    return read.decode()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the children are found in /proc")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -15), (signal.SIGKILL, -9)])
def test_the_emulator_ends_with_the_demo(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    with subprocess.Popen(DEMO, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as demo:
        child = _wait_for_child(demo.pid)
        _wait_for_socket(child)
        demo.send_signal(sent)
        _, complaint = demo.communicate(timeout=30)
        assert demo.returncode == code
        assert "Traceback" not in complaint
    until = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()


def _wait_for_child(parent: int) -> int:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if children := Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
            return int(children[0])
        time.sleep(0.05)
    raise AssertionError("the demo started no emulator")


def _wait_for_socket(process: int) -> None:
    """Until it listens, and is no longer at its imports."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        opened = [str(each.readlink()) for each in Path(f"/proc/{process}/fd").iterdir() if each.is_symlink()]
        if any(each.startswith("socket:") for each in opened):
            time.sleep(0.5)
            return
        time.sleep(0.05)
    raise AssertionError("the emulator opened no port")
