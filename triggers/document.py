"""The app's OpenAPI document, from its routes, their operations and the models.

https://spec.openapis.org/oas/v3.1.0
"""

import functools
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from autocoder.models import DELIVERY_ID, RUN_ID, ErrorAnswer, OpenApiDocument, Value
from autocoder.runs.version import APP_VERSION
from triggers.operations import IDEMPOTENCY_KEY, ROUTE_PREFIX, Route, routes

REFERENCE = "#/components/schemas/{model}"
JSON = dict[str, Any]
IDS = {"id": RUN_ID, "deliveryId": DELIVERY_ID}
KEYS: Mapping[str, JSON] = {
    "functionKey": {"type": "apiKey", "in": "header", "name": "x-functions-key"},
    "functionKeyInQuery": {"type": "apiKey", "in": "query", "name": "code"},
}
TAGS = {
    "runs": "Start, follow, cancel and retry runs.",
    "boards": "The routes for the extension's pages in Azure Boards, whose callers sign in with two tokens.",
    "app": "The app: its agents, its state and this document.",
    "hooks": "Deliveries of Azure DevOps service hooks, and what came of them.",
    "containers": "Called by the containers of a run only.",
}
RETRY_AFTER = {"Retry-After": {"description": "seconds to wait", "schema": {"type": "integer"}}}
LOCATION = {"Location": {"description": "the run's own URL", "schema": {"type": "string", "format": "uri"}}}
NO_KEY = "The function key is missing or wrong and the body is empty, or other credentials are."
WORDS = {
    200: "OK",
    202: "Accepted",
    400: "The request is not valid.",
    401: "The token is missing or wrong.",
    403: "The settings or the caller's permissions do not allow this.",
    404: "Nothing has this id.",
    409: "The state of the run does not allow this.",
    410: "The run's files were deleted.",
    413: "The body is too large.",
    429: "The queue is full; try again later.",
    500: "An error that a person must correct.",
    503: "The app is not available or not configured.",
}


class _Schemas(GenerateJsonSchema):
    """Schemas without generated titles of fields, which only repeat their names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  (the base class names it)
        """Return False for every *schema*."""
        return False


@functools.cache
def document() -> OpenApiDocument:
    """Return the document; it is made once, at the first call."""
    found = routes()
    credentials = {name: scheme for route in found for name, scheme in route.operation.credentials.items()}
    return OpenApiDocument(
        openapi="3.1.0",
        info={
            "title": "Autocoder",
            "version": APP_VERSION,
            "description": "Turns Azure DevOps work items into pull requests.",
        },
        servers=({"url": ROUTE_PREFIX},),
        tags=tuple({"name": name, "description": words} for name, words in TAGS.items()),
        paths=_paths(found),
        components={
            "schemas": _definitions(found),
            "securitySchemes": {**KEYS, **{name: dict(scheme) for name, scheme in credentials.items()}},
        },
    )


def _paths(found: tuple[Route, ...]) -> JSON:
    """Return the path items by path."""
    paths: JSON = {}
    for route in found:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return paths


def _definitions(found: tuple[Route, ...]) -> JSON:
    """Return the schemas of all bodies by name, with those that they refer to."""
    models: dict[type[Value], None] = {ErrorAnswer: None}
    for route in found:
        models |= dict.fromkeys(model for bodies in route.operation.answers.values() for model in bodies)
        if isinstance(route.operation.body, type):
            models[route.operation.body] = None
    inputs: list[tuple[type[BaseModel], Any]] = [(model, "validation") for model in models]
    _, schema = models_json_schema(inputs, ref_template=REFERENCE, schema_generator=_Schemas)
    definitions: JSON = schema["$defs"]
    return definitions


def _operation(route: Route) -> JSON:
    """Return the operation object of *route*."""
    declared = route.operation
    made: JSON = {
        "operationId": re.sub(r"_(\w)", lambda found: found[1].upper(), route.function),
        "summary": route.summary,
        "tags": [declared.tag],
        "security": _security(route),
        "responses": _responses(route),
    }
    parameters = _parameters(route)
    if parameters:
        made["parameters"] = parameters
    if declared.body is not None:
        made["requestBody"] = {"required": True, "content": _request_content(declared.body)}
    if declared.is_internal:
        made["x-internal"] = True
    return made


def _security(route: Route) -> list[JSON]:
    """Return the alternatives: a key where the route takes one, with a credential where it needs one."""
    keys = [[name] for name in KEYS] if route.takes_key else [[]]
    names = list(route.operation.credentials)
    others = [names] if route.operation.needs_all else [[name] for name in names] or [[]]
    made: list[JSON] = [{name: [] for name in (*key, *other)} for key in keys for other in others]
    return [] if made == [{}] else made


def _parameters(route: Route) -> list[JSON]:
    """Return the parameters in path, query and headers."""
    made: list[JSON] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": IDS[name]}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    if route.operation.query is not None:
        made += _query(route.operation.query)
    if route.operation.starts_run:
        words = "A repeat with the same key returns the same run."
        made.append({
            "name": IDEMPOTENCY_KEY, "in": "header", "description": words, "schema": {"type": "string"},
        })  # fmt: skip
    return made


def _query(model: type[Value]) -> list[JSON]:
    """Return the fields of *model* as query parameters; one that may be missing has no null there."""
    made: list[JSON] = []
    whole = model.model_json_schema(schema_generator=_Schemas)
    for name, schema in whole["properties"].items():
        words = {"description": schema.pop("description")} if "description" in schema else {}
        kinds = [kind for kind in schema.get("anyOf", [schema]) if kind != {"type": "null"}]
        needed = {"required": True} if name in whole.get("required", ()) else {}
        made.append({"name": name, "in": "query", **needed, **words, "schema": kinds[0]})
    return made


def _responses(route: Route) -> JSON:
    """Return the responses by status: those declared, and those that all routes have."""
    declared = route.operation
    errors: dict[int, tuple[str, ...]] = {500: (), 503: (), **declared.errors}
    made: JSON = {str(status): _response(route, status, errors) for status in {*declared.answers, *errors}}
    if route.takes_key:
        made["401"] = {**made.get("401", {}), "description": NO_KEY}
    return dict(sorted(made.items()))


def _response(route: Route, status: int, errors: Mapping[int, tuple[str, ...]]) -> JSON:
    """Return the response with *status*; `errors` has the codes of errors by status."""
    bodies = [_reference(model) for model in route.operation.answers.get(status, ())]
    if status in errors:
        bodies.append(_error(errors[status]))
    made: JSON = {
        "description": WORDS[status],
        "content": _json(bodies[0] if len(bodies) == 1 else {"anyOf": bodies}),
    }
    if status in (429, 503):
        made["headers"] = RETRY_AFTER
    elif status == 202 and route.operation.starts_run:
        made["headers"] = LOCATION
    return made


def _error(codes: tuple[str, ...]) -> JSON:
    """Return the schema of an error with one of *codes*; any code when there are none."""
    if not codes:
        return _reference(ErrorAnswer)
    code = {"properties": {"error": {"properties": {"code": {"enum": list(codes)}}}}}
    return {"allOf": [_reference(ErrorAnswer), code]}


def _reference(model: type[Value]) -> JSON:
    return {"$ref": REFERENCE.format(model=model.__name__)}


def _request_content(body: type[Value] | str) -> JSON:
    """Return the content of a request: a model, any JSON object, or plain text."""
    if body == "text":
        return {"text/plain": {"schema": {"type": "string"}}}
    return _json(_reference(body) if isinstance(body, type) else {"type": "object"})


def _json(schema: JSON) -> JSON:
    return {"application/json": {"schema": schema}}
