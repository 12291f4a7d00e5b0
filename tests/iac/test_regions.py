"""Parts of resources in Terraform whose regions are written (`region` of the provider's version 6)."""

from __future__ import annotations

from pathlib import Path

from bartizan.iac.read import read_code
from bartizan.resources.code_readers import CodeReaders
from bartizan.resources.config import ConfigurationRecorder
from bartizan.resources.guardduty import Detector

RECORDERS = """
resource "aws_config_configuration_recorder" "this" {
  for_each = toset(["eu-west-1", "us-east-1"])
  region   = each.value
  name     = "default"
  role_arn = "arn:aws:iam::111122223333:role/config"
}

resource "aws_config_configuration_recorder_status" "this" {
  region     = "us-east-1"
  name       = "default"
  is_enabled = true
}
"""
DETECTORS = """
locals {
  features = { for region in ["eu-west-1", "us-east-1"] : "${region}/S3" => { region = region } }
}

resource "aws_guardduty_detector" "this" {
  for_each = toset(["eu-west-1", "us-east-1"])
  region   = each.value
}

resource "aws_guardduty_detector_feature" "this" {
  for_each    = local.features
  region      = each.value.region
  detector_id = aws_guardduty_detector.this[each.value.region].id
  name        = "S3_DATA_EVENTS"
  status      = each.value.region == "us-east-1" ? "ENABLED" : "DISABLED"
}
"""


def test_a_part_belongs_to_the_namesake_in_its_own_region(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(RECORDERS)
    found = read_code([tmp_path], CodeReaders()).resources
    assert [each.recording for each in found if isinstance(each, ConfigurationRecorder)] == [False, True]


def test_a_part_belongs_to_the_one_of_many_that_its_loop_names(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(DETECTORS)
    found = [each for each in read_code([tmp_path], CodeReaders()).resources if isinstance(each, Detector)]
    assert ["S3_DATA_EVENTS" in each.disabled_features for each in found] == [True, False]
