"""A blob service whose first answers are errors that a test chooses."""

from http.server import BaseHTTPRequestHandler

from tests.containers.serving import Quiet, Server


class Store:
    """Keeps blobs by their paths; each trouble is for one PUT, in order.

    A status is answered without storing anything; `lost` stores and ends the connection, `cut` ends it,
    and `stored 500` stores and answers 500.
    """

    def __init__(self, *troubles):
        self.troubles, self.blobs, self.requests = list(troubles), {}, []
        self.server = Server(_Handler, store=self)
        self.url, self.close = self.server.url, self.server.close


class _Handler(Quiet, BaseHTTPRequestHandler):
    store: Store

    def do_GET(self):
        self.store.requests.append("GET")
        content = self.store.blobs.get(self.path)
        self._answer(404 if content is None else 200, content or b"")

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.store.requests.append("PUT")
        trouble = str(self.store.troubles.pop(0)) if self.store.troubles else ""
        if trouble == "cut" or trouble.isdecimal():
            return self._trouble(trouble)
        if self.headers.get("If-None-Match") == "*" and self.path in self.store.blobs:
            return self._answer(409)
        self.store.blobs[self.path] = body
        return self._trouble(trouble.removeprefix("stored ")) if trouble else self._answer(201)

    def _trouble(self, trouble):
        if trouble in ("cut", "lost"):
            self.close_connection = True
        else:
            self._answer(int(trouble))

    def _answer(self, status, content=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
