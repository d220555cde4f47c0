"""The documented operations of the providers: the dialect that serves each, or none if it is not covered.

https://docs.claude.com/en/api/overview, https://platform.openai.com/docs/api-reference,
https://learn.microsoft.com/azure/ai-foundry/openai/reference, https://ai.google.dev/api
"""

from dataclasses import dataclass, replace
from typing import Literal

from emulators.model_provider.dialects.anthropic import DIALECT as MESSAGES
from emulators.model_provider.dialects.chat import DIALECT as CHAT
from emulators.model_provider.dialects.gemini import DIALECT as GENERATE
from emulators.model_provider.dialects.responses_api import DIALECT as RESPONSES
from emulators.model_provider.dialects.shape import Dialect

Action = Literal["generate", "stream", "count", "list_models", "get_model", "none"]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation: its method, its path in aiohttp's syntax, the vendor's name for it, and its handler."""

    method: str
    path: str
    name: str
    action: Action = "none"
    dialect: Dialect | None = None
    since: str = ""  # the first api-version of Azure that has it


def _uncovered(*rows: str) -> tuple[Operation, ...]:
    """Return operations that are not covered, from rows `METHOD path name`."""
    parts = (row.split(" ", 2) for row in rows)
    return tuple(Operation(method, path, name) for method, path, name in parts)


ANTHROPIC = (
    Operation("POST", "/v1/messages", "Create a Message", "generate", MESSAGES),
    Operation("POST", "/v1/messages/count_tokens", "Count tokens in a Message", "count", MESSAGES),
    Operation("GET", "/v1/models", "List Models", "list_models"),
    Operation("GET", "/v1/models/{model}", "Get a Model", "get_model"),
    *_uncovered(
        "POST /v1/complete Create a Text Completion",
        "POST /v1/messages/batches Create a Message Batch",
        "GET /v1/messages/batches List Message Batches",
        "GET /v1/messages/batches/{id} Retrieve a Message Batch",
        "DELETE /v1/messages/batches/{id} Delete a Message Batch",
        "GET /v1/messages/batches/{id}/results Retrieve Message Batch results",
        "POST /v1/messages/batches/{id}/cancel Cancel a Message Batch",
        "POST /v1/files Upload a File",
        "GET /v1/files List Files",
        "GET /v1/files/{id} Get File Metadata",
        "DELETE /v1/files/{id} Delete a File",
        "GET /v1/files/{id}/content Download a File",
        "POST /v1/skills Create a Skill",
        "GET /v1/skills List Skills",
        "GET /v1/skills/{id} Get a Skill",
        "DELETE /v1/skills/{id} Delete a Skill",
    ),
)
OPENAI = (
    Operation("POST", "/v1/chat/completions", "Create chat completion", "generate", CHAT),
    Operation("POST", "/v1/responses", "Create a model response", "generate", RESPONSES),
    Operation("GET", "/v1/models", "List models", "list_models"),
    Operation("GET", "/v1/models/{model}", "Retrieve model", "get_model"),
    *_uncovered(
        "DELETE /v1/models/{model} Delete a fine-tuned model",
        "GET /v1/chat/completions List chat completions",
        "GET /v1/chat/completions/{id} Get chat completion",
        "POST /v1/chat/completions/{id} Update chat completion",
        "DELETE /v1/chat/completions/{id} Delete chat completion",
        "GET /v1/chat/completions/{id}/messages Get chat messages",
        "GET /v1/responses/{id} Get a model response",
        "DELETE /v1/responses/{id} Delete a model response",
        "POST /v1/responses/{id}/cancel Cancel a response",
        "GET /v1/responses/{id}/input_items List input items",
        "POST /v1/responses/compact Compact a response",
        "POST /v1/responses/input_tokens Get input token counts",
        "POST /v1/conversations Create a conversation",
        "POST /v1/completions Create completion",
        "POST /v1/embeddings Create embeddings",
        "POST /v1/moderations Create moderation",
        "POST /v1/images/generations Create image",
        "POST /v1/images/edits Create image edit",
        "POST /v1/images/variations Create image variation",
        "POST /v1/audio/speech Create speech",
        "POST /v1/audio/transcriptions Create transcription",
        "POST /v1/audio/translations Create translation",
        "POST /v1/files Upload file",
        "GET /v1/files List files",
        "GET /v1/files/{id} Retrieve file",
        "DELETE /v1/files/{id} Delete file",
        "GET /v1/files/{id}/content Retrieve file content",
        "POST /v1/uploads Create upload",
        "POST /v1/batches Create batch",
        "GET /v1/batches List batch",
        "GET /v1/batches/{id} Retrieve batch",
        "POST /v1/batches/{id}/cancel Cancel batch",
        "POST /v1/fine_tuning/jobs Create fine-tuning job",
        "GET /v1/fine_tuning/jobs List fine-tuning jobs",
        "POST /v1/vector_stores Create vector store",
        "GET /v1/vector_stores List vector stores",
        "POST /v1/containers Create container",
        "POST /v1/evals Create eval",
        "POST /v1/videos Create video",
        "POST /v1/assistants Create assistant",
        "POST /v1/threads Create thread",
        "POST /v1/realtime/client_secrets Create client secret",
    ),
)
AZURE_UNDATED = ("preview", "latest", "v1")
AZURE_VERSIONS = """
    2022-12-01 2023-05-15 2024-02-01 2024-06-01 2024-10-21
    2024-02-15-preview 2024-03-01-preview 2024-04-01-preview 2024-05-01-preview 2024-07-01-preview
    2024-08-01-preview 2024-09-01-preview 2024-10-01-preview 2024-12-01-preview 2025-01-01-preview
    2025-02-01-preview 2025-03-01-preview 2025-04-01-preview
