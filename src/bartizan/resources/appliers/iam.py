"""Users, groups, roles, policies and certificates of IAM: changing them."""

from __future__ import annotations

from typing import Any

from bartizan.resources.applying import ApiWriter, Edit, Look, Params, Put, Refused, policy_text
from bartizan.resources.iam.certificates import ServerCertificate
from bartizan.resources.iam.credentials import KEYS, by_age
from bartizan.resources.iam.types import Group, ManagedPolicy, Role, User
from bartizan.resources.reading import Call, Reply

_GONE = ("NoSuchEntity",)
_THERE = ("EntityAlreadyExists",)
_BUSY = ("ConcurrentModification", "EntityTemporarilyUnmodifiable")


def _deactivated(edit: Edit) -> list[Params]:
    """One call for each key that is to be turned on or off."""
    if len(edit.now) != len(edit.before.access_keys):
        return []  # a key came or went this moment: which is which is not known
    pairs = zip(edit.before.access_keys, edit.after.access_keys, edit.now, strict=True)
    return [
        {"UserName": edit.after.user_name, "AccessKeyId": key_id, "Status": "Active" if will.active else "Inactive"}
        for was, will, key_id in pairs
        if was.active is not will.active
    ]


USER = ApiWriter(
    User,
    puts=(
        Put(
            Call("iam:UpdateAccessKey"),
            _deactivated,
            ("access_keys",),
            look=Look(
                KEYS,
                lambda user: {"UserName": user.user_name},
                lambda reply: [each["AccessKeyId"] for each in by_age(reply["AccessKeyMetadata"])],
            ),
            busy=_BUSY,
        ),
        Put(
            Call("iam:DeleteLoginProfile"),
            lambda edit: {"UserName": edit.after.user_name},
            ("password_enabled", "password_last_used", "password_last_changed"),
            already=_GONE,
            busy=_BUSY,
            lasting="nobody can give the same password again; give the person a new one where it was needed",
        ),
    ),
)


def _group(edit: Edit) -> dict[str, Any]:
    return {"GroupName": edit.resource.group_name}


def _nobody_in_it(edit: Edit) -> None:
    """Refuse before the first call, since the group would lose its policies before AWS refuses to delete it."""
    if edit.now:
        raise Refused(f"{', '.join(edit.now)} are in it by now; make a new plan")


def _detached(edit: Edit) -> list[Params]:
    _nobody_in_it(edit)
    return _attached(edit)


def _attached(edit: Edit) -> list[Params]:
    return [{**_group(edit), "PolicyArn": arn} for arn in edit.resource.managed_policy_arns]


_MEMBERS = Look(
    Call("iam:GetGroup"),
    lambda group: {"GroupName": group.group_name},
    lambda reply: sorted(each["UserName"] for each in reply["Users"]),
    gone=_GONE,
)

GROUP = ApiWriter(
    Group,
    deletes=(
        Put(Call("iam:DetachGroupPolicy"), _detached, look=_MEMBERS, already=_GONE, busy=_BUSY),
        Put(
            Call("iam:DeleteGroupPolicy"),
            lambda edit: [{**_group(edit), "PolicyName": each.policy_name} for each in edit.resource.policies],
            already=_GONE,
            busy=_BUSY,
        ),
        Put(Call("iam:DeleteGroup"), _group, already=_GONE, busy=_BUSY),
    ),
    creates=(
        Put(Call("iam:CreateGroup"), lambda edit: {**_group(edit), "Path": edit.after.path}, already=_THERE),
        Put(
            Call("iam:PutGroupPolicy"),
            lambda edit: [
                {
                    **_group(edit),
                    "PolicyName": each.policy_name,
                    "PolicyDocument": policy_text(each.policy_document),
                }
                for each in edit.after.policies
            ],
            busy=_BUSY,
        ),
        Put(Call("iam:AttachGroupPolicy"), _attached, busy=_BUSY),
    ),
)


