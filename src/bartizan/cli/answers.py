"""How answers to questions of access are printed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click

from bartizan.report.safe import printable


def show(facts: Any, text: str, *, as_json: bool) -> None:
    """Print the facts as JSON, or the text; no name in it can steer a terminal."""
    if as_json:
        click.echo(json.dumps(facts, indent=2))
    else:
        click.echo("\n".join(printable(line) for line in text.split("\n")))


def warn(warnings: Iterable[str]) -> None:
    """Say on standard error what may be a mistake in the question."""
    for each in warnings:
        click.echo(f"Warning: {printable(each)}", err=True)
