"""Folders of Terraform's language: what is known of them, what is not, where it stands, and what is made to harm."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bartizan.app.check import check
from bartizan.engine.catalog import Catalog
from bartizan.iac.read import Code, read_code
from bartizan.model import InputError, Resource
from bartizan.resources.code_readers import CodeReaders

READERS = CodeReaders()


def read(folder: Path, **files: str) -> Code:
    """The code of a folder with these files, ``main`` for main.tf and ``m__main`` for m/main.tf."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.tf"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
    return read_code([folder], READERS)


def resources(folder: Path, **files: str) -> dict[str, Resource]:
    return {each.address: each for each in read(folder, **files).resources}


def field(each: Any, name: str) -> Any:
    """A field, the text ``unknown`` where it is not set."""
    return each.known().get(name, "unknown")


def queue_name(folder: Path, expression: str, more: str = "") -> Any:
    text = f'resource "aws_sqs_queue" "q" {{\n  name = {expression}\n}}\n{more}'
    return field(resources(folder, main=text)["aws_sqs_queue.q"], "queue_name")


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ('"a-${local.env}"', "a-prod"),
        ('"false"', "false"),
        ('"${var.unset}-x"', "unknown"),
        ("var.unset", "unknown"),
        ("var.nowhere", "unknown"),
        ('local.env == "prod" ? "p" : "d"', "p"),
        ('var.unset ? "p" : "d"', "unknown"),
        ('join("-", concat(["a"], ["b", local.env]))', "a-b-prod"),
        ('join("-", ["a", var.unset])', "unknown"),
        ('format("%s-%03d-%q", local.env, 7, "x")', 'prod-007-"x"'),
        ('lookup(merge({ a = "1" }, { a = "2" }), "a", "3")', "2"),
        ('[for each in ["x", "y"] : upper(each) if each != "x"][0]', "Y"),
        ('{ for k, v in { a = "b" } : v => k }["b"]', "a"),
        ('"%{ if local.env == "prod" }live%{ else }test%{ endif }"', "live"),
        ('trimspace(file("name.txt"))', "filed"),
        ('trimspace(file("../name.txt"))', "unknown"),
        ('file("/etc/hostname")', "unknown"),
        ('file("${path.module}/link.txt")', "unknown"),
        ("templatefile(\"t.txt\", { n = local.env })", "n-prod"),
        ('"n${1 + 2 * 3}"', "n7"),
        ('"$${kept}"', "${kept}"),
        ("local.map.inner[0].name", "deep"),
        ("local.map.missing", "unknown"),
        ("aws_sqs_queue.other.name", "other"),
        ("aws_sqs_queue.other.arn", "unknown"),
        ("random_pet.x.id", "unknown"),
        ("data.aws_x.y.name", "unknown"),
        ("someday(1)", "unknown"),
        ("try(var.unset.x, local.env)", "unknown"),
    ],
)  # fmt: skip
def test_an_expression_is_worked_out_as_far_as_it_is_known(tmp_path: Path, expression: str, name: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "name.txt").write_text("outside")
    (root / "name.txt").write_text("filed\n")
    (root / "t.txt").write_text("n-${n}")
    (root / "link.txt").symlink_to("/etc/hostname")
    more = """
    variable "unset" {}
    locals {
      env = "prod"
      map = { inner = [{ name = "deep" }] }
    }
    resource "aws_sqs_queue" "other" { name = "other" }
    """
    assert queue_name(root, expression, more) == name


def test_variables_come_from_files_before_defaults(tmp_path: Path) -> None:
    (tmp_path / "terraform.tfvars").write_text('a = "file"\nb = "file"')
    (tmp_path / "z.auto.tfvars").write_text('b = "auto"')
    (tmp_path / "z.auto.tfvars.json").write_text('{"c": "json"}')
    names = 'variable "a" { default = "x" }\nvariable "b" {}\nvariable "c" {}\n'
    assert queue_name(tmp_path, '"${var.a}-${var.b}-${var.c}"', names) == "file-auto-json"


