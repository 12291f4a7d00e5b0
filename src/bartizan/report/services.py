"""The security services of an organization in the reports: as JSON, on the terminal, and as rows of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bartizan.engine.services import AccountServices, Services, State
from bartizan.model import counted
from bartizan.report.safe import printable

_GROUPS_SHOWN = 12
_NAMES_SHOWN = 3
_NAMES_WIDTH = 16
_WIDEST = 120
_LONGEST_NAME = 24
_TONES: Mapping[State, str] = MappingProxyType(
    {
        State.OFF: "high",
        State.APART: "medium",
        State.UNKNOWN: "unknown",
        State.ON: "passed",
        State.NOT_OFFERED: "soft",
    }
)
"""The class of each state on the page."""

_WORDS: Mapping[State, tuple[str, str]] = MappingProxyType(
    {
        State.OFF: ("off", "red"),
        State.APART: ("apart", "yellow"),
        State.UNKNOWN: ("?", "magenta"),
        State.ON: ("on", "green"),
        State.NOT_OFFERED: ("-", "dim"),
    }
)
"""What stands for a state on the terminal, where there is little room, and in which colour."""


def service_facts(services: Services) -> dict[str, Any]:
    """The matrix as plain JSON values: by account and service, the regions of each state."""
    return {
        "services": list(services.titles),
        "accounts": [
            {
                "account": each.account,
                "name": each.name,
                "unreached": each.unreached,
                "services": {
                    title: {str(state): list(regions) for state, regions in states.items()}
                    for title, states in each.services.items()
                },
            }
            for each in services.accounts
        ],
    }


def print_services(console: Console, services: Services) -> None:
    """Print a line for each group of accounts that stand alike, the worst first."""
    # One space between columns leaves names of accounts the most room on a terminal of 80 columns.
    table = Table(
        box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold", width=min(console.width, _WIDEST)
    )
    table.add_column("Accounts", overflow="fold", min_width=_NAMES_WIDTH)
    for title in services.titles:
        table.add_column(title.replace(" ", "\n"), justify="right")
    groups = ranked(services)
    for group in groups[:_GROUPS_SHOWN]:
        table.add_row(Text(_named(group)), *(_cell(group[0], title) for title in services.titles))
    console.print(Text("\nSecurity services, by account and number of regions", style="bold"))
    console.print(table)
    if len(groups) > _GROUPS_SHOWN:
        left = sum(len(each) for each in groups[_GROUPS_SHOWN:])
        console.print(Text(f"... and {counted(left, 'more account')}; the reports show them all", style="dim"))
    if any(State.APART in states for each in services.accounts for states in each.services.values()):
        legend = "apart: it is on, and what it sees does not come to the account that watches the organization"
        console.print(Text(legend, style="dim"))


def ranked(services: Services) -> list[list[AccountServices]]:
    """The groups of accounts that stand alike: those that were not reached, then by how much is not as it should be."""
    return sorted(services.groups(), key=lambda group: (not group[0].unreached, -_wrong(group[0])))


def service_rows(services: Services) -> list[dict[str, Any]]:
    """The rows of the page: accounts that stand alike, and a cell for each service with the regions of each state."""
    return [
        {
            "accounts": [f"{each.name} ({each.account})" for each in group],
            "unreached": bool(group[0].unreached),
            "cells": [_cell_facts(group[0], title) for title in services.titles],
        }
        for group in ranked(services)
    ]


def _wrong(account: AccountServices) -> int:
    bad = (State.OFF, State.APART, State.UNKNOWN)
    return sum(len(states.get(each, ())) for states in account.services.values() for each in bad)


def _named(group: Sequence[AccountServices]) -> str:
    names = ", ".join(printable(each.name or each.account)[:_LONGEST_NAME] for each in group[:_NAMES_SHOWN])
    return names + (f" and {len(group) - _NAMES_SHOWN} more" if len(group) > _NAMES_SHOWN else "")


def _cell(account: AccountServices, title: str) -> Text:
    alike = account.state(title)
    if alike is not None:
        word, colour = _WORDS[alike]
        return Text(word, style=colour)
    states = account.services[title].items()
    parts = [Text(f"{_WORDS[each][0]} {len(where)}", style=_WORDS[each][1]) for each, where in states if _counts(each)]
    return Text("\n").join(parts)


def _counts(state: State) -> bool:
    return state is not State.NOT_OFFERED


def _cell_facts(account: AccountServices, title: str) -> dict[str, Any]:
    alike = account.state(title)
    if alike is not None:
        return {"text": str(alike), "tone": _TONES[alike], "states": []}
    states = [(each, where) for each, where in account.services[title].items() if _counts(each)]
    return {
        "text": ", ".join(f"{len(where)} {each}" for each, where in states),
        "tone": _TONES[states[0][0]],
        "states": [{"state": str(each), "regions": list(where)} for each, where in states],
    }
