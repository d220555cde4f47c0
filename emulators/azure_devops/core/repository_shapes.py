"""The JSON of projects, repositories and commits.

https://learn.microsoft.com/rest/api/azure/devops/git/repositories
"""

import datetime as dt
from urllib.parse import quote

from emulators.azure_devops.core.state import JSON, Project, Repository


def show_project(url: str, project: Project, *, whole: bool = False) -> JSON:
    """Return a reference to a project, or the *whole* project."""
    body: JSON = {
        "id": project.id,
        "name": project.name,
        "url": f"{url}/_apis/projects/{project.id}",
        "state": "wellFormed",
        "revision": 1,
        "visibility": "private",
        "lastUpdateTime": project.created,
    }
    if project.description:
        body["description"] = project.description
    if whole:
        body["capabilities"] = {
            "processTemplate": {"templateName": project.process},
            "versioncontrol": {"sourceControlType": "Git"},
        }
        body["_links"] = {
            "self": {"href": body["url"]},
            "web": {"href": f"{url}/{quote(project.name)}"},
        }
    return body


def repository_url(url: str, repository: Repository) -> str:
    """Return the address of a repository in the REST API."""
    return f"{url}/{repository.project_id}/_apis/git/repositories/{repository.id}"


def web_url(url: str, project: Project, repository: Repository) -> str:
    """Return the address of a repository for browsers and for git."""
    return f"{url}/{quote(project.name)}/_git/{quote(repository.name)}"


def show_repository(
    url: str, project: Project, repository: Repository, *, empty: bool = False, links: bool = False
) -> JSON:
    """Return a repository; an *empty* one has no default branch."""
    names = (project.organization, project.name, repository.name)
    api, web = repository_url(url, repository), web_url(url, project, repository)
    body: JSON = {
        "id": repository.id,
        "name": repository.name,
        "url": api,
        "project": show_project(url, project),
        "size": 0 if empty else 1,
        "remoteUrl": web,
        "sshUrl": "git@ssh.dev.azure.com:v3/" + "/".join(map(quote, names)),
        "webUrl": web,
        "isDisabled": False,
        "isInMaintenance": False,
    }
    if not empty:
        body["defaultBranch"] = repository.default_branch
    if links:
        parts = ("commits", "refs", "pullRequests", "items", "pushes")
        body["_links"] = {
            "self": {"href": api},
            "project": {"href": f"vstfs:///Classification/TeamProject/{project.id}"},
            "web": {"href": web},
            **{name: {"href": f"{api}/{name}"} for name in parts},
        }
    return body


def commit_ref(url: str, repository: Repository, commit: str) -> JSON:
    """Return a commit's id and address."""
    return {"commitId": commit, "url": f"{repository_url(url, repository)}/commits/{commit}"}


def show_commit(url: str, repository: Repository, commit: str, content: bytes) -> JSON:
    """Return the JSON of a commit from its raw *content*."""
    head, _, message = content.decode(errors="replace").partition("\n\n")
    lines = [line.partition(" ") for line in head.splitlines()]
    first = {key: value for key, _, value in reversed(lines)}
    return {
        **commit_ref(url, repository, commit),
        "treeId": first.get("tree", ""),
        "parents": [value for key, _, value in lines if key == "parent"],
        "author": _signature(first.get("author", "")),
        "committer": _signature(first.get("committer", "")),
        "comment": message.rstrip("\n"),
        "remoteUrl": f"{repository_url(url, repository)}/commit/{commit}",
    }


def _signature(line: str) -> JSON:
    who, _, when = line.rpartition(">")
    name, _, email = who.partition("<")
    seconds = when.split()[0] if when.split() else "0"
    date = dt.datetime.fromtimestamp(int(seconds) if seconds.isdigit() else 0, dt.UTC)
    return {"name": name.strip(), "email": email.strip(), "date": date.isoformat().replace("+00:00", "Z")}