def test_an_override_replaces_what_it_names(tmp_path: Path) -> None:
    found = resources(
        tmp_path,
        main='resource "aws_sqs_queue" "q" {\n  name = "a"\n  sqs_managed_sse_enabled = false\n}',
        main_override='resource "aws_sqs_queue" "q" {\n  name = "b"\n}',
    )["aws_sqs_queue.q"]
    assert (field(found, "queue_name"), field(found, "sqs_managed_sse_enabled")) == ("b", False)


POLICY = """
resource "aws_s3_bucket" "a" { bucket = "a" }
resource "aws_s3_bucket" "b" { bucket = "b" }
resource "aws_iam_role" "r" { name = "r" }
variable "unset" {}
data "aws_caller_identity" "me" {}
resource "aws_s3_bucket_policy" "p" {
  bucket = aws_s3_bucket.a.id
  policy = jsonencode({ Statement = [{
    Effect = "Allow", Action = %s, Principal = %s, Resource = ["${aws_s3_bucket.a.arn}/*", aws_s3_bucket.a.arn]
  }] })
}
"""


@pytest.mark.parametrize(
    ("action", "principal", "known"),
    [
        ('"s3:*"', '"*"', True),
        ('"s3:*"', '{ AWS = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:root" }', True),
        ('"s3:*"', "{ AWS = aws_iam_role.r.arn }", True),
        ('"s3:*"', "{ AWS = [aws_iam_role.r.arn] }", True),
        ('"s3:*"', '{ AWS = "${aws_iam_role.r.arn}" }', True),
        ('"s3:*"', "{ AWS = aws_iam_role.r.unique_id }", False),
        ('"s3:*"', "{ AWS = aws_cloudfront_origin_access_identity.o.iam_arn }", False),
        ('"s3:*"', "{ AWS = var.unset }", False),
        ('"s3:*"', "var.unset", False),
        ('"s3:${var.unset}"', '"*"', False),
    ],
)
def test_a_policy_names_what_is_not_known_but_never_what_is_allowed_nor_a_pattern(
    tmp_path: Path, action: str, principal: str, known: bool
) -> None:
    found = resources(tmp_path, main=POLICY % (action, principal))
    policy = field(found["aws_s3_bucket.a"], "policy")
    if known:
        assert policy.statements[0].resources == ("<aws_s3_bucket.a.arn>/*", "<aws_s3_bucket.a.arn>")
    else:
        assert policy == "unknown"
    assert field(found["aws_s3_bucket.b"], "policy") is None


def test_a_policy_in_a_heredoc_is_read_like_one_that_is_encoded(tmp_path: Path) -> None:
    text = """
    resource "aws_sqs_queue" "q" {
      policy = <<EOT
    {"Statement": {"Effect": "Allow", "Principal": %s, "Action": "sqs:*", "Resource": "${aws_sqs_queue.o.arn}"}}
    EOT
    }
    """.replace("    EOT", "EOT")
    known = field(resources(tmp_path, main=text % '"*"')["aws_sqs_queue.q"], "policy")
    assert known.statements[0].resources == ("<aws_sqs_queue.o.arn>",)
    made_up = resources(tmp_path, main=text % '"${var.who}"')["aws_sqs_queue.q"]
    assert field(made_up, "policy") == "unknown"


PARTS = """
variable "unset" {}
variable "on" { default = true }
resource "aws_s3_bucket" "b" {
  %s
  bucket = "b"
}
resource "aws_s3_bucket_public_access_block" "b" {
  %s
  bucket = %s
  block_public_acls = true
}
"""


@pytest.mark.parametrize(
    ("count", "of_part", "bucket", "tied"),
    [
        ("", "", "aws_s3_bucket.b.id", True),
        ("", "", '"b"', True),
        ("", "", 'try(aws_s3_bucket.b.id, "")', True),
        ("", "", '"elsewhere"', False),
        ("", "count = 0", "aws_s3_bucket.b.id", False),
        ("", "count = var.on ? 1 : 0", "aws_s3_bucket.b.id", True),
        ("", "count = var.unset ? 1 : 0", "aws_s3_bucket.b.id", "unknown"),
        ("count = var.unset ? 1 : 0", "count = var.unset ? 1 : 0", "aws_s3_bucket.b[0].id", True),
        ("count = var.unset ? 1 : 0", "", "aws_s3_bucket.b[0].id", True),
        ("", "", "var.unset", "unknown"),
        ("", "", "local.which", True),
        ("", "", "var.on ? aws_s3_bucket.b.id : var.unset", True),
    ],
)
def test_a_part_is_tied_to_its_owner_by_reference(
    tmp_path: Path, count: str, of_part: str, bucket: str, tied: bool | str
) -> None:
    text = PARTS % (count, of_part, bucket) + "locals {\n  which = aws_s3_bucket.b.id\n}\n"
    (found,) = resources(tmp_path, main=text).values()
    access = field(found, "public_access_block")
    # A new bucket without such a part blocks all; the part blocks only one thing.
    assert (access if access == "unknown" else not access.restrict_public_buckets) == tied


