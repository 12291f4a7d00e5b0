"""Checks of Amazon Inspector."""

from __future__ import annotations

from typing import Any

from bartizan.model import Problems, World, replace, rule
from bartizan.resources.ec2.compute import Instance
from bartizan.resources.ecr import Repository
from bartizan.resources.inspector2 import AccountStatus
from bartizan.resources.lambda_ import Function
from bartizan.rules.organizations.services import administered_elsewhere, new_accounts_left_out

_HERE: dict[str, Any] = {"account": "111122223333", "region": "eu-west-1"}
_ELSEWHERE: dict[str, Any] = {"account": "111122223333", "region": "us-east-1"}


@rule(
    "medium",
    passes=[
        (AccountStatus(**_HERE), Instance(**_HERE)),
        AccountStatus(ec2=False, **_HERE),
        (AccountStatus(ec2=False, **_HERE), Instance(**_ELSEWHERE)),
    ],
    fails=[(AccountStatus(ec2=False, **_HERE), Instance(**_HERE))],
    reads=[Instance],
)
def instances_not_scanned(status: AccountStatus, world: World) -> Problems:
    """Inspector does not scan the instances of a Region.

    ## Why it matters
    Software with known holes keeps running, and nobody knows on which machines.

    ## How to fix
    Turn on Inspector's scans of EC2 in each Region with instances, and manage these with Systems Manager.

    ## References
    - https://docs.aws.amazon.com/inspector/latest/user/scanning-ec2.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/inspector-controls.html#inspector-1
    """
    if not status.ec2 and (instances := len(world.all(Instance, near=status))):
        yield f"{instances} instances run here, and scans of EC2 are off"


@instances_not_scanned.fix
def scan_instances(status: AccountStatus) -> AccountStatus:
    """Turn on scans of EC2."""
    return replace(status, ec2=True)


@rule(
    "low",
    passes=[
        (AccountStatus(**_HERE), Repository(repository_name="shop", **_HERE)),
        AccountStatus(ecr=False, **_HERE),
        (AccountStatus(ecr=False, **_HERE), Repository(repository_name="shop", **_ELSEWHERE)),
    ],
    fails=[(AccountStatus(ecr=False, **_HERE), Repository(repository_name="shop", **_HERE))],
    reads=[Repository],
)
def images_not_scanned(status: AccountStatus, world: World) -> Problems:
    """Inspector does not scan container images of a Region.

    ## Why it matters
    An image that was clean when it was pushed has known holes a month later; only continuous scans say so.

    ## How to fix
    Turn on Inspector's scans of ECR in each Region with repositories.

    ## References
    - https://docs.aws.amazon.com/inspector/latest/user/scanning-ecr.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/inspector-controls.html#inspector-2
    """
    if not status.ecr and (repositories := len(world.all(Repository, near=status))):
        yield f"{repositories} repositories are here, and scans of ECR are off"


@images_not_scanned.fix
def scan_images(status: AccountStatus) -> AccountStatus:
    """Turn on scans of ECR."""
    return replace(status, ecr=True)


@rule(
    "medium",
    passes=[
        (AccountStatus(**_HERE), Function(**_HERE)),
        AccountStatus(functions=False, **_HERE),
        (AccountStatus(functions=False, **_HERE), Function(**_ELSEWHERE)),
    ],
    fails=[(AccountStatus(functions=False, **_HERE), Function(**_HERE))],
    reads=[Function],
)
def functions_not_scanned(status: AccountStatus, world: World) -> Problems:
    """Inspector does not scan the functions of a Region.

    ## Why it matters
    A function carries its packages along for years, and nobody knows which of them have known holes.

    ## How to fix
    Turn on Inspector's standard scans of Lambda in each Region with functions.

    ## References
    - https://docs.aws.amazon.com/inspector/latest/user/scanning-lambda.html
    - https://docs.aws.amazon.com/securityhub/latest/userguide/inspector-controls.html#inspector-4
    """
    if not status.functions and (functions := len(world.all(Function, near=status))):
        yield f"{functions} functions are here, and scans of Lambda are off"


@functions_not_scanned.fix
def scan_functions(status: AccountStatus) -> AccountStatus:
    """Turn on scans of Lambda."""
    return replace(status, functions=True)


@rule(
    "info",
    advice=True,
    passes=[(AccountStatus(**_HERE), Function(**_HERE)), AccountStatus(function_code=False, **_HERE)],
    fails=[(AccountStatus(function_code=False, **_HERE), Function(**_HERE))],
    reads=[Function],
)
def function_code_not_scanned(status: AccountStatus, world: World) -> Problems:
    """Code of functions is not scanned by Inspector.

    ## Why it matters
    Injection, weak cryptography and secrets in a function's own code go unnoticed.

    ## How to fix
    Consider Inspector's scans of Lambda code, if nothing in the pipeline does the same.

    ## References
    - https://docs.aws.amazon.com/securityhub/latest/userguide/inspector-controls.html#inspector-3
    """
    if not status.function_code and world.all(Function, near=status):
        yield "scans of Lambda code are off"


@function_code_not_scanned.fix
def scan_code(status: AccountStatus) -> AccountStatus:
    """Turn on scans of Lambda code, and those of Lambda that they build on."""
    return replace(status, functions=True, function_code=True)


apart = administered_elsewhere.of(AccountStatus, "Inspector")
new_accounts = new_accounts_left_out.of(AccountStatus, "Inspector")
