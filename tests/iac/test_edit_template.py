"""Edits of templates in YAML and JSON: what is asked for changes, and not one other character."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.iac.edit.changes import Refused, spliced
from bartizan.iac.edit.template import ParsedTemplate, TemplateEditor
from bartizan.iac.write.yaml_ import Function

YAML = """Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: "x"  # its name
      Single: 'y'
      Tags:
        - Key: a
          Value: b
        # of the team
        - Key: c
          Value: !Ref X
      List: [a, b]
      Code: |
        foo
          bar

  # about b
  B:
    Type: AWS::S3::Bucket
Outputs:
  A: {Value: 1}
"""
TAGS = [{"Key": "a", "Value": "b"}, {"Key": "c"}]


def edit(text: str, name: str, was: dict[str, Any], wanted: dict[str, Any]) -> str:
    editor = TemplateEditor(ParsedTemplate.of(text))
    editor.edit(name, was, wanted)
    return spliced(text, editor.splices)


CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any], str, str]] = {
    "quoted": ("Q", {}, {"QueueName": "z"}, '"x"', '"z"'),
    "single quotes": ("Q", {}, {"Single": "it's"}, "'y'", "'it''s'"),
    "same": ("Q", {"QueueName": "x"}, {"QueueName": "x"}, "", ""),
    "gone": ("Q", {}, {"Single": None}, "      Single: 'y'\n", ""),
    "added": ("Q", {}, {"Flag": True}, "          bar\n", "          bar\n      Flag: true\n"),
    "nested": (
        "Q",
        {},
        {"A": {"B": [{"C": 1}]}},
        "          bar\n",
        "          bar\n      A:\n        B:\n          - C: 1\n",
    ),
    "item": ("Q", {"Tags": TAGS}, {"Tags": [{"Key": "a", "Value": "z"}, {"Key": "c"}]}, "Value: b", "Value: z"),
    "more items": (
        "Q",
        {"Tags": TAGS},
        {"Tags": [*TAGS, {"Key": "d", "Value": "e"}]},
        "          Value: !Ref X\n",
        "          Value: !Ref X\n        - Key: d\n          Value: e\n",
    ),
    "fewer items": ("Q", {"Tags": TAGS}, {"Tags": TAGS[1:]}, "        - Key: a\n          Value: b\n", ""),
    "flow": ("Q", {"List": ["a", "b"]}, {"List": ["b", "c"]}, "[a, b]", "[b, c]"),
    "block text": ("Q", {}, {"Code": "x"}, "Code: |\n        foo\n          bar\n", "Code: x\n"),
    "no properties": (
        "B",
        {},
        {"Flag": {"x": 1}},
        "AWS::S3::Bucket\n",
        "AWS::S3::Bucket\n    Properties:\n      Flag:\n        x: 1\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_what_is_wanted_changes_and_nothing_else(case: str, newline: str) -> None:
    name, was, wanted, old, new = CASES[case]
    made = edit(YAML.replace("\n", newline), name, was, wanted)
    assert made == YAML.replace(old, new, 1).replace("\n", newline)


@pytest.mark.parametrize(
    ("text", "wanted", "why"),
    [
        ("A: !Sub '${X}-a'", {"A": "b"}, "A is !Sub"),
        ("A:\n        Fn::If: [C, 1, 2]", {"A": 1}, "A is Fn::If"),
        ("A: !If [C, 1, 2]", {"A": None}, "A is !If"),
        ("A: &x {B: 1}\n      C: *x", {"C": {"B": 2}}, "alias"),
        ("A: [!Ref X]", {"A": ["b"]}, "cannot be told apart|A is !Ref X"),
        ("A: |+\n        x\n\n", {"B": 1}, "keeps the empty lines"),
    ],
)
def test_what_would_be_a_guess_is_refused(text: str, wanted: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused, match=why):
        edit(f"Resources:\n  Q:\n    Type: T\n    Properties:\n      {text}\n", "Q", {}, wanted)


def test_a_resource_is_added_behind_its_owner_and_taken_out_again() -> None:
    editor = TemplateEditor(ParsedTemplate.of(YAML))
    editor.add("B", "New", {"Type": "P", "Properties": {"Of": Function("Ref", "B"), "At": Function("Sub", "${B}/*")}})
    added = spliced(YAML, editor.splices)
    new = "  New:\n    Type: P\n    Properties:\n      Of: !Ref B\n      At: !Sub ${B}/*\n"
    assert added == YAML.replace("AWS::S3::Bucket\n", f"AWS::S3::Bucket\n{new}")
    again = TemplateEditor(ParsedTemplate.of(added))
    again.remove("New")
    assert spliced(added, again.splices) == YAML


def test_an_added_resource_stands_apart_where_others_do() -> None:
    text = "Resources:\n  A:\n    Type: T\n\n  B:\n    Type: T\n"
    editor = TemplateEditor(ParsedTemplate.of(text))
    editor.add("A", "New", {"Type": "P"})
    assert (
        spliced(text, editor.splices) == "Resources:\n  A:\n    Type: T\n\n  New:\n    Type: P\n\n  B:\n    Type: T\n"
    )


def document() -> dict[str, Any]:
    return {"Resources": {"Q": {"Type": "T", "Properties": {"A": "x", "L": ["a", "b"], "M": [{"a": 1}]}}, "B": {}}}


@pytest.mark.parametrize("indent", [None, 2, 4, "\t"])
def test_json_is_laid_out_as_it_was(indent: Any) -> None:
    text = json.dumps(document(), indent=indent)
    editor = TemplateEditor(ParsedTemplate.of(text))
    was = {"L": ["a", "b"], "M": [{"a": 1}]}
    editor.edit("Q", was, {"A": "y", "L": ["b", "c"], "M": [{"a": 1}, {"b": 2}], "N": True})
    editor.add("B", "New", {"Type": "P", "Of": Function("GetAtt", "Q.Arn")})
    expected = document()
    expected["Resources"]["Q"]["Properties"] = {"A": "y", "L": ["b", "c"], "M": [{"a": 1}, {"b": 2}], "N": True}
    expected["Resources"]["New"] = {"Type": "P", "Of": {"Fn::GetAtt": ["Q", "Arn"]}}
    assert spliced(text, editor.splices) == json.dumps(expected, indent=indent)


KEYS = st.sampled_from(["A", "Bb", "Ccc"])
SCALARS = st.one_of(st.booleans(), st.integers(0, 9), st.text(st.characters(codec="ascii", categories=["L", "N", "P"])))
VALUES = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner)), max_leaves=6
)
PROPERTIES = st.dictionaries(KEYS, VALUES, max_size=3)


@given(before=PROPERTIES, after=PROPERTIES, as_json=st.booleans())
@settings(max_examples=200, deadline=None)
def test_an_edit_gives_what_is_wanted_or_is_refused(
    before: dict[str, Any], after: dict[str, Any], as_json: bool
) -> None:
    whole = {"Resources": {"X": {"Type": "T", "Properties": {**before, "Stays": "{é}"}}, "Y": {"Type": "T"}}}
    text = json.dumps(whole, indent=1) if as_json else yaml.safe_dump(whole, sort_keys=False, allow_unicode=True)
    try:
        made = edit(text, "X", before, after)
    except Refused:
        return
    whole["Resources"]["X"]["Properties"] = {**after, "Stays": "{é}"}
    # New items go to the end of a list, wherever they stood in what is wanted.
    assert unordered(yaml.safe_load(made)) == unordered(whole)


def unordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: unordered(each) for name, each in value.items()}
    return sorted(map(unordered, value), key=repr) if isinstance(value, list) else value
