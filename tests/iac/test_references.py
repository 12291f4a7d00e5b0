"""What refers to what: rules that look at two resources find one by the other before AWS has given any ids."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bartizan.app.check import check
from bartizan.engine.catalog import Catalog
from bartizan.iac.read import read_code
from bartizan.model import Finding, Resource, Status
from bartizan.resources.code_readers import CodeReaders
from bartizan.resources.ec2.network import FlowLog, SecurityGroup, Subnet
from bartizan.resources.ec2.routing import RouteTable, VpcPeeringConnection

CATALOG, READERS = Catalog.load(), CodeReaders()
FLOW_LOGS, PEERING = "ec2.no-flow-log", "ec2.peering-route-too-wide"
MOUNTS, IMDSV1 = "efs.mount-target-in-public-subnet", "ec2.imdsv1-allowed"
PLAIN_VOLUMES, PUBLIC = "ec2.unencrypted-volume", "ec2.public-address"
TEMPLATE_VOLUMES = "ec2.template-with-plain-volumes"


def verdicts(path: Path, rule: str) -> dict[str, Status]:
    """Of each resource, by its address, what the rule says of it."""
    found: list[Finding] = [each for each in check([path], CATALOG).evaluation.findings() if each.rule == rule]
    return {each.resource: each.status for each in found}


def resources(path: Path, kind: type[Resource]) -> dict[str, Any]:
    return {each.address: each for each in read_code([path], READERS).resources if type(each) is kind}


def terraform(folder: Path, text: str) -> Path:
    (folder / "main.tf").write_text(text)
    return folder


def template(folder: Path, text: str) -> Path:
    path = folder / "template.yaml"
    path.write_text(f"AWSTemplateFormatVersion: '2010-09-09'\nResources:\n{text}")
    return path


def plan(folder: Path, resources: dict[str, tuple[dict[str, Any], dict[str, str]]]) -> Path:
    """A plan of new resources: by address the values that are known, and what the other attributes refer to."""
    kept, changes, code = [], [], {}
    for address, (values, later) in resources.items():
        resource = address.partition("[")[0]
        kept.append({"address": address, "mode": "managed", "type": address.partition(".")[0], "values": values})
        unknown = {"id": True, **dict.fromkeys(later, True)}
        changes.append({"address": address, "change": {"actions": ["create"], "after_unknown": unknown}})
        given = {name: {"references": [to, to.rpartition(".")[0]]} for name, to in later.items()}
        code[resource] = {"address": resource, "expressions": given}
    path = folder / "plan.json"
    document = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": kept}},
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": list(code.values())}},
    }
    path.write_text(json.dumps(document))
    return path


def test_a_plan_s_flow_log_is_found_by_the_vpc_that_it_refers_to(tmp_path: Path) -> None:
    path = plan(
        tmp_path,
        {
            "aws_vpc.a": ({"cidr_block": "10.0.0.0/16"}, {}),
            "aws_vpc.b": ({"cidr_block": "10.1.0.0/16"}, {}),
            "aws_flow_log.a": ({}, {"vpc_id": "aws_vpc.a.id"}),
        },
    )
    assert verdicts(path, FLOW_LOGS) == {"aws_vpc.a": Status.PASS, "aws_vpc.b": Status.FAIL}


def test_a_plan_s_instances_refer_to_their_own(tmp_path: Path) -> None:
    vpcs = {f"aws_vpc.each[{number}]": ({"cidr_block": "10.0.0.0/16"}, dict[str, str]()) for number in range(2)}
    path = plan(tmp_path, {**vpcs, "aws_flow_log.one": ({}, {"vpc_id": "aws_vpc.each[1].id"})})
    assert verdicts(path, FLOW_LOGS) == {"aws_vpc.each[0]": Status.FAIL, "aws_vpc.each[1]": Status.PASS}


def test_where_a_plan_does_not_tell_what_is_meant_nothing_is_said(tmp_path: Path) -> None:
    path = plan(
        tmp_path,
        {
            "aws_vpc.a": ({"cidr_block": "10.0.0.0/16"}, {}),
            # The id of something that belongs to a VPC is not that of the VPC.
            "aws_flow_log.a": ({}, {"vpc_id": "aws_vpc.a.default_network_acl_id"}),
        },
    )
    assert verdicts(path, FLOW_LOGS) == {"aws_vpc.a": Status.UNKNOWN}


def test_terraform_s_references_are_followed_through_modules(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    terraform(tmp_path / "logs", 'variable "vpc" {}\nresource "aws_flow_log" "it" {\n  vpc_id = var.vpc\n}\n')
    terraform(
        tmp_path,
        """
        locals { ids = [aws_vpc.a.id, try(aws_vpc.b[0].id, "")] }
        resource "aws_vpc" "a" { cidr_block = "10.0.0.0/16" }
        resource "aws_vpc" "b" {
          count      = 1
          cidr_block = "10.1.0.0/16"
        }
        resource "aws_vpc" "c" { cidr_block = "10.2.0.0/16" }
        module "logs" {
          source   = "./logs"
          for_each = { a = local.ids[0], b = local.ids[1] }
          vpc      = each.value
        }
        """,
    )
    found = {"aws_vpc.a": Status.PASS, "aws_vpc.b[0]": Status.PASS, "aws_vpc.c": Status.FAIL}
    assert verdicts(tmp_path, FLOW_LOGS) == found


def test_a_vpc_that_terraform_only_looks_up_leaves_it_open(tmp_path: Path) -> None:
    terraform(
        tmp_path,
        """
        data "aws_vpc" "found" {}
        resource "aws_vpc" "a" { cidr_block = "10.0.0.0/16" }
        resource "aws_flow_log" "it" { vpc_id = data.aws_vpc.found.id }
        """,
    )
    assert verdicts(tmp_path, FLOW_LOGS) == {"aws_vpc.a": Status.UNKNOWN}


@pytest.mark.parametrize("reference", ["!Ref A", "!GetAtt A.VpcId", "{'Fn::GetAtt': [A, VpcId]}"])
def test_a_template_s_flow_log_is_found_by_the_vpc_that_it_refers_to(tmp_path: Path, reference: str) -> None:
    path = template(
        tmp_path,
        f"""
  A: {{Type: "AWS::EC2::VPC", Properties: {{CidrBlock: 10.0.0.0/16}}}}
  B: {{Type: "AWS::EC2::VPC", Properties: {{CidrBlock: 10.1.0.0/16}}}}
  Log:
    Type: AWS::EC2::FlowLog
    Properties: {{ResourceType: VPC, ResourceId: {reference}, TrafficType: ALL}}
