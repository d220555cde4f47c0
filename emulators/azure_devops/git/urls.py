"""Repositories: refs, items, commits, pushes.

https://learn.microsoft.com/rest/api/azure/devops/git
"""

from emulators.azure_devops.core.resources import Resource
from emulators.azure_devops.git import responses as repositories
from emulators.azure_devops.git import responses_items

_BASE = "_apis/git/repositories/{repositoryId}"
_READ, _WRITE = "vso.code", "vso.code_write"
REPOSITORIES: tuple[Resource, ...] = (
    Resource(
        "225f7195-f9c7-4d14-ab28-a83f7ff77e1f",
        "git",
        "repositories",
        "_apis/git/repositories/{repositoryId?}",
        1,
        {
            "LIST": repositories.list_repositories,
            "GET": repositories.get_repository,
            "POST": repositories.create_repository,
        },
        _READ,
        "vso.code_manage",
    ),
    Resource(
        "2d874a60-a811-4f62-9c9f-963a6ea0a55b",
        "git",
        "refs",
        f"{_BASE}/refs/{{filter?*}}",
        1,
        {"GET": repositories.list_refs, "POST": repositories.update_refs},
        _READ,
        _WRITE,
    ),
    Resource(
        "fb93c0db-47ed-4a31-8c20-47552878fb44",
        "git",
        "items",
        f"{_BASE}/items/{{path?*}}",
        1,
        {"GET": responses_items.get_items},
        _READ,
    ),
    Resource(
        "c2570c3b-5b3f-41b8-98bf-5407bfde8d58",
        "git",
        "commits",
        f"{_BASE}/commits/{{commitId?}}",
        1,
        {"LIST": repositories.list_commits, "GET": repositories.get_commit},
        _READ,
    ),
    Resource(
        "ea98d07b-3c87-4971-8ede-a613694ffb55",
        "git",
        "pushes",
        f"{_BASE}/pushes/{{pushId?}}",
        2,
        {"GET": repositories.list_pushes},
        _READ,
    ),
)
