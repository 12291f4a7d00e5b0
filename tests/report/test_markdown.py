"""Markdown for pull requests: what it says, that names are only text in it, and that it fits a comment."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bartizan.engine.catalog import Catalog
from bartizan.report.markdown import MOST_BYTES, code, markdown
from report.sample import HOSTILE, accepted, made, many, queue, report

NAMES = (
    *HOSTILE,
    "`",
    "``` \n# heading",
    "` @octocat [x](https://evil.example) `",
    "![x](https://evil.example/x.png)",
    "| a | b |",
    "</details><h1>",
    "https://evil.example www.evil.example #12",
    "x``y`z```",
    " ",
)


def tokens(text: str) -> list[Token]:
    parser = MarkdownIt("gfm-like", {"html": True, "linkify": False})
    return [each for top in parser.parse(text) for each in (top, *(top.children or ()))]


def test_the_summary_is_a_table_and_the_worst_comes_first() -> None:
    given = report()
    text = markdown(given)
    lines = text.splitlines()
    failed = sum(given.failures_by_severity().values())
    assert lines[0] == f"## Bartizan: {failed} findings"
    assert lines[4] == "| critical | high | medium | low | info | unknown | advice | accepted | passed |"
    counts = [int(each) for each in lines[6].strip("| ").split(" | ")]
    assert sum(counts[:5]) == failed
    assert counts[5] == 2
    severities = re.findall(r"<summary><b>(\w+)</b>", text)
    order = ("critical", "high", "medium", "low", "info")
    assert severities == sorted(severities, key=order.index)
    assert given.catalog.get("sqs.no-dead-letter-queue").doc.how_to_fix in text
    assert "`sns:ListTopics: access denied, 6 listings`" in text


def test_accepted_findings_advice_and_crashes_have_their_blocks() -> None:
    text = markdown(accepted())
    assert "<summary>Accepted: 1</summary>" in text
    assert "drained by [hand](https://evil.example) (web until" not in text
    assert "<summary>Advice: 2</summary>" in text
    assert "<summary>Crashed: 2</summary>" in text
    assert "ZeroDivisionError" in text


def test_names_are_only_text() -> None:
    catalog = Catalog.load().select(rules=["sqs.no-dead-letter-queue"])
    text = markdown(made(catalog, [queue(number, name) for number, name in enumerate(NAMES)]))
    plain = markdown(made(catalog, [queue(number, f"q{number}") for number in range(len(NAMES))]))
    found = tokens(text)
    assert not {each.type for each in found} & {"link_open", "image", "s_open", "strong_open", "em_open"}
    shape = [each.type for each in tokens(plain)]
    assert [each.type for each in found] == shape, "hostile names change nothing but the text of code spans"
    html = {each.content.strip() for each in found if each.type in {"html_block", "html_inline"}}
    assert all(re.fullmatch(r"</details>|<details><summary><b>\w+</b>: [^<]*</summary>", each) for each in html)
    spans = [each.content for each in found if each.type == "code_inline"]
    assert any("[x](https://evil.example)" in each for each in spans)
    assert not set(text) & set("\x1b\x07\u202e\u2028")


@pytest.mark.parametrize("name", NAMES)
def test_a_code_span_is_one_token_and_keeps_the_text(name: str) -> None:
    (_, inline, *_rest) = MarkdownIt("gfm-like", {"linkify": False}).parse(f"before {code(name)} after")
    kinds = [each.type for each in inline.children or ()]
    assert kinds == ["text", "code_inline", "text"] if name.strip() else ["text"]


@pytest.mark.parametrize(("rules", "findings"), [(200, 4_000), (1, 5_000)])
def test_it_fits_a_comment_and_says_what_it_leaves_out(rules: int, findings: int) -> None:
    given = many(rules, findings)
    text = markdown(given)
    assert len(text.encode()) <= MOST_BYTES < 65_536
    left = re.search(r"and ([\d,]+) more kinds of finding", text)
    shown = text.count("<details>")
    if rules == 1:
        assert left is None
        assert "- ... and 4,975 more" in text
    else:
        assert left is not None
        assert int(left.group(1)) + shown == rules
    assert text.count("<details>") == text.count("</details>")


def test_nothing_wrong_is_short() -> None:
    text = markdown(report(0, hostile=False))
    assert text.startswith("## Bartizan: no findings\n")
    assert "<details>" not in text
