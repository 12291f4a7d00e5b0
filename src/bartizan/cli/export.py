"""``bartizan export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bartizan.cli.options import access_options, tell

if TYPE_CHECKING:
    from bartizan.app.exporting import Export


@click.command("export")
@click.argument("names", nargs=-1, required=True, metavar="TYPE|ARN...")
@access_options
@click.option(
    "--format",
    "language",
    type=click.Choice(("terraform", "cloudformation")),
    default="terraform",
    show_default=True,
    help="The language to write.",
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Directory for the files, one folder a region, instead of printing.",
)
@click.pass_context
def export_command(  # noqa: PLR0913 - one argument per option
    ctx: click.Context,
    /,
    *,
    names: tuple[str, ...],
    profile: str | None,
    role_arn: str | None,
    external_id: str | None,
    endpoint_url: str | None,
    regions: tuple[str, ...],
    language: str,
    output: Path | None,
) -> None:
    """Write existing resources as Terraform with import blocks, or as a CloudFormation template. Only reads.

    A type is named as `bartizan show` lists it (sqs.Queue). What the code does not hold of a resource is said in
    comments. Exit code 3 where something could not be read or written.

    \b
    Examples:
      bartizan export sqs.Queue --region eu-west-1
      bartizan export arn:aws:s3:::logs --output infrastructure
      bartizan export s3.Bucket kms.Key --format cloudformation --output templates
    """
    import asyncio

    from bartizan.app.exporting import export
    from bartizan.aws.session import Access
    from bartizan.cli.reporting import progress
    from bartizan.iac.write.fix import Language
    from bartizan.model import InputError

    access = Access(profile=profile, role_arn=role_arn, external_id=external_id, endpoint_url=endpoint_url)
    with progress("Reading the account") as advance:
        found = asyncio.run(export(access, names, Language(language), regions, advance))
    if output is None and len(found.regions) > 1:
        listed = ", ".join(each.region for each in found.regions)
        raise InputError(f"they lie in several regions ({listed}): give --output DIRECTORY, or one --region")
    if output is None:
        click.echo("".join(each.text for each in found.regions), nl=False)
    else:
        _write(found, output, "main.tf" if language == "terraform" else "template.yaml")
    _tell(found)
    ctx.exit(3 if found.partial else 0)


def _write(found: Export, output: Path, name: str) -> None:
    from bartizan.model import InputError

    for each in found.regions:
        path = output / each.region / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # What is there may have been edited since: it is not written over.
            with path.open("x", encoding="utf-8") as stream:
                stream.write(each.text)
        except FileExistsError:
            raise InputError(f"{path} is there already; move it away, or give another --output") from None
        except OSError as failed:
            raise InputError(f"{path} cannot be written: {failed.strerror or failed}") from None
        tell(f"{path}: {each.resources} resources")


def _tell(found: Export) -> None:
    if not found.regions:
        tell("There are none.")
    for each in found.not_written:
        tell(f"Not written: {each}; a comment says why.")
    for gap in found.gaps:
        if gap.hides:
            tell(f"Not read: {', '.join(gap.types)} in {gap.region or 'all regions'}: {gap.gap}")