""",
    )
    assert verdicts(path, FLOW_LOGS) == {"A": Status.PASS, "B": Status.FAIL}


@pytest.mark.parametrize("reference", ["!Ref Given", "!GetAtt A.DefaultNetworkAcl", "!GetAtt S.VpcId"])
def test_where_a_template_does_not_tell_what_is_meant_nothing_is_said(tmp_path: Path, reference: str) -> None:
    path = template(
        tmp_path,
        f"""
  A: {{Type: "AWS::EC2::VPC", Properties: {{CidrBlock: 10.0.0.0/16}}}}
  S: {{Type: "AWS::EC2::Subnet", Properties: {{CidrBlock: 10.0.0.0/24, VpcId: !Ref A}}}}
  Log: {{Type: "AWS::EC2::FlowLog", Properties: {{ResourceType: VPC, ResourceId: {reference}}}}}
Parameters:
  Given: {{Type: String}}
""",
    )
    assert verdicts(path, FLOW_LOGS) == {"A": Status.UNKNOWN}


def test_templates_that_use_the_same_names_are_kept_apart(tmp_path: Path) -> None:
    vpc = '  Main: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}\n'
    log = '  Log: {Type: "AWS::EC2::FlowLog", Properties: {ResourceType: VPC, ResourceId: !Ref Main}}\n'
    for name, text in (("with", vpc + log), ("without", vpc)):
        (tmp_path / name).mkdir()
        template(tmp_path / name, text)
    found = [each for each in check([tmp_path], CATALOG).evaluation.findings(Status.FAIL) if each.rule == FLOW_LOGS]
    assert [each.place and each.place.path for each in found] == [str(tmp_path / "without" / "template.yaml")]


@pytest.mark.parametrize(("destination", "found"), [("10.1.0.0/24", Status.PASS), ("10.0.0.0/8", Status.FAIL)])
def test_a_route_is_compared_with_the_vpc_behind_a_peering_connection(
    tmp_path: Path, destination: str, found: Status
) -> None:
    terraform(
        tmp_path,
        f"""
        resource "aws_vpc" "a" {{ cidr_block = "10.0.0.0/16" }}
        resource "aws_vpc" "b" {{ cidr_block = "10.1.0.0/16" }}
        resource "aws_vpc_peering_connection" "ab" {{
          vpc_id      = aws_vpc.a.id
          peer_vpc_id = aws_vpc.b.id
        }}
        resource "aws_route_table" "a" {{
          vpc_id = aws_vpc.a.id
          route {{
            cidr_block                = "{destination}"
            vpc_peering_connection_id = aws_vpc_peering_connection.ab.id
          }}
        }}
        """,
    )
    assert verdicts(tmp_path, PEERING) == {"aws_route_table.a": found}
    peering = resources(tmp_path, VpcPeeringConnection)["aws_vpc_peering_connection.ab"]
    assert peering.cidr_blocks == ("10.0.0.0/16", "10.1.0.0/16")
    assert peering.name == "aws_vpc_peering_connection.ab"


def test_a_gateway_is_known_by_its_kind(tmp_path: Path) -> None:
    path = template(
        tmp_path,
        """
  A: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}
  Inside: {Type: "AWS::EC2::InternetGateway"}
  Office: {Type: "AWS::EC2::VPNGateway", Properties: {Type: ipsec.1}}
  T: {Type: "AWS::EC2::RouteTable", Properties: {VpcId: !Ref A}}
  R1:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref T, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Inside}
  R2:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref T, DestinationCidrBlock: 192.168.0.0/16, GatewayId: !Ref Office}
