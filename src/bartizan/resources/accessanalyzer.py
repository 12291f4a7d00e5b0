"""IAM Access Analyzer."""

from __future__ import annotations

from collections.abc import Mapping

from bartizan.model import Resource, field, resource
from bartizan.resources.code import CodeReader
from bartizan.resources.reading import Call, Detail, Listing, Reader, Reply
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, Tags, tags_in, terraform_tags

_AT_MOST = 100


@resource("AWS::AccessAnalyzer::Analyzer", name="analyzer_name")
class Analyzer(Resource):
    """An analyzer: of access from outside, of access that is not used, or of access from within."""

    analyzer_name: str = field("Its name.")
    type: str = field(
        "What it looks at and where, such as `ACCOUNT` or `ORGANIZATION_UNUSED_ACCESS`.", default="ACCOUNT"
    )
    status: str = field("`ACTIVE`, `CREATING`, `DISABLED` or `FAILED`.", default="ACTIVE")
    status_reason: str | None = field("Why it does not work, if it does not.", default=None)
    active_findings: tuple[str, ...] = field(
        "The resources and kinds of its active findings, from the first 100.", default=()
    )
    more_findings: bool = field("Whether there are more than 100.", default=False)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)

    @property
    def external(self) -> bool:
        """Whether it looks for access from outside."""
        return self.type in {"ACCOUNT", "ORGANIZATION"}

    @property
    def unused(self) -> bool:
        """Whether it looks for access that nobody uses."""
        return self.type.endswith("_UNUSED_ACCESS")


def _findings(reply: Reply) -> tuple[str, ...]:
    found = {f"{each.get('resource', each['resourceType'])} ({each['findingType']})" for each in reply["findings"]}
    return tuple(sorted(found))


ANALYZERS = Reader(
    Analyzer,
    listing=Listing(
        Call("accessanalyzer:ListAnalyzers", permissions=("access-analyzer:ListAnalyzers",)),
        items="analyzers",
        fields={
            "analyzer_name": lambda item: item["name"],
            "type": lambda item: item["type"],
            "status": lambda item: item["status"],
            "status_reason": lambda item: (item.get("statusReason") or {}).get("code"),
            "tags": lambda item: Tags(item.get("tags") or {}),
        },
    ),
    arn=lambda item, _: item["arn"],
    details=(
        Detail(
            Call("accessanalyzer:ListFindingsV2", permissions=("access-analyzer:ListFindings",)),
            params=lambda item: {
                "analyzerArn": item["arn"],
                "filter": {"status": {"eq": ["ACTIVE"]}},
                "maxResults": _AT_MOST,
            },
            fields={"active_findings": _findings, "more_findings": lambda reply: bool(reply.get("nextToken"))},
        ),
    ),
)

TERRAFORM_ANALYZER = CodeReader(
    "aws_accessanalyzer_analyzer",
    Analyzer,
    defaulted={"aws_accessanalyzer_analyzer": ("tags_all",)},
    fields={
        "analyzer_name": lambda block: block["analyzer_name"],
        "type": lambda block: block.get("type", "ACCOUNT"),
        "tags": terraform_tags,
    },
)

CLOUDFORMATION_ANALYZER = CodeReader(
    "AWS::AccessAnalyzer::Analyzer",
    Analyzer,
    fields={
        "analyzer_name": lambda block: block["AnalyzerName"],
        "type": lambda block: block["Type"],
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
