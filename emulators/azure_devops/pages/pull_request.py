"""The page of a pull request: description, checks, links, discussion, commits and the change itself."""

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.repository_shapes import show_commit
from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import JSON, Project, Repository, State
from emulators.azure_devops.pages.diff import show_diff
from emulators.azure_devops.pages.html import Child, Html, join, link, tag
from emulators.azure_devops.pages.layout import badge, card, date, facts, page, table
from emulators.azure_devops.pages.texts import markdown
from emulators.azure_devops.pages.views import (
    VOTES,
    branch,
    item_link,
    item_state,
    person,
    pull_request_state,
    tags,
    trail_to,
)
from emulators.azure_devops.policy import models as policies
from emulators.azure_devops.pull_requests import models as pull_requests
from emulators.azure_devops.storage import git_commands as git
from emulators.azure_devops.work_items import models as work_items

STATES = {"succeeded": "good", "failed": "bad", "error": "bad", "pending": "wait"}
MOST_COMMITS = 100


async def show_pull_request(
    services: Services, project: Project, repository: Repository, number: int
) -> web.Response:
    """Return the page of a pull request; raises 404."""
    state = services.state
    pull_request = pull_requests.find(state, number, repository)
    return page(
        f"Pull request {number}: {pull_request['title']}",
        trail_to(project, repository),
        tag("p", f"Pull request {number}", class_="faint"),
        tag("h1", pull_request["title"]),
        tag("p", pull_request_state(pull_request), tags([label["name"] for label in pull_request["labels"]])),
        _facts(state, repository, pull_request),
        tag("h2", "Description"),
        _description(pull_request["description"]),
        tag("h2", "Status"),
        _statuses(state, number),
        tag("h2", "Work items"),
        _linked(state, number),
        tag("h2", "Discussion"),
        _threads(state, number),
        tag("h2", "Commits"),
        await _commits(services, repository, pull_request),
        tag("h2", "Files"),
        await _diff(state, repository, pull_request),
    )


def _description(text: str) -> Html:
    return tag("div", markdown(text) if text else tag("p", "None.", class_="faint"), class_="text")


def _linked(state: State, number: int) -> Html:
    items = [work_items.find(state, one, None) for one in work_items.linked_items(state, number)]
    rows: list[list[Child]] = [[item_link(item), item_state(item)] for item in items]
    return table(["Work item", "State"], rows, "None is linked.")


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
            ("Waits for", ", ".join(lacking)),
            ("Completes by itself", "yes" if pull_request["autoCompleteSetBy"] else ""),
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
    return table(["State", "Check", ""], rows, "No status was posted.")


def _threads(state: State, number: int) -> Child:
    shown: list[Child] = []
    for thread in state.store.all("thread", parent=number):
        place = (thread.get("threadContext") or {}).get("filePath")
        status = (
            badge(thread["status"], "good" if thread["status"] in ("fixed", "closed") else "wait")
            if thread["status"]
            else ""
        )
        head = join(status, tag("code", place) if place else "Thread")
        said = [_said(state, comment) for comment in thread["comments"] if not comment.get("isDeleted")]
        if said:
            shown.append(card(head, said))
    return shown or tag("p", "Nothing was said yet.", class_="faint")


def _said(state: State, comment: JSON) -> Html:
    who = tag(
        "p",
        tag("b", person(state, comment["by"])),
        tag("span", f" {date(comment['publishedDate'])}", class_="faint"),
    )
    return join(who, markdown(comment["content"]))


def _range(pull_request: JSON) -> tuple[str, str]:
    """Return the commits between which the change lies; a completed one keeps the target of before."""
    return pull_request["lastTarget"], pull_request["lastSource"]


async def _commits(services: Services, repository: Repository, pull_request: JSON) -> Html:
    path, (base, tip) = services.state.path_of(repository), _range(pull_request)
    names = (
        await git.text(path, "rev-list", f"--max-count={MOST_COMMITS}", tip, f"^{base}", "--")
    ).splitlines()
    rows: list[list[Child]] = []
    for name in names:
        found = await services.objects.read(path, name)
        if found is None:
            raise errors.missing(name, "GitCommitDoesNotExistException", errors.GIT)
        commit = show_commit("", repository, name, found.content)
        when = tag("span", date(commit["author"]["date"]), class_="faint")
        rows.append(
            [tag("code", name[:8]), commit["comment"].partition("\n")[0], commit["author"]["name"], when]
        )
    return table(["Commit", "Message", "Author", "Date"], rows, "None.")


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
