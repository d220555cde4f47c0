"""HTTP responses in JSON; errors are `{"error": {"code", "message", "details"}}`."""

import functools
import json
import logging
import secrets
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import azure.functions as func

from autocoder import wire
from autocoder.clients.connect import clients
from autocoder.errors import AutocoderError, RetryLater, Transient
from autocoder.models import ErrorAnswer, ErrorContent, ErrorDetails, Value
from autocoder.requests.query import Q, read_query
from autocoder.settings import SettingsError
from autocoder.shared.json_text import parse_json
from autocoder.shared.redaction import Redactor

MAX_BODY_BYTES = 1_000_000
log = logging.getLogger("autocoder.triggers")
Trigger = Callable[..., Awaitable[func.HttpResponse]]


def answer(status: int, body: Value, headers: Mapping[str, str] | None = None) -> func.HttpResponse:
    """Return *body* as JSON with *status*."""
    text = json.dumps(wire.dump(body), ensure_ascii=False)
    return func.HttpResponse(
        text, status_code=status, mimetype="application/json", headers=dict(headers or {})
    )


def error(
    status: int,
    code: str,
    message: str,
    details: ErrorDetails = ErrorDetails(),  # noqa: B008  (a frozen value)
    headers: Mapping[str, str] | None = None,
) -> func.HttpResponse:
    """Return an error response with a code for machines and a message for people."""
    content = ErrorContent(code=code, message=message, details=details)
    return answer(status, ErrorAnswer(error=content), headers)


class BadRequest(Exception):  # noqa: N818  (a response, not a bug)
    """A request whose body, query or credentials are not valid; `response` is the answer to it."""

    def __init__(self, response: func.HttpResponse) -> None:
        self.response = response


def json_body(request: func.HttpRequest) -> Any:
    """Return the JSON body of *request*. Raises `BadRequest`: 413 above 1 MB, 400 when it is not JSON."""
    body = request.get_body()
    if len(body) > MAX_BODY_BYTES:
        message = f"The body is larger than {MAX_BODY_BYTES:,} bytes; shorten its texts."
        raise BadRequest(error(413, "body_too_large", message))
    try:
        return parse_json(body)
    except ValueError as problem:
        raise BadRequest(error(400, "not_json", f"The body is not valid JSON: {problem}")) from None


def query_of(request: func.HttpRequest, kind: type[Q]) -> Q:
    """Return the query of *request*. Raises `BadRequest` with every parameter that is not valid."""
    query, problems = read_query(kind, request.params)
    if query is None:
        raise invalid_query("; ".join(problems))
    return query


def invalid_query(problems: str) -> BadRequest:
    """Return the exception for a query with these *problems*."""
    return BadRequest(error(400, "invalid_query", f"Invalid query: {problems}."))


def guarded(trigger: Trigger) -> Trigger:
    """Turn the errors of *trigger* into responses: 503 to retry later, 500 when a person must act.

    `functools.wraps` keeps the annotations that the Functions worker needs for its bindings.
    """

    @functools.wraps(trigger)
    async def handle(*args: Any, **kwargs: Any) -> func.HttpResponse:
        try:
            return await trigger(*args, **kwargs)
        except BadRequest as problem:
            return problem.response
        except SettingsError as problem:
            return error(503, "not_configured", str(problem))
        except Transient as problem:
            log.warning("%s: %s", problem.code, problem)
            seconds = problem.retry_after_seconds if isinstance(problem, RetryLater) else 5
            return error(503, problem.code, str(problem), headers={"Retry-After": str(int(seconds) + 1)})
        except AutocoderError as problem:
            log.error("%s: %s", problem.code, problem)
            return error(500, problem.code, str(problem))
        except Exception:
            return _internal_error()

    return handle


def _internal_error() -> func.HttpResponse:
    """Log the current exception, redacted, under a new id; the response carries only that id."""
    number = secrets.token_hex(6)
    log.error("internal_error %s: %s", number, _redacted(traceback.format_exc()))
    message = f"An unexpected error occurred; search the app's log for {number}."
    return error(500, "internal_error", message, ErrorDetails(id=number))


def _redacted(text: str) -> str:
    """Return *text* without tokens, and without the app's own secrets if its settings are valid."""
    try:
        return clients().redact(text)
    except SettingsError:
        return Redactor().redact(text)
