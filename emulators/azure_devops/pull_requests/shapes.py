"""The JSON of pull requests and their parts.

https://learn.microsoft.com/rest/api/azure/devops/git/pull-requests/get-pull-request
"""

from urllib.parse import quote

from emulators.azure_devops.core.identity_refs import identity_ref
from emulators.azure_devops.core.repository_shapes import commit_ref, repository_url, show_repository, web_url
from emulators.azure_devops.core.state import JSON, Repository, State
from emulators.azure_devops.pull_requests.models import repository_of

TRUNCATED = 400  # characters of a description in lists


def pull_request_url(url: str, repository: Repository, number: int) -> str:
    """Return the address of a pull request in the REST API."""
    return f"{repository_url(url, repository)}/pullRequests/{number}"


def person(state: State, url: str, identity_id: str | None) -> JSON | None:
    """Return an identity reference by id."""
    identity = state.identity(identity_id) if identity_id else None
    return identity_ref(url, identity) if identity else None


def show_pull_request(state: State, url: str, pull_request: JSON, *, in_list: bool = False) -> JSON:
    """Return a pull request; in lists the description is cut and there are no links."""
    repository = repository_of(state, pull_request)
    project = state.project_of(repository.project_id)
    number, api = pull_request["id"], pull_request_url(url, repository, pull_request["id"])
    body: JSON = {
        "repository": show_repository(url, project, repository),
        "pullRequestId": number,
        "codeReviewId": number,
        "status": pull_request["status"],
        "createdBy": person(state, url, pull_request["by"]),
        "creationDate": pull_request["created"],
        "title": pull_request["title"],
        **_description(pull_request["description"], TRUNCATED if in_list else None),
        "sourceRefName": pull_request["source"],
        "targetRefName": pull_request["target"],
        "mergeStatus": pull_request["mergeStatus"],
        "isDraft": pull_request["draft"],
        "mergeId": pull_request["mergeId"],
        "lastMergeSourceCommit": commit_ref(url, repository, pull_request["lastSource"]),
        "lastMergeTargetCommit": commit_ref(url, repository, pull_request["lastTarget"]),
        "reviewers": [show_reviewer(state, url, api, given) for given in pull_request["reviewers"]],
        "url": api,
        "supportsIterations": True,
    }
    _add_optional_parts(state, url, pull_request, body)
    if not in_list:
        body["_links"] = _links(url, repository, pull_request, api)
        body["artifactId"] = f"vstfs:///Git/PullRequestId/{project.id}%2f{repository.id}%2f{number}"
    return body


def _description(text: str, longest: int | None) -> JSON:
    return {"description": text[:longest]} if text else {}


def _add_optional_parts(state: State, url: str, pull_request: JSON, body: JSON) -> None:
    """Add labels, merge commits, closing and auto-complete, if the pull request has them."""
    if pull_request["labels"]:
        body["labels"] = [show_label(body["url"], label) for label in pull_request["labels"]]
    if pull_request.get("lastMerge"):
        repository = repository_of(state, pull_request)
        body["lastMergeCommit"] = commit_ref(url, repository, pull_request["lastMerge"])
    if pull_request.get("closed"):
        body["closedDate"] = pull_request["closed"]
        body["closedBy"] = person(state, url, pull_request.get("closedBy"))
    if pull_request.get("queued"):
        body["completionQueueTime"] = pull_request["queued"]
    if pull_request["completionOptions"]:
        body["completionOptions"] = pull_request["completionOptions"]
    if pull_request["autoCompleteSetBy"]:
        body["autoCompleteSetBy"] = person(state, url, pull_request["autoCompleteSetBy"])


def _links(url: str, repository: Repository, pull_request: JSON, api: str) -> JSON:
    base = repository_url(url, repository)
    refs = {name: pull_request[name].removeprefix("refs/") for name in ("source", "target")}
    return {
        "self": {"href": api},
        "repository": {"href": base},
        "workItems": {"href": f"{api}/workitems"},
        "sourceBranch": {"href": f"{base}/refs/{quote(refs['source'])}"},
        "targetBranch": {"href": f"{base}/refs/{quote(refs['target'])}"},
        "statuses": {"href": f"{api}/statuses"},
        "sourceCommit": {"href": f"{base}/commits/{pull_request['lastSource']}"},
        "targetCommit": {"href": f"{base}/commits/{pull_request['lastTarget']}"},
        "createdBy": {"href": f"{url}/_apis/Identities/{pull_request['by']}"},
        "iterations": {"href": f"{api}/iterations"},
    }


def show_reviewer(state: State, url: str, api: str, given: JSON) -> JSON:
    """Return a reviewer with the vote: 10, 5, 0, -5 or -10."""
    flags = {"isRequired": True} if given["isRequired"] else {}
    return {
        "reviewerUrl": f"{api}/reviewers/{given['id']}",
        "vote": given["vote"],
        "hasDeclined": False,
        "isFlagged": False,
        **flags,
        **(person(state, url, given["id"]) or {"id": given["id"]}),
    }


def show_label(api: str, label: JSON) -> JSON:
    """Return a label."""
    return {**label, "url": f"{api}/labels/{label['id']}"}


def page_url(state: State, url: str, pull_request: JSON) -> str:
    """Return the address of the page of a pull request."""
    repository = repository_of(state, pull_request)
    project = state.project_of(repository.project_id)
    return f"{web_url(url, project, repository)}/pullrequest/{pull_request['id']}"


def show_comment(state: State, url: str, api: str, comment: JSON) -> JSON:
    """Return one comment of a thread; *api* is the thread's address."""
    shown = {key: value for key, value in comment.items() if key != "by"}
    if comment.get("isDeleted"):
        shown.pop("content", None)
    return {
        **shown,
        "author": person(state, url, comment["by"]),
        "usersLiked": [],
        "_links": {"self": {"href": f"{api}/comments/{comment['id']}"}, "threads": {"href": api}},
    }


def show_thread(state: State, url: str, repository: Repository, number: int, thread: JSON) -> JSON:
    """Return a thread with its comments."""
    api = f"{pull_request_url(url, repository, number)}/threads/{thread['id']}"
    body = {key: value for key, value in thread.items() if value is not None or key.endswith("Context")}
    return {
        **body,
        "comments": [show_comment(state, url, api, comment) for comment in thread["comments"]],
        "_links": {"self": {"href": api}, "repository": {"href": repository_url(url, repository)}},
    }


def show_status(state: State, url: str, api: str, status: JSON) -> JSON:
    """Return a status of a pull request; *api* is the pull request's address."""
    shown = {key: value for key, value in status.items() if key != "by" and value is not None}
    return {
        **shown,
        "createdBy": person(state, url, status["by"]),
        "_links": {"self": {"href": f"{api}/statuses/{status['id']}"}},
    }
