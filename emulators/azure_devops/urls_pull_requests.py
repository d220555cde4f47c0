"""Pull requests."""

from emulators.azure_devops import responses_pull_request_parts, responses_pull_requests, responses_threads
from emulators.azure_devops.resources import Resource


def pull_requests() -> tuple[Resource, ...]:
    """Return the resources of pull requests."""
    pulls, parts, threads = responses_pull_requests, responses_pull_request_parts, responses_threads
    base = "_apis/git/repositories/{repositoryId}/pullRequests"
    one, read, write = f"{base}/{{pullRequestId}}", "vso.code", "vso.code_write"
    talk = "vso.threads_full"
    return (
        Resource(
            "9946fd70-0d40-406e-b686-b4744cbbcc37",
            "git",
            "pullRequests",
            f"{base}/{{pullRequestId?}}",
            1,
            {
                "LIST": pulls.list_pull_requests,
                "GET": pulls.get_pull_request,
                "POST": pulls.create_pull_request,
                "PATCH": pulls.update_pull_request,
            },
            read,
            write,
        ),
        Resource(
            "a5d28130-9cd2-40fa-9f08-902e7daa9efb",
            "git",
            "pullRequests",
            "_apis/git/pullRequests",
            1,
            {"GET": pulls.list_pull_requests},
            read,
        ),
        Resource(
            "01a46dea-7d46-4d40-bc84-319e7c260d99",
            "git",
            "pullRequests",
            "_apis/git/pullRequests/{pullRequestId}",
            1,
            {"GET": pulls.get_pull_request},
            read,
        ),
        Resource(
            "0a637fcc-5370-4ce8-b0e8-98091f5f9482",
            "git",
            "pullRequestWorkItems",
            f"{one}/workitems",
            1,
            {"GET": pulls.list_work_items},
            read,
        ),
        Resource(
            "52823034-34a8-4576-922c-8d8b77e9e4c4",
            "git",
            "pullRequestCommits",
            f"{one}/commits",
            1,
            {"GET": pulls.list_commits},
            read,
        ),
        Resource(
            "f22387e3-984e-4c52-9c6d-fbb8f14c812d",
            "git",
            "pullRequestLabels",
            f"{one}/labels/{{label?}}",
            1,
            {"GET": parts.list_labels, "POST": parts.add_label, "DELETE": parts.remove_label},
            read,
            write,
        ),
        Resource(
            "4b6702c7-aa35-4b89-9c96-b9abf6d3e540",
            "git",
            "pullRequestReviewers",
            f"{one}/reviewers/{{reviewerId?}}",
            1,
            {"LIST": parts.list_reviewers, "PUT": parts.set_reviewer},
            read,
            write,
        ),
        Resource(
            "ab6e2e5d-a0b7-4153-b64a-a4efe0d49449",
            "git",
            "pullRequestThreads",
            f"{one}/threads/{{threadId?}}",
            1,
            {"GET": threads.list_threads, "POST": threads.create_thread, "PATCH": threads.update_thread},
            read,
            talk,
        ),
        Resource(
            "965a3ec7-5ed8-455a-bdcb-835a5ea7fe7b",
            "git",
            "pullRequestThreadComments",
            f"{one}/threads/{{threadId}}/comments/{{commentId?}}",
            1,
            {
                "GET": threads.list_comments,
                "POST": threads.add_comment,
                "PATCH": threads.edit_comment,
                "DELETE": threads.edit_comment,
            },
            read,
            talk,
        ),
        Resource(
            "b5f6bb4f-8d1e-4d79-8d11-4c9172c99c35",
            "git",
            "pullRequestStatuses",
            f"{one}/statuses/{{statusId?}}",
            1,
            {"GET": parts.list_statuses, "POST": parts.create_status},
            read,
            "vso.code_status",
        ),
        Resource(
            "d43911ee-6958-46b0-a42b-8445b8a0d004",
            "git",
            "pullRequestIterations",
            f"{one}/iterations/{{iterationId?}}",
            2,
            {"GET": parts.list_iterations},
            read,
        ),
        Resource(
            "4216bdcf-b6b1-4d59-8b82-c34cc183fc8b",
            "git",
            "pullRequestIterationChanges",
            f"{one}/iterations/{{iterationId}}/changes",
            1,
            {"GET": parts.list_iteration_changes},
            read,
        ),
        Resource(
            "e7ea0883-095f-4926-b5fb-f24691c26fb9",
            "git",
            "pullRequestIterationCommits",
            f"{one}/iterations/{{iterationId}}/commits",
            1,
            {"GET": parts.list_iteration_commits},
            read,
        ),
    )
