"""The marks that agents leave when they begin, kept by the soak itself, so that no trouble loses one.

https://docs.python.org/3/library/http.server.html
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Marks:
    """How many agents began for each number of the schedule."""

    def __init__(self) -> None:
        self._lock, self._begun = threading.Lock(), Counter[int]()

    def leave(self, number: int) -> None:
        """Count one agent that began for the work item *number*."""
        with self._lock:
            self._begun[number] += 1

    def begun(self) -> dict[int, int]:
        """Return how many agents began, by number."""
        with self._lock:
            return dict(self._begun)


@contextmanager
def listening(marks: Marks) -> Iterator[int]:
    """Count requests for `/<number>` in *marks* inside the block; yields the port."""

    class Handler(BaseHTTPRequestHandler):
        """Counts what an agent says."""

        def do_GET(self) -> None:
            """Count the agent that asks, then answer."""
            marks.leave(int(self.path.strip("/")))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *words: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
