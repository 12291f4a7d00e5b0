"""Writes the names of attributes of Terraform's AWS provider to ``tests/iac/provider_aws.json``, for the tests.

Only for the types that Bartizan writes. The names come from the prebuilt provider of Terraform's CDK on PyPI::

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

from bartizan.resources.index import ResourceIndex
from bartizan.resources.writing import declared_types

TARGET = Path(__file__).parents[1] / "tests" / "iac" / "provider_aws.json"
_FUNCTION = re.compile(r"^function (\w+)ToHclTerraform\(struct\) \{(.*?)^\}", re.MULTILINE | re.DOTALL)
_TOP = re.compile(r"synthesizeHclAttributes\(\) \{(.*?)^    \}", re.MULTILINE | re.DOTALL)
_ATTRIBUTE = re.compile(r"^ +\"?(\w+)\"?: \{\s+value: (.*?),\s+isBlock: (true|false),", re.MULTILINE)
_NESTED = re.compile(
    r"(\w+)ToHclTerraform\b(?<!stringToHclTerraform)(?<!booleanToHclTerraform)(?<!numberToHclTerraform)"
)
_PLAIN = frozenset({"string", "boolean", "number", "hashMapper", "listMapper"})


def schema_of(text: str) -> dict[str, Any]:
    """Attribute → null, or for a nested block its attributes; from the module of one type."""
    functions = {name: body for name, body in _FUNCTION.findall(text)}

    def attributes(body: str, seen: tuple[str, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value, is_block in _ATTRIBUTE.findall(body):
            nested = [each for each in _NESTED.findall(value) if each in functions and each not in _PLAIN]
            if nested and nested[-1] not in seen:
                inner = attributes(functions[nested[-1]], (*seen, nested[-1]))
                found[name] = {"block": is_block == "true", "attributes": inner}
            else:
                found[name] = None
        return dict(sorted(found.items()))

    top = _TOP.search(text)
    return attributes(top[1], ()) if top else {}


def main(wheel: Path) -> None:
    """Write the names of the types that the writers name."""
    wanted = {each for each in declared_types(ResourceIndex.load().code_writers) if "::" not in each}
    with zipfile.ZipFile(wheel) as outer:
        (packed,) = (name for name in outer.namelist() if name.endswith(".tgz"))
        archive = tarfile.open(fileobj=io.BytesIO(outer.read(packed)))
    known: dict[str, Any] = {}
    for member in archive:
        name = f"aws_{Path(member.name).parent.name.replace('-', '_')}"
        if member.name.endswith("/index.js") and "/data-aws" not in member.name:
            stream = archive.extractfile(member)
            text = stream.read().decode() if stream else ""
            real = re.search(r'\.tfResourceType = "(\w+)"', text)
            if real and real[1] in wanted:
                known[real[1]] = schema_of(text)
        del name
    if missing := sorted(wanted - set(known)):
        sys.exit(f"the provider has no {', '.join(missing)}")
    TARGET.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
