"""Plans: what the code leaves out, whose a part is, what exists already, and what cannot be read at all."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from bartizan.app.check import check
from bartizan.engine.catalog import Catalog
from bartizan.iac.configuration import Address
from bartizan.iac.read import read_code
from bartizan.iac.terraform import planned
from bartizan.model import InputError, Resource, Status
from bartizan.resources.code_readers import CodeReaders
from bartizan.resources.reading import take

READERS = CodeReaders()
POLICY = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}]}'
BUCKET, PART = "aws_s3_bucket.b", "aws_s3_bucket_policy.p"
NEW = ("create",)


def to(*references: str) -> dict[str, Any]:
    """An expression that refers to something."""
    return {"references": list(references)}


def of(address: str, attribute: str = "id") -> dict[str, Any]:
    """An expression that refers to an attribute of a resource, as Terraform writes it out."""
    return to(f"{address}.{attribute}", address)


def instance(
    address: str, values: dict[str, Any], later: tuple[str, ...] = (), actions: tuple[str, ...] = NEW
) -> dict[str, Any]:
    """A resource with the attributes that are known only later."""
    return {"address": address, "values": values, "later": dict.fromkeys(later, True), "actions": list(actions)}


def code(address: str, loop: Any = None, **expressions: Any) -> dict[str, Any]:
    """A resource block of the configuration."""
    return {"address": address, "expressions": expressions} | ({"for_each_expression": loop} if loop else {})


def plan(instances: list[dict[str, Any]], *blocks: dict[str, Any], **calls: Any) -> dict[str, Any]:
    """A plan whose instances lie in the module tree that their addresses say."""
    root: dict[str, Any] = {}
    for each in instances:
        at, module, path = Address.parse(each["address"]), root, ""
        for name, key in at.modules:
            path += f"{'.' if path else ''}module.{name}{key}"
            children = module.setdefault("child_modules", [])
            if path not in [child["address"] for child in children]:
                children.append({"address": path})
            module = next(child for child in children if child["address"] == path)
        kept = {name: each[name] for name in ("address", "values")}
        module.setdefault("resources", []).append({**kept, "mode": "managed", "type": at.name.partition(".")[0]})
    changes = [
        {"address": each["address"], "change": {"actions": each["actions"], "after_unknown": each["later"]}}
        for each in instances
    ]
    return {
        "format_version": "1.2",
        "planned_values": {"root_module": root},
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": list(blocks), "module_calls": calls}},
    }


def fields(document: dict[str, Any], name: str) -> dict[str, Any]:
    """One field of each resource by address; the text ``unknown`` where it is."""
    return {address: take(reader.fields, block)[0].get(name, "unknown") for reader, address, block in
            planned(document, READERS)}  # fmt: skip


def public(document: dict[str, Any]) -> dict[str, bool | str]:
    """Of each bucket whether it has the policy; the text ``unknown`` where that is unknown."""
    return {address: each if each == "unknown" else each is not None for address, each in
            fields(document, "policy").items()}  # fmt: skip


def bucket(address: str = BUCKET, later: tuple[str, ...] = ("id", "policy"), **values: Any) -> dict[str, Any]:
    return instance(address, values, later)


def part(address: str = PART, **values: Any) -> dict[str, Any]:
    return instance(address, {"policy": POLICY, **values}, () if "bucket" in values else ("bucket", "id"))


@pytest.mark.parametrize(
    ("expressions", "actions", "found"),
    [
        ({}, ["create"], ()),
        ({}, ["delete", "create"], ()),
        ({}, ["create", "delete"], ()),
        ({}, ["update"], "unknown"),
        ({"managed_policy_arns": {"constant_value": None}}, ["create"], ()),
        ({"managed_policy_arns": to("var.arns")}, ["create"], ()),
        ({"managed_policy_arns": of("aws_iam_policy.p", "arn")}, ["create"], "unknown"),
        ({"managed_policy_arns": to("var.arns", "local.more")}, ["create"], "unknown"),
        ({"managed_policy_arns": {}}, ["create"], "unknown"),
    ],
)
def test_what_the_code_of_a_new_resource_leaves_out_has_its_default(
    expressions: dict[str, Any], actions: list[str], found: Any
) -> None:
    role = instance("aws_iam_role.r", {"name": "r"}, ("managed_policy_arns", "inline_policy"), tuple(actions))
    document = plan([role], code("aws_iam_role.r", **expressions))
    assert fields(document, "managed_policy_arns") == {"aws_iam_role.r": found}


def test_without_configuration_nothing_counts_as_left_out() -> None:
    document = plan([bucket()])
    assert public(document) == {BUCKET: "unknown"}
    del document["configuration"]
    assert public(document) == {BUCKET: "unknown"}


def test_a_module_s_variable_is_followed_to_what_its_caller_gives() -> None:
    inner = {"resources": [code("aws_iam_role.r", managed_policy_arns=to("var.arns"))]}
    calls = {
        "left": {"module": inner},
        "null": {"module": inner, "expressions": {"arns": {"constant_value": None}}},
        "passed": {"module": inner, "expressions": {"arns": to("var.outer")}},
        "later": {"module": inner, "expressions": {"arns": of("aws_iam_policy.p", "arn")}},
    }
    roles = [instance(f"module.{name}.aws_iam_role.r", {}, ("managed_policy_arns",)) for name in calls]
    found = fields(plan(roles, **calls), "managed_policy_arns")
    assert {name: found[f"module.{name}.aws_iam_role.r"] for name in calls} == {
        "left": (), "null": (), "passed": (), "later": "unknown",
    }  # fmt: skip


def test_a_nested_attribute_that_is_left_out_has_its_default() -> None:
    for written, found in (({}, False), ({"mfa_delete": of("x_y.z")}, "unknown")):
        versioning = instance("aws_s3_bucket_versioning.v", {"versioning_configuration": [{"status": "Enabled"}]})
        versioning["later"] = {"bucket": True, "versioning_configuration": [{"mfa_delete": True}]}
        block = code("aws_s3_bucket_versioning.v", bucket=of(BUCKET), versioning_configuration=[written])
        document = plan([bucket(), versioning], code(BUCKET), block)
        assert fields(document, "mfa_delete") == {BUCKET: found}
        assert fields(document, "versioning") == {BUCKET: True}


def test_of_what_exists_the_plan_does_not_tell_what_no_code_sets() -> None:
    existing = instance(BUCKET, {"bucket": "old", "id": "old", "policy": ""}, (), ("no-op",))
    document = plan([existing, bucket("aws_s3_bucket.new")], code(BUCKET), code("aws_s3_bucket.new"))
    assert fields(document, "public_access_block")[BUCKET] == "unknown"
    assert fields(document, "public_access_block")["aws_s3_bucket.new"].missing == ()
    assert fields(document, "object_ownership")[BUCKET] == "unknown"
    assert public(document)[BUCKET] is False


def test_what_terraform_knows_of_an_existing_resource_is_not_counted_twice() -> None:
    role = instance("aws_iam_role.r", {"name": "r", "inline_policy": [{"name": "a", "policy": POLICY}]}, (), ("no-op",))
    inline = instance("aws_iam_role_policy.a", {"name": "a", "role": "r", "policy": POLICY}, (), ("no-op",))
    (found,) = fields(plan([role, inline]), "policies").values()
    assert [each.policy_name for each in found] == ["a"]


def test_the_tags_that_the_provider_gives_to_everything_count() -> None:
    role = instance("aws_iam_role.r", {"tags": {"team": "ops"}, "tags_all": {"team": "ops", "stage": "live"}})
    bare = instance("aws_iam_role.bare", {"tags": None}, ("tags_all",))
    found = fields(plan([role, bare], code("aws_iam_role.r"), code("aws_iam_role.bare")), "tags")
    assert {name: dict(each) for name, each in found.items()} == {
        "aws_iam_role.r": {"team": "ops", "stage": "live"},
        "aws_iam_role.bare": {},
    }


A, B = "aws_s3_bucket.a", "aws_s3_bucket.b"
KEYED = [f'aws_s3_bucket.b["{key}"]' for key in "xy"]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        (of(B), {A: False, B: True}),
        (of("aws_s3_bucket_public_access_block.b"), {A: False, B: True}),
        (of("module.out", "name"), {A: "unknown", B: "unknown"}),
        (to("local.name"), {A: "unknown", B: "unknown"}),
        (to("data.aws_s3_bucket.d.id", "data.aws_s3_bucket.d"), {A: "unknown", B: "unknown"}),
        (to("random_pet.r.id", "random_pet.r"), {A: "unknown", B: "unknown"}),
        (to(f"{A}.id", A, f"{B}.id", B), {A: "unknown", B: "unknown"}),
        (to("aws_s3_bucket.not_made[0].id", "aws_s3_bucket.not_made", f"{B}.id", B), {A: False, B: True}),
        (None, {A: "unknown", B: "unknown"}),
    ],
)
def test_a_part_belongs_to_what_its_code_refers_to(expression: Any, found: dict[str, Any]) -> None:
    block = instance("aws_s3_bucket_public_access_block.b", {}, ("bucket", "id"))
    given = {} if expression is None else {"bucket": expression}
    between = code("aws_s3_bucket_public_access_block.b", bucket=of(B))
    document = plan([bucket(A), bucket(B), block, part()], code(A), code(B), between, code(PART, **given))
    assert public(document) == found


@pytest.mark.parametrize(
    ("expression", "loop", "found"),
    [
        (to("aws_s3_bucket.b", "each.key"), None, [True, False]),
        (to("each.value.id", "each.value"), to("aws_s3_bucket.b"), [True, False]),
        (to(f"{KEYED[1]}.id", KEYED[1], "aws_s3_bucket.b"), None, [False, True]),
        (to("aws_s3_bucket.b", "each.value"), None, ["unknown", "unknown"]),
    ],
)
def test_instances_pair_by_the_key_that_the_code_picks(expression: Any, loop: Any, found: list[Any]) -> None:
    instances = [*map(bucket, KEYED), part(f'{PART}["x"]')]
    document = plan(instances, code("aws_s3_bucket.b"), code(PART, loop, bucket=expression))
    assert public(document) == dict(zip(KEYED, found, strict=True))


def test_each_instance_of_a_module_is_its_own_world() -> None:
    inner = {"resources": [code(BUCKET), code(PART, bucket=of(BUCKET))]}
    addresses = ['module.m["x.y]"]', 'module.m["z"]', "module.n[0]"]
    instances = [bucket(f"{each}.{BUCKET}") for each in addresses] + [part(f"{addresses[0]}.{PART}")]
    document = plan(instances, m={"module": inner}, n={"module": inner})
    assert list(public(document).values()) == [True, False, False]


def test_a_part_in_a_module_finds_its_owner_through_variables_and_outputs() -> None:
    store = {"resources": [code(BUCKET)], "outputs": {"name": {"expression": of(BUCKET)}}}
    guard = {"resources": [code(PART, bucket=to("var.name"))]}
    calls = {
        "store": {"module": store},
        "other": {"module": store},
        "guard": {"module": guard, "expressions": {"name": to("module.store.name", "module.store")}},
    }
    owners = [f"module.{name}.{BUCKET}" for name in ("store", "other")]
    document = plan([*map(bucket, owners), part(f"module.guard.{PART}")], **calls)
    assert public(document) == {owners[0]: True, owners[1]: False}


def test_a_module_for_each_bucket_guards_the_bucket_of_its_key() -> None:
    guard = {"resources": [code(PART, bucket=to("var.name"))]}
    call = {"module": guard, "expressions": {"name": to("each.value.id", "each.value")}}
    call["for_each_expression"] = to("aws_s3_bucket.b")
    document = plan([*map(bucket, KEYED), part(f'module.guard["y"].{PART}')], code("aws_s3_bucket.b"), guard=call)
    assert list(public(document).values()) == [False, True]


@pytest.mark.parametrize(
    ("said", "found"),
    [("mine", True), ("elsewhere", False), ("mine-logs", False), ("arn:aws:s3:::mine", "unknown")],
)
def test_a_name_that_no_resource_here_has_is_that_of_one_elsewhere(said: str, found: Any) -> None:
    document = plan(
        [bucket(bucket="mine"), part(bucket=said)], code(BUCKET), code(PART, bucket={"constant_value": said})
    )
    assert public(document) == {BUCKET: found}


def test_a_text_made_around_a_reference_is_taken_for_what_it_says() -> None:
    ours = "https://sqs.eu-west-1.amazonaws.com/111122223333/q"
    for said, found in ((ours, True), (ours + "-other", False)):
        queue = instance("aws_sqs_queue.q", {"name": "q"}, ("id", "url", "policy"))
        policy = instance("aws_sqs_queue_policy.p", {"queue_url": said, "policy": POLICY}, ("id",))
        blocks = code("aws_sqs_queue.q"), code("aws_sqs_queue_policy.p", queue_url=of("aws_sqs_queue.q", "name"))
        assert public(plan([queue, policy], *blocks)) == {"aws_sqs_queue.q": found}


def test_one_attachment_that_cannot_be_tied_leaves_the_list_unknown_but_not_the_one_policy() -> None:
    role = instance("aws_iam_role.r", {"name": "r"}, ("managed_policy_arns", "inline_policy"))
    own = instance("aws_iam_role_policy_attachment.own", {"role": "r", "policy_arn": "arn:aws:iam::aws:policy/X"})
    stray = instance("aws_iam_role_policy_attachment.stray", {"policy_arn": "arn:aws:iam::aws:policy/Y"}, ("role",))
    blocks = code("aws_iam_role.r"), code("aws_iam_role_policy_attachment.stray", role=to("local.role"))
    assert fields(plan([role, own, stray], *blocks), "managed_policy_arns") == {"aws_iam_role.r": "unknown"}
    buckets = [bucket(bucket="b"), part(bucket="b"), part("aws_s3_bucket_policy.stray")]
    assert public(plan(buckets, code(BUCKET))) == {BUCKET: True}


GROUP = "aws_security_group.web"


@pytest.mark.parametrize(
    ("kind", "peer"),
    [
        ("aws_vpc_security_group_ingress_rule.r", {"referenced_security_group_id": of("aws_security_group.lb")}),
        ("aws_security_group_rule.r", {"source_security_group_id": of("aws_security_group.lb")}),
    ],
)
def test_a_group_that_is_still_to_be_made_stands_in_as_peer(kind: str, peer: dict[str, Any]) -> None:
    values = {"type": "ingress", "protocol": "tcp", "ip_protocol": "tcp", "from_port": 443, "to_port": 443}
    rule = instance(kind, values, ("security_group_id", *peer))
    group = instance(GROUP, {"name": "web"}, ("id", "ingress", "egress", "vpc_id"))
    document = plan([group, rule], code(GROUP), code(kind, security_group_id=of(GROUP), **peer))
    (found,) = fields(document, "ingress")[GROUP]
    assert (found.peer, found.from_port) == ("<aws_security_group.lb.id>", 443)
    assert fields(document, "egress") == {GROUP: ()}


def test_a_block_of_an_address_that_is_not_known_stays_unknown() -> None:
    kind = "aws_vpc_security_group_ingress_rule.r"
    rule = instance(kind, {"ip_protocol": "tcp", "from_port": 22, "to_port": 22}, ("security_group_id", "cidr_ipv4"))
    group = instance(GROUP, {"name": "web"}, ("id", "ingress", "egress"))
    block = code(kind, security_group_id=of(GROUP), cidr_ipv4=of("aws_eip.e", "public_ip"))
    assert fields(plan([group, rule], code(GROUP), block), "ingress") == {GROUP: "unknown"}


@pytest.mark.parametrize(
    ("values", "grants"),
    [
        ({"acl": "public-read"}, ("everyone:READ",)),
        ({"acl": "log-delivery-write"}, ("S3 log delivery:READ_ACP", "S3 log delivery:WRITE")),
        (
            {"grant": [{"id": "me", "permissions": ["FULL_CONTROL"], "uri": ""},
                       {"id": "", "permissions": ["READ"], "uri": "http://acs.amazonaws.com/groups/global/AllUsers"}]},
            ("everyone:READ",),
        ),
    ],
)  # fmt: skip
def test_grants_in_the_bucket_s_own_block(values: dict[str, Any], grants: tuple[str, ...]) -> None:
    assert fields(plan([bucket(**values)], code(BUCKET)), "foreign_grants") == {BUCKET: grants}


def test_what_is_deleted_is_not_judged_and_a_deposed_object_changes_nothing() -> None:
    gone = instance("aws_s3_bucket.gone", {"bucket": "gone"}, (), ("delete",))
    document = plan([bucket(bucket="b"), gone], code(BUCKET))
    document["resource_changes"].append(
        {"address": BUCKET, "deposed": "feed", "change": {"actions": ["delete"], "after_unknown": {"policy": True}}}
    )
    assert public(document) == {BUCKET: False}


def read(tmp_path: Path, document: Any) -> list[Resource]:
    path = tmp_path / "plan.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return read_code([path], CodeReaders()).resources


def test_a_state_is_read_like_a_plan_in_which_all_exists(tmp_path: Path) -> None:
    document = plan([bucket(bucket="b", id="b", later=()), part(bucket="b")])
    state = {"format_version": "1.0", "terraform_version": "1.9.8", "values": document["planned_values"]}
    (found,) = read(tmp_path, state)
    assert found.known()["policy"] is not None
    assert "public_access_block" in found.gaps
    assert "exists already" in str(found.gaps["public_access_block"])


def test_findings_carry_the_address_of_the_instance(tmp_path: Path) -> None:
    address = 'module.shop["eu/1"].aws_sqs_queue.q["a:b"]'
    inner = {"resources": [code("aws_sqs_queue.q", sqs_managed_sse_enabled={"constant_value": False})]}
    queue = instance(address, {"sqs_managed_sse_enabled": False}, ("id", "name", "policy"))
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan([queue], shop={"module": inner})))
    found = check([path], Catalog.load().select(rules=["sqs.unencrypted-queue"])).evaluation.findings()
    assert [(each.status, each.resource, each.name) for each in found] == [(Status.FAIL, address, address)]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"planned_values": {"root_module": {"resources": [{}]}}}, "root_module.resources[0] lacks its address"),
        (
            {"planned_values": {"root_module": {"child_modules": [{"resources": [{"address": "a.b", "type": "a"}]}]}}},
            "planned_values.root_module.child_modules[0].resources[0] lacks its mode",
        ),
        ({"planned_values": {}, "resource_changes": [{"address": "a.b"}]}, "resource_changes[0] lacks"),
        (
            {"planned_values": {}, "resource_changes": [{"address": "a.b", "change": {"after_unknown": 3}}]},
            "resource_changes[0].change.after_unknown is no mapping",
        ),
        ({"planned_values": {"root_module": {"resources": 3}}}, "no plan as `terraform show -json`"),
        ({"planned_values": {}, "format_version": "2.0"}, "plans of format 2.0 cannot be read"),
        ({"version": 4, "terraform_version": "1.9.8", "lineage": "x", "resources": []}, "terraform show -json"),
        ('{"@level":"info"}\n{"@level":"info"}', "the log of a run"),
        ('{"planned_values": ' + '{"a":' * 500 + "1" + "}" * 501, "nested deeper than 200 levels"),
        ('{"planned_values": ' + "[" * 100_000, "nested too deeply"),
    ],
)  # fmt: skip
def test_what_is_no_plan_is_one_line_with_the_place(tmp_path: Path, document: Any, said: str) -> None:
    with pytest.raises(InputError) as told:
        read(tmp_path, document)
    assert said in str(told.value)
    assert "plan.json" in str(told.value)
    assert "\n" not in str(told.value)


def test_a_plan_in_terraform_s_own_format_is_told_how_to_become_readable(tmp_path: Path) -> None:
    path = tmp_path / "plan.out"
    path.write_bytes(b"PK\x03\x04\xff\xfe")
    with pytest.raises(InputError, match="terraform show -json"):
        read_code([path], CodeReaders())


def test_references_that_go_in_a_circle_end() -> None:
    acl = instance("aws_s3_bucket_acl.a", {"acl": "private"}, ("bucket",))
    blocks = code("aws_s3_bucket_acl.a", bucket=of(PART)), code(PART, bucket=of("aws_s3_bucket_acl.a"))
    assert public(plan([bucket(), part(), acl], code(BUCKET), *blocks)) == {BUCKET: "unknown"}


def test_the_time_grows_with_the_plan_and_not_with_its_square() -> None:
    def seconds(count: int) -> float:
        instances, blocks = [], []
        for number in range(count):
            owner, guard = f"aws_s3_bucket.b{number}", f"aws_s3_bucket_policy.p{number}"
            instances += [bucket(owner), part(guard)]
            blocks += [code(owner), code(guard, bucket=of(owner))]
        document, began = plan(instances, *blocks), time.process_time()
        assert all(each is True for each in public(document).values())
        return time.process_time() - began

    assert seconds(2000) < 40 * max(seconds(200), 0.01)


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        (of("aws_lb.a", "arn"), {"aws_lb.a": "acl", "aws_alb.b": None}),
        (of("aws_alb.b", "arn"), {"aws_lb.a": None, "aws_alb.b": "acl"}),
        (of("aws_lb.a", "name"), {"aws_lb.a": "acl", "aws_alb.b": "unknown"}),
        (to("data.aws_lb.c.arn", "data.aws_lb.c"), {"aws_lb.a": "unknown", "aws_alb.b": "unknown"}),
    ],
)
def test_a_part_of_one_type_is_none_of_another_that_can_have_such_parts(reference: Any, found: dict[str, Any]) -> None:
    association = "aws_wafv2_web_acl_association.w"
    document = plan(
        [
            instance("aws_lb.a", {}, ("arn", "id")),
            instance("aws_alb.b", {}, ("arn", "id")),
            instance(association, {"web_acl_arn": "acl"}, ("resource_arn",)),
        ],
        code("aws_lb.a"),
        code("aws_alb.b"),
        code(association, resource_arn=reference),
    )
    assert fields(document, "web_acl_arn") == found


def test_a_part_of_several_is_each_one_s_and_one_of_none_is_nobody_s() -> None:
    names = {"a": "anna", "b": "ben", "c": "cleo"}
    users = [instance(f"aws_iam_user.{key}", {"name": name}) for key, name in names.items()]
    attached = {"policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess", "roles": ["app"], "groups": None}
    some = instance("aws_iam_policy_attachment.p", {**attached, "users": ["anna", "ben", "zoe"]})
    role = instance("aws_iam_role.r", {"name": "app", "assume_role_policy": "{}"})
    given = ("arn:aws:iam::aws:policy/ReadOnlyAccess",)
    found = fields(plan([*users, role, some]), "managed_policy_arns")
    assert found == {"aws_iam_user.a": given, "aws_iam_user.b": given, "aws_iam_user.c": (), "aws_iam_role.r": given}
    nobody = instance("aws_iam_policy_attachment.p", {**attached, "users": None})
    assert fields(plan([*users, nobody]), "managed_policy_arns") == {f"aws_iam_user.{key}": () for key in names}
    later = instance("aws_iam_policy_attachment.p", attached, later=("users",))
    block = code("aws_iam_policy_attachment.p", users=of("aws_iam_user.a", "name"))
    found = fields(plan([*users, later], block), "managed_policy_arns")
    assert found == {"aws_iam_user.a": given, "aws_iam_user.b": (), "aws_iam_user.c": ()}


def test_a_rule_judges_only_what_can_tell_it_what_it_asks_for(tmp_path: Path) -> None:
    alone = instance("aws_db_instance.a", {"identifier": "a", "engine": "postgres", "username": "admin"})
    member = instance("aws_rds_cluster_instance.m", {"identifier": "m", "engine": "aurora", "cluster_identifier": "c"})
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan([alone, member])))
    found = list(check([path], Catalog.load()).evaluation.findings())
    # What a member of a cluster does not say is the cluster's.
    assert {each.resource for each in found if each.rule == "rds.default-administrator"} == {"aws_db_instance.a"}
    both = {each.resource for each in found if each.rule == "rds.no-minor-upgrades"}
    assert both == {"aws_db_instance.a", "aws_rds_cluster_instance.m"}


def of_key(**values: Any) -> dict[str, Any]:
    """What is read of a key with such attributes."""
    (found,) = planned(plan([instance("aws_kms_key.k", values, ("id", "policy"))], code("aws_kms_key.k")), READERS)
    return take(found[0].fields, found[2])[0]


@pytest.mark.parametrize(
    ("values", "rotated"),
    [
        ({}, False),
        ({"enable_key_rotation": True}, True),
        ({"enable_key_rotation": True, "is_enabled": False}, None),
        ({"customer_master_key_spec": "RSA_4096"}, None),
        ({"customer_master_key_spec": "HMAC_256"}, None),
        ({"custom_key_store_id": "cks-1"}, None),
        ({"xks_key_id": "1"}, None),
    ],
)
def test_whether_a_key_is_rotated_is_asked_where_it_can_be(values: dict[str, Any], rotated: bool | None) -> None:
    found = of_key(**values)
    assert found["enable_key_rotation"] is rotated
    assert found["key_state"] == ("Enabled" if values.get("is_enabled", True) else "Disabled")


def test_the_policy_of_a_key_is_aws_s_own_only_if_the_key_is_new() -> None:
    assert of_key()["key_policy"] is None
    old = plan([instance("aws_kms_key.k", {"policy": None}, actions=("update",))])
    assert fields(old, "key_policy") == {"aws_kms_key.k": "unknown"}


@pytest.mark.parametrize(
    ("selectors", "management", "data"),
    [
        ({}, ("read", "write"), ()),
        ({"event_selector": [{"read_write_type": "ReadOnly"}]}, ("read",), ()),
        ({"event_selector": [{"include_management_events": False}]}, (), ()),
        (
            {"event_selector": [{"data_resource": [{"type": "AWS::S3::Object"}]}]},
            ("read", "write"),
            ("AWS::S3::Object",),
        ),
    ],
)
def test_a_trail_without_selectors_records_all_management_events(
    selectors: dict[str, Any], management: tuple[str, ...], data: tuple[str, ...]
) -> None:
    document = plan([instance("aws_cloudtrail.t", {"name": "t", "s3_bucket_name": "b", **selectors})])
    assert fields(document, "management_events") == {"aws_cloudtrail.t": management}
    assert fields(document, "data_events") == {"aws_cloudtrail.t": data}


def test_what_an_existing_user_has_beyond_the_code_is_unknown() -> None:
    user = instance("aws_iam_user.u", {"name": "u"}, actions=("no-op",))
    for name in ("policies", "managed_policy_arns", "groups", "password_enabled"):
        assert fields(plan([user]), name) == {"aws_iam_user.u": "unknown"}
    member = instance("aws_iam_user_group_membership.m", {"user": "u", "groups": ["staff"]})
    assert fields(plan([user, member]), "groups") == {"aws_iam_user.u": ("staff",)}
