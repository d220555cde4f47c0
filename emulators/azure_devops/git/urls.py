"""Repositories: refs, items, commits, pushes.

https://learn.microsoft.com/rest/api/azure/devops/git
"""

from emulators.azure_devops.core.queries import ON, PAGE, Choice, flags, off, texts
from emulators.azure_devops.core.resources import Resource, Route
from emulators.azure_devops.git import responses as repositories
from emulators.azure_devops.git import responses_items, responses_refs

_BASE = "{project}/_apis/git/repositories/{repositoryId}"
_REFS = {
    **texts("filter", "filterContains", "$top", "continuationToken"),
    **flags("peelTags"),
    **off("includeLinks", "includeStatuses", "includeMyBranches", "latestStatusesOnly"),
}
_VERSION_TYPE = Choice(("branch", "tag", "commit"), numbers={"0": "branch", "1": "tag", "2": "commit"})
_VERSION_OPTIONS = Choice(
    ("none",), ("previousChange", "firstParent"), {"0": "none", "1": "previousChange", "2": "firstParent"}
)
_RECURSION = Choice(
    ("none", "oneLevel", "full"),
    ("oneLevelPlusNestedEmptyFolders",),
    {"0": "none", "1": "oneLevel", "4": "oneLevelPlusNestedEmptyFolders", "120": "full"},
)
_ITEMS = {
    **texts("path", "scopePath", "version", "versionDescriptor.version"),
    **dict.fromkeys(("versionType", "versionDescriptor.versionType"), _VERSION_TYPE),
    **dict.fromkeys(("versionOptions", "versionDescriptor.versionOptions"), _VERSION_OPTIONS),
    "recursionLevel": _RECURSION,
    "$format": Choice(("json", "octetStream", "text"), ("zip",)),
    **flags("includeContent", "download"),
    **off("includeContentMetadata", "latestProcessedChange", "includeLinks", "resolveLfs", "sanitize"),
}
_IN_COMMITS = "searchCriteria.itemVersion"
_COMMITS = {
    **PAGE,
    **texts("searchCriteria.$top", "searchCriteria.$skip", f"{_IN_COMMITS}.version"),
    f"{_IN_COMMITS}.versionType": _VERSION_TYPE,
    f"{_IN_COMMITS}.versionOptions": _VERSION_OPTIONS,
}
REPOSITORIES: tuple[Resource, ...] = (
    Resource(
        "225f7195-f9c7-4d14-ab28-a83f7ff77e1f",
        "git",
        "repositories",
        _BASE,
        1,
        {
            "Repositories_List": Route(
                repositories.list_repositories, off("includeLinks", "includeAllUrls", "includeHidden")
            ),
            "Repositories_Get Repository": Route(repositories.get_repository),
            "Repositories_Create": Route(repositories.create_repository, body=("name", "project")),
        },
    ),
    Resource(
        "2d874a60-a811-4f62-9c9f-963a6ea0a55b",
        "git",
        "refs",
        f"{_BASE}/refs/{{*filter}}",
        1,
        {
            "Refs_List": Route(responses_refs.list_refs, _REFS),
            "Refs_List By Path": Route(responses_refs.list_refs, _REFS),
            "Refs_Update Refs": Route(responses_refs.update_refs),
        },
    ),
    Resource(
        "fb93c0db-47ed-4a31-8c20-47552878fb44",
        "git",
        "items",
        f"{_BASE}/items/{{*path}}",
        1,
        {
            "Items_List": Route(responses_items.get_items, _ITEMS),
            "Items_Get": Route(responses_items.get_items, _ITEMS),
        },
    ),
    Resource(
        "c2570c3b-5b3f-41b8-98bf-5407bfde8d58",
        "git",
        "commits",
        f"{_BASE}/commits/{{commitId}}",
        1,
        {
            "Commits_Get Push Commits": Route(repositories.list_commits, _COMMITS),
            "Commits_Get": Route(repositories.get_commit),
        },
    ),
    Resource(
        "ea98d07b-3c87-4971-8ede-a613694ffb55",
        "git",
        "pushes",
        f"{_BASE}/pushes/{{pushId}}",
        2,
        {
            "Pushes_List": Route(
                repositories.list_pushes,
                {**PAGE, **texts("searchCriteria.refName"), **flags("searchCriteria.includeRefUpdates")},
            ),
            "Pushes_Get": Route(repositories.get_push, {"includeRefUpdates": ON}),
        },
    ),
)
