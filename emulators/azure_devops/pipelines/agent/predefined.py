"""The predefined variables of a run.

https://learn.microsoft.com/azure/devops/pipelines/build/variables
"""

import platform
from dataclasses import dataclass

from emulators.azure_devops.core.repository_shapes import web_url
from emulators.azure_devops.core.state import JSON, Identity, Project, Repository
from emulators.azure_devops.pipelines.agent.workspace import Workspace
from emulators.azure_devops.pipelines.models import Pipeline

JOB_ID = "12f1170f-54f2-53f3-20dd-22fc7dff55f9"  # the service gives this id to every job without a name
AGENT_VERSION = "3.248.0"
AGENT_NAME = "Emulated agent"


@dataclass(frozen=True, slots=True)
class Context:
    """The objects that a run is about; *url* is the organisation's address."""

    run: JSON
    pipeline: Pipeline
    project: Project
    repository: Repository
    person: Identity
    url: str
    collection_id: str


def predefined(context: Context, workspace: Workspace) -> dict[str, str]:
    """Return the predefined variables by name."""
    return {
        "TF_BUILD": "True",
        **_system(context, workspace),
        **_build(context, workspace),
        **_source(context, workspace),
        **_agent(workspace),
    }


def _system(context: Context, workspace: Workspace) -> dict[str, str]:
    attempts = dict.fromkeys(("System.JobAttempt", "System.StageAttempt", "System.PhaseAttempt"), "1")
    return {
        **attempts,
        "System.CollectionId": context.collection_id,
        "System.CollectionUri": f"{context.url}/",
        "System.TeamFoundationCollectionUri": f"{context.url}/",
        "System.DefaultWorkingDirectory": str(workspace.sources),
        "System.DefinitionId": str(context.pipeline.id),
        "System.HostType": "build",
        "System.JobDisplayName": "Job",
        "System.JobId": JOB_ID,
        "System.JobName": "__default",
        "System.PhaseName": "Job",
        "System.PlanId": context.run["planId"],
        "System.StageName": "__default",
        "System.TeamProject": context.project.name,
        "System.TeamProjectId": context.project.id,
        "System.TimelineId": context.run["planId"],
    }


def _build(context: Context, workspace: Workspace) -> dict[str, str]:
    person = context.person
    return {
        "Build.ArtifactStagingDirectory": str(workspace.artifacts),
        "Build.BinariesDirectory": str(workspace.binaries),
        "Build.BuildId": str(context.run["id"]),
        "Build.BuildNumber": context.run["number"],
        "Build.BuildUri": f"vstfs:///Build/Build/{context.run['id']}",
        "Build.DefinitionName": context.pipeline.name,
        "Build.DefinitionVersion": str(context.pipeline.revision),
        "Build.QueuedBy": person.display_name,
        "Build.QueuedById": person.id,
        "Build.Reason": "Manual",
        "Build.RequestedFor": person.display_name,
        "Build.RequestedForEmail": person.unique_name,
        "Build.RequestedForId": person.id,
        "Build.StagingDirectory": str(workspace.artifacts),
        "Common.TestResultsDirectory": str(workspace.tests),
        "Pipeline.Workspace": str(workspace.root),
    }


def _source(context: Context, workspace: Workspace) -> dict[str, str]:
    ref = str(context.run["ref"])
    return {
        "Build.Repository.ID": context.repository.id,
        "Build.Repository.LocalPath": str(workspace.sources),
        "Build.Repository.Name": context.repository.name,
        "Build.Repository.Provider": "TfsGit",
        "Build.Repository.Uri": web_url(context.url, context.project, context.repository),
        "Build.SourceBranch": ref,
        "Build.SourceBranchName": ref.rpartition("/")[2],
        "Build.SourcesDirectory": str(workspace.sources),
        "Build.SourceVersion": context.run["version"],
    }


def _agent(workspace: Workspace) -> dict[str, str]:
    return {
        "Agent.BuildDirectory": str(workspace.root),
        "Agent.Id": "1",
        "Agent.JobName": "Job",
        "Agent.JobStatus": "Succeeded",
        "Agent.MachineName": platform.node(),
        "Agent.Name": AGENT_NAME,
        "Agent.OS": {"Darwin": "Darwin", "Windows": "Windows_NT"}.get(platform.system(), "Linux"),
        "Agent.OSArchitecture": {"x86_64": "X64", "aarch64": "ARM64", "arm64": "ARM64"}.get(
            platform.machine(), "X64"
        ),
        "Agent.TempDirectory": str(workspace.temp),
        "Agent.ToolsDirectory": str(workspace.tools),
        "Agent.Version": AGENT_VERSION,
        "Agent.WorkFolder": str(workspace.root.parent),
    }
