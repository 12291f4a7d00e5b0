"""Files of text that are too large, no text, or not there are told apart, with what to do about them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bartizan.iac.files import read_text
from bartizan.model import InputError


def test_the_mark_at_the_beginning_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_bytes(b"\xef\xbb\xbfa = 1\n")
    assert read_text(path, 1000) == "a = 1\n"


def test_a_file_may_be_as_large_as_the_bound_and_no_larger(tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_bytes(b"#" * 1_000_000)
    assert len(read_text(path, 1_000_000)) == 1_000_000
    path.write_bytes(b"#" * 1_000_001)
    with pytest.raises(InputError, match=r"main\.tf is larger than 1 MB; name another$"):
        read_text(path, 1_000_000, too_large="name another")


def test_what_is_no_text_or_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "plan.out"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"it is no text in UTF-8; show it first$"):
        read_text(path, 1000, no_text="show it first")
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_text(tmp_path / "none", 1000)
