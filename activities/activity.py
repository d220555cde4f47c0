"""The decorator of all activities.

An activity is a function of one value. Its result is sent as `{"value": ...}`. An error of the domain is a
value too, so that Durable Functions does not retry what cannot succeed: `{"again": ...}` when a retry may
help, `{"failed": ...}` when a person has to act. Any other exception is a bug and is raised.
"""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_type_hints

import azure.durable_functions as df

from autocoder import wire
from autocoder.clients.connect import clients
from autocoder.errors import AutocoderError, NoCapacity, NoImage, RetryLater, SignInRequired, Transient

InputT = TypeVar("InputT")
OutputT = TypeVar("OutputT")
MAX_SIGN_IN_TRIES = 10
MAX_CAPACITY_TRIES = 10
MAX_IMAGE_TRIES = 10  # some four minutes with growing pauses: a new image or role is known everywhere then
MAX_ERROR_LENGTH = 1_000
log = logging.getLogger("autocoder.activities")


class UnexpectedError(Exception):
    """An unexpected error, with the redacted type and message of the original exception."""


@dataclass(frozen=True)
class Activity(Generic[InputT, OutputT]):
    """A function of one value, registered with Durable Functions under its own name."""

    run: Callable[[InputT], OutputT]
    blueprint: df.Blueprint
    output: Any  # the type of its result

    @property
    def name(self) -> str:
        """The name by which orchestrations call it."""
        return self.run.__name__


def activity(run: Callable[[InputT], OutputT]) -> Activity[InputT, OutputT]:
    """Register *run* as an activity whose input and result are sent as plain JSON.

    The registered function raises `UnexpectedError` when *run* raises anything but an error of the domain.
    """
    hints = get_type_hints(run)
    output = hints.pop("return")
    (kind,) = hints.values()
    blueprint = df.Blueprint()

    def entry(payload: Any) -> Any:
        where = run.__name__
        try:
            value = wire.load(kind, payload)
            where = f"run {_run_id(value)}: {where}"
            return {"value": wire.dump(run(value))}
        except AutocoderError as error:
            reply = _reply(error)
            log.warning("%s: %s", where, reply)
            return reply
        except Exception as error:
            log.error("%s: %s", where, clients().redact(traceback.format_exc()))
            words = clients().redact(f"{type(error).__name__}: {error}")
            raise UnexpectedError(words[:MAX_ERROR_LENGTH]) from None  # the history stores it

    entry.__name__ = run.__name__
    blueprint.activity_trigger(input_name="payload")(entry)
    return Activity(run, blueprint, output)


def _run_id(value: Any) -> str:
    """Return the id of the run that an activity's input is, or belongs to."""
    for name in ("given", "plan", "run"):
        value = getattr(value, name, value)
    return str(getattr(value, "id", "unknown"))


def _reply(error: AutocoderError) -> dict[str, Any]:
    """Return *error* as a value: whether, when and how often to retry, or why not.

    `most` limits the tries with this `code`. A `steady` pause is always `seconds`, any other grows
    (`orchestrators/step.py`).
    """
    reason = clients().redact(f"{error} ({error.code})")
    given = {"code": error.code, "reason": reason}
    if isinstance(error, NoCapacity):
        again = {"seconds": error.retry_after_seconds, "most": MAX_CAPACITY_TRIES, "steady": True}
        return {"again": {**given, **again}}
    if isinstance(error, NoImage):
        return {"again": {**given, "seconds": 0, "most": MAX_IMAGE_TRIES}}
    if isinstance(error, RetryLater):
        return {"again": {**given, "seconds": error.retry_after_seconds}}
    if isinstance(error, Transient):
        return {"again": {**given, "seconds": 0}}
    if isinstance(error, SignInRequired):
        seconds = 60 * clients().settings.sign_in_minutes / MAX_SIGN_IN_TRIES
        return {"again": {**given, "seconds": seconds, "most": MAX_SIGN_IN_TRIES, "steady": True}}
    return {"failed": {"reason": reason}}
