"""The REST API that is served. The catalogue that clients ask for with OPTIONS is this table."""

from emulators.azure_devops.git.urls import REPOSITORIES
from emulators.azure_devops.hooks.urls import SERVICE_HOOKS
from emulators.azure_devops.organization.urls import ORGANIZATION
from emulators.azure_devops.policy.urls import POLICIES
from emulators.azure_devops.pull_requests.urls import PULL_REQUESTS
from emulators.azure_devops.work_items.urls import WORK_ITEMS

RESOURCES = (*ORGANIZATION, *WORK_ITEMS, *REPOSITORIES, *POLICIES, *PULL_REQUESTS, *SERVICE_HOOKS)
