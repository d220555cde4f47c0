"""Permissions on pipelines and their runs: *View builds*, *Queue builds*, *Stop builds* and others.

https://learn.microsoft.com/azure/devops/pipelines/policies/permissions
"""

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.organization import permissions
from emulators.azure_devops.pipelines.models import BUILD_ASSEMBLY, BUILDS, Pipeline

SHOWN = {
    "ViewBuilds": "View builds",
    "ViewBuildDefinition": "View build pipeline",
    "QueueBuilds": "Queue builds",
    "StopBuilds": "Stop builds",
}


def has(call: Call, pipeline: Pipeline, permission: str) -> bool:
    """Whether the caller has *permission* on *pipeline*."""
    token = permissions.build_token(pipeline.project_id, pipeline.id)
    mask = permissions.BUILD_BITS[permission]
    return permissions.may(call.state, call.caller, permissions.BUILDS, token, mask)


def require(call: Call, pipeline: Pipeline, permission: str) -> None:
    """Raise 403 TF215106 unless the caller has *permission* on *pipeline*."""
    if has(call, pipeline, permission):
        return
    message = (
        f"TF215106: Access denied. {call.caller.display_name} needs {SHOWN[permission]} permissions for "
        f"build pipeline {pipeline.id}:{pipeline.name} in team project {call.required_project().name} to "
        "perform the action. For more information, contact the Azure DevOps administrator."
    )
    raise errors.VssError(403, message, "AccessDeniedException", BUILDS, assembly=BUILD_ASSEMBLY)
