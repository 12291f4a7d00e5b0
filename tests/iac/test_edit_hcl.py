"""Edits of a block of Terraform's own language: what is asked for changes, and not one other character."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.iac.edit.align import aligned
from bartizan.iac.edit.changes import Refused
from bartizan.iac.edit.hcl import Elsewhere, edited
from bartizan.iac.hcl.syntax import hcl_parser
from bartizan.resources.writing import Json, Nested, nested

PARSER = hcl_parser()


def edit(text: str, was: dict[str, Any], wanted: dict[str, Any]) -> str:
    return edited(text, was, wanted, PARSER, [])


QUEUE = """resource "aws_sqs_queue" "q" {
  name = "q" # the name
  kms  = "key"

  tags = {
    team = "a"
  }
  # last words
}"""


@pytest.mark.parametrize(
    ("was", "wanted", "old", "new"),
    [
        ({}, {"name": "r"}, 'name = "q" # the name', 'name = "r" # the name'),
        ({"name": "q"}, {"name": "q"}, "", ""),
        ({}, {"kms": None}, '  kms  = "key"\n', ""),
        ({"kms": "key"}, {}, '  kms  = "key"\n', ""),
        ({}, {"fifo": True}, 'kms  = "key"\n', 'kms  = "key"\n  fifo = true\n'),
        (
            {},
            {"delay_seconds": 5},
            '  name = "q" # the name\n  kms  = "key"\n',
            '  name          = "q" # the name\n  kms           = "key"\n  delay_seconds = 5\n',
        ),
        ({"tags": {"team": "a"}}, {"tags": {"team": "b"}}, 'team = "a"', 'team = "b"'),
        ({"tags": {"team": "a"}}, {"tags": {"team": "a", "x": "y"}}, 'team = "a"', 'team = "a"\n    x    = "y"'),
        (
            {},
            {"redrive": nested(on=True)},
            '    team = "a"\n  }\n',
            '    team = "a"\n  }\n\n  redrive {\n    on = true\n  }\n',
        ),
    ],
    ids=["value", "same", "gone", "no longer", "added", "aligned", "in a map", "to a map", "block"],
)
def test_what_is_wanted_changes_and_nothing_else(
    was: dict[str, Any], wanted: dict[str, Any], old: str, new: str
) -> None:
    assert edit(QUEUE, was, wanted) == QUEUE.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "wanted", "result"),
    [
        ('resource "a" "b" {}', {"on": True}, 'resource "a" "b" {\n  on = true\n}'),
        ('resource "a" "b" {\n}', {"on": True}, 'resource "a" "b" {\n  on = true\n}'),
        ('resource "a" "b" { x = 1 }', {"on": True}, 'resource "a" "b" {\n  x  = 1\n  on = true\n}'),
        ('resource "a" "b" { x = 1 }', {"x": 2}, 'resource "a" "b" { x = 2 }'),
        (
            'resource "a" "b" {\n  v { status = "Off" }\n}',
            {"v": nested(status="On", extra=1)},
            'resource "a" "b" {\n  v {\n    status = "On"\n    extra  = 1\n  }\n}',
        ),
        (
            'resource "a" "b" {\n\tx = 1\n}',
            {"v": nested(y=1)},
            'resource "a" "b" {\n\tx = 1\n\n\tv {\n\t\ty = 1\n\t}\n}',
        ),
        ('resource "a" "b" {\r\n  x = 1\r\n}', {"y": 2}, 'resource "a" "b" {\r\n  x = 1\r\n  y = 2\r\n}'),
        (
            'resource "a" "b" {\n  x = 1 /* why\n  and how */\n}',
            {"y": 2},
            'resource "a" "b" {\n  x = 1 /* why\n  and how */\n  y = 2\n}',
        ),
        (
            'resource "a" "b" {\n  x = <<EOT\n}\nEOT\n}',
            {"y": 2},
            'resource "a" "b" {\n  y = 2\n  x = <<EOT\n}\nEOT\n}',
        ),
        (
            'resource "a" "b" {\n  x=1\n  long_name=2\n}',
            {"y": 2},
            'resource "a" "b" {\n  x=1\n  long_name=2\n  y = 2\n}',
        ),
        (
            'resource "a" "b" {\n  count = 2\n\n  x = "é"\n}',
            {"x": "ü"},
            'resource "a" "b" {\n  count = 2\n\n  x = "ü"\n}',
        ),
    ],
    ids=[
        "empty", "without lines", "one line", "in one line", "nested line", "tabs", "crlf", "long comment", "heredoc",
        "not laid out", "letters",
    ],
)  # fmt: skip
def test_odd_layouts_stay_as_they_are(text: str, wanted: dict[str, Any], result: str) -> None:
    assert edit(text, {}, wanted) == result


@pytest.mark.parametrize(
    ("text", "was", "wanted", "why"),
    [
        ("x = var.x", {}, {"x": 1}, "x is var.x"),
        ('x = "a-${var.x}"', {}, {"x": "b"}, 'x is "a-${var.x}"'),
        ("x = var.y ? 1 : 2", {}, {"x": 1}, "x is var.y ? 1 : 2"),
        ("x = [var.y]", {"x": ["a"]}, {"x": ["b"]}, "x is var.y"),
        ("x = var.x", {}, {"x": None}, "is not written as a value"),
        ('dynamic "v" {\n  for_each = []\n  content {}\n}', {}, {"v": nested(y=1)}, "come from a dynamic block"),
        ("v {\n  y = 1\n}\nv {\n  y = 2\n}", {}, {"v": [nested(y=3)]}, "cannot be told apart"),
        ("v = [{ y = 1 }]", {}, {"v": nested(y=2)}, "given as a value, not as a block"),
        ("x = { (var.k) = 1 }", {"x": {"a": 1}}, {"x": {"a": 2}}, "a key in x is worked out"),
    ],
)
def test_what_would_be_a_guess_is_refused(text: str, was: dict[str, Any], wanted: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused, match=why.replace("?", r"\?").replace("$", r"\$").replace("{", r"\{")):
        edit(f'resource "a" "b" {{\n{text}\n}}', was, wanted)


POLICY = """resource "a" "b" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["a"], Resource = aws_s3_bucket.b.arn },
      {
        Effect = "Allow" # as agreed
        Action = var.actions
      }
    ]
  })
}"""


def test_a_statement_is_added_to_a_policy_whose_others_refer_to_something() -> None:
    first, second = {"Effect": "Allow", "Action": ["a"]}, {"Effect": "Allow"}
    added = {"Effect": "Deny", "Resource": ["<aws_s3_bucket.b.arn>", "<aws_s3_bucket.b.arn>/*"]}
    made = edit(
        POLICY,
        {"policy": Json({"Version": "2012-10-17", "Statement": [first, second]})},
        {"policy": Json({"Version": "2012-10-17", "Statement": [first, second, added]})},
    )
    assert made == POLICY.replace(
        "      }\n    ]",
        "      },\n      {\n"
        '        Effect   = "Deny"\n'
        '        Resource = [aws_s3_bucket.b.arn, "${aws_s3_bucket.b.arn}/*"]\n'
        "      },\n    ]",
    )


def test_a_statement_is_taken_out_and_the_others_stay() -> None:
    first, second = {"Effect": "Allow", "Action": ["a"]}, {"Effect": "Allow"}
    text = POLICY.replace(", Resource = aws_s3_bucket.b.arn", "")
    made = edit(text, {"policy": Json({"Statement": [first, second]})}, {"policy": Json({"Statement": [second]})})
    assert made == text.replace('      { Effect = "Allow", Action = ["a"] },\n', "")


def test_a_document_of_another_block_is_named() -> None:
    elsewhere: list[Elsewhere] = []
    text = 'resource "a" "b" {\n  policy = data.aws_iam_policy_document.d.json\n}'
    assert edited(text, {}, {"policy": Json({"Statement": []})}, PARSER, elsewhere) == text
    assert [each.document for each in elsewhere] == ["d"]


def test_blocks_are_told_apart_by_what_they_say() -> None:
    text = 'resource "a" "b" {\n  rule { port = 22 }\n\n  rule { port = 80 }\n\n  rule { port = var.p }\n}'
    made = edit(text, {"rule": [nested(port=80)]}, {"rule": [nested(port=443)]})
    assert made == text.replace("80", "443")
    gone = edit(text, {"rule": [nested(port=22)]}, {"rule": []})
    assert gone == text.replace("  rule { port = 22 }\n\n", "")


NAMES = st.sampled_from(["a", "bb", "ccc", "d_d"])
VALUES = st.one_of(
    st.booleans(), st.integers(0, 99), st.text(max_size=6), st.lists(st.text(max_size=4), max_size=3)
)  # fmt: skip
ATTRIBUTES = st.dictionaries(NAMES, VALUES, max_size=4)


@given(before=ATTRIBUTES, after=ATTRIBUTES, inner=ATTRIBUTES)
@settings(max_examples=150, deadline=None)
def test_an_edit_gives_what_writing_it_anew_would(
    before: dict[str, Any], after: dict[str, Any], inner: dict[str, Any]
) -> None:
    start = edit('resource "x" "y" {}', {}, {**before, "v": Nested({**inner, "stays": 1})})
    made = edit(start, before, {**after, "v": Nested(inner)})
    assert aligned(made, PARSER) == made
    assert "stays" in made
    for name in {*before, *after}:
        assert (f"\n  {name} " in made) == (name in after)


def test_columns_are_those_of_terraform_s_own_layout() -> None:
    text = "a = 1\nlong = 2\n\nb = {\n  x = 1\n  yy = 2\n}\nc = 3 # one\n"
    assert aligned(text, PARSER) == "a    = 1\nlong = 2\n\nb = {\n  x  = 1\n  yy = 2\n}\nc = 3 # one\n"
