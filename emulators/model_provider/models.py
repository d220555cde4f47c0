"""The providers' lists of models; other model names are served as well.

https://docs.claude.com/en/api/models-list, https://platform.openai.com/docs/api-reference/models,
https://ai.google.dev/api/models
"""

from typing import Any

MODEL = "scripted-1"
CREATED = "2025-01-01T00:00:00Z"
CREATED_SECONDS = 1735689600
JSON = dict[str, Any]


def list_models(provider: str) -> JSON:
    """Return the list of models in the format of *provider*."""
    model = get_model(provider, MODEL)
    if provider == "gemini":
        return {"models": [model]}
    if provider == "anthropic":
        return {"data": [model], "has_more": False, "first_id": MODEL, "last_id": MODEL}
    return {"object": "list", "data": [model]}


def get_model(provider: str, name: str) -> JSON:
    """Return the model *name*, which can be any text, in the format of *provider*."""
    if provider == "gemini":
        methods = ["generateContent", "countTokens"]
        return {"name": f"models/{name}", "displayName": name, "supportedGenerationMethods": methods}
    if provider == "anthropic":
        return {"type": "model", "id": name, "display_name": name, "created_at": CREATED}
    return {"id": name, "object": "model", "created": CREATED_SECONDS, "owned_by": "system"}
