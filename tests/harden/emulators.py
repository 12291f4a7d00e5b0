"""Two emulators of AWS, by different hands: what goes right on both is more than the habit of one."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from bartizan.demo.emulator import emulator

_RESETS = ("/moto-api/reset", "/_ministack/reset")
_STARTS_WITHIN = 60.0


def reset(url: str) -> None:
    """Empty the account behind an emulator's address."""
    for path in _RESETS:
        try:
            urllib.request.urlopen(urllib.request.Request(f"{url}{path}", method="POST")).read()  # noqa: S310 - ours
        except urllib.error.HTTPError:
            continue
        return
    raise AssertionError(f"{url} is no emulator that can be emptied")


@contextmanager
def ministack() -> Iterator[str]:
    """The address of a ministack; it needs an environment of its own, for its own botocore, and is skipped without."""
    command = Path(os.environ.get("MINISTACK", ".ministack/bin/ministack"))
    if not command.exists():
        pytest.skip("ministack is not installed: python3 -m venv .ministack && .ministack/bin/pip install ministack")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"GATEWAY_PORT": str(port), "MINISTACK_ACCOUNT_ID": "123456789012", "LOG_LEVEL": "ERROR"}
    process = subprocess.Popen(
        [command], env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    late = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < late and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/_ministack/health").read()  # noqa: S310 - ours
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("ministack did not start")


EMULATORS: Mapping[str, Callable[[], AbstractContextManager[str]]] = {"moto": emulator, "ministack": ministack}