def test_instances_have_their_own_keys_and_parts(tmp_path: Path) -> None:
    text = """
    locals { names = toset(["one", "two"]) }
    resource "aws_s3_bucket" "b" {
      for_each = local.names
      bucket   = each.key
    }
    resource "aws_s3_bucket_public_access_block" "b" {
      for_each = { one = true, two = false }
      bucket   = aws_s3_bucket.b[each.key].id
      block_public_acls = each.value
    }
    resource "aws_sqs_queue" "q" {
      count = 2
      name  = "q${count.index}"
    }
    """
    found = resources(tmp_path, main=text)
    blocks = [field(found[f'aws_s3_bucket.b["{name}"]'], "public_access_block") for name in ("one", "two")]
    assert [each.block_public_acls for each in blocks] == [True, False]
    assert [field(found[f"aws_sqs_queue.q[{each}]"], "queue_name") for each in (0, 1)] == ["q0", "q1"]


MODULE = """
variable "name" {}
resource "aws_s3_bucket" "b" { bucket = var.name }
output "id" { value = aws_s3_bucket.b.id }
output "name" { value = aws_s3_bucket.b.bucket }
"""


def test_a_local_module_is_read_with_its_caller_and_not_alone(tmp_path: Path) -> None:
    main = """
    module "m" {
      source   = "./m"
      for_each = toset(["x", "y"])
      name     = "b-${each.key}"
    }
    module "far" { source = "terraform-aws-modules/vpc/aws" }
    module "up" { source = "../../elsewhere" }
    resource "aws_s3_bucket_public_access_block" "x" {
      bucket            = module.m["x"].id
      block_public_acls = true
    }
    resource "aws_sqs_queue" "q" { name = module.m["y"].name }
    """
    code = read(tmp_path, main=main, m__main=MODULE)
    found = {each.address: each for each in code.resources}
    assert set(found) == {'module.m["x"].aws_s3_bucket.b', 'module.m["y"].aws_s3_bucket.b', "aws_sqs_queue.q"}
    bucket = found['module.m["x"].aws_s3_bucket.b']
    assert (bucket.place.path, bucket.place.line) == (str(tmp_path / "m" / "main.tf"), 3)
    assert field(found["aws_sqs_queue.q"], "queue_name") == "b-y"
    assert [(each.path, each.kind, each.resources) for each in code.readings] == [(str(tmp_path), "Terraform", 3)]
    assert code.not_read == {
        f"{tmp_path}/main.tf:7": "module far: its code is not in this folder",
        f"{tmp_path}/main.tf:8": "module up: there is no ../../elsewhere",
    }


def test_a_part_in_the_root_is_tied_to_a_bucket_in_a_module(tmp_path: Path) -> None:
    main = """
    module "m" {
      source = "./m"
      name   = "b"
    }
    resource "aws_s3_bucket_public_access_block" "x" {
      bucket            = module.m.id
      block_public_acls = true
    }
    """
    (found,) = resources(tmp_path, main=main, m__main=MODULE).values()
    assert field(found, "public_access_block").block_public_acls is True


def test_terraform_in_json_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "main.tf.json").write_text(
        """{"locals": {"n": "a"}, "resource": {
          "aws_sqs_queue": {"q": {"name": "${local.n}-x", "tags": {"k": "${local.n}"}}},
          "aws_s3_bucket": {"b": {"bucket": "b"}},
          "aws_s3_bucket_versioning": {"b": {
            "bucket": "${aws_s3_bucket.b.id}", "versioning_configuration": {"status": "Enabled"}}}}}"""
    )
    found = resources(tmp_path)
    queue = found["aws_sqs_queue.q"]
    assert (field(queue, "queue_name"), queue.tags) == ("a-x", {"k": "a"})
    assert field(found["aws_s3_bucket.b"], "versioning") is True


