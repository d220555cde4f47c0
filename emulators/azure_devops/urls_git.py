"""Repositories and policies."""

from emulators.azure_devops import responses_items, responses_policies
from emulators.azure_devops import responses_repositories as repositories
from emulators.azure_devops.resources import Resource

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
    Resource(
        "2c420070-a0a2-49cc-9639-c9f271c5ff07",
        "git",
        "policyConfigurations",
        "_apis/git/policy/configurations",
        1,
        {"GET": responses_policies.list_for_branch},
        _READ,
        scope="project",
    ),
    Resource(
        "dad91cbe-d183-45f8-9c6e-9c1164472121",
        "policy",
        "configurations",
        "_apis/policy/configurations/{configurationId?}",
        1,
        {
            "GET": responses_policies.list_configurations,
            "POST": responses_policies.create_configuration,
            "PUT": responses_policies.replace_configuration,
            "DELETE": responses_policies.delete_configuration,
        },
        _READ,
        _WRITE,
        "project",
    ),
    Resource(
        "44096322-2d3d-466a-bb30-d1b7de69f61f",
        "policy",
        "types",
        "_apis/policy/types",
        1,
        {"GET": responses_policies.list_types},
        _READ,
        scope="project",
    ),
)
