"""AWS CodeBuild."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.model import Resource, Unknown, field, resource
from bartizan.resources.code import Block, CodeReader
from bartizan.resources.reading import Batch, Call, Item, Listing, Reader
from bartizan.resources.secrets import in_script, in_variables
from bartizan.resources.tags import NO_TAGS, TAGS_DOC, tags_in, terraform_tags


@dataclass(frozen=True, slots=True)
class FilterGroup:
    """Conditions of a webhook that must all hold: the events, and who must have caused them.

    ``actors`` are regular expressions of account ids; empty where anyone's event counts.
    """

    events: tuple[str, ...]
    actors: tuple[str, ...] = ()

    @property
    def pull_requests(self) -> bool:
        """Whether pull requests that are open start a build."""
        return not self.events or any(
            each.startswith("PULL_REQUEST_") and not each.endswith(("CLOSED", "MERGED")) for each in self.events
        )


@resource("AWS::CodeBuild::Project", name="project_name")
class Project(Resource):
    """A build project. Its variables and build commands are looked at while it is read, and never kept."""

    project_name: str = field("Its name.")
    privileged_mode: bool = field("Whether builds run as root of their host, as Docker in Docker needs.", default=False)
    secret_variables: tuple[str, ...] = field(
        "Plain-text environment variables that look like secrets: name and kind, never the value.", default=()
    )
    buildspec_secrets: tuple[str, ...] = field("Secrets in its build commands, as kind and line.", default=())
    source_credentials: bool = field("Whether the address of a source holds a name or password.", default=False)
    insecure_ssl: bool = field("Whether the certificate of a source's server is not checked.", default=False)
    logs: bool = field("Whether builds are logged.", default=True)
    unencrypted: tuple[str, ...] = field("Which of artifacts and logs it writes to S3 unencrypted.", default=())
    public: bool = field("Whether everybody sees its builds, logs and artifacts.", default=False)
    webhook: tuple[FilterGroup, ...] | None = field("What starts builds from outside; null without one.", default=None)
    comment_approval: bool = field("Whether builds of pull requests from forks wait for an approval.", default=True)
    tags: Mapping[str, str] = field(TAGS_DOC, default=NO_TAGS)


_CREDENTIALS = re.compile(r"^[a-z][a-z+.-]*://[^/@]+@", re.IGNORECASE)


def _sources(item: Item) -> list[Mapping[str, Any]]:
    return [item["source"], *item.get("secondarySources", ())]


def _has_credentials(locations: Iterable[str | None]) -> bool:
    return any(_CREDENTIALS.match(each or "") for each in locations)


def _unencrypted(artifacts: Iterable[Mapping[str, Any]], logs: Mapping[str, Any]) -> tuple[str, ...]:
    found = ["artifacts"] if any(each["type"] == "S3" and each.get("encryptionDisabled") for each in artifacts) else []
    if logs.get("status") == "ENABLED" and logs.get("encryptionDisabled"):
        found.append("logs")
    return tuple(found)


def _logged(settings: Mapping[str, Any]) -> bool:
    # Without settings, builds are logged to CloudWatch Logs.
    cloudwatch = (settings.get("cloudWatchLogs") or {}).get("status", "ENABLED")
    return bool(cloudwatch == "ENABLED" or (settings.get("s3Logs") or {}).get("status") == "ENABLED")


def _plain(variables: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in variables if each.get("type", "PLAINTEXT") == "PLAINTEXT"}


def _group(filters: Iterable[Mapping[str, Any]]) -> FilterGroup:
    events: list[str] = []
    actors: list[str] = []
    for each in filters:
        if each["type"] == "EVENT":
            events += (name.strip() for name in each["pattern"].split(","))
        elif each["type"] == "ACTOR_ACCOUNT_ID" and not each.get("excludeMatchedPattern"):
            actors.append(each["pattern"])
    return FilterGroup(tuple(sorted(events)), tuple(sorted(actors)))


def _webhook(item: Item) -> tuple[FilterGroup, ...] | None:
    webhook = item.get("webhook")
    return None if webhook is None else tuple(_group(each) for each in webhook.get("filterGroups", ()))


def _approval(webhook: Mapping[str, Any], policy: str, requires: str) -> bool:
    # Where no policy is told, nothing says that a build waits.
    return bool((webhook.get(policy) or {}).get(requires, "DISABLED") != "DISABLED")


PROJECTS = Reader(
    Project,
    listing=Listing(Call("codebuild:ListProjects"), items="projects", fields={"project_name": lambda name: name}),
    arn=lambda name, scope: scope.arn("codebuild", f"project/{name}"),
    batch=Batch(
        Call("codebuild:BatchGetProjects"),
        size=100,
        params=lambda names: {"names": names},
        items="projects",
        key=lambda name: name,
        found=lambda item: item["name"],
        fields={
            "privileged_mode": lambda item: item["environment"].get("privilegedMode", False),
            "secret_variables": lambda item: in_variables(_plain(item["environment"].get("environmentVariables", ()))),
            "buildspec_secrets": lambda item: in_script(item["source"].get("buildspec") or ""),
            "source_credentials": lambda item: _has_credentials(each.get("location") for each in _sources(item)),
            "insecure_ssl": lambda item: any(each.get("insecureSsl") for each in _sources(item)),
            "logs": lambda item: _logged(item.get("logsConfig") or {}),
            "unencrypted": lambda item: _unencrypted(
                [item["artifacts"], *item.get("secondaryArtifacts", ())],
                (item.get("logsConfig") or {}).get("s3Logs") or {},
            ),
            "public": lambda item: item.get("projectVisibility") == "PUBLIC_READ",
            "webhook": _webhook,
            "comment_approval": lambda item: _approval(
                item.get("webhook") or {}, "pullRequestBuildPolicy", "requiresCommentApproval"
            ),
            "tags": lambda item: tags_in(item.get("tags") or (), "key", "value"),
        },
    ),
)


def literals(
    variables: Iterable[Mapping[str, Any]], name: str, value: str, kind: str = ""
) -> Iterator[tuple[str, str]]:
    """The variables whose value the code writes out; what it takes from elsewhere is not in the code."""
    for each in variables:
        try:
            if not kind or each.get(kind, "PLAINTEXT") == "PLAINTEXT":
                yield each[name], str(each[value])
        except (Unknown, KeyError):
            continue


def _tf_first(block: Block, name: str) -> Block:
    nested = block.get(name)
    return nested[0] if nested else Block({})


def _tf_logs(block: Block) -> Mapping[str, Any]:
    settings = _tf_first(block, "logs_config")
    cloudwatch, s3 = _tf_first(settings, "cloudwatch_logs"), _tf_first(settings, "s3_logs")
    return {
        "cloudWatchLogs": {"status": cloudwatch.get("status", "ENABLED")},
        "s3Logs": {"status": s3.get("status", "DISABLED"), "encryptionDisabled": s3.get("encryption_disabled", False)},
    }


def _tf_artifacts(block: Block) -> list[Mapping[str, Any]]:
    return [
        {"type": each["type"], "encryptionDisabled": each.get("encryption_disabled", False)}
        for each in (*block["artifacts"], *block.get("secondary_artifacts", ()))
    ]


def _tf_webhook(block: Block) -> tuple[FilterGroup, ...] | None:
    part = block.part("aws_codebuild_webhook")
    if part is None:
        return None
    return tuple(
        _group(
            {
                "type": one["type"],
                "pattern": one["pattern"],
                "excludeMatchedPattern": one.get("exclude_matched_pattern"),
            }
            for one in each.get("filter", ())
        )
        for each in part.get("filter_group", ())
    )


def _tf_approval(block: Block) -> bool:
    part = block.part("aws_codebuild_webhook")
    if part is None:
        return False
    return _approval({"policy": _tf_first(part, "pull_request_build_policy")}, "policy", "requires_comment_approval")


def _tf_sources(block: Block) -> list[Block]:
    return [*block["source"], *block.get("secondary_sources", ())]


TERRAFORM_PROJECT = CodeReader(
    "aws_codebuild_project",
    Project,
    parts={"aws_codebuild_webhook": "project_name"},
    defaulted={"aws_codebuild_project": ("tags_all",)},
    fields={
        "project_name": lambda block: block["name"],
        "privileged_mode": lambda block: bool(block["environment"][0].get("privileged_mode", False)),
        "secret_variables": lambda block: in_variables(
            dict(literals(block["environment"][0].get("environment_variable", ()), "name", "value", "type"))
        ),
        "buildspec_secrets": lambda block: in_script(block["source"][0].get("buildspec") or ""),
        "source_credentials": lambda block: _has_credentials(each.get("location") for each in _tf_sources(block)),
        "insecure_ssl": lambda block: any(each.get("insecure_ssl") for each in _tf_sources(block)),
        "logs": lambda block: _logged(_tf_logs(block)),
        "unencrypted": lambda block: _unencrypted(_tf_artifacts(block), _tf_logs(block)["s3Logs"]),
        "public": lambda block: block.get("project_visibility") == "PUBLIC_READ",
        "webhook": _tf_webhook,
        "comment_approval": _tf_approval,
        "tags": terraform_tags,
    },
)


def _cfn_logs(block: Block) -> Mapping[str, Any]:
    settings = block.get("LogsConfig", {})
    cloudwatch, s3 = settings.get("CloudWatchLogs", {}), settings.get("S3Logs", {})
    return {
        "cloudWatchLogs": {"status": cloudwatch.get("Status", "ENABLED")},
        "s3Logs": {"status": s3.get("Status", "DISABLED"), "encryptionDisabled": s3.get("EncryptionDisabled", False)},
    }


def _cfn_artifacts(block: Block) -> list[Mapping[str, Any]]:
    return [
        {"type": each["Type"], "encryptionDisabled": each.get("EncryptionDisabled", False)}
        for each in (block["Artifacts"], *block.get("SecondaryArtifacts", ()))
    ]


def _cfn_webhook(block: Block) -> tuple[FilterGroup, ...] | None:
    triggers = block.get("Triggers", {})
    if not triggers.get("Webhook"):
        return None
    return tuple(
        _group(
            {
                "type": one["Type"],
                "pattern": one["Pattern"],
                "excludeMatchedPattern": one.get("ExcludeMatchedPattern"),
            }
            for one in each
        )
        for each in triggers.get("FilterGroups", ())
    )


def _cfn_sources(block: Block) -> list[Block]:
    return [block["Source"], *block.get("SecondarySources", ())]


CLOUDFORMATION_PROJECT = CodeReader(
    "AWS::CodeBuild::Project",
    Project,
    fields={
        "project_name": lambda block: block["Name"],
        "privileged_mode": lambda block: bool(block["Environment"].get("PrivilegedMode", False)),
        "secret_variables": lambda block: in_variables(
            dict(literals(block["Environment"].get("EnvironmentVariables", ()), "Name", "Value", "Type"))
        ),
        "buildspec_secrets": lambda block: in_script(block["Source"].get("BuildSpec") or ""),
        "source_credentials": lambda block: _has_credentials(each.get("Location") for each in _cfn_sources(block)),
        "insecure_ssl": lambda block: any(each.get("InsecureSsl") for each in _cfn_sources(block)),
        "logs": lambda block: _logged(_cfn_logs(block)),
        "unencrypted": lambda block: _unencrypted(_cfn_artifacts(block), _cfn_logs(block)["s3Logs"]),
        "public": lambda block: block.get("Visibility") == "PUBLIC_READ",
        "webhook": _cfn_webhook,
        "comment_approval": lambda block: _approval(
            block.get("Triggers", {}), "PullRequestBuildPolicy", "RequiresCommentApproval"
        ),
        "tags": lambda block: tags_in(block.get("Tags", ())),
    },
)
