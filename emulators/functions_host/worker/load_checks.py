"""The checks that the Python worker makes of a function before it serves it.

Follows `azure_functions_worker/functions.py` (https://github.com/Azure/azure-functions-python-worker), so
that an app that would not load on Azure does not load here; the messages are the worker's.
"""

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from azure.functions import meta

from emulators.functions_host.errors import FunctionLoadError

IN, OUT, INOUT = 0, 1, 2
RETURN = "$return"


@dataclass(frozen=True, slots=True)
class Binding:
    """A binding of a function: its parameter (or `$return`), its type, its direction."""

    name: str
    type: str
    direction: int

    @property
    def is_out(self) -> bool:
        """Whether the function writes to it."""
        return self.direction == OUT


def check_function(name: str, call: Callable[..., Any], bindings: list[Binding]) -> bool:
    """Check a function and return whether it takes the invocation context; raises `FunctionLoadError`."""
    parameters = dict(inspect.signature(call).parameters)
    annotations = _annotations(name, call)
    bound = {b.name: b for b in bindings if b.name != RETURN}
    _check_directions(name, bindings)
    requires_context = "context" in parameters and "context" not in bound
    if requires_context:
        _check_context(name, annotations)
        del parameters["context"]
    _check_names(name, set(parameters), set(bound))
    for parameter in parameters:
        if parameter in annotations:
            _check_annotation(name, bound[parameter], annotations[parameter])
    for binding in bindings:
        if binding.name == RETURN and "return" in annotations:
            _check_return(name, binding, annotations["return"])
    return requires_context


def _annotations(name: str, call: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(call)
    except Exception as error:
        raise FunctionLoadError(
            name,
            f"its annotations cannot be resolved ({type(error).__name__}: {error}); "
            f"a name imported only under TYPE_CHECKING is not there when the worker loads the function",
        ) from error


def _check_directions(name: str, bindings: list[Binding]) -> None:
    for binding in bindings:
        if binding.direction == INOUT:
            raise FunctionLoadError(name, '"inout" bindings are not supported')
        if binding.name == RETURN and not binding.is_out:
            raise FunctionLoadError(name, '"$return" binding must have direction set to "out"')


def _check_context(name: str, annotations: dict[str, Any]) -> None:
    annotation = annotations.get("context")
    if annotation is None:
        return
    if not isinstance(annotation, type) or annotation.__name__ != "Context":
        raise FunctionLoadError(
            name,
            f'the "context" parameter is expected to be of type azure.functions.Context, got {annotation!r}',
        )


def _check_names(name: str, parameters: set[str], bound: set[str]) -> None:
    if parameters - bound:
        raise FunctionLoadError(
            name,
            "the following parameters are declared in Python but not in the function definition "
            f"(function.json or function decorators): {parameters - bound!r}",
        )
    if bound - parameters:
        raise FunctionLoadError(
            name,
            "the following parameters are declared in the function definition "
            f"(function.json or function decorators) but not in Python: {bound - parameters!r}",
        )


def _check_annotation(name: str, binding: Binding, annotation: Any) -> None:
    """Check a parameter's annotation against its binding."""
    is_out = getattr(typing.get_origin(annotation) or annotation, "__name__", "") == "Out"
    pytype = annotation
    if is_out:
        arguments = typing.get_args(annotation)
        if len(arguments) != 1:
            raise FunctionLoadError(name, f"binding {binding.name} has invalid Out annotation {annotation!r}")
        pytype = arguments[0]
    if not isinstance(pytype, type) and not _is_generic(pytype):
        raise FunctionLoadError(
            name, f"binding {binding.name} has invalid non-type annotation {annotation!r}"
        )
    _check_out(name, binding, is_out=is_out)
    if pytype not in (str, bytes) and not _fits(binding, pytype):
        raise FunctionLoadError(
            name,
            f'type of {binding.name} binding in function definition "{binding.type}" does not match its '
            f'Python annotation "{getattr(pytype, "__name__", pytype)}"',
        )


def _check_out(name: str, binding: Binding, *, is_out: bool) -> None:
    """Check that binding and annotation agree on whether the parameter is an output."""
    if binding.is_out and not is_out:
        raise FunctionLoadError(
            name,
            f'binding {binding.name} is declared to have the "out" direction, but its annotation in Python '
            "is not a subclass of azure.functions.Out",
        )
    if is_out and not binding.is_out:
        raise FunctionLoadError(
            name,
            f'binding {binding.name} is declared to have the "in" direction in the function definition, '
            "but its annotation is azure.functions.Out in Python",
        )


def _check_return(name: str, binding: Binding, annotation: Any) -> None:
    """Check the return annotation of a function with an explicit output: it must be a type, and fit."""
    if getattr(typing.get_origin(annotation), "__name__", "") == "Out":
        raise FunctionLoadError(name, "return annotation should not be azure.functions.Out")
    if not isinstance(annotation, type):
        raise FunctionLoadError(name, f"has invalid non-type return annotation {annotation!r}")
    if not _fits(binding, annotation):
        raise FunctionLoadError(
            name,
            f'Python return annotation "{annotation.__name__}" does not match binding type "{binding.type}"',
        )


def _is_generic(annotation: Any) -> bool:
    """Whether *annotation* is a generic such as `list[int]`; unions and callables are not."""
    origin = typing.get_origin(annotation)
    return isinstance(origin, type) and origin.__name__ not in ("UnionType", "Callable", "tuple")


def _fits(binding: Binding, pytype: Any) -> bool:
    """Ask the binding's converter of azure-functions whether it accepts *pytype*."""
    registry = meta.get_binding_registry()  # type: ignore[no-untyped-call]
    converter = registry.get(binding.type)
    if converter is None:
        return isinstance(pytype, type) and issubclass(pytype, (str, bytes))
    check = (
        converter.check_output_type_annotation if binding.is_out else converter.check_input_type_annotation
    )
    try:
        return bool(check(pytype))
    except TypeError:  # a generic is not a class; it fits only where every type does
        return False
