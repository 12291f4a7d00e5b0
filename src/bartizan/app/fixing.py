"""Fixes as infrastructure code: of a rule by its sample, of what failed in an account or in code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import IO, Any

from bartizan.engine.catalog import Catalog
from bartizan.engine.evaluate import Evaluation
from bartizan.engine.outcome import Results
from bartizan.iac.write.comments import comments
from bartizan.iac.write.fix import FixCode, Language, Names, fix_code, template
from bartizan.model import Finding, Fix, InputError, Resource, Unknown, judged
from bartizan.report.content import ReportInput
from bartizan.resources.applying import Edit, Put, Refused
from bartizan.resources.code import service_of
from bartizan.resources.index import ResourceIndex, api_writers, code_writers
from bartizan.resources.writing import CodeWriter

_IN_TERRAFORM = re.compile(r"(?:^|\.)aws_\w+\.")

Texts = dict[str, str]
"""Language → the fix in it."""


def sample_code(fix: Fix, index: ResourceIndex) -> Texts:
    """The fix of the first failing sample that can be written, in each language."""
    found: Texts = {}
    for language in Language:
        tried = [fix_code([fix], judged(each)[0], index.code_writers, language) for each in fix.rule.fails]
        found[language] = next((each.text for each in tried if each.written), tried[0].text if tried else "")
    return found


def sample_calls(fix: Fix) -> dict[str, Any]:
    """The API calls that make the fix of a failing sample, and why they cannot be undone; none where there are none."""
    writers = api_writers({service_of(fix.rule.resource)})
    for sample in fix.rule.fails:
        resource = judged(sample)[0]
        edit = Edit(resource, fix.change(resource))
        writer = next((each for each in writers if each.kind is type(resource)), None)
        if writer and not writer.unwritten(edit):
            calls = dict.fromkeys(put.call.name for put in writer.steps(edit) if _is_made(put, edit))
            return {"calls": list(calls), "lasting": writer.lasting(edit)}
    return {"calls": [], "lasting": ""}


def _is_made(put: Put, edit: Edit) -> bool:
    """Whether the put is called for a sample, of which no look has seen anything."""
    try:
        return bool(put.calls(edit))
    except (Unknown, Refused, LookupError, TypeError, ValueError, AttributeError):
        return True


def resource_code(fixes: Sequence[Fix], resource: Resource, writers: Iterable[CodeWriter]) -> Texts:
    """The fixes of a resource as code, in the language that it comes from, or in each where it lives in AWS."""
    return {each: fix_code(fixes, resource, writers, each).text for each in _languages(resource)}


def _languages(resource: Resource) -> tuple[Language, ...]:
    if resource.place is None:
        return tuple(Language)
    return (Language.TERRAFORM if _IN_TERRAFORM.search(resource.address) else Language.CLOUDFORMATION,)


def code_by_rule(results: Results, catalog: Catalog) -> Mapping[str, Texts]:
    """The fix of the first resource that fails each rule; nothing where the resources were not kept."""
    if not isinstance(results, Evaluation):
        return {}
    writers = code_writers({service_of(each.rule.resource) for each in results.verdicts})
    found: dict[str, Texts] = {}
    for verdicts in results.verdicts:
        fix = catalog.fixes.get(verdicts.rule.id)
        first = next(verdicts.failures(), None)
        if fix and first:
            found[verdicts.rule.id] = resource_code([fix], first[1], writers)
    return found


def code_of_findings(results: Results, catalog: Catalog) -> Callable[[Finding], Texts]:
    """What gives the fix of any failure as code; nothing for other findings, and where resources were not kept."""
    failures = _failures(results, catalog) if isinstance(results, Evaluation) else ()
    failing = {
        (fix.rule.id, resource.account, resource.region, resource.key): (fix, resource) for fix, resource in failures
    }
    writers = code_writers({service_of(type(each)) for _, each in failing.values()})

    def of(finding: Finding) -> Texts:
        found = failing.get((finding.rule, finding.account, finding.region, finding.resource))
        return resource_code([found[0]], found[1], writers) if found else {}

    return of


def _failures(results: Results, catalog: Catalog) -> Iterator[tuple[Fix, Resource]]:
    if not isinstance(results, Evaluation):
        raise InputError("fixes as code are written of one account at a time; scan the account by itself")
    for verdicts in results.verdicts:
        if fix := catalog.fixes.get(verdicts.rule.id):
            yield from ((fix, resource) for _, resource in verdicts.failures())


def with_code(report: ReportInput, *, each: bool) -> ReportInput:
    """The report with the fix of each rule as code, and with ``each`` that of each finding too."""
    return replace(
        report,
        code=code_by_rule(report.results, report.catalog),
        code_of=code_of_findings(report.results, report.catalog) if each else None,
    )


def write_terraform(report: ReportInput, stream: IO[str]) -> None:
    """Write the fixes of a report as Terraform."""
    write_fixes(report.results, report.catalog, Language.TERRAFORM, stream)


def write_cloudformation(report: ReportInput, stream: IO[str]) -> None:
    """Write the fixes of a report as CloudFormation."""
    write_fixes(report.results, report.catalog, Language.CLOUDFORMATION, stream)


_HEAD = {
    Language.TERRAFORM: (
        "What Bartizan would change, as Terraform. A block shows which resource it is, and of its attributes those "
        "that the fix sets. Put them into the block of that resource where your code has one. Where it has none, the "
        "import block lets Terraform take the resource over, and `terraform plan -generate-config-out=rest.tf` helps "
        "with the other attributes: do not apply a block that lacks them."
    ),
    Language.CLOUDFORMATION: (
        "What Bartizan would change, as CloudFormation. An entry shows which resource it is, and of its properties "
        "those that the fix sets. Put them into the entry of that resource in your template: this is no template "
        "to deploy."
    ),
}


def write_fixes(results: Results, catalog: Catalog, language: Language, stream: IO[str]) -> None:
    """Write the fixes of all that failed as one file, those of a resource together.

    Raises ``InputError`` where the resources were not kept.
    """
    by_resource: dict[int, tuple[Resource, list[Fix]]] = {}
    for fix, resource in _failures(results, catalog):
        by_resource.setdefault(id(resource), (resource, []))[1].append(fix)
    writers, names = ResourceIndex.load().code_writers, Names()
    found = [
        fix_code(fixes, resource, writers, language, names)
        for resource, fixes in sorted(by_resource.values(), key=lambda each: (each[0].cfn_type, each[0].key))
        if language in _languages(resource)
    ]
    stream.write(f"{comments([_HEAD[language]])}\n\n{_file(found, language)}\n")


def _file(found: list[FixCode], language: Language) -> str:
    if language is Language.TERRAFORM:
        return "\n\n".join(each.text for each in found) or comments(["Nothing is to be changed."])
    others = "\n\n".join(each.text for each in found if not each.written)
    body = template(each.text for each in found if each.written)
    return f"{others}\n\n{body}".strip("\n")
