"""How fast symbolic questions are answered, on AWS's own managed policies and on resource policies as published.

    python bench/symbolic.py [--pairs 3000] [--seed 1] [--slowest 5]

Every request that is found is asked again as a single request, and must be decided as claimed.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path

from moto.iam.aws_managed_policies import aws_managed_policies_data

from bartizan.policy import GuardedResource, Layer, Policy, parse_policy
from bartizan.policy.symbolic import RequestSet, Undecided, exposures, undenied

Found = dict[str, tuple[str, ...]]
ASKED = (
    ("s3:getobject", "arn:aws:s3:::data/a"),
    ("iam:passrole", "arn:aws:iam::111122223333:role/app"),
)
PUBLISHED = Path(__file__).parents[1] / "tests" / "policy" / "published"
OWNER = "111122223333"
PLAIN_HTTP = {"aws:securetransport": ("false",)}


@dataclass(slots=True)
class Times:
    """How long the questions of one kind took, in seconds, and how many had no answer."""

    kind: str
    each: list[tuple[float, str]] = field(default_factory=list)
    found: int = 0
    undecided: list[str] = field(default_factory=list)

    def row(self) -> str:
        """As a line of the table."""
        seconds = sorted(each for each, _ in self.each) or [0.0]
        median, late = seconds[len(seconds) // 2], seconds[int(len(seconds) * 0.99)]
        return (
            f"{self.kind:<34} {len(self.each):>6} {self.found:>6} {median * 1e3:>10.2f} {late * 1e3:>9.1f} "
            f"{seconds[-1] * 1e3:>9.1f} {len(self.undecided):>9}"
        )


def managed() -> dict[str, Policy]:
    """AWS's managed policies by name."""
    return {
        name: Policy(parse_policy(raw["Document"]), Layer.IDENTITY, name)
        for name, raw in json.loads(aws_managed_policies_data).items()
    }


def allowed(policy: Policy, attributes: Found) -> bool:
    """What the statements say of a single request."""
    denying, allowing = policy.concerning(attributes.get("action", ("",))[0])
    return not any(each.applies(attributes) for each in denying) and any(each.applies(attributes) for each in allowing)


def ask(times: Times, what: str, question: RequestSet, confirms: Callable[[Found], bool]) -> None:
    """Ask and count."""
    started = time.perf_counter()
    try:
        found = question.witness()
    except Undecided as reason:
        times.each.append((time.perf_counter() - started, what))
        times.undecided.append(f"{what}: {reason}")
        return
    times.each.append((time.perf_counter() - started, what))
    if found is not None:
        times.found += 1
        if not confirms(found):
            raise AssertionError(f"{times.kind}, {what}: not confirmed: {found}")


def compared(kind: str, policies: dict[str, Policy], pairs: Iterable[tuple[str, str]]) -> Times:
    """What the first of each pair allows beyond the second."""
    times = Times(kind)
    for name, without in pairs:
        one, other = policies[name], policies[without]
        question = RequestSet.granted([one]) - RequestSet.granted([other])
        ask(times, f"{name} - {without}", question, partial(_one_only, one, other))
    return times


def _one_only(one: Policy, other: Policy, found: Found) -> bool:
    return allowed(one, found) and not allowed(other, found)


def common(policies: dict[str, Policy], pairs: Iterable[tuple[str, str]]) -> Times:
    """What both of each pair allow."""
    times = Times("in common with another")
    for name, with_ in pairs:
        one, other = policies[name], policies[with_]
        question = RequestSet.granted([one]) & RequestSet.granted([other])
        ask(times, f"{name} & {with_}", question, partial(_both, one, other))
    return times


def _both(one: Policy, other: Policy, found: Found) -> bool:
    return allowed(one, found) and allowed(other, found)


def specific(policies: dict[str, Policy]) -> Times:
    """Whether an action on a resource is allowed in any circumstances."""
    times = Times("an action on a resource")
    for name, policy in policies.items():
        for action, resource in ASKED:
            question = RequestSet.granted([policy]).given({"action": (action,), "resource": (resource,)})
            ask(times, f"{name}, {action}", question, partial(allowed, policy))
    return times


