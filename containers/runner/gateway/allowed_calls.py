"""Which calls the gateway forwards, where the key goes, and what a refusal looks like.

The tables are in `autocoder.shared.providers`. Only calls whose answer reports their usage are forwarded.
Batches, files and background responses are not, because they would spend without being counted, or would give
access to data of other runs.
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
    """Return the dialect of a generating call, which costs tokens; None for every other call."""
    if method != "POST":
        return None
    return next((dialect for dialect in DIALECTS if dialect.generating.fullmatch(path)), None)


def is_known(method: str, path: str) -> bool:
    """Whether the gateway forwards this call."""
    if _PLAIN_PATH.fullmatch(path) is None or any(name in (".", "..") for name in path.split("/")):
        return False
    if method in ("GET", "HEAD"):
        return _READING.fullmatch(path) is not None
    counts = method == "POST" and any(dialect.counting.fullmatch(path) for dialect in DIALECTS)
    return counts or dialect_of(method, path) is not None


def writes(path: str) -> bool:
    """Whether the answer to a generating call is made of output tokens, which embeddings are not."""
    return _EMBEDDING.fullmatch(path) is None


def goes_on(path: str) -> bool:
    """Whether the answer to a generating call goes on with the work; that of `/responses/compact` does not.

    https://platform.openai.com/docs/api-reference/responses/compact
    """
    return not path.endswith("/compact")


def deployment_of(path: str) -> str:
    """Return the model or deployment that an Azure OpenAI or Gemini path names, or an empty string."""
    found = _DEPLOYMENT.search(path)
    return found[1] if found else ""


def key_header(provider: str, key: str) -> tuple[str, str]:
    """Return the header in which *provider* expects its *key*. Raises `KeyError` for an unknown provider."""
    entry = BY_NAME[provider]
    return entry.key_header, entry.key_form.format(key)


def refusal(dialect: Dialect | None, provider: str, status: int, message: str) -> bytes:
    """Return the body with which *provider* would refuse a call in *dialect*, or any other call if None.

    Raises `KeyError` for an unknown provider.
    """
    shape = dialect.error_shape if dialect else BY_NAME[provider].error_shape
    return json.dumps(error_body(shape, status, message)).encode()
