"""Which calls the gateway passes on, where the key goes, and how a refusal looks.

The tables are in `autocoder.shared.providers`. Only calls that answer with their own usage are passed on:
batches, files and background responses spend or show what this run has no business with.
"""

import json
import re

from autocoder.shared.providers import BY_NAME, DIALECTS, PROVIDERS, Dialect, error_body

CREDENTIAL_HEADERS = frozenset(
    {
        "authorization",
        "cookie",
        "proxy-authorization",
        *(provider.key_header.lower() for provider in PROVIDERS),
    }
)
_EMBEDDING = re.compile(r".*(?:/embeddings|:embedContent)")
_READING = re.compile(r"/|.*/models(?:/[^/]+)?")
_PLAIN_PATH = re.compile(r"/[A-Za-z0-9._~:@!$&'()*+,;=/-]*")
_DEPLOYMENT = re.compile(r"/(?:deployments|models)/([^/:]+)")


def dialect_of(method: str, path: str) -> Dialect | None:
    """Return the dialect of a call that generates, and so costs; None for every other call."""
    if method != "POST":
        return None
    return next((dialect for dialect in DIALECTS if dialect.generating.fullmatch(path)), None)


def is_known(method: str, path: str) -> bool:
    """Whether the gateway passes this call on."""
    if _PLAIN_PATH.fullmatch(path) is None or any(name in (".", "..") for name in path.split("/")):
        return False
    if method in ("GET", "HEAD"):
        return _READING.fullmatch(path) is not None
    counts = method == "POST" and any(dialect.counting.fullmatch(path) for dialect in DIALECTS)
    return counts or dialect_of(method, path) is not None


def writes(path: str) -> bool:
    """Whether the answer to a call that generates is written token by token; embeddings are not."""
    return _EMBEDDING.fullmatch(path) is None


def deployment_of(path: str) -> str:
    """Return the model or deployment that an Azure OpenAI or Gemini path names, or an empty string."""
    found = _DEPLOYMENT.search(path)
    return found[1] if found else ""


def key_header(provider: str, key: str) -> tuple[str, str]:
    """Return the header with which *provider* takes its *key*; raises `KeyError` for an unknown provider."""
    entry = BY_NAME[provider]
    return entry.key_header, entry.key_form.format(key)


def refusal(dialect: Dialect | None, provider: str, status: int, message: str) -> bytes:
    """Return the body with which *provider* itself would refuse a call in *dialect* (None: of no dialect).

    Raises `KeyError` for an unknown provider.
    """
    shape = dialect.error_shape if dialect else BY_NAME[provider].error_shape
    return json.dumps(error_body(shape, status, message)).encode()
