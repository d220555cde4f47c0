"""The errors of this host, and the bodies of error responses.

    HostError
    ├── SettingsError          local.settings.json or host.json cannot be used: the host does not start
    ├── FunctionLoadError      the app would not load in the real Python worker: the host does not start
    ├── ArgumentError          a client's argument is refused (System.ArgumentException)
    ├── InstanceExistsError    a live instance has that id (OrchestrationAlreadyExistsException)
    ├── InvalidOperationError  an instance is not in the state for it (System.InvalidOperationException)
    ├── OrchestratorError      an orchestrator function failed without a state: its instance fails
    ├── ActionRefusedError     the host refuses an action: the instance fails
    └── NonDeterministicError  a replay schedules work that differs from the history: the instance fails

The bodies follow `HttpApiHandler` of the Durable Functions extension (ASP.NET's `HttpError`):
https://github.com/Azure/azure-functions-durable-extension
"""

import json
import logging

from aiohttp import web

log = logging.getLogger("host")


class HostError(Exception):
    """Base class of the errors below."""


class SettingsError(HostError):
    """A settings file that cannot be used; the text says which and why."""


class FunctionLoadError(HostError):
    """A function that the real worker would refuse to load."""

    def __init__(self, function_name: str, message: str) -> None:
        super().__init__(f"cannot load the {function_name} function: {message}")


class ArgumentError(HostError):
    """A client's argument that is refused with 400."""


class InstanceExistsError(HostError):
    """A start with the id of an instance that has not ended."""

    def __init__(self, status: str) -> None:
        super().__init__(f"An Orchestration instance with the status {status} already exists.")


class InvalidOperationError(HostError):
    """An operation for which an instance is not in the right state."""


class OrchestratorError(HostError):
    """An orchestrator function that does not exist, or that failed without a state."""


class ActionRefusedError(HostError):
    """An action that the host refuses, such as a call of an entity."""


class NonDeterministicError(HostError):
    """A replay that does not match the history."""


EXCEPTION_TYPES: dict[type[Exception], str] = {
    InstanceExistsError: "DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException",
    InvalidOperationError: "System.InvalidOperationException",
    json.JSONDecodeError: "Newtonsoft.Json.JsonReaderException",
}


def error_response(status: int, message: str, error: Exception | None = None) -> web.Response:
    """Return ASP.NET's error body: the message, and the text and .NET type of *error* if there is one."""
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
