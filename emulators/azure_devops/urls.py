"""The served resources of the REST API; OPTIONS returns this table as the catalogue for clients.

https://learn.microsoft.com/rest/api/azure/devops
"""

from emulators.azure_devops.core.resources import Resource
from emulators.azure_devops.git.urls import REPOSITORIES
from emulators.azure_devops.hooks.urls import SERVICE_HOOKS
from emulators.azure_devops.organization.urls import ORGANIZATION
from emulators.azure_devops.pipelines.urls import PIPELINES
from emulators.azure_devops.policy.urls import POLICIES
from emulators.azure_devops.pull_requests.urls import PULL_REQUESTS
from emulators.azure_devops.work_items.urls import WORK_ITEMS

RESOURCES: tuple[Resource, ...] = (
    *ORGANIZATION, *WORK_ITEMS, *REPOSITORIES, *POLICIES, *PULL_REQUESTS, *SERVICE_HOOKS, *PIPELINES,
)  # fmt: skip
SERVED = {
    operation: (resource, route) for resource in RESOURCES for operation, route in resource.operations.items()
}
