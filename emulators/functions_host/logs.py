"""The log on standard output: one line for each record, with the id of its invocation.

The host never logs the URL or body of a request, which may contain keys. Client libraries that log the URLs
they call (httpx, the Azure SDKs) are limited to warnings and errors.
https://learn.microsoft.com/azure/azure-functions/functions-reference-python#logging
"""

import logging
import sys
from contextvars import ContextVar

NO_INVOCATION = "-"
INVOCATION: ContextVar[str] = ContextVar("invocation", default=NO_INVOCATION)
QUIET = ("httpx", "httpcore", "azure", "urllib3", "asyncio", "aiohttp.access")


class Line(logging.Formatter):
    """One line for the message; an error's traceback follows on its own lines."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the text of *record*."""
        record.invocation = INVOCATION.get()
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's name)
        """Return the head line, with line breaks of the message made visible."""
        record.message = record.message.replace("\r", "\\r").replace("\n", "\\n")
        return super().formatMessage(record)


def configure(level: int = logging.INFO) -> None:
    """Send the app's and the host's log to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(Line("%(asctime)s %(levelname)s [%(invocation)s] %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
