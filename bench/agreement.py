"""The comparison of verdicts of two tools, and the page about it. Nothing in here scans.

Topics say which checks ask the same (``agree.toml``). A topic's verdict on a thing is fail if one of its checks fails.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TOPICS, LAST_RUN, PAGE = HERE / "agree.toml", HERE / "agree.json", HERE.parent / "docs" / "agreement.md"
WHOSE = ("theirs", "ours", "intent", "emulator")
"""Whose a difference is: a mistake or gap of theirs or ours, another question on purpose, or the emulator's."""


@dataclass(frozen=True)
class Verdict:
    """What a tool says of a thing: ``pass``, ``fail`` or ``unknown``, and why."""

    status: str
    reason: str = ""


NONE = Verdict("none")
Verdicts = Mapping[str, Mapping[str, Verdict]]
"""By check and then by thing. A thing's key is its ARN; what it stands for is decided by :func:`_key`."""


@dataclass(frozen=True)
class Topic:
    """Checks that ask the same.

    ``by`` says what is compared: the ``arn``, its last part (``name``), the region, the account, or what a pattern with
    a group finds in the ARN, where one tool judges a thing and the other a part of it.
    """

    theirs: tuple[str, ...]
    ours: tuple[str, ...]
    by: str = "arn"


@dataclass(frozen=True)
class Apart:
    """Checks of theirs that are not compared. ``kind``: ``intent``, ``elsewhere``, ``scope``, or ``missing``."""

    kind: str
    why: str
    checks: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """Why verdicts of a topic differ, and whose it is.

    ``check`` is a pattern of the first checks of topics; ``things`` are patterns of the things' names.
    """

    check: str
    theirs: str
    ours: str
    whose: str
    why: str
    things: tuple[str, ...] = ("*",)

    def covers(self, check: str, difference: Mapping[str, str]) -> bool:
        """Whether it explains a difference of the topic of that check."""
        same = (self.theirs, self.ours) == (difference["theirs"], difference["ours"])
        return (
            same
            and fnmatchcase(check, self.check)
            and any(fnmatchcase(difference["thing"], pattern) for pattern in self.things)
        )


@dataclass
class Compared:
    """What came out for a topic, named after the first of its checks."""

    check: str
    ours: tuple[str, ...]
    passed: int = 0
    failed: int = 0
    alone: int = 0
    differences: list[dict[str, str]] = field(default_factory=list)


def load() -> tuple[list[Topic], list[Apart], list[Explanation]]:
    """What ``agree.toml`` says."""
    known = tomllib.loads(TOPICS.read_text())
    topics = [Topic(tuple(each["theirs"]), tuple(each["ours"]), each.get("by", "arn")) for each in known["same"]]
    apart = [Apart(each["kind"], each["why"], tuple(each["checks"])) for each in known["apart"]]
    explained = [
        Explanation(**{**each, "things": tuple(each.get("things", ("*",)))}) for each in known.get("differs", ())
    ]
    return topics, apart, explained


def mended() -> list[str]:
    """What was ours, as ``agree.toml`` says."""
    told: list[str] = tomllib.loads(TOPICS.read_text())["mended"]
    return told


def compare(topics: Iterable[Topic], theirs: Verdicts, ours: Verdicts, names: Mapping[str, str]) -> list[Compared]:
    """The topics on which at least one tool had something to say; ``names`` are of things by ARN."""
    return [each for each in (_compare(topic, theirs, ours, names) for topic in topics) if _said(each)]


def _said(each: Compared) -> bool:
    return bool(each.passed or each.failed or each.alone or each.differences)


def _compare(topic: Topic, theirs: Verdicts, ours: Verdicts, names: Mapping[str, str]) -> Compared:
    compared = Compared(topic.theirs[0], topic.ours)
    one, other = _merged(topic.theirs, topic.by, theirs), _merged(topic.ours, topic.by, ours)
    for key in sorted({*one, *other}):
        (their_arn, they), (our_arn, we) = one.get(key, ("", NONE)), other.get(key, ("", NONE))
        if they.status == we.status:
            compared.passed += we.status == "pass"
            compared.failed += we.status == "fail"
        elif "none" in {they.status, we.status} and "fail" not in {they.status, we.status}:
            compared.alone += 1
        else:
            thing = names.get(our_arn) or names.get(their_arn) or _last(key)
            compared.differences.append(
                {"thing": thing, "theirs": they.status, "ours": we.status, "their reason": they.reason,
                 "our reason": we.reason}
            )  # fmt: skip
    return compared


def _merged(checks: Iterable[str], by: str, verdicts: Verdicts) -> dict[str, tuple[str, Verdict]]:
    """One verdict for each thing, with an ARN that it comes from: of those of all checks, the worst."""
    order = ("fail", "unknown", "pass")
    found: dict[str, list[tuple[str, Verdict]]] = defaultdict(list)
    for check in checks:
        for arn, verdict in verdicts.get(check, {}).items():
            found[_key(arn, by)].append((arn, verdict))
    return {key: min(said, key=lambda each: order.index(each[1].status)) for key, said in found.items()}


def _key(arn: str, by: str) -> str:
    if by == "account":
        return "account"
    if by == "region":
        return arn.split(":")[3]
    if by == "name":
        return _last(arn)
    if by == "arn":
        return _WITHOUT_ACCOUNT.sub(r"\1:\2", arn).removesuffix(":*")
    found = re.search(by, arn)
    return found[1] if found else arn


