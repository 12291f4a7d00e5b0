"""Ways to administrator rights among what a scan read, worked out once per snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bartizan.model import Gap, Reason, Unknown, World
from bartizan.policy.requests import account_in
from bartizan.resources.estate import ESTATE_TYPES, estate_of
from bartizan.resources.iam import Role, User

if TYPE_CHECKING:
    from bartizan.policy.escalation import Answer, Path

ESCALATION_TYPES = ESTATE_TYPES
"""The types that a rule which asks for ways must name in its ``reads``."""


def ways_to_admin(world: World) -> Answer:
    """The shortest way of each user, role and trusted outsider to administrator rights. Raises ``Unknown``."""
    return world.derived(_ways)


def _ways(world: World) -> Answer:
    for kind in ESCALATION_TYPES:
        world.all(kind)  # what could not be listed could hold a way
    # Its methods take a while to load, which commands that judge no whole account need not wait for.
    from bartizan.policy.escalation import Paths, build_graph  # noqa: PLC0415 - as the comment says

    return Paths(build_graph(estate_of(world))).ask()


def way_of(resource: User | Role, world: World) -> Path | None:
    """The way of a user or role, ``None`` being the proof that there is none.

    Raises ``Unknown`` where it turns on something that was not read.
    """
    answer = ways_to_admin(world)
    certain = next((each for each in answer.paths if each.source == resource.arn), None)
    if certain is not None:
        return certain
    possible = next((each for each in answer.possible if each.source == resource.arn), None)
    if possible is not None or resource.arn in answer.unread:
        powers_of(resource)  # names the permission that is missing, if it is its own policies that were not read
    if possible is not None:
        raise Unknown("whether it leads to administrator rights", Gap(Reason.NOT_READ, detail=possible.unknown))
    if resource.arn in answer.unread:
        missing = ", ".join(answer.unread[resource.arn])
        raise Unknown("whether it leads to administrator rights", Gap(Reason.NOT_READ, detail=missing))
    return None


def powers_of(resource: User | Role) -> tuple[object, ...]:
    """What its ways start from, to be looked at once there is one, so that the finding shows it."""
    own = (resource.policies, resource.managed_policy_arns, resource.permissions_boundary)
    return (*own, resource.groups) if isinstance(resource, User) else own


def told(path: Path) -> str:
    """A way in one sentence: each hop with its method, and what the calls on it still need.

    Where a hop leads into another account, it is named.
    """
    steps = []
    for node, hop in zip(path.nodes, path.hops, strict=False):
        target = hop.target.rpartition(":")[2] if hop.target.startswith("arn:") else hop.target
        abroad = account_in(hop.target)
        if abroad and account_in(node) not in {"", abroad}:
            target += f" of account {abroad}"
        calls = " and ".join(dict.fromkeys(step.action for step in hop.steps))
        steps.append(f"{hop.method}{f' ({calls})' if calls else ''} to {target}")
    needs = ", ".join(key for key, _ in path.conditions)
    return "; then ".join(steps) + (f"; needs {needs}" if needs else "")
