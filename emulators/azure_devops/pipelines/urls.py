"""Pipelines, their runs and logs, and the same as build definitions and builds.

https://learn.microsoft.com/rest/api/azure/devops/pipelines
https://learn.microsoft.com/rest/api/azure/devops/build
"""

from emulators.azure_devops.core.queries import Choice, flags, off, texts
from emulators.azure_devops.core.resources import Resource, Route
from emulators.azure_devops.pipelines import responses as pipelines
from emulators.azure_devops.pipelines import responses_builds as builds
from emulators.azure_devops.pipelines import responses_logs as logs

_RUNS = "{project}/_apis/pipelines/{pipelineId}/runs/{runId}"
_BUILDS = "{project}/_apis/build/builds/{buildId}"
_EXPAND = {"$expand": Choice(("none",), ("signedContent",))}
_DEFINITIONS = {
    **texts("name", "yamlFilename", "repositoryId", "repositoryType", "definitionIds"),
    **texts("$top", "continuationToken"),
    **flags("includeAllProperties"),
    **off("includeLatestBuilds"),
}
PIPELINES: tuple[Resource, ...] = (
    Resource(
        "28e1305e-2afe-47bf-abaf-cbb0e6a91988",
        "pipelines",
        "pipelines",
        "{project}/_apis/pipelines/{pipelineId}",
        1,
        {
            "Pipelines_List": Route(pipelines.list_pipelines, texts("orderBy", "$top", "continuationToken")),
            "Pipelines_Get": Route(pipelines.get_pipeline),
        },
    ),
    Resource(
        "7859261e-d2e9-4a68-b820-a5d84cc5bb3d",
        "pipelines",
        "runs",
        _RUNS,
        1,
        {
            "Runs_List": Route(pipelines.list_runs),
            "Runs_Get": Route(pipelines.get_run),
            "Runs_Run Pipeline": Route(
                pipelines.run_pipeline, body=("resources", "templateParameters", "variables")
            ),
        },
    ),
    Resource(
        "fb1b6d27-3957-43d5-a14b-a2d70403e545",
        "pipelines",
        "logs",
        f"{_RUNS}/logs/{{logId}}",
        1,
        {"Logs_List": Route(logs.list_run_logs, _EXPAND), "Logs_Get": Route(logs.get_run_log, _EXPAND)},
    ),
    Resource(
        "dbeaf647-6167-421a-bda9-c9327b25e2e6",
        "build",
        "definitions",
        "{project}/_apis/build/definitions/{definitionId}",
        7,
        {
            "Definitions_List": Route(builds.list_definitions, _DEFINITIONS),
            "Definitions_Get": Route(builds.get_definition, off("includeLatestBuilds")),
        },
    ),
    Resource(
        "0cd358e1-9217-4d94-8269-1c1ee6f93dcf",
        "build",
        "builds",
        _BUILDS,
        7,
        {
            "Builds_Get": Route(builds.get_build),
            "Builds_Update Build": Route(builds.update_build, off("retry"), ("status",)),
        },
    ),
    Resource(
        "8baac422-4c6e-4de5-8532-db96d92acffa",
        "build",
        "Timeline",
        f"{_BUILDS}/Timeline/{{timelineId}}",
        2,
        {"Timeline_Get": Route(builds.get_timeline), "Timeline_Get Newest": Route(builds.get_timeline)},
    ),
    Resource(
        "35a80daf-7f30-45fc-86e8-6b813d9c90df",
        "build",
        "logs",
        f"{_BUILDS}/logs/{{logId}}",
        2,
        {
            "Builds_Get Build Logs": Route(logs.list_build_logs),
            "Builds_Get Build Log": Route(logs.get_build_log, texts("startLine", "endLine")),
        },
    ),
    Resource(
        "f2192269-89fa-4f94-baf6-8fb128c55159",
        "build",
        "attachments",
        f"{_BUILDS}/attachments/{{type}}",
        2,
        {"Attachments_List": Route(builds.list_attachments)},
    ),
    Resource(
        "af5122d3-3438-485e-a25a-2dbbfde84ee6",
        "build",
        "attachments",
        f"{_BUILDS}/{{timelineId}}/{{recordId}}/attachments/{{type}}/{{name}}",
        2,
        {"Attachments_Get": Route(builds.get_attachment)},
    ),
)