def emptiness(policies: dict[str, Policy]) -> Times:
    """Whether a policy allows anything."""
    times = Times("allows anything")
    for name, policy in policies.items():
        ask(times, name, RequestSet.granted([policy]), partial(allowed, policy))
    return times


def over_managed(policies: dict[str, Policy], pairs: list[tuple[str, str]]) -> Iterator[Times]:
    """Questions on managed policies, alone and in pairs."""
    yield compared("more than another", policies, pairs)
    yield none_found(compared("more than itself", policies, ((name, name) for name in policies)))
    administrator = ((name, "AdministratorAccess") for name in policies)
    yield none_found(compared("more than an administrator", policies, administrator))
    yield compared("more than ReadOnlyAccess", policies, ((name, "ReadOnlyAccess") for name in policies))
    yield compared("less than ReadOnlyAccess", policies, (("ReadOnlyAccess", name) for name in policies))
    yield common(policies, pairs)
    yield emptiness(policies)
    yield specific(policies)


def published() -> dict[str, GuardedResource]:
    """The resource policies of the tests by name, each on its resource."""
    return {file.stem: _guarded(file.stem, json.loads(file.read_text())) for file in sorted(PUBLISHED.glob("*.json"))}


def _guarded(name: str, facts: dict[str, object]) -> GuardedResource:
    policy = Policy(parse_policy(facts["policy"]), Layer.RESOURCE, name)
    return GuardedResource(arn=str(facts["resource"]), account=OWNER, policies=(policy,))


def over_published(pairs: int, chance: random.Random) -> Iterator[Times]:
    """Who reaches resources, whether they insist on HTTPS, and whether one policy allows only what another does."""
    resources = published()
    yield reached(resources)
    yield over_http(resources)
    policies = {name: each.policies[0] for name, each in resources.items()}
    names = sorted(policies)
    chosen = [(chance.choice(names), chance.choice(names)) for _ in range(pairs)]
    yield compared("published: within another", policies, chosen)
    yield none_found(compared("published: within itself", policies, ((name, name) for name in names)))


def reached(resources: dict[str, GuardedResource]) -> Times:
    """Who from outside gets in; ``exposures`` asks each request that it finds again."""
    times = Times("published: who reaches it")
    for name, guarded in resources.items():
        started = time.perf_counter()
        answer = exposures(guarded)
        times.each.append((time.perf_counter() - started, name))
        times.found += bool(answer.found)
        times.undecided += [f"{name}: {each}" for each in answer.undecided]
    return times


def over_http(resources: dict[str, GuardedResource]) -> Times:
    """Whether somebody gets past the denials by plain HTTP."""
    times = Times("published: let in plain HTTP")
    for name, guarded in resources.items():
        started = time.perf_counter()
        try:
            times.found += next(undenied(guarded, known=PLAIN_HTTP), None) is not None
        except Undecided as reason:
            times.undecided.append(f"{name}: {reason}")
        times.each.append((time.perf_counter() - started, name))
    return times


def none_found(times: Times) -> Times:
    """The times of questions whose answer is no; raises ``AssertionError`` where one was yes."""
    if times.found:
        raise AssertionError(f"{times.kind}: {times.found} found")
    return times


def main() -> None:
    """Print a row for each kind of question."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slowest", type=int, default=0, help="name so many of the slowest questions of each kind")
    asked = parser.parse_args()
    policies = managed()
    chance = random.Random(asked.seed)
    names = sorted(policies)
    pairs = [(chance.choice(names), chance.choice(names)) for _ in range(asked.pairs)]
    print(f"{len(policies)} managed policies, {len(published())} published ones of resources")
    print(f"{'question':<34} {'asked':>6} {'found':>6} {'median ms':>10} {'p99 ms':>9} {'max ms':>9} {'undecided':>9}")
    for times in chain(over_managed(policies, pairs), over_published(asked.pairs, chance)):
        print(times.row(), flush=True)
        for seconds, what in sorted(times.each, reverse=True)[: asked.slowest]:
            print(f"    {seconds * 1e3:>8.1f} ms  {what}")
        for each in times.undecided[: asked.slowest]:
            print(f"    undecided: {each}")


if __name__ == "__main__":
    main()
