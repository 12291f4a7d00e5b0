"""What more writers refuse, before the first call: it would lose something, or do more than it says."""

from __future__ import annotations

import pytest

from bartizan.policy import PolicyDocument
from bartizan.resources.appliers.elasticache import REPLICATION_GROUP
from bartizan.resources.appliers.fsx import FILE_SYSTEM
from bartizan.resources.appliers.glue import CONNECTION
from bartizan.resources.appliers.guardduty import DETECTOR
from bartizan.resources.appliers.iam import GROUP, MANAGED_POLICY
from bartizan.resources.appliers.kafka import CLUSTER as KAFKA
from bartizan.resources.applying import Edit, Refused, api_writer_for
from bartizan.resources.elasticache import ReplicationGroup
from bartizan.resources.fsx import FileSystem
from bartizan.resources.glue import Connection
from bartizan.resources.guardduty import Detector
from bartizan.resources.iam import Group, ManagedPolicy
from bartizan.resources.kafka import Cluster as KafkaCluster


def test_a_group_that_somebody_joined_keeps_its_policies() -> None:
    group = Group(group_name="auditors", managed_policy_arns=("arn:aws:iam::111122223333:policy/audit",))
    with pytest.raises(Refused, match="anna are in it by now"):
        GROUP.deletes[0].calls(Edit(group, None, now=["anna"]))


def test_a_policy_that_was_attached_since_keeps_its_versions() -> None:
    policy = ManagedPolicy(managed_policy_name="later", older_versions=(("v1", PolicyDocument(())),))
    with pytest.raises(Refused, match="attached by now"):
        MANAGED_POLICY.deletes[0].calls(Edit(policy, None, now={"Uses": 1}))


def test_encryption_in_transit_takes_no_other_change_along() -> None:
    edit = Edit(ReplicationGroup(transit_encryption="off"), ReplicationGroup(), now={"Pending": ["ClusterMode"]})
    with pytest.raises(Refused, match="ClusterMode"):
        REPLICATION_GROUP.puts[1].calls(edit)


def test_a_connection_whose_password_is_encrypted_is_not_written_without_it() -> None:
    held = {"ConnectionProperties": {"JDBC_CONNECTION_URL": "jdbc:mysql://db/shop", "ENCRYPTED_PASSWORD": "x"}}
    with pytest.raises(Refused, match="kept encrypted"):
        CONNECTION.puts[0].calls(Edit(Connection(enforces_tls=False), Connection(), now=held))


def test_a_kafka_cluster_that_knows_no_other_way_to_authenticate_stays_open() -> None:
    now = {"State": "ACTIVE", "CurrentVersion": "K1", "ClientAuthentication": {"Tls": {"Enabled": False}}}
    with pytest.raises(Refused, match="no other way"):
        KAFKA.puts[3].calls(Edit(KafkaCluster(unauthenticated=True), KafkaCluster(), now=now))


def test_a_kafka_cluster_that_is_being_changed_is_not_changed() -> None:
    now = {"State": "UPDATING", "CurrentVersion": "K1", "PublicAccess": {"Type": "SERVICE_PROVIDED_EIPS"}}
    with pytest.raises(Refused, match=r"UPDATING.*try again"):
        KAFKA.puts[2].calls(Edit(KafkaCluster(public_access=True), KafkaCluster(), now=now))


def test_a_file_system_that_is_too_small_for_audits_is_left_alone() -> None:
    edit = Edit(FileSystem(audit_log=False), FileSystem(), now={"ThroughputCapacity": 8})
    with pytest.raises(Refused, match="needs 32 MB/s of throughput, and it has 8"):
        FILE_SYSTEM.puts[0].calls(edit)


def test_members_of_an_administrator_are_left_to_it() -> None:
    mine, theirs = Detector(enabled=False), Detector(enabled=False, administrator="444455556666")
    assert api_writer_for([DETECTOR], mine) is DETECTOR
    assert api_writer_for([DETECTOR], theirs) is None