""",
    )
    routes = {each.destination: each.target for each in resources(path, RouteTable)["T"].routes}
    assert routes["10.0.0.0/16"] == "local"
    assert routes["0.0.0.0/0"].startswith("igw-<Inside in ")
    assert routes["192.168.0.0/16"].startswith("vgw-<Office in ")


def test_known_ids_and_those_to_come_stand_side_by_side(tmp_path: Path) -> None:
    terraform(
        tmp_path,
        """
        resource "aws_vpc" "a" { cidr_block = "10.0.0.0/16" }
        resource "aws_security_group" "g" { vpc_id = aws_vpc.a.id }
        resource "aws_subnet" "s" {
          vpc_id     = "vpc-1"
          cidr_block = "10.0.0.0/24"
        }
        resource "aws_flow_log" "s" { subnet_id = aws_subnet.s.id }
        """,
    )
    group = resources(tmp_path, SecurityGroup)["aws_security_group.g"]
    assert group.vpc_id == f"<aws_vpc.a in {tmp_path}>"
    subnet = resources(tmp_path, Subnet)["aws_subnet.s"]
    assert subnet.vpc_id == "vpc-1"
    assert resources(tmp_path, FlowLog)["aws_flow_log.s"].resource_id == subnet.subnet_id


@pytest.mark.parametrize(("public", "found"), [("true", Status.FAIL), ("false", Status.PASS)])
def test_a_mount_target_is_judged_by_its_subnet(tmp_path: Path, public: str, found: Status) -> None:
    path = template(
        tmp_path,
        f"""
  Files: {{Type: "AWS::EFS::FileSystem"}}
  S:
    Type: AWS::EC2::Subnet
    Properties: {{CidrBlock: 10.0.0.0/24, VpcId: vpc-1, MapPublicIpOnLaunch: {public}}}
  Target:
    Type: AWS::EFS::MountTarget
    Properties: {{FileSystemId: !Ref Files, SubnetId: !Ref S, SecurityGroups: [sg-1]}}
