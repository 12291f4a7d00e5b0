"""What is written has the names that Terraform's provider and CloudFormation know, and Terraform's own layout."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from bartizan.iac.write.fix import Language, Names, fix_code, template
from bartizan.iac.write.hcl import block
from bartizan.model import judged
from bartizan.resources.writing import Declaration, Nested, declare, declared_types
from baseline.generated import types_of_the_baseline
from iac.test_writing import CATALOG, INDEX, changed, written_as

PROVIDER: Mapping[str, Any] = json.loads((Path(__file__).parent / "provider_aws.json").read_text())


def declarations() -> Iterator[Declaration]:
    """All that is written of any fix as Terraform."""
    for fix in CATALOG.fixes.values():
        for sample in fix.rule.fails:
            resource, _ = judged(sample)
            fixed = fix.change(resource)
            if fixed is not None and (writer := written_as(fixed, Language.TERRAFORM)):
                yield from declare(writer, fixed, changed(resource, fixed), resource)


def strange(attributes: Mapping[str, Any], known: Mapping[str, Any], where: str) -> Iterator[str]:
    """The attributes that the provider does not know, or knows as something else."""
    for name, value in attributes.items():
        at = f"{where}.{name}"
        listed = value if isinstance(value, list) else [value]
        blocks = [each for each in listed if isinstance(each, Nested)]
        if value is None or known.get(name) == "any":
            continue
        if name not in known:
            yield f"{at} does not exist"
        elif blocks and not isinstance(known[name], dict):
            yield f"{at} is no block"
        elif isinstance(known[name], dict) and not blocks and value != []:
            yield f"{at} is a block"
        for each in blocks if isinstance(known.get(name), dict) else ():
            yield from strange(each.attributes, known[name], at)


def test_the_provider_knows_every_attribute_that_fixes_write() -> None:
    found = {
        one for each in declarations() for one in strange(each.attributes, PROVIDER[each.code_type], each.code_type)
    }
    assert not found, sorted(found)


def test_an_invented_attribute_would_be_found() -> None:
    known = PROVIDER["aws_dynamodb_table"]
    assert list(strange({"point_in_time_recovery": Nested({"on": True})}, known, "t")) == [
        "t.point_in_time_recovery.on does not exist"
    ]
    assert list(strange({"point_in_time_recovery": True}, known, "t")) == ["t.point_in_time_recovery is a block"]
    assert list(strange({"billing_mode": Nested({})}, known, "t")) == ["t.billing_mode is no block"]


def test_every_written_type_is_one_of_the_provider() -> None:
    written = {each for each in declared_types(INDEX.code_writers) if "::" not in each}
    assert written | types_of_the_baseline() == set(PROVIDER)


def texts(language: Language) -> list[str]:
    names = Names()
    found = [
        fix_code([fix], judged(sample)[0], INDEX.code_writers, language, names)
        for fix in CATALOG.fixes.values()
        for sample in fix.rule.fails
    ]
    return [each.text for each in found if each.written]


@pytest.mark.skipif(not shutil.which("terraform"), reason="needs terraform")
def test_terraform_would_lay_it_out_in_the_same_way(tmp_path: Path) -> None:
    (tmp_path / "fixes.tf").write_text("\n\n".join(texts(Language.TERRAFORM)) + "\n")
    ran = subprocess.run(
        ["terraform", "fmt", "-diff", "-check", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "TF_CLI_CONFIG_FILE": "/dev/null"},
    )
    assert ran.returncode == 0, ran.stdout[:3000] + ran.stderr


def test_equals_signs_stand_below_each_other_between_longer_values() -> None:
    written = block(
        Declaration(
            "aws_sqs_queue",
            "aws_sqs_queue",
            {"name": "orders", "kms_master_key_id": "alias/a", "tags": {"a b": "c", "d": "e"}, "fifo_queue": True,
             "redrive": Nested({"x": 1, "yyy": ["a"]})},
        ),
        "orders",
    )  # fmt: skip
    assert written == (
        'resource "aws_sqs_queue" "orders" {\n'
        '  name              = "orders"\n'
        '  kms_master_key_id = "alias/a"\n'
        "  tags = {\n"
        '    "a b" = "c"\n'
        '    d     = "e"\n'
        "  }\n"
        "  fifo_queue = true\n"
        "\n"
        "  redrive {\n"
        "    x   = 1\n"
        '    yyy = ["a"]\n'
        "  }\n"
        "}"
    )


# A fix shows what it sets, not all that a resource must have.
INCOMPLETE = (
    "E3003",
    "E3014",
    "E3017",
    "E3018",
    "E3021",
    "E3023",
    "E3032",
    "E3049",
    "E3058",
    "E3639",
    "E3660",
    "E3673",
    "E3676",
    "E3679",
    "W",
    "I",
)
# The names and ids of samples are short, and the same in many.
SAMPLES = ("E1151", "E3019", "E3033", "E3514")


def test_cloudformation_knows_every_property_that_fixes_write() -> None:
    text = template(texts(Language.CLOUDFORMATION))
    found = [
        f"{each.rule.id} {text.splitlines()[each.linenumber - 1]}: {each.message}"
        for each in lint(text, config=ManualArgs(regions=["eu-west-1"]))
        if not each.rule.id.startswith(INCOMPLETE + SAMPLES)
    ]
    assert not found, "\n".join(found)


def test_an_invented_property_would_be_found() -> None:
    text = "Queue:\n  Type: AWS::SQS::Queue\n  Properties:\n    Encrypted: true"
    assert any(each.rule.id == "E3002" for each in lint(template([text]), config=ManualArgs(regions=["eu-west-1"])))
