"""The page of a pull request: description, checks, links, discussion, commits and changed files.

https://learn.microsoft.com/azure/devops/repos/git/review-pull-requests
"""

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.repository_shapes import show_commit
from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import JSON, Project, Repository, State
from emulators.azure_devops.pages.diff import show_diff
from emulators.azure_devops.pages.parts.html import Child, Html, join, link, tag
from emulators.azure_devops.pages.parts.layout import badge, card, date, facts, page, table
from emulators.azure_devops.pages.parts.references import References
from emulators.azure_devops.pages.parts.texts import markdown
from emulators.azure_devops.pages.parts.views import (
    VOTES,
    branch,
    item_link,
    item_state,
    person,
    pull_request_state,
    references,
    tags,
    trail_to,
)
from emulators.azure_devops.policy import models as policies
from emulators.azure_devops.pull_requests import models as pull_requests
from emulators.azure_devops.storage import git_commands as git
from emulators.azure_devops.work_items import models as work_items

STATES = {"succeeded": "good", "failed": "bad", "error": "bad", "pending": "wait"}
MAX_COMMITS = 100
NO_DESCRIPTION = "No description."
NO_WORK_ITEM = "No work items yet: a pull request of a run is linked to the work item of the run."
NO_STATUS = "No status yet: a run posts one for its checks, and so do pipelines."
NO_THREAD = "No comments yet: reviewers and runs comment here."
NO_COMMIT = "No commits: the target branch already has all commits of the source branch."


async def show_pull_request(
    services: Services, project: Project, repository: Repository, number: int
) -> web.Response:
    """Return the page of a pull request; raises 404."""
    state = services.state
    pull_request = pull_requests.find(state, number, repository)
    texts = references(services, project.organization)
    return page(
        f"Pull request {number}: {pull_request['title']}",
        trail_to(project, repository),
        tag("p", f"Pull request {number}", class_="faint"),
        tag("h1", pull_request["title"]),
        tag("p", pull_request_state(pull_request), tags([label["name"] for label in pull_request["labels"]])),
        _facts(state, repository, pull_request),
        tag("h2", "Description"),
        _description(pull_request["description"], texts),
        tag("h2", "Status"),
        _statuses(state, number),
        tag("h2", "Work items"),
        _linked(state, number),
        tag("h2", "Discussion"),
        _threads(state, number, texts),
        tag("h2", "Commits"),
        await _commits(services, repository, pull_request),
        tag("h2", "Files"),
        await _diff(state, repository, pull_request),
    )


def _description(text: str, texts: References) -> Html:
    return tag(
        "div", markdown(text, texts) if text else tag("p", NO_DESCRIPTION, class_="faint"), class_="text"
    )


def _linked(state: State, number: int) -> Html:
    items = [work_items.find(state, one, None) for one in work_items.linked_items(state, number)]
    rows: list[list[Child]] = [[item_link(item), item_state(item)] for item in items]
    return table(["Work item", "State"], rows, NO_WORK_ITEM)


def _facts(state: State, repository: Repository, pull_request: JSON) -> Html:
    reviewers = [
        f"{person(state, r['id'])} ({VOTES.get(r['vote'], r['vote'])})" for r in pull_request["reviewers"]
    ]
    lacking = policies.lacking(state, repository, pull_request) if pull_request["status"] == "active" else []
    closed = pull_request.get("closed")
    return facts(
        [
            ("Branches", join(branch(pull_request["source"]), " into ", branch(pull_request["target"]))),
            ("Created", f"{date(pull_request['created'])} by {person(state, pull_request['by'])}"),
            ("Closed", f"{date(closed)} by {person(state, pull_request.get('closedBy'))}" if closed else ""),
            ("Merge", str(pull_request["mergeStatus"])),
            ("Reviewers", ", ".join(reviewers)),
            ("Waiting for", ", ".join(lacking)),
            ("Auto-complete", "set" if pull_request["autoCompleteSetBy"] else ""),
        ]
    )


def _statuses(state: State, number: int) -> Html:
    rows: list[list[Child]] = []
    for status in state.store.all("pull_request_status", parent=number):
        name = "/".join(filter(None, (status["context"].get("genre"), status["context"]["name"])))
        target = status.get("targetUrl")
        shown = link(name, target) if target else name
        rows.append(
            [
                badge(status["state"], STATES.get(status["state"], "faint")),
                shown,
                status.get("description") or "",
            ]
        )
    return table(["State", "Check", "Description"], rows, NO_STATUS)


def _threads(state: State, number: int, texts: References) -> Child:
    shown: list[Child] = []
    for thread in state.store.all("thread", parent=number):
        place = (thread.get("threadContext") or {}).get("filePath")
        status = (
            badge(thread["status"], "good" if thread["status"] in ("fixed", "closed") else "wait")
            if thread["status"]
            else ""
        )
        head = join(status, tag("code", place) if place else "Thread")
        said = [
            _said(state, comment, texts) for comment in thread["comments"] if not comment.get("isDeleted")
        ]
        if said:
            shown.append(card(head, said))
    return shown or tag("p", NO_THREAD, class_="faint")


def _said(state: State, comment: JSON, texts: References) -> Html:
    who = tag(
        "p",
        tag("b", person(state, comment["by"])),
        tag("span", f" {date(comment['publishedDate'])}", class_="faint"),
    )
    return join(who, markdown(comment["content"], texts))


def _range(pull_request: JSON) -> tuple[str, str]:
    """Return the target and source commit to compare, which stay the same after completion."""
    return pull_request["lastTarget"], pull_request["lastSource"]


async def _commits(services: Services, repository: Repository, pull_request: JSON) -> Html:
    path, (base, tip) = services.state.path_of(repository), _range(pull_request)
    names = (
        await git.text(path, "rev-list", f"--max-count={MAX_COMMITS}", tip, f"^{base}", "--")
    ).splitlines()
    rows: list[list[Child]] = []
    for name in names:
        found = await services.objects.read(path, name)
        if found is None:
            raise errors.missing(name, "GitCommitDoesNotExistException", errors.GIT)
        commit = show_commit("", repository, name, found.content)
        when = tag("span", date(commit["author"]["date"]), class_="date")
        rows.append(
            [tag("code", name[:8]), commit["comment"].partition("\n")[0], commit["author"]["name"], when]
        )
    return table(["Commit", "Message", "Author", "Date"], rows, NO_COMMIT)


async def _diff(state: State, repository: Repository, pull_request: JSON) -> Html:
    base, tip = _range(pull_request)
    try:
        output = await git.run(
            state.path_of(repository),
            "diff",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "-M",
            f"{base}...{tip}",
            "--",
        )
    except git.GitError:
        return tag("p", "The branches have no common history.", class_="faint")
    return show_diff(output.decode(errors="replace"))
