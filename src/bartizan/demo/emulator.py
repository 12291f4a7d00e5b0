"""The emulator behind the demo: moto as a process of its own on a loopback port."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO

from bartizan.aws.session import Access
from bartizan.demo.company import build
from bartizan.demo.organization import build as build_organization
from bartizan.model import InputError

_STARTS_WITHIN = 30.0
_SERVER = (sys.executable, "-m", "bartizan.demo.server")
_PROXIES = frozenset({"all_proxy", "http_proxy", "https_proxy", "no_proxy"})
_OURS = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    # Without this moto gives every region Amazon's public images, and a snapshot of ours for each of them.
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
}


@contextmanager
def emulator(**settings: str) -> Iterator[str]:
    """The address of an emulated AWS that lives as long as the context; raises ``InputError`` where it cannot start.

    ``settings`` are moto's own, by the names of its environment variables. Within the context this process too is
    without the user's AWS settings.
    """
    if importlib.util.find_spec("moto") is None or importlib.util.find_spec("flask") is None:
        raise InputError("the demo needs an emulator of AWS: pip install 'bartizan[demo]'")
    with _without_the_users_settings(settings), tempfile.TemporaryFile("w+", errors="replace") as said:
        # In a session of its own it does not get the terminal's Ctrl-C, and ends after the scan instead of under it.
        process = subprocess.Popen(  # noqa: S603 - our own command
            _SERVER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True, start_new_session=True
        )
        try:
            yield f"http://127.0.0.1:{_port(process, said)}"
        finally:
            process.kill()  # It holds nothing worth saving.
            process.communicate()


@contextmanager
def company_account() -> Iterator[Access]:
    """How to reach an emulated account that holds the demo's company; the user's own credentials play no part."""
    with emulator() as address:
        build(address)
        yield Access(endpoint_url=address, credentials=("demo", "demo"))


@contextmanager
def company_organization(audit_role: str) -> Iterator[Access]:
    """How to reach the management account of an emulated organization; ``audit_role`` is in each of its accounts."""
    with emulator() as address:
        build_organization(address, audit_role)
        yield Access(endpoint_url=address, credentials=("demo", "demo"))


@contextmanager
def _without_the_users_settings(more: Mapping[str, str]) -> Iterator[None]:
    """Take AWS's and the proxies' variables out of the environment, since each can lead a client elsewhere."""
    kept = dict(os.environ)
    _replace_environment(
        {name: value for name, value in kept.items() if not _leads_elsewhere(name)} | _OURS | dict(more)
    )
    try:
        yield
    finally:
        _replace_environment(kept)


def _leads_elsewhere(name: str) -> bool:
    return name.upper().startswith(("AWS_", "BOTO", "MOTO_")) or name.lower() in _PROXIES


def _replace_environment(values: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(values)


def _port(process: subprocess.Popen[str], said: IO[str]) -> int:
    """The port that the emulator prints once it listens."""
    late = threading.Timer(_STARTS_WITHIN, process.kill)
    late.start()
    try:
        line = process.stdout.readline() if process.stdout else ""
    finally:
        late.cancel()
    if line.strip().isdecimal():
        return int(line)
    code = process.wait()
    said.seek(0)
    words = [each.strip() for each in said.read().splitlines() if each.strip()]
    why = words[-1] if words else f"it ended with code {code}, or said nothing within {_STARTS_WITHIN:.0f} s"
    raise InputError(f"the emulator of AWS did not start: {why}")
