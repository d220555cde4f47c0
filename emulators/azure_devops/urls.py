"""The REST API that is served. The catalogue that clients ask for with OPTIONS is this table."""

from emulators.azure_devops.urls_core import organization, service_hooks
from emulators.azure_devops.urls_git import repositories
from emulators.azure_devops.urls_pull_requests import pull_requests
from emulators.azure_devops.urls_work import work_items

RESOURCES = (*organization(), *work_items(), *repositories(), *pull_requests(), *service_hooks())
