"""Writes the names of attributes of Terraform's AWS provider to ``tests/iac/provider_aws.json``, for the tests.

Only for the types that Bartizan writes, and those of its baseline, with ``data.`` before those that are read there:
attribute → null, or the attributes of a nested block, or in a list of one
those of an attribute that is made of others; "any" where the CDK does not tell. The names come from the prebuilt
provider of Terraform's CDK on PyPI::

    pip download --no-deps -d /tmp/provider cdktf-cdktf-provider-aws
    python scripts/provider_schema.py /tmp/provider/cdktf_cdktf_provider_aws-*.whl
"""

from __future__ import annotations

import io
import json
import re
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

from bartizan.baseline import Language, pieces, text_of
from bartizan.resources.index import ResourceIndex
from bartizan.resources.writing import declared_types

TARGET = Path(__file__).parents[1] / "tests" / "iac" / "provider_aws.json"
_FUNCTION = re.compile(r"^function (\w+)ToHclTerraform\(struct\) \{(.*?)^\}", re.MULTILINE | re.DOTALL)
_TOP = re.compile(r"synthesizeHclAttributes\(\) \{(.*?)^    \}", re.MULTILINE | re.DOTALL)
_ATTRIBUTE = re.compile(r"^ +\"?(\w+)\"?: \{\s+value: (.*?),\s+isBlock: (true|false),", re.MULTILINE)
_BLOCK = re.compile(r'^(resource|data) "(\w+)"', re.MULTILINE)
_NESTED = re.compile(r"(\w+)ToHclTerraform\b")
_PLAIN = frozenset({"string", "boolean", "number"})
# The statements of a web ACL hold each other without end.
_DEEPEST = 5


def schema_of(text: str) -> dict[str, Any]:
    """The attributes in the module of one type."""
    functions: dict[str, str] = dict(_FUNCTION.findall(text))

    def attributes(body: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value, is_block in _ATTRIBUTE.findall(body):
            nested = [each for each in _NESTED.findall(value) if each in functions and each not in _PLAIN]
            inner = attributes(functions[nested[-1]], depth + 1) if nested and depth < _DEEPEST else None
            found[name] = inner if inner is None or is_block == "true" else [inner]
            if "anyToHclTerraform" in value:
                found[name] = "any"
        return dict(sorted(found.items()))

    top = _TOP.search(text)
    return attributes(top[1], 0) if top else {}


def of_the_baseline() -> set[str]:
    """The types that the baseline's files name."""
    texts = (text_of(each, Language.TERRAFORM) or "" for each in pieces().values())
    found = (each for text in texts for each in _BLOCK.findall(text))
    return {f"data.{name}" if kind == "data" else name for kind, name in found}


def main(wheel: Path) -> None:
    """Write the names of the types that the writers and the baseline name."""
    written = {each for each in declared_types(ResourceIndex.load().code_writers) if "::" not in each}
    wanted = written | of_the_baseline()
    with zipfile.ZipFile(wheel) as outer:
        (packed,) = (name for name in outer.namelist() if name.endswith(".tgz"))
        content = outer.read(packed)
    known: dict[str, Any] = {}
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.name.endswith("/index.js") else None
            text = stream.read().decode() if stream else ""
            named = re.search(r'\.tfResourceType = "(\w+)"', text)
            name = ("data." if "/data-aws" in member.name else "") + (named[1] if named else "")
            if name in wanted:
                known[name] = schema_of(text)
    if missing := sorted(wanted - set(known)):
        sys.exit(f"the provider has no {', '.join(missing)}")
    lines = [f"{json.dumps(name)}: {json.dumps(each, separators=(',', ':'))}" for name, each in sorted(known.items())]
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
