"""Pull requests: their threads, statuses, labels, reviewers, iterations.

https://learn.microsoft.com/rest/api/azure/devops/git/pull-requests
"""

from emulators.azure_devops.core.queries import ON, PAGE, Choice, flags, off, texts
from emulators.azure_devops.core.resources import Resource, Route
from emulators.azure_devops.pull_requests import responses as pulls
from emulators.azure_devops.pull_requests import responses_parts as parts
from emulators.azure_devops.pull_requests import responses_threads as threads
from emulators.azure_devops.pull_requests import responses_work_items as links

_ONE = "{project}/_apis/git/repositories/{repositoryId}/pullRequests/{pullRequestId}"
_STATUS = Choice(
    ("notSet", "active", "abandoned", "completed", "all"),
    numbers={"0": "notSet", "1": "active", "2": "abandoned", "3": "completed", "4": "all"},
)
_SEARCHED = ("creatorId", "reviewerId", "sourceRefName", "targetRefName", "repositoryId")
_SEARCH = {
    **PAGE,
    **texts(*(f"searchCriteria.{name}" for name in _SEARCHED)),
    "searchCriteria.status": _STATUS,
    **off("searchCriteria.includeLinks"),
}
_CREATED = (
    "title",
    "description",
    "sourceRefName",
    "targetRefName",
    "isDraft",
    "reviewers",
    "labels",
    "workItemRefs",
)
_THREAD = ("comments", "status", "threadContext", "pullRequestThreadContext", "properties")
_COMMENT = ("content", "parentCommentId", "commentType")
_STATUS_BODY = ("state", "description", "context", "targetUrl", "iterationId")
PULL_REQUESTS: tuple[Resource, ...] = (
    Resource(
        "9946fd70-0d40-406e-b686-b4744cbbcc37",
        "git",
        "pullRequests",
        _ONE,
        1,
        {
            "Pull Requests_Get Pull Requests": Route(pulls.list_pull_requests, _SEARCH),
            "Pull Requests_Get Pull Request": Route(
                pulls.get_pull_request, flags("includeWorkItemRefs", "includeCommits")
            ),
            "Pull Requests_Create": Route(pulls.create_pull_request, {"supportsIterations": ON}, _CREATED),
            "Pull Requests_Update": Route(pulls.update_pull_request),
        },
    ),
    Resource(
        "a5d28130-9cd2-40fa-9f08-902e7daa9efb",
        "git",
        "pullRequests",
        "{project}/_apis/git/pullRequests",
        1,
        {"Pull Requests_Get Pull Requests By Project": Route(pulls.list_pull_requests, _SEARCH)},
    ),
    Resource(
        "01a46dea-7d46-4d40-bc84-319e7c260d99",
        "git",
        "pullRequests",
        "{project}/_apis/git/pullRequests/{pullRequestId}",
        1,
        {"Pull Requests_Get Pull Request By Id": Route(pulls.get_pull_request)},
    ),
    Resource(
        "0a637fcc-5370-4ce8-b0e8-98091f5f9482",
        "git",
        "pullRequestWorkItems",
        f"{_ONE}/workitems",
        1,
        {"Pull Request Work Items_List": Route(links.list_work_items)},
    ),
    Resource(
        "52823034-34a8-4576-922c-8d8b77e9e4c4",
        "git",
        "pullRequestCommits",
        f"{_ONE}/commits",
        1,
        {"Pull Request Commits_Get Pull Request Commits": Route(pulls.list_commits, texts("$top"))},
    ),
    Resource(
        "f22387e3-984e-4c52-9c6d-fbb8f14c812d",
        "git",
        "pullRequestLabels",
        f"{_ONE}/labels/{{labelIdOrName}}",
        1,
        {
            "Pull Request Labels_List": Route(parts.list_labels),
            "Pull Request Labels_Get": Route(parts.get_label),
            "Pull Request Labels_Create": Route(parts.add_label, body=("name",)),
            "Pull Request Labels_Delete": Route(parts.remove_label),
        },
    ),
    Resource(
        "4b6702c7-aa35-4b89-9c96-b9abf6d3e540",
        "git",
        "pullRequestReviewers",
        f"{_ONE}/reviewers/{{reviewerId}}",
        1,
        {
            "Pull Request Reviewers_List": Route(parts.list_reviewers),
            "Pull Request Reviewers_Create Pull Request Reviewer": Route(
                parts.set_reviewer, body=("id", "vote", "isRequired")
            ),
        },
    ),
    Resource(
        "ab6e2e5d-a0b7-4153-b64a-a4efe0d49449",
        "git",
        "pullRequestThreads",
        f"{_ONE}/threads/{{threadId}}",
        1,
        {
            "Pull Request Threads_List": Route(threads.list_threads),
            "Pull Request Threads_Get": Route(threads.get_thread),
            "Pull Request Threads_Create": Route(threads.create_thread, body=_THREAD),
            "Pull Request Threads_Update": Route(threads.update_thread, body=("status",)),
        },
    ),
    Resource(
        "965a3ec7-5ed8-455a-bdcb-835a5ea7fe7b",
        "git",
        "pullRequestThreadComments",
        f"{_ONE}/threads/{{threadId}}/comments/{{commentId}}",
        1,
        {
            "Pull Request Thread Comments_List": Route(threads.list_comments),
            "Pull Request Thread Comments_Get": Route(threads.get_comment),
            "Pull Request Thread Comments_Create": Route(threads.add_comment, body=_COMMENT),
            "Pull Request Thread Comments_Update": Route(threads.edit_comment, body=_COMMENT),
            "Pull Request Thread Comments_Delete": Route(threads.edit_comment),
        },
    ),
    Resource(
        "b5f6bb4f-8d1e-4d79-8d11-4c9172c99c35",
        "git",
        "pullRequestStatuses",
        f"{_ONE}/statuses/{{statusId}}",
        1,
        {
            "Pull Request Statuses_List": Route(parts.list_statuses),
            "Pull Request Statuses_Get": Route(parts.get_status),
            "Pull Request Statuses_Create": Route(parts.create_status, body=_STATUS_BODY),
        },
    ),
    Resource(
        "d43911ee-6958-46b0-a42b-8445b8a0d004",
        "git",
        "pullRequestIterations",
        f"{_ONE}/iterations/{{iterationId}}",
        2,
        {
            "Pull Request Iterations_List": Route(parts.list_iterations, off("includeCommits")),
            "Pull Request Iterations_Get": Route(parts.get_iteration),
        },
    ),
    Resource(
        "4216bdcf-b6b1-4d59-8b82-c34cc183fc8b",
        "git",
        "pullRequestIterationChanges",
        f"{_ONE}/iterations/{{iterationId}}/changes",
        1,
        {"Pull Request Iteration Changes_Get": Route(parts.list_iteration_changes)},
    ),
    Resource(
        "e7ea0883-095f-4926-b5fb-f24691c26fb9",
        "git",
        "pullRequestIterationCommits",
        f"{_ONE}/iterations/{{iterationId}}/commits",
        1,
        {
            "Pull Request Commits_Get Pull Request Iteration Commits": Route(parts.list_iteration_commits),
        },
    ),
)
