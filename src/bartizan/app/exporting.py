"""Resources of an account as infrastructure code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bartizan.app.reading import Progress, no_progress, read_account, readers_of
from bartizan.aws.session import Access
from bartizan.iac.write.comments import comments
from bartizan.iac.write.fix import Language, Names, template
from bartizan.iac.write.whole import WholeCode, whole_code
from bartizan.model import CoverageGap, InputError, Resource
from bartizan.resources.index import ResourceIndex
from bartizan.resources.writing import CodeWriter

_HEAD = {
    Language.TERRAFORM: (
        "Resources of account {account} in {region}, as Bartizan reads them. An import block lets Terraform take over "
        "what exists. Attributes that Bartizan does not read are not here: `terraform plan` shows what it would "
        "change, and asks for what must be given. Apply nothing before it shows no change that you do not want."
    ),
    Language.CLOUDFORMATION: (
        "Resources of account {account} in {region}, as Bartizan reads them. A change set of the type IMPORT lets a "
        "stack take them over. Properties that Bartizan does not read are not here: add them before you import, "
        "since a stack sets what it is given and drift detection shows only that."
    ),
}


@dataclass(frozen=True, slots=True)
class Exported:
    """The code of one region, and how many resources it holds."""

    region: str
    text: str
    resources: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """The code by region, what could not be listed, and the keys of resources that could not be written."""

    account: str
    regions: tuple[Exported, ...]
    gaps: tuple[CoverageGap, ...]
    not_written: tuple[str, ...]

    @property
    def partial(self) -> bool:
        """Whether something that was asked for is missing."""
        return bool(self.not_written) or any(each.hides for each in self.gaps)


@dataclass(frozen=True, slots=True)
class Asked:
    """The types to read, and the ARNs that are wanted of them; none for all."""

    types: frozenset[type[Resource]]
    arns: frozenset[str]
    all_of: frozenset[type[Resource]]

    def wants(self, resource: Resource) -> bool:
        """Whether a resource was asked for."""
        return type(resource) in self.all_of or resource.arn in self.arns

    @property
    def regions(self) -> tuple[str, ...]:
        """The only regions in which there can be what was asked for; none where that cannot be said."""
        found = {each.split(":")[3] for each in self.arns}
        return () if self.all_of or "" in found else tuple(sorted(found))


def understood(names: Iterable[str], language: Language, index: ResourceIndex) -> Asked:
    """What types and ARNs ask for; raises ``InputError`` for what cannot be written."""
    writable = {each.kind for each in index.code_writers if each.terraform is (language is Language.TERRAFORM)}
    types: set[type[Resource]] = set()
    arns: set[str] = set()
    whole: set[type[Resource]] = set()
    for name in names:
        if name.startswith("arn:"):
            arns.add(name)
            types |= _types_of(name, index) & writable
        else:
            kind = index.type_named(name)
            if kind not in writable:
                raise InputError(f"{name} is not written as {language.label}: `bartizan show {name}` says what is read")
            whole.add(kind)
    if not types | whole:
        raise InputError(f"no type that is written as {language.label} has an ARN like {', '.join(sorted(arns))}")
    return Asked(frozenset(types | whole), frozenset(arns), frozenset(whole))


def _types_of(arn: str, index: ResourceIndex) -> set[type[Resource]]:
    """The types of the service that an ARN names, which is the one of the permission to list them."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        raise InputError(f"{arn!r} is no ARN: arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE")
    return {
        kind
        for reader in index.readers
        if any(action.startswith(f"{parts[2]}:") for call in reader.calls(frozenset()) for action in call.actions)
        for kind in reader.types
    }


async def export(
    access: Access,
    names: Sequence[str],
    language: Language,
    regions: Iterable[str] = (),
    progress: Progress = no_progress,
) -> Export:
    """Read the resources of types, or of some ARNs, and write them as code, by region.

    Raises ``InputError`` for what cannot be written, where nothing is found, and where the account or a region
    cannot be read.
    """
    index = ResourceIndex.load()
    asked = understood(names, language, index)
    wanted = dict.fromkeys(asked.types)
    found = await read_account(
        access, wanted, readers_of(wanted), regions=tuple(regions) or asked.regions, progress=progress
    )
    chosen = [each for each in found.resources if asked.wants(each)]
    if missing := asked.arns - {each.arn for each in chosen}:
        raise InputError(f"not found in account {found.account}, or of no type that is written: {min(missing)}")
    by_region: defaultdict[str, list[Resource]] = defaultdict(list)
    for each in chosen:
        by_region[each.region].append(each)
    not_written: list[str] = []
    made = tuple(
        _file(found.account, region, by_region[region], index.code_writers, language, not_written)
        for region in sorted(by_region)
    )
    return Export(account=found.account, regions=made, gaps=found.gaps, not_written=tuple(not_written))


def _file(  # noqa: PLR0913, PLR0917 - what a file is made of
    account: str,
    region: str,
    resources: Iterable[Resource],
    writers: Sequence[CodeWriter],
    language: Language,
    not_written: list[str],
) -> Exported:
    names = Names()
    found: list[WholeCode] = []
    for each in sorted(resources, key=lambda one: (one.cfn_type, one.key)):
        made = whole_code(each, writers, language, names)
        found.append(made)
        not_written += [] if made.written else [each.key]
    head = comments([_HEAD[language].format(account=account, region=region)])
    written = [each.text for each in found if each.written]
    others = "".join(f"\n\n{each.text}" for each in found if not each.written)
    if language is Language.TERRAFORM:
        body = "\n\n".join(written) + "\n" if written else ""
    else:
        body = template(written) if written else ""
    return Exported(region, f"{head}{others}\n\n{body}", len(written))
