"""Build projects that fail."""

from __future__ import annotations

from typing import Any

from harden.aws import ACCOUNT, REGION, Aws, AwsError
from harden.seeded import SECRET, State, seeds

_ROLE = f"arn:aws:iam::{ACCOUNT}:role/builds"


def _projects(aws: Aws, *several: dict[str, Any]) -> State:
    projects = {each["name"]: each for each in several}

    def update(params: dict[str, Any]) -> Any:
        project = projects[params["name"]]
        known = {"name", "environment", "logsConfig", "artifacts", "secondaryArtifacts"}
        if set(params) - known:
            raise AwsError("InvalidInputException", "nobody asked for this to be changed")
        project.update(params)
        return {"project": project}

    def show(params: dict[str, Any]) -> Any:
        project = next(each for each in projects.values() if each["arn"] == params["projectArn"])
        if params["projectVisibility"] == "PRIVATE":
            project.pop("resourceAccessRole", None)
        elif params.get("resourceAccessRole") != _ROLE:
            raise AwsError("InvalidInputException", "nobody could read the logs")
        project |= {name: value for name, value in params.items() if name != "projectArn"}
        return {"projectArn": project["arn"], "projectVisibility": project["projectVisibility"]}

    aws.answers("codebuild:ListProjects", {"projects": list(projects)})
    aws.answers("codebuild:BatchGetProjects", lambda params: {"projects": [projects[name] for name in params["names"]]})
    aws.answers("codebuild:UpdateProject", update)
    aws.answers("codebuild:UpdateProjectVisibility", show)
    return lambda: projects


def _project(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "arn": f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/{name}",
        "source": {"type": "GITHUB", "location": "https://github.com/example/shop.git"},
        "artifacts": {"type": "NO_ARTIFACTS"},
        "environment": {
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [{"name": "TOKEN", "value": SECRET, "type": "PLAINTEXT"}],
            "privilegedMode": False,
            "imagePullCredentialsType": "CODEBUILD",
        },
        "tags": [{"key": "team", "value": "web"}],
        **more,
    }


@seeds(
    "codebuild.builds-not-logged",
    "codebuild.privileged-builds",
    "codebuild.public-builds",
    "codebuild.unencrypted-output",
)
def project_with_everything_wrong(aws: Aws) -> State:
    files = {"type": "S3", "location": "shop", "packaging": "ZIP", "encryptionDisabled": True}
    project = _project(
        "shop",
        artifacts=files,
        secondaryArtifacts=[{**files, "artifactIdentifier": "docs", "bucketOwnerAccess": "FULL"}],
        logsConfig={
            "cloudWatchLogs": {"status": "DISABLED", "groupName": "shop"},
            "s3Logs": {"status": "DISABLED", "location": "logs/shop", "encryptionDisabled": True},
        },
        projectVisibility="PUBLIC_READ",
        resourceAccessRole=_ROLE,
    )
    project["environment"]["privilegedMode"] = True
    return _projects(aws, project)


@seeds("codebuild.privileged-builds")
def project_with_privileges(aws: Aws) -> State:
    project = _project("images")
    project["environment"]["privilegedMode"] = True
    return _projects(aws, project)


@seeds("codebuild.unencrypted-output")
def project_with_plain_logs(aws: Aws) -> State:
    group = {"status": "ENABLED", "groupName": "shop", "streamName": "builds"}
    plain = {"status": "ENABLED", "location": "logs/shop", "encryptionDisabled": True, "bucketOwnerAccess": "FULL"}
    return _projects(aws, _project("shop", logsConfig={"cloudWatchLogs": group, "s3Logs": plain}))
