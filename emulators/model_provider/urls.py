"""Which path is answered by what."""

from functools import partial

from aiohttp import web

from emulators.model_provider import responses
from emulators.model_provider.dialects import ANTHROPIC, CHAT, GEMINI, RESPONSES, Dialect
from emulators.model_provider.errors import error_body
from emulators.model_provider.models import get_model, list_models


def routes() -> list[web.RouteDef]:
    """Return the routes: Anthropic, OpenAI, Azure OpenAI, Gemini, and control."""
    return [*_anthropic(), *_openai("/v1"), *_openai("/openai/v1"), *_azure(), *_gemini(), *_control()]


def _anthropic() -> list[web.RouteDef]:
    return [
        web.post("/v1/messages", _versioned(_in(ANTHROPIC))),
        web.post("/v1/messages/count_tokens", _versioned(partial(responses.count_tokens, ANTHROPIC))),
    ]


def _openai(prefix: str) -> list[web.RouteDef]:
    return [
        web.post(f"{prefix}/chat/completions", _in(CHAT)),
        web.post(f"{prefix}/responses", _in(RESPONSES)),
        web.get(f"{prefix}/models", list_models),
        web.get(f"{prefix}/models/{{model}}", get_model),
    ]


def _azure() -> list[web.RouteDef]:
    return [
        web.post("/openai/deployments/{model}/chat/completions", _dated(CHAT)),
        web.post("/openai/responses", _dated(RESPONSES)),
    ]


def _gemini() -> list[web.RouteDef]:
    method = "/{version:v1beta|v1alpha}/models/{model}:{method:(?:stream)?[gG]enerateContent}"
    counted = "/{version:v1beta|v1alpha}/models/{model}:countTokens"
    return [
        web.post(method, _in(GEMINI)),
        web.post(counted, partial(responses.count_tokens, GEMINI)),
        web.get("/{version:v1beta|v1alpha}/models", list_models),
    ]


def _control() -> list[web.RouteDef]:
    return [
        web.post("/_control/conversations", responses.add_conversation),
        web.get("/_control/conversations", responses.list_conversations),
        web.get("/_control/requests", responses.list_requests),
        web.delete("/_control/requests", responses.list_requests),
        web.route("*", "/{path:.*}", responses.not_found),
    ]


def _in(dialect: Dialect) -> responses.Handler:
    return partial(responses.answer_in, dialect)


def _versioned(answer: responses.Handler) -> responses.Handler:
    """Anthropic refuses a request without its version header."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if "anthropic-version" not in request.headers:
            body = error_body("anthropic", 400, "anthropic-version: header is required")
            return web.json_response(body, status=400)
        return await answer(request)

    return handle


def _dated(dialect: Dialect) -> responses.Handler:
    """Azure OpenAI finds nothing on its dated paths without `api-version`."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if "api-version" not in request.query:
            return web.json_response(error_body("azure", 404, "Resource not found"), status=404)
        return await responses.answer_in(dialect, request)

    return handle