def _session(edit: Edit) -> Params:
    # The call sets both; what it is not given it may take away.
    description = {"Description": edit.now["Description"]} if edit.now["Description"] else {}
    return {
        "RoleName": edit.after.role_name,
        **description,
        "MaxSessionDuration": edit.after.max_session_duration,
    }


ROLE = ApiWriter(
    Role,
    puts=(
        Put(
            Call("iam:UpdateAssumeRolePolicy"),
            lambda edit: {
                "RoleName": edit.after.role_name,
                "PolicyDocument": policy_text(edit.after.assume_role_policy_document),
            },
            ("assume_role_policy_document",),
            busy=_BUSY,
        ),
        Put(
            Call("iam:UpdateRole"),
            _session,
            ("max_session_duration",),
            look=Look(
                Call("iam:GetRole"),
                lambda role: {"RoleName": role.role_name},
                lambda reply: {"Description": reply["Role"].get("Description", "")},
            ),
            busy=_BUSY,
        ),
    ),
)


def _kept(reply: Reply) -> dict[str, Any]:
    policy = reply["Policy"]
    uses = policy.get("AttachmentCount", 0) + policy.get("PermissionsBoundaryUsageCount", 0)
    return {"Uses": uses} | {
        name: policy[name] for name in ("Description", "Tags", "DefaultVersionId") if name in policy
    }


_POLICY = Look(Call("iam:GetPolicy"), lambda policy: {"PolicyArn": policy.arn}, _kept, gone=_GONE)


def _versions(edit: Edit) -> list[tuple[str, Any]]:
    """The versions that there were, the oldest first, with their ids."""
    found = [*edit.after.older_versions, (edit.was["DefaultVersionId"], edit.after.policy_document)]
    return sorted(found, key=lambda each: int(each[0].removeprefix("v")))


def _older(edit: Edit) -> list[Params]:
    # Refused before the first call, since the versions would be gone before AWS refuses to delete the policy.
    if edit.now and edit.now["Uses"]:
        raise Refused("it is attached by now; make a new plan")
    return [{"PolicyArn": edit.before.arn, "VersionId": version} for version, _ in edit.before.older_versions]


def _first_version(edit: Edit) -> Params:
    policy = edit.after
    return {
        "PolicyName": policy.managed_policy_name,
        "Path": policy.path,
        "PolicyDocument": policy_text(_versions(edit)[0][1]),
        **{name: edit.was[name] for name in ("Description", "Tags") if edit.was.get(name)},
    }


def _later_versions(edit: Edit) -> list[Params]:
    # IAM numbers versions by itself: where some were deleted, those that come after them get lower numbers.
    return [
        {
            "PolicyArn": edit.after.arn,
            "PolicyDocument": policy_text(document),
            "SetAsDefault": version == edit.was["DefaultVersionId"],
        }
        for version, document in _versions(edit)[1:]
    ]


MANAGED_POLICY = ApiWriter(
    ManagedPolicy,
    deletes=(
        Put(Call("iam:DeletePolicyVersion"), _older, look=_POLICY, already=_GONE, busy=_BUSY),
        Put(
            Call("iam:DeletePolicy"),
            lambda edit: {"PolicyArn": edit.before.arn},
            look=_POLICY,
            already=_GONE,
            busy=_BUSY,
        ),
    ),
    creates=(
        Put(
            Call("iam:CreatePolicy", ("iam:CreatePolicy", "iam:TagPolicy")),
            _first_version,
            look=_POLICY,
            already=_THERE,
            busy=_BUSY,
        ),
        Put(Call("iam:CreatePolicyVersion"), _later_versions, look=_POLICY, busy=_BUSY),
    ),
)


SERVER_CERTIFICATE = ApiWriter(
    ServerCertificate,
    deletes=(
        Put(
            Call("iam:DeleteServerCertificate"),
            lambda edit: {"ServerCertificateName": edit.before.server_certificate_name},
            already=_GONE,
            busy=_BUSY,
        ),
    ),
    lost="IAM gives its private key to nobody; who has the key can upload it again",
)