_WITHOUT_ACCOUNT = re.compile(r"(:ec2:[^:]+:)\d*:((?:snapshot|image)/)")
"""ARNs in which AWS leaves the account out, and Prowler does not."""


def _last(arn: str) -> str:
    return arn.rstrip("/").rpartition("/")[2].rpartition(":")[2] or arn


def unexplained(
    compared: Iterable[Compared], explanations: Iterable[Explanation]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Differences, each with its check, that nothing explains."""
    known = list(explanations)
    for each in compared:
        for difference in each.differences:
            if not any(one.covers(each.check, difference) for one in known):
                yield each.check, difference


def unused(compared: Iterable[Compared], explanations: Iterable[Explanation]) -> list[Explanation]:
    """Explanations of what no longer differs."""
    differences = [(each.check, one) for each in compared for one in each.differences]
    return [each for each in explanations if not any(each.covers(check, one) for check, one in differences)]


def save(run: Mapping[str, Any], compared: Iterable[Compared]) -> None:
    """Keep what came out; ``run`` holds the versions, and ``checks``, the ids of all checks of theirs."""
    LAST_RUN.write_text(json.dumps({**run, "compared": [asdict(each) for each in compared]}, indent=1) + "\n")


def last_run() -> tuple[dict[str, Any], list[Compared]]:
    """What was kept."""
    run = json.loads(LAST_RUN.read_text())
    return run, [Compared(**{**each, "ours": tuple(each["ours"])}) for each in run.pop("compared")]


def page() -> str:
    """The page of the documentation about the last run."""
    topics, apart, explanations = load()
    run, compared = last_run()
    agreed = sum(each.passed + each.failed for each in compared)
    differing = sum(len(each.differences) for each in compared)
    mapped = sum(len(each.theirs) for each in topics)
    intro = (
        f"Bartizan {run['bartizan']} and Prowler {run['prowler']} judged the same emulated account on {run['date']} "
        f"(`python bench/agree.py`). {mapped} of Prowler's {len(run['checks'])} checks ask what rules of ours ask too, "
        f"in {len(topics)} topics; on {len(compared)} of these the account had something to say. They agree on "
        f"{agreed:,} verdicts and differ on {differing:,}. Each class of differences is explained below."
    )
    lines = [
        "# Agreement with Prowler", "", intro, "", *_whose(compared, explanations), "",
        "## What differs", "", *_differences(compared, explanations), "",
        "## Mended in Bartizan", "", *(f"- {each}" for each in mended()), "",
        "## Topics", "", *_counts(compared), "",
        "## Checks of Prowler that are not compared", "", *_apart(apart),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


_TITLES = {
    "intent": "By intent",
    "elsewhere": "Asked of another thing",
    "scope": "Services and things that Bartizan does not read",
    "missing": "Missing in Bartizan",
}
_LONG = {
    "theirs": "a gap or mistake of Prowler",
    "ours": "a gap or mistake of Bartizan",
    "intent": "another question, on purpose",
    "emulator": "what the emulator says, and AWS does not",
}


def _whose(compared: Iterable[Compared], explanations: list[Explanation]) -> Iterator[str]:
    counts: Counter[str] = Counter()
    for each in compared:
        for difference in each.differences:
            found = next((one for one in explanations if one.covers(each.check, difference)), None)
            counts[found.whose if found else "unexplained"] += 1
    yield from ("| differences | whose |", "|---|---|")
    for whose, count in counts.most_common():
        yield f"| {count} | {_LONG.get(whose, whose)} |"


def _differences(compared: Iterable[Compared], explanations: list[Explanation]) -> Iterator[str]:
    topics = list(compared)
    yield from ("| Prowler | Bartizan | things | whose | why |", "|---|---|---|---|---|")
    for one in explanations:
        covered = [(each, two["thing"]) for each in topics for two in each.differences if one.covers(each.check, two)]
        if covered:
            rules = dict.fromkeys(rule for each, _ in covered for rule in each.ours)
            things = sorted({thing for _, thing in covered if not _RANDOM.search(thing)})
            shown = f"{len(covered)}: {', '.join(things[:3])}" if things else f"{len(covered)}"
            more = " …" if len(things) > 3 else ""
            verdicts = f"`{one.check}`: {one.theirs} | {_codes(rules)}: {one.ours}"
            yield f"| {verdicts} | {shown}{more} | {one.whose} | {one.why} |"


_RANDOM = re.compile(r"\d[a-z\d]*[a-z][a-z\d]*\d|[a-f\d]{8}")
"""What looks like an id that the emulator made up."""


def _counts(compared: Iterable[Compared]) -> Iterator[str]:
    yield from (
        "| Prowler | Bartizan | both pass | both fail | one alone passes | differ |",
        "|---|---|---|---|---|---|",
    )
    for each in compared:
        yield (
            f"| `{each.check}` | {_codes(each.ours)} | {each.passed} | {each.failed} | {each.alone} "
            f"| {len(each.differences)} |"
        )


def _apart(apart: Iterable[Apart]) -> Iterator[str]:
    groups = list(apart)
    for kind, title in _TITLES.items():
        of_kind = [each for each in groups if each.kind == kind]
        if of_kind:
            yield from (f"### {title}", "")
            yield from (f"- {each.why}. {_codes(each.checks)}" for each in of_kind)
            yield ""


def _codes(ids: Iterable[str]) -> str:
    return ", ".join(f"`{each}`" for each in ids)
