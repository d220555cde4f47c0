"""Which addresses a container may talk to: https, or plain http on this machine, where it leaks nothing."""

from urllib.parse import urlsplit

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(host: str) -> bool:
    """Whether *host* is this machine."""
    return host in _LOOPBACK


def is_safe(url: str) -> bool:
    """Whether what is sent to *url* cannot be read on its way."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
