"""The providers: how each receives its key, its operations and their dialects, and its errors.

Each provider has one entry, which defines its paths, keys and errors. To add a provider, add a module in
`dialects`, its operations, and an entry here. The dialects cite the other providers' pages; Azure OpenAI:
https://learn.microsoft.com/azure/ai-foundry/openai/reference.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from emulators.model_provider import operations
from emulators.model_provider.dialects import anthropic, gemini, openai_errors
from emulators.model_provider.dialects.shape import Refusal
from emulators.model_provider.operations import Operation
from emulators.model_provider.script.turns import JSON

AZURE_KEY = Refusal(
    401,
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key "
    "for an active subscription and use a correct regional API endpoint for your resource.",
)
ANTHROPIC_VERSIONS = ("2023-06-01", "2023-01-01")  # https://docs.claude.com/en/api/versioning
MESSAGES = {
    429: "Rate limit reached. Please try again later.",
    500: "The server had an error while processing your request.",
    503: "The service is currently overloaded.",
    529: "Overloaded",
}


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider: its name in `agent.toml`, its operations, its key and its errors.

    *keys* are the headers that may carry the key, each with the prefix before it; *key_query* is a query
    parameter that may carry it. A request belongs to the first provider whose *prefixes* or *header* match.
    """

    name: str
    prefixes: tuple[str, ...]
    operations: tuple[Operation, ...]
    keys: Mapping[str, str]
    error: Callable[[Refusal], JSON]
    missing_key: Refusal
    wrong_key: Refusal
    header: str = ""
    key_query: str = ""
    request_id: str = "x-request-id"
    check: Callable[[web.Request, Operation], Refusal | None] = field(default=lambda *_: None)

    def key_of(self, request: web.Request) -> str:
        """Return the key of *request* from where this provider expects it, or an empty string."""
        for header, scheme in self.keys.items():
            given = request.headers.get(header, "")
            if given.startswith(scheme) and given != scheme:
                return given.removeprefix(scheme)
        return request.query.get(self.key_query, "") if self.key_query else ""

    def operation(self, method: str, path: str) -> Operation | None:
        """Return the operation with this method and path template, None when there is none."""
        return next((one for one in self.operations if (one.method, one.path) == (method, path)), None)


def _check_anthropic(request: web.Request, _: Operation) -> Refusal | None:
    """Refuse a request without the header `anthropic-version`, or with an unknown version."""
    version = request.headers.get("anthropic-version")
    if version is None:
        return Refusal(400, "anthropic-version: header is required")
    if version not in ANTHROPIC_VERSIONS:
        return Refusal(400, f'anthropic-version: "{version}" is not a valid version')
    return None


def _check_azure(request: web.Request, operation: Operation) -> Refusal | None:
    """Refuse an `api-version` in which the path does not exist."""
    version = request.query.get("api-version")
    if operation.path.startswith("/openai/v1/"):
        known = version is None or version in operations.AZURE_UNDATED
        return None if known else Refusal(400, "API version not supported", code="BadRequest")
    known = version in operations.azure_versions(operation)
    return None if known else Refusal(404, "Resource not found")


def _check_gemini(request: web.Request, _: Operation) -> Refusal | None:
    """Refuse query parameters that the API does not have: https://cloud.google.com/apis/docs/system-parameters."""
    unknown = [name for name in request.query if name not in operations.GOOGLE_PARAMETERS]
    if not unknown:
        return None
    texts = [
        f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter. '
        f"Field '{name}' could not be found in request message."
        for name in unknown
    ]
    found = [{"description": text} for text in texts]
    details = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": found}
    return Refusal(400, "\n".join(texts), details=(details,))


AZURE = Provider(
    "azure",
    prefixes=("/openai/",),
    operations=operations.AZURE,
    keys={"api-key": "", "Authorization": "Bearer "},
    error=openai_errors.azure_error,
    missing_key=AZURE_KEY,
    wrong_key=AZURE_KEY,
    check=_check_azure,
)
GEMINI = Provider(
    "gemini",
    prefixes=("/v1beta/", "/v1alpha/"),
    operations=operations.GEMINI,
    keys={"x-goog-api-key": ""},
    key_query="key",
    error=gemini.error,
    missing_key=Refusal(
        403,
        "Method doesn't allow unregistered callers (callers without established identity). Please use API "
        "Key or other form of API consumer identity to call this API.",
    ),
    wrong_key=Refusal(
        400,
        "API key not valid. Please pass a valid API key.",
        details=(
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "API_KEY_INVALID",
                "domain": "googleapis.com",
                "metadata": {"service": "generativelanguage.googleapis.com"},
            },
        ),
    ),
    check=_check_gemini,
)
ANTHROPIC = Provider(
    "anthropic",
    prefixes=("/v1/messages", "/v1/complete", "/v1/skills"),
    header="anthropic-version",
    operations=operations.ANTHROPIC,
    keys={"x-api-key": "", "Authorization": "Bearer "},
    request_id="request-id",
    error=anthropic.error,
    missing_key=Refusal(401, "x-api-key header is required"),
    wrong_key=Refusal(401, "invalid x-api-key"),
    check=_check_anthropic,
)
OPENAI = Provider(
    "openai",
    prefixes=("/",),
    operations=operations.OPENAI,
    keys={"Authorization": "Bearer "},
    error=openai_errors.error,
    missing_key=Refusal(
        401,
        "You didn't provide an API key. You need to provide your API key in an Authorization header using "
        "Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
    ),
    wrong_key=Refusal(
        401,
        "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.",
    ),
)
PROVIDERS = (AZURE, GEMINI, ANTHROPIC, OPENAI)  # in the order in which a request is matched


def provider_of(request: web.Request) -> Provider:
    """Return the provider that *request* addresses."""
    return next(
        provider
        for provider in PROVIDERS
        if request.path.startswith(provider.prefixes) or provider.header in request.headers
    )


def error_body(name: str, status: int) -> JSON:
    """Return the error body of the provider *name* for *status*; raises `KeyError` for an unknown name."""
    return {provider.name: provider for provider in PROVIDERS}[name].error(refusal_of(status))


def refusal_of(status: int) -> Refusal:
    """Return a provider's refusal for a failure that the request did not cause."""
    return Refusal(status, MESSAGES.get(status, "The request could not be served."))
