"""Git over smart HTTP: `git http-backend` as a child process, streamed both ways.

https://git-scm.com/docs/git-http-backend
"""

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import Identity, Repository
from emulators.azure_devops.git import pushes, receive
from emulators.azure_devops.git.receive import Decision, packet_line
from emulators.azure_devops.organization import authentication, permissions
from emulators.azure_devops.storage import git_commands as git

UPLOAD, RECEIVE = "git-upload-pack", "git-receive-pack"
CHUNK = 1 << 18
# partial clones: https://learn.microsoft.com/azure/devops/release-notes/2023/sprint-229-update
READING = {
    "uploadpack.allowFilter": "true",
    "uploadpack.allowTipSHA1InWant": "true",
    "uploadpack.allowReachableSHA1InWant": "true",
}
WRITING = {"http.receivepack": "true", "core.fsync": "none"}
MULTI_ACK = "TF401041: The Git protocol sent is not as expected (Clients must support multi-ack.)."
_ATOMIC = re.compile(rb"[ \0]atomic\b")
_SIDE_BAND = re.compile(rb"[ \0]side-band-64k")


def service_of(request: web.Request, tail: str) -> str:
    """Return the Git service of *request*, or "" if it is another kind of request, such as for a page."""
    if tail == "info/refs" and request.method == "GET":
        service = request.query.get("service", "")
        return service if service in (UPLOAD, RECEIVE) else ""
    return tail if tail in (UPLOAD, RECEIVE) and request.method == "POST" else ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A Git client's request whose caller and repository are known."""

    services: Services
    request: web.Request
    repository: Repository
    caller: Identity
    url: str
    tail: str


async def serve(
    services: Services, request: web.Request, place: tuple[str, str, str], tail: str
) -> web.StreamResponse:
    """Answer a Git request at *place* (organisation, project, repository).

    Errors are plain text, which git shows to its user, also the `VssError` that is raised for a missing
    repository.
    """
    state, service, (organization, project, name) = services.state, service_of(request, tail), place
    credential = authentication.credential_of(state, request)
    if credential is None or not credential.covers("vso.code" if service == UPLOAD else "vso.code_write"):
        return _challenge(request)
    caller = credential.identity
    try:
        repository = state.repository(organization, state.project(organization, project), name)
        if not permissions.may_git(state, caller, repository, "GenericRead"):
            raise errors.repository_missing(name)
    except errors.VssError as error:
        return web.Response(status=error.status, text=error.message)
    if service == RECEIVE and not permissions.may_git(state, caller, repository, "GenericContribute"):
        return _may_not_push(caller)
    exchange = Exchange(services, request, repository, caller, f"http://{request.host}/{organization}", tail)
    push = service == RECEIVE and request.method == "POST"
    return await (_push(exchange) if push else _fetch(exchange))


def _challenge(request: web.Request) -> web.Response:
    headers = {
        "WWW-Authenticate": f'Basic realm="http://{request.host}/"',
        "X-TFS-FedAuthRealm": f"http://{request.host}/",
    }
    return web.Response(status=401, text=errors.unauthorized().message, headers=headers)


def _may_not_push(caller: Identity) -> web.Response:
    """Return 403 as Azure Repos does: inside a service announcement, and again as text."""
    text = errors.git_permission_text("GenericContribute", caller.unique_name, "repository")
    body = packet_line(b"# service=git-receive-pack\n") + b"0000" + packet_line(text.encode())
    return web.Response(status=403, body=body + b"\n" + text.encode(), content_type="text/plain")


def _lacks_multi_ack(request: web.Request, first: bytes) -> bool:
    """Whether a client of the old protocol asks for objects without knowing `multi_ack`."""
    if request.method != "POST" or "version=2" in request.headers.get("Git-Protocol", ""):
        return False
    return first[4:9] == b"want " and b"multi_ack" not in first[:1000]


async def _fetch(exchange: Exchange) -> web.StreamResponse:
    request = exchange.request
    first = await request.content.readany()
    if _lacks_multi_ack(request, first):
        return web.Response(status=400, text=MULTI_ACK)
    backend = await _start(exchange, git.configuration(READING | WRITING))
    feeding = asyncio.create_task(_feed(backend, request, first))
    response = web.StreamResponse()
    try:
        response.set_status(await _copy_headers(backend, response))
        await response.prepare(request)
        with suppress(ConnectionResetError):  # the client closed the connection
            async for chunk in _output(backend):
                await response.write(chunk)
            await response.write_eof()
    finally:
        await _end(backend, feeding)
    return response


