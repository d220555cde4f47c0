"""Loads an app like the Python worker: import `function_app`, find the app object, index its functions.

Follows `azure_functions_worker/loader.py` (https://github.com/Azure/azure-functions-python-worker).
"""

import asyncio
import importlib
import os
import sys
import traceback
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import azure.functions as func

from emulators.functions_host.errors import FunctionLoadError, HostError
from emulators.functions_host.worker.load_checks import Binding, check_function

MODULE = "function_app"
COVERED = {  # binding types, with the properties that are read in addition to the common ones
    "httpTrigger": {"authLevel", "methods", "route"},
    "timerTrigger": {"runOnStartup", "schedule", "useMonitor"},
    "orchestrationTrigger": {"orchestration"},
    "activityTrigger": {"activity"},
    "http": set[str](),
    "durableClient": set[str](),
}
COMMON_PROPERTIES = {"direction", "name", "type"}
RETRY_POLICY = "retry_policy"


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the app, ready to be invoked."""

    name: str
    call: Callable[..., Any]
    trigger: dict[str, Any]
    is_async: bool
    requires_context: bool
    clients: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The type of its trigger, such as `httpTrigger`."""
        return str(self.trigger["type"])

    @property
    def parameter(self) -> str:
        """The parameter that the trigger fills."""
        return str(self.trigger["name"])


@dataclass(frozen=True, slots=True)
class App:
    """The functions of one app, by their names."""

    folder: Path
    functions: dict[str, Function] = field(default_factory=dict)

    def of(self, kind: str) -> list[Function]:
        """Return the functions with that type of trigger."""
        return [function for function in self.functions.values() if function.kind == kind]


def load_app(folder: Path, environment: MutableMapping[str, str] = os.environ) -> App:
    """Import the app in *folder*, and check it as the worker would.

    Raises `HostError` (usually `FunctionLoadError`) with a readable reason.
    """
    if not (folder / f"{MODULE}.py").is_file():
        raise HostError(f"{folder} has no {MODULE}.py")
    sys.path.insert(0, str(folder))
    try:
        module = importlib.import_module(MODULE)
    except Exception as error:
        raise HostError(f"{MODULE}.py cannot be imported:\n{traceback.format_exc()}") from error
    try:
        indexed = top_level_app(module).get_functions()
    except ValueError as error:
        raise HostError(str(error)) from error
    functions = [_function(one) for one in indexed]
    return App(folder, {f.name: f for f in functions if not _is_disabled(f.name, environment)})


def top_level_app(module: Any) -> Any:
    """Return the one app object of *module*; raises `ValueError` when there is none, or more than one."""
    found = [value for value in vars(module).values() if isinstance(value, func.FunctionRegister)]
    if not found:
        raise ValueError(f"Could not find top level function app instances in {MODULE}.py.")
    if len(found) > 1:
        raise ValueError(
            f"More than one {type(found[0]).__name__} or other top level function app instances are defined."
        )
    return found[0]


def _function(indexed: Any) -> Function:
    name, call, trigger = indexed.get_function_name(), indexed.get_user_function(), indexed.get_trigger()
    bindings = [Binding(b.name, b.type, int(b.direction)) for b in indexed.get_bindings()]
    _check_covered(name, indexed)
    requires_context = check_function(name, call, bindings)
    return Function(
        name=name,
        call=call,
        trigger=trigger.get_dict_repr(),
        is_async=asyncio.iscoroutinefunction(call),
        requires_context=requires_context,
        clients=tuple(b.name for b in bindings if b.type == "durableClient"),
        outputs=tuple(b.name for b in bindings if b.is_out and b.name != "$return"),
    )


def _check_covered(name: str, indexed: Any) -> None:
    """Check that this host covers all bindings of a function; raises `FunctionLoadError`."""
    bindings = [(binding.type, binding.get_dict_repr()) for binding in indexed.get_bindings()]
    foreign = sorted({kind for kind, _ in bindings} - COVERED.keys())
    if foreign:
        raise FunctionLoadError(name, f"this host does not cover bindings of type {', '.join(foreign)}")
    for kind, properties in bindings:
        given = {key for key, value in properties.items() if value is not None}
        unread = sorted(given - COVERED[kind] - COMMON_PROPERTIES)
        if unread:
            raise FunctionLoadError(name, f"this host does not cover {', '.join(unread)} of {kind}")
    if indexed.get_settings_dict(RETRY_POLICY):
        raise FunctionLoadError(name, "this host does not cover retry policies of functions")


def _is_disabled(name: str, environment: MutableMapping[str, str]) -> bool:
    """Whether a setting disables it: https://learn.microsoft.com/azure/azure-functions/disable-function."""
    return environment.get(f"AzureWebJobs.{name}.Disabled", "").lower() in ("true", "1")
