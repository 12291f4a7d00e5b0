"""The command ``bartizan``: finds a command's module when it is called for, so that ``--help`` stays quick."""

from __future__ import annotations

import importlib
import io
import sys
import warnings
from collections.abc import Mapping
from types import MappingProxyType

import click

from bartizan import __version__
from bartizan.model.errors import InputError
from bartizan.report.safe import printable

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "access": "bartizan.cli.access:access_command",
        "action": "bartizan.cli.action:action_command",
        "apply": "bartizan.cli.harden:apply_command",
        "approve": "bartizan.cli.diff:approve_command",
        "baseline": "bartizan.cli.baseline:baseline_group",
        "can": "bartizan.cli.can:can_command",
        "check": "bartizan.cli.check:check_command",
        "demo": "bartizan.cli.demo:demo_command",
        "diff": "bartizan.cli.diff:diff_command",
        "drift": "bartizan.cli.diff:drift_command",
        "evidence": "bartizan.cli.evidence:evidence_group",
        "export": "bartizan.cli.export:export_command",
        "exposed": "bartizan.cli.exposed:exposed_command",
        "fix": "bartizan.cli.fix:fix_command",
        "frameworks": "bartizan.cli.frameworks:frameworks_command",
        "paths": "bartizan.cli.paths:paths_command",
        "permissions": "bartizan.cli.permissions:permissions_command",
        "plan": "bartizan.cli.harden:plan_command",
        "policy": "bartizan.cli.policy:policy_command",
        "push": "bartizan.cli.push:push_group",
        "query": "bartizan.cli.query:query_command",
        "rule": "bartizan.cli.rules:rule_command",
        "rules": "bartizan.cli.rules:rules_command",
        "runs": "bartizan.cli.harden:runs_command",
        "scan": "bartizan.cli.scan:scan_command",
        "setup": "bartizan.cli.setup:setup_command",
        "show": "bartizan.cli.show:show_command",
        "snapshots": "bartizan.cli.snapshots:snapshots_command",
        "suppress": "bartizan.cli.suppress:suppress_command",
        "tables": "bartizan.cli.query:tables_command",
        "trail": "bartizan.cli.trail:trail_group",
        "undo": "bartizan.cli.harden:undo_command",
        "who-can": "bartizan.cli.who_can:who_can_command",
    }
)
"""Each command and where it is defined."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="bartizan")
def cli() -> None:
    """Secures AWS accounts: assesses, explains and hardens them.

    \b
    Examples:
      bartizan demo                     try it on a simulated account
      bartizan scan --profile audit     assess an account, read-only
      bartizan check infra/             assess Terraform and CloudFormation
      bartizan fix infra/               propose edits of them, as a diff
      bartizan plan --safe-only         plan the fixes; `bartizan apply` makes them, `bartizan undo` takes them back

    Exit codes: 0 clean, 1 findings at or above the chosen severity, 2 usage or input error, 3 partly unknown.
    """


def main() -> None:
    """Run the command line; an error of the user's input is one line and exit code 2."""
    # Warnings are for developers, who ask for them with -W; Ctrl-C in a scan gives some.
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a character, such as an arrow or half a file's name, gets its escape and no crash.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = cli.main(standalone_mode=False)  # a command's exit code comes back as the result
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(2)
    except InputError as wrong:
        click.echo(f"Error: {printable(' '.join(str(wrong).split()))}", err=True)
        sys.exit(2)
    except OSError as failed:
        # Files have errors of their own that name them: this is where the summary goes, such as a disk that is full.
        click.echo(f"Error: the output cannot be written: {failed.strerror or failed}", err=True)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)