"""
_DEPLOYMENT = "/openai/deployments/{model}"
AZURE = (
    *(replace(one, path=f"/openai{one.path}") for one in OPENAI),
    Operation("POST", f"{_DEPLOYMENT}/chat/completions", "Create Chat", "generate", CHAT, "2023-05-15"),
    Operation("POST", "/openai/responses", "Create Response", "generate", RESPONSES, "2025-03-01-preview"),
    *_uncovered(
        f"POST {_DEPLOYMENT}/completions Completions - Create",
        f"POST {_DEPLOYMENT}/embeddings Embeddings - Create",
        f"POST {_DEPLOYMENT}/images/generations Image Generations - Create",
        f"POST {_DEPLOYMENT}/audio/speech Speech - Create",
        f"POST {_DEPLOYMENT}/audio/transcriptions Transcriptions - Create",
        f"POST {_DEPLOYMENT}/audio/translations Translations - Create",
    ),
)
GOOGLE_PARAMETERS = (
    *("alt", "$alt", "key", "fields", "prettyPrint", "callback", "access_token", "oauth_token"),
    *("quotaUser", "uploadType", "upload_protocol", "$.xgafv", "pageSize", "pageToken"),
)
_VERSIONED = "/{version:v1beta|v1alpha}"
_MODEL = f"{_VERSIONED}/models/{{model}}"
GEMINI = (
    Operation("POST", f"{_MODEL}:generateContent", "models.generateContent", "generate", GENERATE),
    Operation("POST", f"{_MODEL}:streamGenerateContent", "models.streamGenerateContent", "stream", GENERATE),
    Operation("POST", f"{_MODEL}:countTokens", "models.countTokens", "count", GENERATE),
    Operation("GET", f"{_VERSIONED}/models", "models.list", "list_models"),
    Operation("GET", _MODEL, "models.get", "get_model"),
    *_uncovered(
        f"POST {_MODEL}:embedContent models.embedContent",
        f"POST {_MODEL}:batchEmbedContents models.batchEmbedContents",
        f"POST {_MODEL}:batchGenerateContent models.batchGenerateContent",
        f"POST {_MODEL}:predict models.predict",
        f"POST {_MODEL}:predictLongRunning models.predictLongRunning",
        f"POST {_VERSIONED}/cachedContents cachedContents.create",
        f"GET {_VERSIONED}/cachedContents cachedContents.list",
        f"GET {_VERSIONED}/files files.list",
        f"GET {_VERSIONED}/fileSearchStores fileSearchStores.list",
        f"POST {_VERSIONED}/interactions interactions.create",
    ),
)


def azure_versions(operation: Operation) -> tuple[str, ...]:
    """Return the values of `api-version` for which Azure has *operation* on a path without `/v1/`.

    https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
    """
    return tuple(version for version in AZURE_VERSIONS.split() if version >= operation.since)
