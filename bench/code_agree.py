"""Verdicts on the same infrastructure code by Bartizan and by Checkov, resource by resource.

    python bench/code_agree.py --checkov PATH FOLDER...

The folders hold templates of CloudFormation and SAM, and Terraform plans as JSON; what Bartizan refuses is passed over.
Which checks ask the same as which rules stands in ``code_agree.toml``, with the reasons for which they differ. Prints a
row for each check with how often both agree and how often they do not, and fails where nothing explains a difference.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bartizan.app.check import check
from bartizan.engine.catalog import Catalog
from bartizan.model import InputError, Status

KNOWN = Path(__file__).parent / "code_agree.toml"
_ENDINGS = {".json", ".yaml", ".yml", ".template"}
_FRAMEWORKS = "cloudformation,terraform_plan"
_COLUMNS = ("agree", "theirs alone", "ours alone", "unknown")

Verdicts = dict[tuple[str, str], dict[str, bool | None]]
"""By file and address: by check or rule, whether it passes; ``None`` where that is not known."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folders", nargs="+", type=Path)
    arguments.add_argument("--checkov", required=True, help="the command of Checkov")
    arguments.add_argument("--show", metavar="ID", help="the resources on which this check and its rules differ")
    options = arguments.parse_args()
    known = tomllib.loads(KNOWN.read_text(encoding="utf-8"))
    theirs, ours = _theirs(options.checkov, options.folders), _ours(options.folders)
    counts, differing = compared(known["same"], theirs, ours)
    if options.show:
        print(*differing[options.show], sep="\n")
        return
    print(f"| check | rules | {' | '.join(_COLUMNS)} |\n|---|---|{'---|' * len(_COLUMNS)}")
    for check_id, counted in counts.items():
        row = " | ".join(str(counted[each]) for each in _COLUMNS)
        print(f"| {check_id} | {', '.join(known['same'][check_id])} | {row} |")
    total = Counter[str]()
    for counted in counts.values():
        total += counted
    print(f"| all {len(counts)} | | {' | '.join(str(total[each]) for each in _COLUMNS)} |")
    unexplained = sorted(set(differing) - known["apart"].keys())
    listed = {each for ids in known["none"].values() for each in ids} | known["same"].keys()
    strange = sorted({each for row in theirs.values() for each in row if each.startswith("CKV")} - listed)
    for title, ids in (("differ and nothing says why", unexplained), ("are not in code_agree.toml", strange)):
        if ids:
            print(f"{title}: {', '.join(ids)}", file=sys.stderr)
    sys.exit(1 if unexplained else 0)


def compared(
    same: Mapping[str, list[str]], theirs: Verdicts, ours: Verdicts
) -> tuple[dict[str, Counter[str]], dict[str, list[str]]]:
    """How often each check agrees with its rules, and on which resources it does not."""
    counts: dict[str, Counter[str]] = {}
    differing: defaultdict[str, list[str]] = defaultdict(list)
    for check_id, rules in same.items():
        for at, verdicts in theirs.items():
            said = [ours.get(at, {})[each] for each in rules if each in ours.get(at, {})]
            if check_id not in verdicts or not said:
                continue
            passes = False if False in said else None if None in said else True
            counted = counts.setdefault(check_id, Counter())
            if passes is None:
                counted["unknown"] += 1
            elif passes == verdicts[check_id]:
                counted["agree"] += 1
            else:
                counted["theirs alone" if passes else "ours alone"] += 1
                differing[check_id].append(f"{'theirs' if passes else 'ours'} alone: {at[1]} in {at[0]}")
    return counts, differing


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from (each.resolve() for each in sorted(folder.rglob("*")) if each.suffix in _ENDINGS)


def _ours(folders: Iterable[Path]) -> Verdicts:
    found: Verdicts = defaultdict(dict)
    catalog = Catalog.load()
    for path in _files(folders):
        try:
            result = check([path], catalog)
        except InputError:
            continue
        for each in result.evaluation.findings():
            passes = {Status.PASS: True, Status.FAIL: False, Status.ADVICE: False}.get(each.status)
            found[str(path), each.resource][each.rule] = passes
    return found


def _theirs(command: str, folders: Iterable[Path]) -> Verdicts:
    found: Verdicts = defaultdict(dict)
    for folder in folders:
        done = subprocess.run(
            [command, "-d", str(folder), "--framework", _FRAMEWORKS, "--compact", "-o", "json", "--skip-download"],
            capture_output=True, text=True, timeout=1800, check=False,
        )  # fmt: skip
        for report in _reports(json.loads(done.stdout)):
            for results, passes in (("passed_checks", True), ("failed_checks", False)):
                for each in report["results"][results]:
                    path = str((folder / each["file_path"].lstrip("/")).resolve())
                    address = each["resource"]
                    # Of templates it names the type before the logical id.
                    address = address.partition(".")[2] if address.startswith("AWS::") else address
                    row = found[path, address]
                    row[each["check_id"]] = passes and row.get(each["check_id"], True)
    return found


def _reports(document: Any) -> list[Any]:
    return [each for each in (document if isinstance(document, list) else [document]) if "results" in each]


if __name__ == "__main__":
    main()