async def _push(exchange: Exchange) -> web.StreamResponse:
    services, repository, caller = exchange.services, exchange.repository, exchange.caller
    try:
        first, updates = await _commands(exchange.request)
    except receive.ProtocolError as error:
        return web.Response(status=400, text=f"TF401041: {error}")
    atomic = _ATOMIC.search(first[:2000]) is not None
    decision = receive.decide(services.state, repository, caller, updates, atomic=atomic)
    backend = await _start(exchange, _refusing(decision))
    feeding = asyncio.create_task(_feed(backend, exchange.request, first))
    response = web.Response()
    try:
        response.set_status(await _copy_headers(backend, response))
        report = b"".join([chunk async for chunk in _output(backend)])
    finally:
        await _end(backend, feeding)
    side_band = _SIDE_BAND.search(first[:2000]) is not None
    response.body, done = receive.rewrite(report, decision, side_band=side_band)
    pushes.record(services, pushes.Push(repository, done, caller, exchange.url))
    return response


async def _commands(request: web.Request) -> tuple[bytes, tuple[pushes.RefUpdate, ...]]:
    """Return the part of a push that has been read, and its ref updates."""
    data = b""
    while True:
        chunk = await request.content.readany()
        data += chunk
        updates = receive.parse_commands(data)
        if updates is not None:
            return data, updates
        if not chunk or len(data) > receive.MAX_COMMAND_BYTES:
            raise receive.ProtocolError("The Git protocol sent is not as expected.")


async def _start(exchange: Exchange, configuration: dict[str, str]) -> asyncio.subprocess.Process:
    request = exchange.request
    variables = {
        "GIT_PROJECT_ROOT": str(exchange.services.state.repositories),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{exchange.repository.id}.git/{exchange.tail}",
        "REQUEST_METHOD": request.method,
        "QUERY_STRING": f"service={request.query['service']}" if request.method == "GET" else "",
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "REMOTE_USER": exchange.caller.unique_name,
        "REMOTE_ADDR": "127.0.0.1",
        "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
        **configuration,
    }
    # aiohttp has already unpacked a compressed body, so Content-Length does not apply
    if "Content-Length" in request.headers and "Content-Encoding" not in request.headers:
        variables["CONTENT_LENGTH"] = request.headers["Content-Length"]
    return await asyncio.create_subprocess_exec(
        "git", "http-backend", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=git.environment(**variables), limit=CHUNK,
    )  # fmt: skip


def _refusing(decision: Decision) -> dict[str, str]:
    """Return variables that make git refuse the updates that *decision* refuses."""
    values = WRITING | decision.configuration()
    variables, count = git.configuration(values), len(values)
    for number, ref in enumerate(decision.refused, start=count):
        variables[f"GIT_CONFIG_KEY_{number}"] = "receive.hideRefs"
        variables[f"GIT_CONFIG_VALUE_{number}"] = ref
    total = str(count + len(decision.refused))
    return {**variables, "GIT_CONFIG_COUNT": total, "AZURE_DEVOPS_LARGEST_FILE": str(decision.largest_file)}


async def _feed(backend: asyncio.subprocess.Process, request: web.Request, first: bytes) -> None:
    stdin = backend.stdin
    if stdin is None:
        return
    with suppress(BrokenPipeError, ConnectionResetError):
        chunk = first
        while chunk:
            stdin.write(chunk)
            await stdin.drain()
            chunk = await request.content.readany()
    stdin.close()


async def _copy_headers(backend: asyncio.subprocess.Process, response: web.StreamResponse) -> int:
    """Copy the header lines of the child's answer and return its status."""
    status = 200
    if backend.stdout is None:
        return 500
    while line := (await backend.stdout.readline()).rstrip(b"\r\n"):
        name, _, value = line.decode().partition(":")
        if name.lower() == "status":
            status = int(value.split()[0])
        else:
            response.headers[name] = value.strip()
    return status


async def _output(backend: asyncio.subprocess.Process) -> AsyncIterator[bytes]:
    while backend.stdout is not None and (chunk := await backend.stdout.read(CHUNK)):
        yield chunk


async def _end(backend: asyncio.subprocess.Process, feeding: asyncio.Task[None]) -> None:
    feeding.cancel()
    with suppress(asyncio.CancelledError):
        await feeding
    with suppress(ProcessLookupError):
        if backend.returncode is None and backend.stdout is not None and not backend.stdout.at_eof():
            backend.kill()
    await backend.wait()
