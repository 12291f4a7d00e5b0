"""``bartizan demo``."""

from __future__ import annotations

from typing import Any

import click

from bartizan.cli.options import asks_for_code, report_options, store_option


@click.command("demo")
@click.option("--account", "single", is_flag=True, help="Scan the shop's account alone, which fixes and a store need.")
@store_option
@report_options("bartizan-report", fail_on="never")
@click.pass_context
def demo_command(ctx: click.Context, /, *, single: bool, address: str | None, **reporting: Any) -> None:
    """Scan a simulated company that is insecure on purpose: an organization of seven accounts.

    Starts an emulator of AWS on this machine, fills it, and scans it over HTTP. Nothing leaves the machine, and
    your own credentials are not used. With --account it is the account of the company's shop alone; --store,
    --fixes and fixes as code take that one too.

    \b
    Examples:
      bartizan demo --output demo-report
      bartizan demo --account
      bartizan demo --store demo-store
    """
    of_one = single or address or asks_for_code(reporting)
    code = _account(address or "", **reporting) if of_one else _organization(**reporting)
    # What the emulator does not know is unknown, as it should be, and no reason to call the demo incomplete.
    ctx.exit(1 if code == 1 else 0)


def _account(address: str, **reporting: Any) -> int:
    from contextlib import ExitStack

    from bartizan.app.selection import Selection
    from bartizan.cli.reporting import progress
    from bartizan.cli.scan import opened_store, run_scan
    from bartizan.demo.company import REGIONS
    from bartizan.demo.emulator import company_account

    with ExitStack() as demo:
        with progress("Building the company's account"):
            access = demo.enter_context(company_account())
        store = opened_store(address, access)
        return run_scan(access, Selection(), REGIONS, store=store, **reporting)


def _organization(**reporting: Any) -> int:
    from concurrent.futures import ThreadPoolExecutor
    from contextlib import ExitStack, nullcontext

    from bartizan.app.organization.members import Choice
    from bartizan.app.organization.pool import Engine
    from bartizan.app.organization.run import ROLE, Reach
    from bartizan.app.selection import Selection
    from bartizan.cli.reporting import progress
    from bartizan.cli.scan import run_organization_scan
    from bartizan.demo.emulator import company_organization
    from bartizan.demo.organization import REGIONS

    with ExitStack() as demo:
        with progress("Building the company's accounts"):
            access = demo.enter_context(company_organization(ROLE))
        # The emulator takes one core and this process the other; more of them would only take longer to start.
        threads = Engine(make=ThreadPoolExecutor, workers=2)
        return run_organization_scan(
            Reach(access=access), Selection(), Choice(), REGIONS, engine=nullcontext(threads), **reporting
        )
