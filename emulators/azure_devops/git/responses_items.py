"""Answers about files and folders of a repository.

https://learn.microsoft.com/rest/api/azure/devops/git/items
"""

import posixpath
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.repository_shapes import repository_url
from emulators.azure_devops.core.state import JSON, Repository
from emulators.azure_devops.git.responses import repository_of
from emulators.azure_devops.storage import git_commands as git
from emulators.azure_devops.storage.git_objects import GitObject, read_ref


@dataclass(frozen=True, slots=True)
class Version:
    """A requested version of a repository: its kind and name, and the resolved commit."""

    repository: Repository
    kind: str
    name: str
    commit: str


async def get_items(call: Call) -> web.Response:
    """GET git/repositories/{id}/items?path=|scopePath=&recursionLevel=&versionDescriptor.version=."""
    repository = repository_of(call)
    version = await _version(call, repository)
    path = call.query("path") or call.arguments.get("path", "")
    scope = path or call.query("scopePath")
    clean = posixpath.normpath("/" + scope.replace("\\", "/")).replace("//", "/")
    found = await _read(call, version, clean)
    level = call.query("recursionLevel", "none")
    if path and found.type == "blob" and level == "none":
        return _one(call, version, clean, found)
    if path and level == "none":
        return call.reply(_item(call, version, clean, found.id, found.type))
    return call.collection(await _listing(call, version, clean, found, level))


async def _version(call: Call, repository: Repository) -> Version:
    """Return the requested version; raises 404 TF401175 when it cannot be resolved."""
    kind = call.query("versionDescriptor.versionType") or call.query("versionType") or "branch"
    name = call.query("versionDescriptor.version") or call.query("version")
    path = call.state.path_of(repository)
    if kind == "commit":
        found = await call.services.objects.read(path, name.lower()) if git.is_sha(name.lower()) else None
        commit = found.id if found is not None and found.type == "commit" else None
    else:
        default = repository.default_branch.removeprefix("refs/heads/")
        commit = read_ref(path, f"refs/{'tags' if kind == 'tag' else 'heads'}/{name or default}")
        name = name or default
    if commit is None:
        message = (
            f"TF401175:The version descriptor <{kind.capitalize()}: {name} > could not be resolved to a "
            f"version in the repository {repository.name}"
        )
        raise errors.missing(message, "GitUnresolvableToCommitException", errors.GIT)
    return Version(repository, kind, name, commit)


async def _read(call: Call, version: Version, path: str) -> GitObject:
    found = await call.services.objects.read(
        call.state.path_of(version.repository), f"{version.commit}:{path.lstrip('/')}"
    )
    if found is None:
        asked = f"<{version.kind.capitalize()}: {version.name} >"
        message = (
            f"TF401174: The item '{path}' could not be found in the repository '{version.repository.name}' "
            f"at the version specified by '{asked}' (resolved to commit '{version.commit}')"
        )
        raise errors.missing(message, "GitItemNotFoundException", errors.GIT)
    return found


def _one(call: Call, version: Version, path: str, found: GitObject) -> web.Response:
    """Answer with a file: its bytes, or its metadata when JSON is requested."""
    accept, form = call.request.headers.get("Accept", "").lower(), call.query("$format")
    if form == "json" or (not form and not call.flag("download") and "application/json" in accept):
        body = _item(call, version, path, found.id, found.type)
        if call.flag("includeContent"):
            body["content"] = found.content.decode(errors="replace")
        return call.reply(body)
    plain = not call.flag("download") and form != "octetStream" and "octet-stream" not in accept
    kind = "text/plain" if plain else "application/octet-stream"
    name = quote(posixpath.basename(path))
    headers = {
        "Content-Type": kind,
        "Content-Disposition": f"{'inline' if plain else 'attachment'}; filename*=UTF-8''{name}",
        "ETag": f'"{found.id}"',
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=found.content, headers=headers)


async def _listing(call: Call, version: Version, path: str, found: GitObject, level: str) -> list[JSON]:
    shown = [_item(call, version, path, found.id, found.type)]
    if found.type != "tree" or level == "none":
        return shown
    recursive = ("-r", "-t") if level == "full" else ()
    output = await git.run(call.state.path_of(version.repository), "ls-tree", "-z", *recursive, found.id)
    for entry in output.decode(errors="surrogateescape").split("\0"):
        head, _, name = entry.partition("\t")
        if name:
            _, kind, object_id = head.split()
            safe = name.encode(errors="surrogateescape").decode(errors="replace")
            shown.append(_item(call, version, posixpath.join(path, safe), object_id, kind))
    return shown


def _item(call: Call, version: Version, path: str, object_id: str, kind: str) -> JSON:
    body: JSON = {"objectId": object_id, "gitObjectType": kind, "commitId": version.commit, "path": path}
    if kind == "tree":
        body["isFolder"] = True
    base = f"{repository_url(call.url, version.repository)}/items{quote(path)}"
    kinds = f"versionType={version.kind.capitalize()}&version={quote(version.name)}&versionOptions=None"
    return {**body, "url": f"{base}?{kinds}"}