def test_the_provider_s_tags_are_given_to_all(tmp_path: Path) -> None:
    text = """
    provider "aws" {
      default_tags { tags = { team = "ops" } }
    }
    resource "aws_sqs_queue" "q" { tags = { a = "b" } }
    """
    assert resources(tmp_path, main=text)["aws_sqs_queue.q"].tags == {"team": "ops", "a": "b"}


def test_a_dynamic_block_of_an_unknown_number_is_unknown(tmp_path: Path) -> None:
    text = """
    variable "ports" {}
    resource "aws_security_group" "s" {
      dynamic "ingress" {
        for_each = %s
        iterator = port
        content {
          from_port   = port.value
          to_port     = port.value
          protocol    = "tcp"
          cidr_blocks = ["0.0.0.0/0"]
        }
      }
    }
    """
    unknown = resources(tmp_path, main=text % "var.ports")["aws_security_group.s"]
    assert field(unknown, "ingress") == "unknown"
    known = resources(tmp_path, main=text % "[22, 80]")["aws_security_group.s"]
    assert [each.from_port for each in field(known, "ingress")] == [22, 80]


def test_a_plan_beside_the_code_is_read_instead_of_it(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text('{"format_version": "1.2", "planned_values": {"root_module": {}}}')
    code = read(tmp_path, main='resource "aws_sqs_queue" "q" {}')
    assert [each.kind for each in code.readings] == ["Terraform plan"]
    assert code.not_read == {str(tmp_path): f"its plan was read: {tmp_path / 'plan.json'}"}


def test_findings_point_to_file_and_line(tmp_path: Path) -> None:
    read(tmp_path, main='\n\nresource "aws_sqs_queue" "q" {\n  sqs_managed_sse_enabled = false\n}')
    result = check([tmp_path], Catalog.load())
    places = {(each.place.path, each.place.line) for each in result.evaluation.findings() if each.place}
    assert places == {(str(tmp_path / "main.tf"), 3)}


def test_without_the_extra_it_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tree_sitter_hcl", None)
    with pytest.raises(InputError, match=r"pip install 'bartizan\[terraform\]'"):
        read(tmp_path, main='resource "aws_sqs_queue" "q" {}')


Q = 'resource "aws_sqs_queue" "q" {\n  name = local.a\n}\n'


def chain(first: str, step: str, last: str, length: int = 30) -> str:
    """A queue whose name is at the end of a chain of locals; ``%`` in a step is the one before."""
    steps = (f" a{number + 1} = {step.replace('%', f'local.a{number}')}" for number in range(length))
    return "\n".join([Q, "locals {", f" a0 = {first}", *steps, f" a = {last.replace('%', f'local.a{length}')}", "}"])


def calling(source: str) -> str:
    return f'module "m" {{\n  source = "{source}"\n}}'


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"main": 'resource "aws_sqs_queue" "q" {\n  name = = 1\n}'}, r"main\.tf:2:"),
        ({"main": Q + "locals {\n a = local.b\n b = local.a\n}"}, "depends on itself"),
        ({"main": calling("./m"), "m__main": calling("../m")}, "calls itself"),
        ({"a__main": calling("../b"), "b__main": calling("../a")}, "calls itself"),
        ({"main": Q + Q}, "is there twice"),
        ({"main": f"locals {{\n a = {'[' * 3000}{']' * 3000}\n}}"}, "nested deeper"),
        ({"main": f"locals {{\n a = {'[' * 100_000}\n}}"}, r"main\.tf:"),
        ({"main": chain('"xxxxxxxxxx"', '"${%}${%}"', "%")}, "text of more than"),
        ({"main": chain("[1]", "concat(%, %)", 'join("", %)')}, "takes too long"),
        ({"main": chain("[1]", "[%, %]", "jsonencode(%)")}, "takes too long"),
        ({"main": 'resource "aws_sqs_queue" "many" {\n count = 1000000000\n}'}, "count of more"),
        ({"main": chain("1", "%", "%", 5000)}, "nested too deeply"),
    ],
)
def test_code_that_is_broken_or_made_to_harm_is_refused_soon(
    tmp_path: Path, files: dict[str, str], message: str
) -> None:
    started = time.process_time()
    with pytest.raises(InputError, match=message):
        read(tmp_path, **files)
    assert time.process_time() - started < 20


