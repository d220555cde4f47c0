"""What can go wrong in the host, and what a client is told.

    HostError
    ├── SettingsError          local.settings.json or host.json cannot be used: the host does not start
    ├── FunctionLoadError      the app would not load in the real Python worker: the host does not start
    ├── ArgumentError          a client's argument is refused (System.ArgumentException)
    ├── InstanceExistsError    a live instance has that id (OrchestrationAlreadyExistsException)
    ├── OrchestratorError      an orchestrator function that broke without a word on its state: it fails
    ├── ActionRefusedError     the host refuses an action: the orchestration fails
    └── NonDeterministicError  a replay asks for other work than the history holds: it fails as well

The bodies follow `HttpApiHandler` of the Durable Functions extension (ASP.NET's `HttpError`).
"""

import json
import logging

from aiohttp import web

log = logging.getLogger("host")


class HostError(Exception):
    """Anything that this host reports by its own name."""


class SettingsError(HostError):
    """A settings file that cannot be used; the text says which and why."""


class FunctionLoadError(HostError):
    """A function that the real worker would refuse to load."""

    def __init__(self, function_name: str, message: str) -> None:
        super().__init__(f"cannot load the {function_name} function: {message}")


class ArgumentError(HostError):
    """A client's argument that is refused with 400."""


class InstanceExistsError(HostError):
    """A start with the id of an instance that still lives."""

    def __init__(self, status: str) -> None:
        super().__init__(f"An Orchestration instance with the status {status} already exists.")


class OrchestratorError(HostError):
    """An orchestrator function that is not there, or broke without a word on its state."""


class ActionRefusedError(HostError):
    """An action that the host does not take: an unknown function, an entity."""


class NonDeterministicError(HostError):
    """A replay that does not fit the history."""


EXCEPTION_TYPES: dict[type[Exception], str] = {
    InstanceExistsError: "DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException",
    json.JSONDecodeError: "Newtonsoft.Json.JsonReaderException",
}


def error_response(status: int, message: str, error: Exception | None = None) -> web.Response:
    """Return ASP.NET's error body: the message, and the exception's text and .NET type if there is one."""
    body = {"Message": message}
    if error is not None:
        body["ExceptionMessage"] = str(error)
        body["ExceptionType"] = EXCEPTION_TYPES.get(type(error), "System.ArgumentException")
        body["StackTrace"] = ""
    return web.json_response(body, status=status)


def not_covered(operation: str) -> web.Response:
    """Return 501 with the name of an *operation* that the real host has and this one does not, and log it."""
    log.warning("Not covered by this host: %s", operation)
    return error_response(501, f"Not covered by this host: {operation}")
