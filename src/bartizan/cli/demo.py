"""``bartizan demo``."""

from __future__ import annotations

from typing import Any

import click

from bartizan.cli.options import report_options, store_option


@click.command("demo")
@store_option
@report_options("bartizan-report", fail_on="never")
@click.pass_context
def demo_command(ctx: click.Context, /, *, address: str | None, **reporting: Any) -> None:
    """Scan a simulated company account that is insecure on purpose.

    Starts an emulator of AWS on this machine, fills it, and scans it over HTTP. Nothing leaves the machine, and
    your own credentials are not used.

    \b
    Examples:
      bartizan demo --output demo-report
      bartizan demo --store demo-store
    """
    from contextlib import ExitStack

    from bartizan.app.selection import Selection
    from bartizan.cli.reporting import progress
    from bartizan.cli.scan import opened_store, run_scan
    from bartizan.demo.company import REGIONS
    from bartizan.demo.emulator import company_account

    with ExitStack() as demo:
        with progress("Building the company's account"):
            access = demo.enter_context(company_account())
        store = opened_store(address or "", access)
        code = run_scan(access, Selection(), REGIONS, store=store, **reporting)
    # What the emulator does not know is unknown, as it should be, and no reason to call the demo incomplete.
    ctx.exit(1 if code == 1 else 0)
