"""Topics: changing them."""

from __future__ import annotations

from bartizan.resources.applying import ApiWriter, Edit, Params, Put, policy_text
from bartizan.resources.reading import Call
from bartizan.resources.sns import Topic


def _policy(edit: Edit) -> Params:
    return {
        "TopicArn": edit.after.arn,
        "AttributeName": "Policy",
        "AttributeValue": policy_text(edit.after.policy) or "",
    }


TOPIC = ApiWriter(Topic, puts=(Put(Call("sns:SetTopicAttributes"), _policy, ("policy",)),))
