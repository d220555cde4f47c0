"""The lists of models that the providers publish; any other model name is served as well."""

from aiohttp import web

from emulators.model_provider.errors import provider_of

MODEL = "scripted-1"
CREATED = "2025-01-01T00:00:00Z"
CREATED_SECONDS = 1735689600


async def list_models(request: web.Request) -> web.Response:
    """Answer the list of models in the provider's shape."""
    provider = provider_of(request.path, anthropic="anthropic-version" in request.headers)
    if provider == "gemini":
        model = {"name": f"models/{MODEL}", "supportedGenerationMethods": ["generateContent", "countTokens"]}
        return web.json_response({"models": [model]})
    if provider == "anthropic":
        page = {"has_more": False, "first_id": MODEL, "last_id": MODEL}
        return web.json_response({"data": [_anthropic(MODEL)], **page})
    return web.json_response({"object": "list", "data": [_openai(MODEL)]})


async def get_model(request: web.Request) -> web.Response:
    """Answer one model, whatever its name."""
    name = request.match_info["model"]
    anthropic = provider_of(request.path, anthropic="anthropic-version" in request.headers) == "anthropic"
    return web.json_response(_anthropic(name) if anthropic else _openai(name))


def _anthropic(name: str) -> dict[str, str]:
    return {"type": "model", "id": name, "display_name": name, "created_at": CREATED}


def _openai(name: str) -> dict[str, str | int]:
    return {"id": name, "object": "model", "created": CREATED_SECONDS, "owned_by": "system"}
