"""Plans with one thing wrong in them are read or refused, never a crash."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bartizan.iac.read import read_code
from bartizan.model import InputError
from bartizan.resources.code_readers import CodeReaders

READERS = CodeReaders()
PLANS = sorted((Path(__file__).parent.parent / "contracts").glob("*/plan.json"))
WRONG = (None, 3, -1.5, True, "x", "module.", [], {}, [None], ["x", 3], {"a": 1}, {"references": [1]})


def spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in a document with each of its keys or indexes."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield value, key
        yield from spots(inner)


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.parent.name)
def test_one_wrong_value_anywhere_is_no_crash(path: Path, tmp_path: Path) -> None:
    whole, broken = json.loads(path.read_text()), tmp_path / "plan.json"
    count = len(list(spots(whole)))
    refused: list[str] = []
    for seed in range(150):
        chance = random.Random(seed)  # noqa: S311 - the same documents on each run
        document = copy.deepcopy(whole)
        # The sections that carry the rest stand near the top; half of the tries go there.
        at = list(spots(document))[chance.randrange(count if seed % 2 else min(count, 60))]
        at[0][at[1]] = copy.deepcopy(chance.choice(WRONG))
        broken.write_text(json.dumps(document))
        try:
            read_code([broken], READERS)
        except InputError as told:
            refused.append(str(told))
    assert refused, "none of the documents was broken enough"
    assert all("plan.json" in each for each in refused)
