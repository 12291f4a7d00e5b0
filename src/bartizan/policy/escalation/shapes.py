"""The shapes of the resources that an action is authorized for, within one account."""

from __future__ import annotations

from dataclasses import dataclass, field

from bartizan.policy.conditions import Constraint
from bartizan.policy.patterns import Pattern, Wild
from bartizan.policy.reference import Reference
from bartizan.policy.reference.values import PLACEHOLDER
from bartizan.policy.values import Texts


@dataclass(frozen=True, slots=True)
class Shape:
    """One resource that a call is authorized for: patterns of its ARN, and one that fits the first of them."""

    patterns: tuple[str, ...]
    example: str

    @property
    def constraint(self) -> Constraint:
        """That a request's resource has this shape."""
        return Constraint("resource", Texts(map(_pattern, self.patterns)))


ANYTHING = Shape(("*",), "*")
"""The shape for actions that have no resource types."""


@dataclass(slots=True)
class Shapes:
    """Looks up what each action is authorized for: every required resource type, or else one of those that it knows."""

    reference: Reference = field(default_factory=Reference.load)
    remembered: dict[tuple[str, str, str], tuple[Shape, ...]] = field(default_factory=dict)

    def of(self, action: str, account: str, partition: str = "aws") -> tuple[Shape, ...]:
        """What a call of the action is authorized for; each must be permitted."""
        key = (action, account, partition)
        if key not in self.remembered:
            self.remembered[key] = tuple(self._found(action, account, partition))
        return self.remembered[key]

    def of_instance(self, action: str, account: str, partition: str = "aws") -> tuple[Shape, ...]:
        """The instances that an action is used on, where it names them beside what it requires (Systems Manager)."""
        found = self.reference.find(action)
        optional = {use.type for use in found.resources if not use.required} if found else set()
        if "instance" not in optional:
            return ()
        arn = _placed("arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}", account, partition)
        return (Shape((_starred(arn),), _example(arn)),)

    def _found(self, action: str, account: str, partition: str) -> list[Shape]:
        found = self.reference.find(action)
        service = self.reference.service(found.prefix) if found else None
        if found is None or service is None or not found.resources:
            return [ANYTHING]
        # A type of which only AWS has resources is an alternative to the caller's own.
        kinds = [(use, service.resource_types[use.type.lower()].arn) for use in found.resources]
        own = [(use, arn) for use, arn in kinds if ":aws:" not in arn.partition(":")[2]] or kinds
        written = [(use.required, _placed(arn, account, partition)) for use, arn in own]
        required = [arn for needed, arn in written if needed]
        if required:
            return [Shape((_starred(arn),), _example(arn)) for arn in required]
        return [Shape(tuple(_starred(arn) for _, arn in written), _example(written[0][1]))]


def _placed(arn: str, account: str, partition: str) -> str:
    return arn.replace("${Partition}", partition).replace("${Account}", account)


def _pattern(text: str) -> Pattern:
    """As ARNs are made: what stands for a name, a region or an account holds no colon."""
    if text == "*":
        return Pattern((Wild.MANY,))
    tokens: list[str | Wild] = [Wild.MANY_IN_PART] * (2 * text.count("*") + 1)
    tokens[::2] = text.split("*")
    return Pattern(tokens)


def _starred(arn: str) -> str:
    return PLACEHOLDER.sub("*", arn)


def _example(arn: str) -> str:
    return PLACEHOLDER.sub("example", arn.replace("${Region}", "us-east-1"))
