"""Which addresses a container may connect to: https, or plain http on the loopback interface.

https://www.rfc-editor.org/rfc/rfc3986#section-3.2
"""

from urllib.parse import urlsplit

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(host: str) -> bool:
    """Whether *host* is this machine."""
    return host in _LOOPBACK


def is_safe(url: str) -> bool:
    """Whether a request to *url* is encrypted or stays on this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
