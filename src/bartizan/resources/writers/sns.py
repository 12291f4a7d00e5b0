"""Topics as code."""

from __future__ import annotations

from bartizan.resources.sns import Topic
from bartizan.resources.writing import CodeWriter, Own, Part, tags_map, tags_pairs

TERRAFORM_TOPIC = CodeWriter(
    "aws_sns_topic",
    Topic,
    names={"topic_name": "name"},
    fields={"kms_master_key_id": "kms_master_key_id", "tags": tags_map},
    parts=(Part("aws_sns_topic_policy", {"policy": "policy"}, {"arn": Own("arn")}),),
    import_id=lambda topic: topic.arn,
)

CLOUDFORMATION_TOPIC = CodeWriter(
    "AWS::SNS::Topic",
    Topic,
    names={"topic_name": "TopicName"},
    fields={"kms_master_key_id": "KmsMasterKeyId", "tags": tags_pairs},
    parts=(Part("AWS::SNS::TopicPolicy", {"policy": "PolicyDocument"}, {"Topics": [Own()]}),),
)
