"""Inspector: turning its scans on and off."""

from __future__ import annotations

from bartizan.resources.applying import ApiWriter, Edit, Params, Put
from bartizan.resources.inspector2 import AccountStatus
from bartizan.resources.reading import Call

_TYPES = {"ec2": "EC2", "ecr": "ECR", "functions": "LAMBDA", "function_code": "LAMBDA_CODE"}


def _turned(edit: Edit, *, on: bool) -> Params | None:
    """The kinds of scan that are to be turned on, or off; without accounts the call is about its own."""
    chosen = [each for name, each in _TYPES.items() if edit.changes(name) and getattr(edit.after, name) is on]
    return {"resourceTypes": chosen} if chosen else None


ACCOUNT_STATUS = ApiWriter(
    AccountStatus,
    puts=(
        Put(
            Call("inspector2:Enable", ("inspector2:Enable", "iam:CreateServiceLinkedRole")),
            lambda edit: _turned(edit, on=True),
            tuple(_TYPES),
        ),
        Put(Call("inspector2:Disable"), lambda edit: _turned(edit, on=False), tuple(_TYPES)),
    ),
    # What a delegated administrator decides, AWS refuses to its members:
    # https://docs.aws.amazon.com/inspector/latest/user/admin-member-relationship.html
    when=lambda status: status.known().get("administrator") in {None, status.account},
)
