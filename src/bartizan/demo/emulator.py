"""The emulator behind the demo: moto as a process of its own on a loopback port."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from bartizan.aws.session import Access
from bartizan.demo.company import build
from bartizan.model import InputError

_STARTS_WITHIN = 30.0
_SERVER = "from moto.server import main; main()"


@contextmanager
def emulator() -> Iterator[str]:
    """The address of an emulated AWS that lives as long as the context; raises ``InputError`` where it cannot start."""
    if importlib.util.find_spec("moto") is None or importlib.util.find_spec("flask") is None:
        raise InputError("the demo needs an emulator of AWS: pip install 'bartizan[demo]'")
    port = _free_port()
    command = [sys.executable, "-c", _SERVER, "-H", "127.0.0.1", "-p", str(port)]
    # Without this moto gives every region Amazon's public images, and a snapshot of ours for each of them.
    environment = {**os.environ, "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, process)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def company_account() -> Iterator[Access]:
    """How to reach an emulated account that holds the demo's company; the user's own credentials play no part."""
    with emulator() as address:
        build(address)
        yield Access(endpoint_url=address, credentials=("demo", "demo"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _STARTS_WITHIN
    # A proxy of the user's environment does not lead to our own loopback port.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < until:
        if process.poll() is not None:
            raise InputError(f"the emulator ended at once with code {process.returncode}")
        try:
            with direct.open(f"{address}/moto-api/data.json", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise InputError(f"the emulator did not answer within {_STARTS_WITHIN:.0f} s")