""",
    )
    assert verdicts(path, MOUNTS) == {"Target": found}


INSTANCES = """
resource "aws_subnet" "open" {
  vpc_id                  = "vpc-1"
  cidr_block              = "10.0.0.0/24"
  map_public_ip_on_launch = true
}
resource "aws_launch_template" "strict" {
  metadata_options { http_tokens = "required" }
}
resource "aws_instance" "bare" {
  ami       = "ami-1"
  subnet_id = aws_subnet.open.id
  root_block_device {}
  ebs_block_device {
    device_name = "/dev/sdb"
    encrypted   = true
  }
}
resource "aws_instance" "by_template" {
  ami = "ami-1"
  launch_template { id = aws_launch_template.strict.id }
}
resource "aws_instance" "by_another_s" {
  ami = "ami-1"
  launch_template { id = "lt-1" }
}
"""


def test_an_instance_is_what_its_template_and_subnet_make_of_it(tmp_path: Path) -> None:
    terraform(tmp_path, INSTANCES)
    bare, ours, theirs = (f"aws_instance.{each}" for each in ("bare", "by_template", "by_another_s"))
    assert verdicts(tmp_path, IMDSV1) == {bare: Status.FAIL, ours: Status.PASS, theirs: Status.UNKNOWN}
    # Where no subnet is given, it is one of those of the default VPC.
    assert verdicts(tmp_path, PUBLIC) == {bare: Status.FAIL, ours: Status.UNKNOWN, theirs: Status.UNKNOWN}
    root, data = f"{bare}.root_block_device[0]", f"{bare}.ebs_block_device[0]"
    assert verdicts(tmp_path, PLAIN_VOLUMES) == {root: Status.FAIL, data: Status.PASS}


def test_a_region_s_default_for_volumes_counts_where_the_code_sets_it(tmp_path: Path) -> None:
    by_default = 'resource "aws_ebs_encryption_by_default" "on" {}\n'
    left_open = """
        resource "aws_launch_template" "t" {
          block_device_mappings {
            device_name = "/dev/sdb"
            ebs { volume_size = 8 }
          }
        }
        """
    terraform(tmp_path, INSTANCES + by_default + left_open)
    root, data = (f"aws_instance.bare.{each}_block_device[0]" for each in ("root", "ebs"))
    assert verdicts(tmp_path, PLAIN_VOLUMES) == {root: Status.UNKNOWN, data: Status.PASS}
    assert verdicts(tmp_path, TEMPLATE_VOLUMES)["aws_launch_template.t"] is Status.PASS
    tokens = 'resource "aws_ec2_instance_metadata_defaults" "it" { http_tokens = "required" }\n'
    terraform(tmp_path, tokens + by_default + left_open)
    assert verdicts(tmp_path, TEMPLATE_VOLUMES) == {"aws_launch_template.t": Status.PASS}
    assert verdicts(tmp_path, "ec2.template-allows-imdsv1") == {"aws_launch_template.t": Status.PASS}


def test_of_user_data_a_plan_of_an_earlier_provider_has_only_a_hash(tmp_path: Path) -> None:
    hashed = {"user_data": "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3"}
    path = plan(tmp_path, {"aws_instance.a": (hashed, {}), "aws_instance.b": ({"user_data": "TOKEN=hunter22"}, {})})
    found = {"aws_instance.a": Status.UNKNOWN, "aws_instance.b": Status.FAIL}
    assert verdicts(path, "ec2.secret-in-user-data") == found


@pytest.mark.parametrize("kind", ["aws_default_vpc", "aws_vpc"])
def test_a_default_vpc_that_code_adopts_is_told_of(tmp_path: Path, kind: str) -> None:
    terraform(tmp_path, f'resource "{kind}" "it" {{}}\n')
    default = kind == "aws_default_vpc"
    assert verdicts(tmp_path, "ec2.default-vpc") == {f"{kind}.it": Status.FAIL if default else Status.PASS}


def test_references_hold_through_functions_splats_and_dynamic_blocks(tmp_path: Path) -> None:
    terraform(
        tmp_path,
        """
        locals { vpc_id = try(aws_vpc.this[0].id, "") }
        resource "aws_vpc" "this" {
          count      = 1
          cidr_block = "10.0.0.0/16"
        }
        resource "aws_subnet" "public" {
          count                   = 2
          vpc_id                  = local.vpc_id
          cidr_block              = cidrsubnet("10.0.0.0/16", 8, count.index)
          map_public_ip_on_launch = count.index == 1
        }
        resource "aws_network_acl" "public" {
          vpc_id     = local.vpc_id
          subnet_ids = aws_subnet.public[*].id
          dynamic "ingress" {
            for_each = { ssh = 22, web = 443 }
            content {
              rule_no    = 100 + ingress.value
              action     = "allow"
              protocol   = "tcp"
              from_port  = ingress.value
              to_port    = ingress.value
              cidr_block = "0.0.0.0/0"
            }
          }
        }
        resource "aws_instance" "web" {
          count     = 2
          ami       = "ami-1"
          subnet_id = element(aws_subnet.public[*].id, count.index)
        }
        """,
    )
    assert verdicts(tmp_path, "ec2.acl-opens-administration") == {"aws_network_acl.public": Status.FAIL}
    assert verdicts(tmp_path, PUBLIC) == {"aws_instance.web[0]": Status.PASS, "aws_instance.web[1]": Status.FAIL}
    assert {each.vpc_id for each in resources(tmp_path, Subnet).values()} == {f"<aws_vpc.this[0] in {tmp_path}>"}
