"""Loops of templates, and documents that grow when they are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from bartizan.iac.read import Code, read_code
from bartizan.model import InputError
from bartizan.resources.code_readers import CodeReaders
from bartizan.resources.sqs import Queue

READERS = CodeReaders()
HEAD = "Transform: AWS::LanguageExtensions\nParameters:\n  Stage: {Type: String}\nMappings: {M: {a: {b: [x]}}}\n"


def code(folder: Path, resources: str) -> Code:
    path = folder / "t.yaml"
    path.write_text(HEAD + "Resources:\n" + resources)
    return read_code([path], READERS)


def test_a_loop_makes_a_resource_of_each_element(tmp_path: Path) -> None:
    found = code(
        tmp_path,
        """
  Fn::ForEach::Queues:
    - Name
    - [in, out-2]
    - Queue&{Name}:
        Type: AWS::SQS::Queue
        Properties: {QueueName: !Sub "jobs-${Name}", KmsMasterKeyId: !Ref Name}
""",
    )
    queues = {each.address: each for each in found.resources if isinstance(each, Queue)}
    assert {name: each.queue_name for name, each in queues.items()} == {"Queuein": "jobs-in", "Queueout2": "jobs-out-2"}
    assert queues["Queueout2"].kms_master_key_id == "out-2"
    assert {each.place.line for each in queues.values() if each.place} == {7}


def test_loops_stand_in_loops_and_run_over_maps(tmp_path: Path) -> None:
    found = code(
        tmp_path,
        """
  Fn::ForEach::Outer:
    - A
    - !FindInMap [M, a, b]
    - Fn::ForEach::Inner:
        - B
        - ["1", "2"]
        - Q${A}${B}: {Type: AWS::SQS::Queue}
""",
    )
    assert [each.address for each in found.resources] == ["Qx1", "Qx2"]


def test_a_loop_over_what_is_not_known_is_said_to_be_left_out(tmp_path: Path) -> None:
    found = code(tmp_path, "  Fn::ForEach::L: [A, !Ref Stage, {'Q${A}': {Type: AWS::SQS::Queue}}]\n")
    assert found.resources == []
    assert list(found.not_read) == [f"{tmp_path / 't.yaml'}: Fn::ForEach::L"]


@pytest.mark.parametrize("loop", ["[A, [x]]", "{}", "[A, [x], y]", "[{a: b}, [x], {Q: {Type: AWS::SQS::Queue}}]"])
def test_a_loop_that_is_none_is_refused(tmp_path: Path, loop: str) -> None:
    with pytest.raises(InputError, match=r"Fn::ForEach::L must list"):
        code(tmp_path, f"  Fn::ForEach::L: {loop}\n")


def test_a_loop_that_makes_too_many_is_refused(tmp_path: Path) -> None:
    many = "[" + ",".join(map(str, range(200))) + "]"
    inner = f"{{'Fn::ForEach::I': [B, {many}, {{'Q${{A}}x${{B}}': {{Type: AWS::SQS::Queue}}}}]}}"
    with pytest.raises(InputError, match="makes more than 10000 resources"):
        code(tmp_path, f"  Fn::ForEach::O: [A, {many}, {inner}]\n")


def test_aliases_that_blow_a_document_up_are_refused_at_once(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    path = tmp_path / "t.yaml"
    path.write_text("\n".join([*lines, "Resources: {Q: {Type: AWS::SQS::Queue, Metadata: *a8}}"]))
    with pytest.raises(InputError, match="its aliases make more than 1,000,000 values of it"):
        read_code([path], READERS)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("!FindInMap [M, a, c, {DefaultValue: y}]", "y"),
        ("!FindInMap [M, z, b, {DefaultValue: !Sub y}]", "y"),
        ("!Select [0, !FindInMap [M, a, b, {DefaultValue: y}]]", "x"),
        ("!Select [!Ref Stage, [y]]", None),
        ("!Sub {Fn::Transform: {Name: Macro}}", None),
    ],
)
def test_what_a_function_gives_where_a_key_or_its_argument_is_not_known(
    tmp_path: Path, value: str, name: str | None
) -> None:
    (queue,) = code(tmp_path, f"  Q: {{Type: AWS::SQS::Queue, Properties: {{QueueName: {value}}}}}\n").resources
    assert queue.known().get("queue_name") == name


def test_properties_may_be_removed_as_a_whole(tmp_path: Path) -> None:
    (queue,) = code(tmp_path, "  Q: {Type: AWS::SQS::Queue, Properties: !Ref AWS::NoValue}\n").resources
    assert queue.address == "Q"