IMPOSSIBLE = (
    "9" * 5000,
    "local.big",
    "1 / 0",
    '"a" + 1',
    "range(1000000000)",
    'format("%999999999d", 1)',
    "-[]",
    '""[9]',
)


@pytest.mark.parametrize("expression", IMPOSSIBLE)
def test_a_value_that_cannot_be_is_unknown(tmp_path: Path, expression: str) -> None:
    squares = chain("10", "% * %", "%", 40).removeprefix(Q).replace(" a = ", " big = ")
    assert queue_name(tmp_path, f'"x-${{{expression}}}"', squares) == "unknown"


def test_names_that_mean_something_elsewhere_are_attributes_of_a_resource(tmp_path: Path) -> None:
    found = resources(
        tmp_path,
        main="""
        resource "aws_eks_cluster" "shop" {
          name    = "shop"
          version = "1.34"
          vpc_config {}
        }
        resource "aws_backup_plan" "daily" {
          name = "daily"
          rule {
            rule_name = "daily"
            lifecycle { delete_after = 35 }
          }
        }
        resource "aws_opensearch_domain" "logs" { domain_name = "logs" }
        resource "aws_opensearch_domain_policy" "logs" {
          domain_name     = aws_opensearch_domain.logs.domain_name
          access_policies = jsonencode({
            Statement = [{ Effect = "Allow", Principal = "*", Action = "es:*", Resource = "*" }]
          })
        }
        """,
    )
    assert field(found["aws_eks_cluster.shop"], "version") == "1.34"
    (rule,) = field(found["aws_backup_plan.daily"], "rules")
    assert rule.keep_days == 35
    assert field(found["aws_opensearch_domain.logs"], "access_policies").statements[0].actions == ("es:*",)


KEY = """
data "aws_caller_identity" "here" {}
data "aws_iam_policy_document" "key" {
  statement {
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "%s"
      identifiers = [%s]
    }
    %s
  }
}
resource "aws_kms_key" "k" {
  policy = data.aws_iam_policy_document.key.json
}
resource "aws_iam_role" "r" {
  name = "r"
}
resource "aws_sns_topic" "t" {
  name = "t"
}
variable "who" {}
"""


def bound(variable: str, value: str) -> str:
    lines = ("condition {", 'test = "StringEquals"', f'variable = "{variable}"', f"values = [{value}]", "}")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("kind", "who", "condition", "answers"),
    [
        ("AWS", "aws_iam_role.r.arn", "", "pass unknown pass"),
        ("AWS", '"arn:aws:iam::${data.aws_caller_identity.here.account_id}:root"', "", "pass pass pass"),
        ("AWS", "data.aws_caller_identity.here.account_id", "", "pass pass pass"),
        ("AWS", "var.who", "", "unknown unknown unknown"),
        ("AWS", '"*"', bound("kms:CallerAccount", "data.aws_caller_identity.here.account_id"), "pass pass pass"),
        ("AWS", '"*"', bound("kms:CallerAccount", "var.who"), "unknown unknown unknown"),
        ("Service", '"sns.amazonaws.com"', "", "pass pass fail"),
        ("Service", '"sns.amazonaws.com"', bound("aws:SourceArn", "aws_sns_topic.t.arn"), "pass pass pass"),
        ("Service", '"sns.amazonaws.com"', bound("aws:SourceArn", "var.who"), "unknown unknown unknown"),
    ],
)
def test_who_is_allowed_by_reference_is_decided_where_it_is_sure(
    tmp_path: Path, kind: str, who: str, condition: str, answers: str
) -> None:
    (tmp_path / "main.tf").write_text(KEY % (kind, who, condition))
    found = {each.rule: each.status.value for each in check([tmp_path], Catalog.load()).evaluation.findings()}
    asked = ("kms.public-key-policy", "kms.foreign-administrator", "kms.service-allowed-for-anyone")
    assert " ".join(found[each] for each in asked) == answers
