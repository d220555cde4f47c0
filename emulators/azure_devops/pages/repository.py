"""The page of a repository: its files, branches and pull requests, or one of its files.

https://learn.microsoft.com/azure/devops/repos/git/
"""

import posixpath
from urllib.parse import quote

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import Project, Repository, State
from emulators.azure_devops.pages.parts.html import Child, Html, join, link, tag
from emulators.azure_devops.pages.parts.layout import badge, page, table
from emulators.azure_devops.pages.parts.texts import markdown
from emulators.azure_devops.pages.parts.views import pull_request_row, repository_path, trail_to
from emulators.azure_devops.policy import models as policies
from emulators.azure_devops.pull_requests import models as pull_requests
from emulators.azure_devops.storage import git_commands as git
from emulators.azure_devops.storage.git_objects import all_refs

MAX_FILE_BYTES = 500_000
MAX_FILES = 500
NO_PULL_REQUEST = "No pull requests yet: tag a work item autocoder, and its run opens one."
NO_BRANCH = "No branches yet: push one with Git."
NO_FILE = "No files: the branch does not exist or is empty."


async def show_repository(
    services: Services, project: Project, repository: Repository, query: dict[str, str], origin: str
) -> web.Response:
    """Return the page; *origin* is the server's address, for the clone command.

    In *query*, `path` selects a file and `version=GB<branch>` a branch.
    """
    state = services.state
    branches = all_refs(state.path_of(repository), "refs/heads/")
    wanted = query.get("version", "").removeprefix("GB")
    ref = f"refs/heads/{wanted}" if wanted else repository.default_branch
    commit = branches.get(ref, "")
    here, trail = repository_path(project, repository), trail_to(project, repository)
    path = query.get("path", "")
    if path:
        return page(path, trail, tag("h1", path), await _file(services, repository, commit, path))
    rows = [_branch(state, repository, name, commit, here) for name, commit in branches.items()]
    pulls = [pull_request_row(state, p) for p in pull_requests.listed(state, [repository])]
    files = await _files(services, repository, commit, here, ref.removeprefix("refs/heads/"))
    return page(
        repository.name,
        trail,
        tag("h1", repository.name),
        tag("p", "Clone with ", tag("code", f"git clone {origin}{here}"), class_="faint"),
        tag("h2", "Pull requests"),
        table(["Title", "State", "Branches", "Created"], pulls, NO_PULL_REQUEST),
        tag("h2", "Branches"),
        table(["Name", "Commit", ""], rows, NO_BRANCH),
        tag("h2", f"Files of {ref.removeprefix('refs/heads/')}"),
        files,
    )


def _branch(state: State, repository: Repository, ref: str, commit: str, here: str) -> list[Child]:
    name = ref.removeprefix("refs/heads/")
    protected = policies.is_protected(state, repository, ref)
    shown = link(name, f"{here}?version=GB{quote(name)}")
    return [shown, tag("code", commit[:8]), badge("policy", "wait") if protected else ""]


async def _files(services: Services, repository: Repository, commit: str, here: str, branch: str) -> Html:
    if not commit:
        return tag("p", NO_FILE, class_="faint")
    output = await git.run(services.state.path_of(repository), "ls-tree", "-r", "-z", "--name-only", commit)
    names = [name.decode(errors="replace") for name in output.split(b"\0") if name]
    shown = [
        tag("div", link(name, f"{here}?path={quote(name)}&version=GB{quote(branch)}"), class_="mono")
        for name in names[:MAX_FILES]
    ]
    rest = tag("p", f"and {len(names) - MAX_FILES} more", class_="faint") if len(names) > MAX_FILES else ""
    return join(shown, rest)


async def _file(services: Services, repository: Repository, commit: str, path: str) -> Html:
    clean = posixpath.normpath("/" + path).lstrip("/")
    found = (
        await services.objects.read(services.state.path_of(repository), f"{commit}:{clean}")
        if commit
        else None
    )
    if found is None or found.type != "blob":
        raise errors.missing(f"There is no file {path}.", "GitItemNotFoundException", errors.GIT)
    if b"\0" in found.content[:8000] or len(found.content) > MAX_FILE_BYTES:
        return tag("p", f"A binary or very large file of {len(found.content)} bytes.", class_="faint")
    text = found.content.decode(errors="replace")
    return (
        tag("div", markdown(text), class_="text")
        if clean.lower().endswith(".md")
        else tag("pre", tag("code", text))
    )
